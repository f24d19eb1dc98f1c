"""A sweep beside the work, as the engine tells of it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.protocol.bench.sweep import (
    FindSweeps,
    StartSweep,
    StopSweep,
    SweepsFound,
    SweepTold,
)
from workbench.session.answers import Answers
from workbench.session.link import Ask, Link


class Sweeps(QObject):
    """The sweep that goes on, and those that were made before.

    Args:
        link: The line to the engine.
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Threads: the GUI thread.
    """

    told = Signal(object)  # sweep.SweepTold
    found = Signal(object)  # sweep.SweepsFound

    def __init__(self, link: Link, ask: Ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link, self._ask = link, ask

    def start(self, wish: StartSweep) -> None:
        """Begin a sweep, or go on with one; answered by `told`, often."""
        self._ask(wish)

    def stop(self) -> None:
        """Stop it; the last `told` says how far it is."""
        self._link.send(StopSweep())

    def find(self, folder: Path) -> None:
        """Ask which sweeps there are; answered by `found`."""
        self._ask(FindSweeps(str(folder)))

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(SweepTold, lambda body, _command: self.told.emit(body))
        answers.to(SweepsFound, lambda body, _command: self.found.emit(body))
