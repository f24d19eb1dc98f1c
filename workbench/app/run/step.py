"""One step that a person asked for is shown on the canvas once it is made."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from engine.protocol.messages import Frame
    from workbench.app.window import MainWindow


class Stepping(QObject):
    """Waits for the frame of a step, then lets the canvas show it.

    Args:
        window: Whose parts it joins.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._is_due = False
        window.training.step_wanted.connect(self._on_step_wanted)
        window.session.frame_received.connect(self._on_frame)
        window.session.outcome.connect(lambda _outcome: self._forget())

    def _on_step_wanted(self) -> None:
        self._is_due = True

    def _forget(self) -> None:
        self._is_due = False

    def _on_frame(self, frame: "Frame") -> None:
        if self._is_due and len(frame.steps):
            self._is_due = False
            self._window.canvas.step_animation.start()
