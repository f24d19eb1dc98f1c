"""Moves the picture on while a gesture is held beyond its edge."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QMouseEvent

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

_RIM_PX, _TICK_MS, _SPEED, _FASTEST_PX = 18, 16, 0.35, 28.0


class AutoPan:
    """Follows the pointer of the gesture under way.

    Args:
        view: The canvas.
    """

    def __init__(self, view: "CanvasView") -> None:
        self._view = view
        self._event: QMouseEvent | None = None
        self._timer = QTimer(view)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def is_running(self) -> bool:
        """Whether the picture is moving."""
        return self._timer.isActive()

    def follow(self, event: QMouseEvent) -> None:
        """Begin or end, as the pointer is near the edge or not."""
        gesture = self._view.gesture
        wanted = gesture is not None and gesture.pans and gesture.has_moved
        self._event = event.clone()
        if wanted and not self._speed(event.position()).isNull():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def stop(self) -> None:
        """End; the gesture has."""
        self._timer.stop()
        self._event = None

    def tick(self) -> None:
        """Move the picture a little and let the gesture follow."""
        gesture, event = self._view.gesture, self._event
        if gesture is None or event is None:
            self.stop()
            return
        self._view.camera.pan_by(-self._speed(event.position()))
        gesture.move(self._view.to_scene(event.position()), event)

    def _speed(self, place: QPointF) -> QPointF:
        """Return pixels per tick, more the further the pointer is out."""
        room = self._view.viewport().rect()
        return QPointF(
            _beyond(place.x(), room.left(), room.right()),
            _beyond(place.y(), room.top(), room.bottom()),
        )


def _beyond(place: float, low: float, high: float) -> float:
    if place < low + _RIM_PX:
        return max(-_FASTEST_PX, _SPEED * (place - low - _RIM_PX))
    if place > high - _RIM_PX:
        return min(_FASTEST_PX, _SPEED * (place - high + _RIM_PX))
    return 0.0
