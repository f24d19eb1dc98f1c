"""Moves the picture on while a gesture is held beyond its edge."""

from PySide6.QtCore import QObject, QPointF, QTimer
from PySide6.QtGui import QMouseEvent

from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.stage import Stage

_RIM_PX, _TICK_MS, _SPEED, _FASTEST_PX = 18, 16, 0.35, 28.0


class AutoPan:
    """Follows the pointer of the gesture under way.

    Args:
        stage: The canvas.
        parent: Qt's owner of the timer.
    """

    def __init__(self, stage: Stage, parent: QObject) -> None:
        self._stage = stage
        self._held: tuple[Gesture, QMouseEvent] | None = None
        self._timer = QTimer(parent)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def is_running(self) -> bool:
        """Whether the picture is moving."""
        return self._timer.isActive()

    def follow(self, gesture: Gesture, event: QMouseEvent) -> None:
        """Begin or end, as the pointer is near the edge or not."""
        self._held = (gesture, event.clone())
        is_wanted = gesture.pans and gesture.has_moved
        if is_wanted and not self._speed(event.position()).isNull():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def stop(self) -> None:
        """End; the gesture has."""
        self._timer.stop()
        self._held = None

    def tick(self) -> None:
        """Move the picture a little and let the gesture follow."""
        if self._held is None:
            self.stop()
            return
        gesture, event = self._held
        self._stage.camera.pan_by(-self._speed(event.position()))
        gesture.move(self._stage.camera.to_scene(event.position()), event)

    def _speed(self, place: QPointF) -> QPointF:
        """Return pixels per tick, more the further the pointer is out."""
        rect = self._stage.viewport().rect()
        return QPointF(
            _beyond(place.x(), rect.left(), rect.right()),
            _beyond(place.y(), rect.top(), rect.bottom()),
        )


def _beyond(place: float, low: float, high: float) -> float:
    if place < low + _RIM_PX:
        return max(-_FASTEST_PX, _SPEED * (place - low - _RIM_PX))
    if place > high - _RIM_PX:
        return min(_FASTEST_PX, _SPEED * (place - high + _RIM_PX))
    return 0.0
