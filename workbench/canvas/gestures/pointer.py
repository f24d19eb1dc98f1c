"""The mouse on the canvas: one gesture at a time; between them, what is below it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QDragMoveEvent,
    QHelpEvent,
    QMouseEvent,
    QNativeGestureEvent,
)
from PySide6.QtWidgets import QToolTip

from workbench.canvas.edits import blocks, drop, notes
from workbench.canvas.gestures import choose
from workbench.canvas.gestures.auto_pan import AutoPan
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.gestures.hover import Hover
from workbench.canvas.stage import Stage


class Pointer:
    """Hands mouse events to gestures.

    Args:
        stage: The canvas.
        parent: Qt's owner of a timer.

    Attributes:
        gesture: Under way, or None.
        hover: Explains what is below the pointer.
        auto_pan: Moves the picture on beyond its edge.
    """

    def __init__(self, stage: Stage, parent: QObject) -> None:
        self._stage = stage
        self.gesture: Gesture | None = None
        self.hover, self.auto_pan = Hover(stage), AutoPan(stage, parent)

    def begin(self, gesture: Gesture | None) -> None:
        """Hand the mouse to a gesture."""
        self.gesture = gesture
        if gesture is not None:
            self.hover.clear()
            gesture.start()
            self._stage.viewport().setCursor(gesture.cursor)
        self._stage.viewport().update()

    def end(self, *, cancel: bool = False) -> None:
        """Finish the gesture under way, or give it up."""
        gesture, self.gesture = self.gesture, None
        self.auto_pan.stop()
        if gesture is None:
            return
        self._stage.viewport().unsetCursor()
        if cancel:
            gesture.cancel()
        else:
            gesture.finish()
        self._stage.viewport().update()

    def press(self, event: QMouseEvent) -> None:
        """Begin the gesture that fits what is under the pointer."""
        if self.gesture is None:
            self.begin(choose.gesture_for(self._stage, event))
        else:
            self.gesture.press(self._stage.camera.to_scene(event.position()))

    def move(self, event: QMouseEvent) -> None:
        """Move the gesture on, or show what is under the pointer."""
        place = self._stage.camera.to_scene(event.position())
        if self.gesture is not None:
            self.gesture.move(place, event)
            self.auto_pan.follow(self.gesture, event)
        else:
            self.hover.follow(place)

    def release(self) -> None:
        """Finish the gesture, unless it lasts longer than a button is down."""
        if self.gesture is None or self.gesture.release():
            self.end()

    def answers(self, event: QEvent) -> bool:
        """Take pinches and requests for tooltips; note that the pointer has left."""
        stage = self._stage
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                stage.camera.zoom_by(1 + event.value(), event.position())
            return True
        if isinstance(event, QHelpEvent):
            words = self.hover.help_at(stage.camera.to_scene(event.pos().toPointF()))
            QToolTip.showText(event.globalPos(), words, stage.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self.hover.clear()
        return False

    def double_click(self, event: QMouseEvent) -> None:
        """Activate a node; elsewhere search for one to add, also into a wire."""
        stage, scene = self._stage, self._stage.scene
        place = stage.camera.to_scene(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if blocks.activate_at(stage, place):
            return
        wire, note = scene.edge_at(place), scene.notes.at(place)
        if wire is not None:
            stage.quick_add(place, wire.edge)
        elif note is not None:
            notes.edit_text(stage, note)
        elif scene.port_at(place) is None:
            stage.quick_add(place)
        event.accept()

    def drag_over(self, event: QDragMoveEvent) -> None:
        """Take layers from the list; show the wire they would go into."""
        drop.enter(event)
        self.hover.follow(self._stage.camera.to_scene(event.position()))
