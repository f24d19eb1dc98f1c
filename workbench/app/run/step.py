"""One step that a person asked for is shown on the canvas once it is made."""

from PySide6.QtCore import QObject

from engine.protocol.messages import Frame
from workbench.app.desk import Desk
from workbench.app.run.training import TrainCommands


class Stepping(QObject):
    """Waits for the frame of a step, then lets the canvas show it.

    Args:
        desk: Whose parts it joins.
        training: Tells that a step is wanted.
    """

    def __init__(self, desk: Desk, training: TrainCommands) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        self._is_due = False
        training.step_wanted.connect(self._on_step_wanted)
        desk.session.frame_received.connect(self._on_frame)
        desk.session.outcome.connect(lambda _outcome: self._forget())

    def _on_step_wanted(self) -> None:
        self._is_due = True

    def _forget(self) -> None:
        self._is_due = False

    def _on_frame(self, frame: Frame) -> None:
        if self._is_due and len(frame.steps):
            self._is_due = False
            self._desk.canvas.step_animation.start()
