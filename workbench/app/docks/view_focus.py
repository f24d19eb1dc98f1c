"""The views of the document: their panel comes forward when it has news to tell.

Panels with nothing to tell yet learn here whether a run is on.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.docks import view_settings
from workbench.app.docks.view_settings import is_view

if TYPE_CHECKING:
    from engine.graph.model import Project
    from workbench.app.window import MainWindow


class Watching(QObject):
    """Joins view nodes, canvas and the panel of the views.

    Args:
        window: Whose parts it joins.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._has_raised = False
        window.document.changed.connect(lambda _edits: self._expect())
        window.document.replaced.connect(self._on_replaced)
        window.canvas.selection_changed.connect(self._on_selected)
        window.session.run_started.connect(lambda _run: self._on_run_started())
        window.panels.loaded.connect(self._expect)
        window.session.state_changed.connect(window.panels.set_state)

    def _on_replaced(self) -> None:
        self._has_raised = False
        self._expect()

    def _expect(self) -> None:
        """Tell the panel whether to wait for views."""
        self._window.panels.expect_views(
            bool(view_kinds(self._window.document.project))
        )

    def _on_run_started(self) -> None:
        """Show pictures of what is learnt, once for each document."""
        kinds = view_kinds(self._window.document.project)
        if not self._has_raised and kinds:
            self._window.docks.raise_("views")
        self._has_raised = True

    def _on_selected(self, ids: list[str], scope: str, prefix: str) -> None:
        """Show the view of a node that alone is selected."""
        project = self._window.document.project
        if len(ids) != 1 or (scope and scope not in project.blocks):
            return
        node = project.scope(scope).nodes.get(ids[0])
        if node is not None and is_view(node):
            self._window.docks.raise_("views")
            self._window.panels.show_view(f"{prefix}{node.id}")


def view_kinds(project: "Project") -> set[str]:
    """Return the kinds of all views of a project, those in blocks included."""
    graphs = [project.graph, *(block.graph for block in project.blocks.values())]
    return view_settings.view_kinds(graphs)
