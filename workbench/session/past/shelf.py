"""The list of runs as the engine tells it, a part at a time."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.protocol.listing import commands
from engine.protocol.listing.layers import LayersCompared
from engine.protocol.past_runs import (
    Comparison,
    RunMarks,
    RunsMoved,
    RunsPart,
    RunSummary,
)
from workbench.session.answers import Answers
from workbench.session.link import Ask, Asked
from workbench.session.past.trash import RunTrash


class RunShelf(QObject):
    """All runs of a folder, the newest first.

    While they are told anew, what was known stays until all have come.

    Args:
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Attributes:
        runs: Name of the folder → what it says.
        is_whole: All runs have been told at least once.
        trash: Of the same folder.

    Threads: the GUI thread.
    """

    changed = Signal()
    moved = Signal(object)  # RunsMoved
    compared = Signal(object)  # Comparison
    layers = Signal(object)  # LayersCompared; empty when the engine was lost

    def __init__(self, ask: Ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self.trash = RunTrash(ask, self)
        self._folder = ""
        self.runs: dict[str, RunSummary] = {}
        self.is_whole = False
        self._coming: dict[str, RunSummary] = {}
        self._is_waiting = self._is_stale = self._awaits_layers = False

    @property
    def folder(self) -> Path:
        """Where the runs are."""
        return Path(self._folder)

    def refresh(self, folder: Path) -> None:
        """Ask for all runs of a folder; once more when it is asked already."""
        if str(folder) != self._folder:
            self._folder = str(folder)
            self.runs, self.is_whole, self._is_waiting = {}, False, False
        self._is_stale = self._is_waiting
        if not self._is_waiting:
            self._is_waiting, self._coming = True, {}
            self._ask(commands.ListRuns(self._folder))

    def mark(self, run: str, marks: RunMarks) -> None:
        """Note what somebody says of a run; shown at once."""
        if run in self.runs:
            self.runs[run] = replace(self.runs[run], marks=marks)
            self.changed.emit()
            self._ask(commands.MarkRun(self._folder, run, marks))

    def compare(self, runs: tuple[str, ...]) -> None:
        """Ask for runs beside each other; `compared` brings them."""
        self._ask(commands.CompareRuns(self._folder, runs))

    def compare_layers(self, runs: tuple[str, ...]) -> None:
        """Ask for the layers of runs beside each other; `layers` brings them."""
        self._awaits_layers = True
        self._ask(commands.CompareLayers(self._folder, runs))

    def discard(self, runs: tuple[str, ...]) -> None:
        """Move runs into the trash; `moved` tells which."""
        self._ask(commands.DiscardRuns(self._folder, runs))

    def restore(self, runs: tuple[str, ...]) -> None:
        """Move runs back out of the trash; `moved` tells which."""
        self._ask(commands.RestoreRuns(self._folder, runs))

    def lost(self) -> None:
        """Wait no more: the engine that was asked is gone."""
        self._is_waiting = False
        self.trash.lost()
        if self._awaits_layers:
            self._on_layers(LayersCompared(), None)

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(RunsPart, self._on_part)
        answers.to(RunSummary, self._on_summary)
        answers.to(RunsMoved, self._on_moved)
        answers.to(LayersCompared, self._on_layers)
        self.trash.listen(answers)
        answers.to(Comparison, lambda body, _command: self.compared.emit(body))

    def _on_layers(self, body: LayersCompared, _command: Asked) -> None:
        self._awaits_layers = False
        self.layers.emit(body)

    def _on_part(self, body: RunsPart, _command: Asked) -> None:
        if body.folder != self._folder:
            return
        self._coming.update({each.run: each for each in body.runs})
        if not body.is_last and body.runs:
            self._ask(commands.ListRuns(self._folder, body.start + len(body.runs)))
        elif body.is_last:
            self.runs, self.is_whole, self._is_waiting = self._coming, True, False
        if not self.is_whole:
            self.runs = dict(self._coming)
        self.changed.emit()
        if self._is_stale and not self._is_waiting:
            self.refresh(self.folder)

    def _on_summary(self, body: RunSummary, _command: Asked) -> None:
        if body.run in self.runs:
            self.runs[body.run] = body
            self.changed.emit()

    def _on_moved(self, body: RunsMoved, _command: Asked) -> None:
        if body.discarded:
            gone = set(body.runs)
            self.runs = {n: run for n, run in self.runs.items() if n not in gone}
            self.changed.emit()
        self.moved.emit(body)
        self.refresh(Path(body.folder))
