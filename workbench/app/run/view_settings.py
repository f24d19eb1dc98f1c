"""What people do in a view: open a cell of a matrix, or change its settings.

Settings are params of the view's node: they are changed in the document, as one undo
step, and count in the run at once, wherever they were changed.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.i18n import tr
from engine.layers.spec import Value
from engine.protocol.messages import View
from workbench.app.desk import Desk
from workbench.document import actions
from workbench.document.view_nodes import Settings, view_params

if TYPE_CHECKING:
    from workbench.plots.views.panel import ViewPanel


class ViewQuestions(QObject):
    """Joins the panel of the views, the document and the run.

    Args:
        desk: Whose parts it joins.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        self._known: Settings = {}
        desk.document.changed.connect(lambda _edits: self._on_changed())
        desk.document.replaced.connect(self._on_replaced)
        desk.panels.loaded.connect(self._on_loaded)
        desk.session.looking.cell_opened.connect(self._on_cell)
        desk.session.looking.settled.connect(self._on_settled)

    @property
    def _panel(self) -> "ViewPanel | None":
        return self._desk.panels.views

    def _on_loaded(self) -> None:
        panel = self._panel
        if panel is not None:
            panel.cell_wanted.connect(self._open_cell)
            panel.edited.connect(self._on_edited)
            panel.set_params(self._known)

    def _open_cell(self, node: str, right: int, answer: int) -> None:
        """Ask for the samples of a cell; those of a past step are known to nobody."""
        session = self._desk.session
        if session.history.looked_at is not None:
            words = tr("The samples of a cell are known of the newest step alone.")
            self._desk.canvas.say(words)
            return
        session.looking.open_cell(node, right, answer)

    def _on_cell(self, view: View) -> None:
        if self._panel is not None:
            self._panel.show_cell(view)

    def _on_edited(self, node: str, name: str, value: Value) -> None:
        """Put a setting into the document; what it refuses is said."""
        try:
            actions.set_params(self._desk.document, [node], {name: value})
        except EngineError as error:
            self._desk.banner.say("error", str(error))
            self._show()

    def _on_replaced(self) -> None:
        self._known = view_params(self._desk.document.project)
        self._show()

    def _on_changed(self) -> None:
        """Tell the run what has changed in its views."""
        before = self._known
        self._known = view_params(self._desk.document.project)
        changed = {}
        for node, params in self._known.items():
            known = before.get(node, params)
            new = {k: v for k, v in params.items() if known.get(k, v) != v}
            if new:
                changed[node] = new
        if changed:
            self._await(changed)
            self._desk.session.looking.look(changed)
        self._show()

    def _await(self, nodes: Iterable[str]) -> None:
        if self._panel is not None and self._desk.session.history.run is not None:
            self._panel.await_views(nodes)

    def _on_settled(self) -> None:
        if self._panel is not None:
            self._panel.await_views(())

    def _show(self) -> None:
        if self._panel is not None:
            self._panel.set_params(self._known)
