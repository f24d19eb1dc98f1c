"""Requests about the runs of a folder: which there are, what is said of them."""

from dataclasses import dataclass

from engine.protocol.commands import Command
from engine.protocol.listing.layers import LayersCompared
from engine.protocol.messages import RunStarted
from engine.protocol.past_runs import (
    Comparison,
    KeptWeights,
    RunMarks,
    RunsMoved,
    RunsPart,
    RunSummary,
    TrashEmptied,
    TrashPart,
)


@dataclass(frozen=True)
class ListRuns(Command[RunsPart]):
    """Ask for some of the runs of a folder. Answer: `past_runs.RunsPart`.

    Args:
        folder: Where runs are kept.
        start: How many are known; 0 looks into the folder anew.
    """

    folder: str
    start: int = 0


@dataclass(frozen=True)
class MarkRun(Command[RunSummary]):
    """Note what people say of a run. Answer: its `past_runs.RunSummary`.

    Args:
        folder: Where runs are kept.
        run: Name of its folder.
        marks: All of it.
    """

    folder: str
    run: str
    marks: RunMarks


@dataclass(frozen=True)
class DiscardRuns(Command[RunsMoved]):
    """Move runs into the trash beside them. Answer: `past_runs.RunsMoved`.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders.
    """

    folder: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class RestoreRuns(Command[RunsMoved]):
    """Move runs back out of the trash. Answer: `past_runs.RunsMoved`.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders.
    """

    folder: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class WeighTrash(Command[TrashPart]):
    """Ask what is in the trash. Answer: `past_runs.TrashPart`.

    Args:
        folder: Where runs are kept.
        start: How many are known.
    """

    folder: str
    start: int = 0


@dataclass(frozen=True)
class EmptyTrash(Command[TrashEmptied]):
    """Delete runs in the trash for good. Answer: `past_runs.TrashEmptied`.

    Args:
        folder: Where runs are kept.
        runs: Names in the trash; what was put there since stays.
    """

    folder: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class CompareRuns(Command[Comparison]):
    """Ask for runs beside each other. Answer: `past_runs.Comparison`.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders; the first is what the others are measured by.
    """

    folder: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class CompareLayers(Command[LayersCompared]):
    """Ask for the layers of runs beside each other. Answer: `layers.LayersCompared`.

    Args:
        folder: Where runs are kept.
        runs: Names of their folders; the first is what the others are measured by.
    """

    folder: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class ListKept(Command[KeptWeights]):
    """Ask which weights a run keeps. Answer: `past_runs.KeptWeights`.

    Args:
        run: Its folder.
    """

    run: str


@dataclass(frozen=True)
class BranchRun(Command[RunStarted]):
    """Go on from weights of another run, as a new one. Answers as `Train`.

    Args:
        run: Folder of the other.
        from_step: Of weights that it keeps.
        document: With other rates, batch size or length; empty changes nothing.
        allowed: As of `ResumeRun`.
    """

    run: str
    from_step: int
    document: str = ""
    allowed: tuple[str, ...] = ()
