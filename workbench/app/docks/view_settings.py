"""What people do in a view: open a cell of a matrix, or change its settings.

Settings are params of the view's node: they are changed in the document, as one undo
step, and count in the run at once, wherever they were changed.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.errors import EngineError, UnknownLayerError
from engine.graph import ports
from engine.layers import registry
from engine.layers.spec import Value
from workbench.document import actions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.graph.model import Graph, Node, Project
    from engine.protocol.messages import View
    from workbench.app.window import MainWindow
    from workbench.plots.views.panel import ViewPanel

Settings = dict[str, dict[str, Value]]
"""Complete params of view nodes by their id."""


class ViewQuestions(QObject):
    """Joins the panel of the views, the document and the run.

    Args:
        window: Whose parts it joins.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._known: Settings = {}
        window.document.changed.connect(lambda _edits: self._on_changed())
        window.document.replaced.connect(self._on_replaced)
        window.panels.loaded.connect(self._on_loaded)
        window.session.looking.cell_opened.connect(self._on_cell)
        window.session.looking.settled.connect(self._on_settled)

    @property
    def _panel(self) -> "ViewPanel | None":
        return self._window.panels.plots.get("views")

    def _on_loaded(self) -> None:
        panel = self._panel
        if panel is not None:
            panel.cell_wanted.connect(self._window.session.looking.open_cell)
            panel.edited.connect(self._on_edited)
            panel.set_params(self._known)

    def _on_cell(self, view: "View") -> None:
        if self._panel is not None:
            self._panel.show_cell(view)

    def _on_edited(self, node: str, name: str, value: Value) -> None:
        """Put a setting into the document; what it refuses is said."""
        try:
            actions.set_params(self._window.document, [node], {name: value})
        except EngineError as error:
            self._window.banner.say("error", str(error))
            self._show()

    def _on_replaced(self) -> None:
        self._known = view_params(self._window.document.project)
        self._show()

    def _on_changed(self) -> None:
        """Tell the run what has changed in its views."""
        before = self._known
        self._known = view_params(self._window.document.project)
        changed = {}
        for node, params in self._known.items():
            known = before.get(node, params)
            new = {k: v for k, v in params.items() if known.get(k, v) != v}
            if new:
                changed[node] = new
        if changed:
            self._await(changed)
            self._window.session.looking.look(changed)
        self._show()

    def _await(self, nodes: "Iterable[str]") -> None:
        if self._panel is not None and self._window.session.history.run is not None:
            self._panel.await_views(nodes)

    def _on_settled(self) -> None:
        if self._panel is not None:
            self._panel.await_views(())

    def _show(self) -> None:
        if self._panel is not None:
            self._panel.set_params(self._known)


def view_params(project: "Project") -> Settings:
    """Return the complete params of all views that stand outside of blocks."""
    nodes = project.graph.nodes.values()
    kinds = view_kinds([project.graph])
    return {node.id: dict(ports.params(node)) for node in nodes if node.type in kinds}


def view_kinds(graphs: "Iterable[Graph]") -> set[str]:
    """Return the kinds of all views in some graphs."""
    kinds = {node.type for graph in graphs for node in graph.nodes.values()}
    return {kind for kind in kinds if _shows(kind)}


def is_view(node: "Node") -> bool:
    """Return whether a node only shows something."""
    return _shows(node.type)


def _shows(kind: str) -> bool:
    try:
        return registry.get(kind).category == "view"
    except UnknownLayerError:
        return False
