"""Mouse gestures, each an object with start, move, finish and cancel.

The canvas has no modes: it hands events to the one gesture that is under way.
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from workbench.canvas.stage import Stage
from workbench.theme.tokens import current


class Gesture:
    """What all gestures have in common.

    Args:
        stage: Where it happens.
        place: Scene point of the press.
    """

    cursor = Qt.CursorShape.ArrowCursor
    pans = True
    """The picture moves on when the pointer leaves the canvas."""

    def __init__(self, stage: Stage, place: QPointF) -> None:
        self.stage = stage
        self.scene = stage.scene
        self.origin = place
        self.place = place
        self.has_moved = False

    def start(self) -> None:
        """Begin; nothing has moved yet."""

    def move(self, place: QPointF, event: QMouseEvent) -> None:
        """Follow the pointer to a scene point."""
        far = (place - self.origin).manhattanLength() * self.stage.camera.zoom
        self.has_moved = self.has_moved or far > 3
        self.place = place
        if self.has_moved:
            self.follow(event)

    def press(self, place: QPointF) -> None:
        """Take note of one more button: nothing to most gestures."""

    def release(self) -> bool:
        """Return whether letting go of the button ends the gesture."""
        return True

    def follow(self, event: QMouseEvent) -> None:
        """Show where the pointer has led to."""

    def finish(self) -> None:
        """Do what the gesture asked for."""

    def cancel(self) -> None:
        """Leave everything as it was."""

    def paint(self, painter: QPainter) -> None:
        """Draw over the scene, in scene coordinates."""


class PanDrag(Gesture):
    """Moves the picture."""

    cursor = Qt.CursorShape.ClosedHandCursor
    pans = False

    def __init__(self, stage: Stage, place: QPointF) -> None:
        super().__init__(stage, place)
        self._last: QPointF | None = None

    def move(self, place: QPointF, event: QMouseEvent) -> None:
        """Keep the pointer over the same point of the scene."""
        here = event.position()
        start = self.stage.camera.to_pixel(self.origin).toPointF()
        self.stage.camera.pan_by(here - (self._last or start))
        self._last = here
        self.has_moved = self.has_moved or self.place != place
        self.place = place


class SpaceHeld(Gesture):
    """While the space bar is held, drags pan; a mere tap of it opens the search."""

    cursor = Qt.CursorShape.OpenHandCursor
    pans = False

    def __init__(self, stage: Stage, place: QPointF) -> None:
        super().__init__(stage, place)
        self._pan: PanDrag | None = None
        self._was_used = False

    def press(self, place: QPointF) -> None:
        """Begin to pan."""
        self._pan, self._was_used = PanDrag(self.stage, place), True
        self.stage.viewport().setCursor(self._pan.cursor)

    def move(self, place: QPointF, event: QMouseEvent) -> None:
        """Pan while a button is down."""
        if self._pan is not None:
            self._pan.move(place, event)

    def release(self) -> bool:
        """Stop panning; the bar is still held."""
        self._pan = None
        self.stage.viewport().setCursor(self.cursor)
        return False

    def finish(self) -> None:
        """Open the search when nothing was panned."""
        if not self._was_used:
            self.stage.quick_add()


class RubberBand(Gesture):
    """Selects what a rectangle touches; with Shift adds to the selection."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, place: QPointF, *, adds: bool) -> None:
        super().__init__(stage, place)
        self._before = self.scene.selected_nodes() if adds else []

    @property
    def rect(self) -> QRectF:
        """The rectangle."""
        return QRectF(self.origin, self.place).normalized()

    def follow(self, event: QMouseEvent) -> None:
        """Select while dragging."""
        rect = self.rect
        inside = [i for i, n in self.scene.nodes.items() if n.card().intersects(rect)]
        self.scene.select([*self._before, *inside])
        self.stage.viewport().update()

    def finish(self) -> None:
        """Keep the selection; a mere click selects nothing."""
        if not self.has_moved:
            self.scene.select(self._before)

    def cancel(self) -> None:
        """Go back to what was selected."""
        self.scene.select(self._before)

    def paint(self, painter: QPainter) -> None:
        """Draw the rectangle."""
        if not self.has_moved:
            return
        colour = QColor(current().accent)
        pen = QPen(colour, 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        colour.setAlpha(32)
        painter.setBrush(colour)
        painter.drawRect(self.rect)
