"""The trash of a folder of runs: what is in it, and how it is emptied."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.protocol.listing import commands
from engine.protocol.past_runs import TrashEmptied, TrashPart
from workbench.session.answers import Answers
from workbench.session.link import Ask, Asked


class RunTrash(QObject):
    """Has the engine look into the trash, and delete, a part at a time.

    Args:
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Signals:
        emptied: Names that are gone, bytes they took, why others stay or nothing.

    Threads: the GUI thread.
    """

    emptied = Signal(tuple, float, str)

    def __init__(self, ask: Ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._told: Callable[[tuple[str, ...], int], None] | None = None
        self._runs: tuple[str, ...] = ()
        self._num_bytes, self._refused = 0, ""

    def weigh(self, folder: Path, told: Callable[[tuple[str, ...], int], None]) -> None:
        """Ask what is in the trash of a folder.

        Args:
            folder: Where runs are kept.
            told: Is called with the names and their bytes, once all are known.
        """
        self._begin()
        self._told = told
        self._ask(commands.WeighTrash(str(folder)))

    def empty(self, folder: Path, runs: tuple[str, ...]) -> None:
        """Delete runs in the trash for good; `emptied` tells how it went."""
        self._begin()
        self._ask(commands.EmptyTrash(str(folder), runs))

    def lost(self) -> None:
        """Tell what is gone so far: the engine that was asked is lost."""
        self._told = None
        if self._runs:
            self.emptied.emit(self._runs, float(self._num_bytes), self._refused)
        self._begin()

    def _begin(self) -> None:
        self._told = None
        self._runs, self._num_bytes, self._refused = (), 0, ""

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(TrashPart, self._on_part)
        answers.to(TrashEmptied, self._on_emptied)

    def _on_part(self, body: TrashPart, _command: Asked) -> None:
        if self._told is None or body.start != len(self._runs):
            return
        self._runs += body.runs
        self._num_bytes += body.bytes
        if not body.is_last:
            self._ask(commands.WeighTrash(body.folder, len(self._runs)))
            return
        told, runs, num_bytes = self._told, self._runs, self._num_bytes
        self._begin()
        told(runs, num_bytes)

    def _on_emptied(self, body: TrashEmptied, _command: Asked) -> None:
        self._runs += body.runs
        self._num_bytes += body.bytes
        self._refused = body.refused or self._refused
        if body.left:
            self._ask(commands.EmptyTrash(body.folder, body.left))
            return
        self.emptied.emit(self._runs, float(self._num_bytes), self._refused)
        self._begin()
