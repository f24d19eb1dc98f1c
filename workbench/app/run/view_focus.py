"""The views of the document: their panel comes forward when it has news to tell.

Panels with nothing to tell yet learn here whether a run is on.
"""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDockWidget, QWidget

from engine.graph.paths import place_of
from workbench.app.desk import Desk
from workbench.app.docks.bars import is_in_sight
from workbench.document.view_nodes import is_view, view_kinds


def in_sight(widget: QWidget) -> bool:
    """Return whether a panel can be seen, in its dock or enlarged."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    return widget.isVisible() and (above is None or is_in_sight(above))


class Watching(QObject):
    """Joins view nodes, canvas and the panel of the views.

    Args:
        desk: Whose parts it joins.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        self._has_raised = False
        self._watched: tuple[str, ...] = ()
        desk.session.ticked.connect(self._watch)
        desk.document.changed.connect(lambda _edits: self._expect())
        desk.document.replaced.connect(self._on_replaced)
        desk.canvas.selection_changed.connect(self._on_selected)
        desk.session.run_started.connect(lambda _run: self._on_run_started())
        desk.panels.loaded.connect(self._expect)
        desk.panels.loaded.connect(self._join_layers)
        desk.session.state_changed.connect(desk.panels.set_state)

    def _join_layers(self) -> None:
        """Let rows ring their cards and cards light their rows; a click selects."""
        canvas = self._desk.canvas
        for panel in self._desk.panels.layer_panels():
            panel.layer_pointed.connect(canvas.point_at)
            panel.layer_chosen.connect(lambda path: canvas.focus_node(place_of(path)))
            canvas.card_pointed.connect(panel.point_at)

    def _watch(self) -> None:
        """Have measured what the panel of the inside shows, while it is in sight."""
        panel, session = self._desk.panels.inside, self._desk.session
        wanted: tuple[str, ...] = ()
        if panel is not None and session.active and in_sight(panel):
            wanted = (panel.kind,)
        if wanted != self._watched:
            self._watched = wanted
            session.looking.watch(wanted)

    def _on_replaced(self) -> None:
        self._has_raised = False
        self._expect()

    def _expect(self) -> None:
        """Tell the panel whether to wait for views."""
        kinds = view_kinds(self._desk.document.project)
        self._desk.panels.expect_views(bool(kinds))

    def _on_run_started(self) -> None:
        """Show pictures of what is learnt, once for each document."""
        self._watched = ()  # the engine watches nothing in a run that begins
        kinds = view_kinds(self._desk.document.project)
        if not self._has_raised and kinds:
            self._desk.docks.raise_("views")
        self._has_raised = True

    def _on_selected(self, ids: list[str], scope: str, prefix: str) -> None:
        """Show the view of a node that alone is selected."""
        project = self._desk.document.project
        if len(ids) != 1 or (scope and scope not in project.blocks):
            return
        node = project.scope(scope).nodes.get(ids[0])
        if node is not None and is_view(node):
            self._desk.docks.raise_("views")
            self._desk.panels.show_view(f"{prefix}{node.id}")
