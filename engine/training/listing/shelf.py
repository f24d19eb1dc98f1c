"""What the host answers about the runs of a folder."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from engine.errors import DocumentError
from engine.i18n import tr
from engine.protocol.commands import Command, Request
from engine.protocol.listing import commands
from engine.protocol.listing.layers import LayersCompared
from engine.protocol.past_runs import (
    Comparison,
    KeptWeights,
    RunsMoved,
    RunsPart,
    RunSummary,
    TrashEmptied,
    TrashPart,
)
from engine.training.listing import branch as branching
from engine.training.listing import comparison, emptying, layers, marks, trash
from engine.training.listing.index import RunIndex

Row: TypeAlias = tuple[type[Command[Any]], Callable[[Request[Any]], object]]


class Shelf:
    """Keeps the index of the folder that was asked about last.

    Threads: one.
    """

    def __init__(self) -> None:
        self._index: RunIndex | None = None

    def _of(self, folder: str | Path) -> RunIndex:
        if self._index is None or self._index.folder != Path(folder):
            self._index = RunIndex(Path(folder))
        return self._index

    def rows(self, busy: Callable[[], str]) -> Iterator[Row]:
        """Yield rows of the host's table: command → what answers it.

        Args:
            busy: Returns the folder of the run that trains, or nothing.
        """
        yield commands.ListRuns.handled(lambda r: self.part(r.command))
        yield commands.MarkRun.handled(lambda r: self.mark(r.command))
        yield commands.CompareRuns.handled(lambda r: self.compared(r.command))
        yield commands.CompareLayers.handled(lambda r: self.layers(r.command))
        yield commands.ListKept.handled(lambda r: self.kept(r.command))
        yield commands.DiscardRuns.handled(lambda r: self.discard(r.command, busy()))
        yield commands.RestoreRuns.handled(lambda r: self.restore(r.command))
        yield commands.WeighTrash.handled(lambda r: self.weigh(r.command))
        yield commands.EmptyTrash.handled(lambda r: self.empty(r.command))

    def part(self, command: commands.ListRuns) -> RunsPart:
        """Return some of the runs."""
        return self._of(command.folder).part(command.start)

    def mark(self, command: commands.MarkRun) -> RunSummary:
        """Note what people say of a run.

        Raises:
            DocumentError: When there is no such run.
            OSError: When it can't be written.
        """
        folder = Path(command.folder)
        path, index = trash.path_of(folder, command.run), self._of(command.folder)
        if index.again(command.run) is not None:
            marks.write(path, command.marks)
        found = index.again(command.run)
        if found is None:
            raise DocumentError(tr("This is no run of this folder"), got=command.run)
        return found

    def compared(self, command: commands.CompareRuns) -> Comparison:
        """Return runs beside each other.

        Raises:
            DocumentError: When fewer than two can be read.
        """
        folder = Path(command.folder)
        for run in command.runs:
            trash.path_of(folder, run)
        told, index = comparison.compared(folder, command.runs), self._of(folder)
        runs = (
            replace(run, summary=index.again(run.summary.run) or run.summary)
            for run in told.runs
        )
        return replace(told, runs=tuple(runs))  # called as in the list

    def layers(self, command: commands.CompareLayers) -> LayersCompared:
        """Return the layers of runs beside each other.

        Raises:
            DocumentError: When a name is no name of a folder.
        """
        folder = Path(command.folder)
        for run in command.runs:
            trash.path_of(folder, run)
        return layers.compared(folder, command.runs[: comparison.MOST_RUNS])

    def kept(self, command: commands.ListKept) -> KeptWeights:
        """Return which weights a run keeps."""
        return branching.kept_weights(Path(command.run))

    def discard(self, command: commands.DiscardRuns, busy: str) -> RunsMoved:
        """Move runs into the trash; `busy` is the folder of the one that trains."""
        return trash.discard(Path(command.folder), command.runs, busy)

    def restore(self, command: commands.RestoreRuns) -> RunsMoved:
        """Move runs back."""
        return trash.restore(Path(command.folder), command.runs)

    def weigh(self, command: commands.WeighTrash) -> TrashPart:
        """Return some of what is in the trash.

        Raises:
            DocumentError: When the trash is no folder of its own.
        """
        return emptying.weighed(Path(command.folder), command.start)

    def empty(self, command: commands.EmptyTrash) -> TrashEmptied:
        """Delete some of what is in the trash.

        Raises:
            DocumentError: As of `emptying.emptied`.
        """
        return emptying.emptied(Path(command.folder), command.runs)
