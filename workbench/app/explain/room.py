"""The room Explain: enters and leaves it, and knows when what it shows is old."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QObject, QTimer, Signal

from engine.i18n import tr
from workbench.app.bars.toolbar import ToolBar
from workbench.app.centre.split import Split
from workbench.app.desk import Desk
from workbench.app.docks.rooms import EXPLAIN
from workbench.app.run.weights_dialog import rooted

if TYPE_CHECKING:
    from workbench.app.explain.views import ExplainViews

_MARGIN = QMarginsF(12.0, 20.0, 12.0, 16.0)
"""Around the graph, for what is said above the cards and for wires that turn."""
_ROOF_PX = 12
"""What the facts about the step cover of the canvas, beyond what a fit leaves free."""
_CHANGED_MS = 500
"""After the last edit a new first step is held."""


class Explaining(QObject):
    """The room's comings and goings; its widgets are loaded when it is entered first.

    Args:
        desk: Whose parts it joins.
        may_read: Asks before weights are read from elsewhere.

    Attributes:
        is_on: The room is shown.
        views: Its widgets, once there are some.

    Signals:
        changed: There is a next stop now, or none any more.
    """

    changed = Signal()

    def __init__(self, desk: Desk, may_read: Callable[[], bool]) -> None:
        super().__init__(desk.widget)
        self._desk, self._may_read = desk, may_read
        self.is_on = False
        self.views: ExplainViews | None = None
        self._tools: ToolBar | None = None
        self._split: Split | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hold)
        desk.rooms.leaving.connect(self._on_leaving)
        desk.rooms.changed.connect(self._on_room_changed)
        desk.document.changed.connect(self._on_document_changed)
        desk.document.replaced.connect(self.leave)

    def join(self, tools: ToolBar) -> None:
        """Learn where the parts of the step will stand."""
        self._tools = tools

    def _on_room_changed(self) -> None:
        is_on = self._desk.rooms.current.id == EXPLAIN
        if is_on and not self.is_on:
            self._begin()

    def _on_leaving(self) -> None:
        """End before panels come back: all at once would make the window larger."""
        if self.is_on:
            self._end()

    def _begin(self) -> None:
        views = self._made()
        self.is_on = True
        if self._tools is not None and self._split is not None:
            self._tools.show_steps(views.bar)
            self._split.show_neighbours(on=True)
        self.hold()
        self._desk.canvas.setFocus()
        self._leave_room(_MARGIN, _ROOF_PX)

    def _leave_room(self, margin: QMarginsF, roof_px: int) -> None:
        """Fit the graph with room around it, now and whenever it is fitted again."""
        canvas = self._desk.canvas
        canvas.camera.margin, canvas.camera.roof_px = margin, roof_px
        QTimer.singleShot(0, canvas, canvas.fit)

    def _made(self) -> "ExplainViews":
        """Return the widgets, made at the first time."""
        if self.views is None:
            from workbench.app.explain.views import ExplainViews  # loads numpy

            self.views = views = ExplainViews(self._desk, self)
            views.bar.leave_wanted.connect(self.leave)
            views.bar.anew_wanted.connect(self.hold)
            views.microscope.moved.connect(self.changed)
            self._split = Split(self._desk.centre)
            self._split.put(views.page, views.pane)
        return self.views

    def _end(self) -> None:
        self.is_on = False
        self._timer.stop()
        if self._tools is not None and self._split is not None:
            self._tools.show_steps(None)
            self._split.show_neighbours(on=False)
        if self.views is not None:
            self.views.let_go()
        self.changed.emit()
        self._leave_room(QMarginsF(), 0)

    def hold(self) -> None:
        """Hold the newest step still."""
        if not self.is_on or self.views is None:
            return
        session = self._desk.session
        is_new = not (session.active or session.looking.folder)
        if is_new and not self._may_read():
            return
        self.views.hold(rooted(self._desk.document))

    def next(self) -> None:
        """Go on to the next stop."""
        if self.views is not None:
            self.views.microscope.next()

    @property
    def can_go_on(self) -> bool:
        """Whether there is a next stop."""
        return self.is_on and self.views is not None and self.views.can_go_on

    def leave(self) -> None:
        """Go back to the room before."""
        if self.is_on:
            self._desk.rooms.leave()

    def _on_document_changed(self, _edits: object) -> None:
        if self.is_on and self.views is not None:
            if self.views.microscope.origin.kind == "document":
                self._timer.start(_CHANGED_MS)
            else:
                self.views.say_old(tr("the network has changed since"))
