"""A run that pauses by itself because the disk takes nothing: said, and mended."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.i18n import tr

if TYPE_CHECKING:
    from engine.protocol.messages import Frame
    from workbench.app.window import MainWindow

_ABOUT = "held"


class Holding(QObject):
    """Says why the run waits, and offers to go on here or elsewhere.

    Args:
        window: Whose parts it joins.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.session.frame_received.connect(self._on_frame)
        window.session.state_changed.connect(self._on_state)

    def _on_frame(self, frame: "Frame") -> None:
        if frame.held:
            offers = [
                (tr("Resume"), self._window.session.resume),
                (tr("Another folder…"), self._choose),
            ]
            self._window.banner.say("warning", frame.held, offers, about=_ABOUT)

    def _on_state(self, state: str) -> None:
        if state != "paused":
            self._window.banner.withdraw(_ABOUT)

    def _choose(self) -> None:
        session = self._window.session
        chosen = QFileDialog.getExistingDirectory(
            self._window, tr("Keep the run in this folder"), str(session.runs_folder)
        )
        if chosen:
            session.move_run(Path(chosen))
