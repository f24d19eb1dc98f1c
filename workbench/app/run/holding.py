"""A run that pauses by itself because the disk takes nothing: said, and mended."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.i18n import tr
from engine.protocol.messages import Frame
from workbench.app.desk import Desk

_ABOUT = "held"


class Holding(QObject):
    """Says why the run waits, and offers to go on here or elsewhere.

    Args:
        desk: Whose parts it joins.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        desk.session.frame_received.connect(self._on_frame)
        desk.session.state_changed.connect(self._on_state)

    def _on_frame(self, frame: Frame) -> None:
        if frame.held:
            offers = [
                (tr("Resume"), self._desk.session.resume),
                (tr("Another folder…"), self._choose),
            ]
            self._desk.banner.say("warning", frame.held, offers, about=_ABOUT)

    def _on_state(self, state: str) -> None:
        if state != "paused":
            self._desk.banner.withdraw(_ABOUT)

    def _choose(self) -> None:
        session = self._desk.session
        chosen = QFileDialog.getExistingDirectory(
            self._desk.widget,
            tr("Keep the run in this folder"),
            str(session.runs_folder),
        )
        if chosen:
            session.move_run(Path(chosen))
