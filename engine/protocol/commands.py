"""Requests to the engine. Each is a frozen value that can cross a process border.

Documents travel as the text of a `.bpw` file, so the engine always works on its own
frozen copy. What a command is answered with stands in its base: `Command[Analysis]`.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from engine.layers.spec import Value
from engine.protocol.device import Devices
from engine.protocol.messages import (
    Analysis,
    Exported,
    Forecast,
    Moved,
    Pong,
    RunStarted,
    View,
    Views,
)
from engine.protocol.past_runs import CurvesPart, OpenedRun
from engine.protocol.weights import WeightsPreview

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


class Command(Generic[Answer]):
    """What the engine can be asked; `Answer` is the class of what it tells then."""

    @classmethod
    def handled(
        cls, handler: "Callable[[Request[Self]], Answer | None]"
    ) -> "tuple[type[Command[Any]], Callable[[Request[Any]], object]]":
        """Return a row of the table of handlers; type checkers compare its parts.

        Args:
            handler: Returns the answer, or None when it comes later or never.
        """
        return cls, handler


C_co = TypeVar("C_co", bound=Command[Any], covariant=True)


@dataclass(frozen=True)
class Request(Generic[C_co]):
    """A command with the number that its answers carry."""

    number: int
    command: C_co


@dataclass(frozen=True)
class Check(Command[Analysis]):
    """Analyse a document. Answer: `messages.Analysis` with the same `revision`.

    Args:
        document: The project as text.
        revision: Of it.
        folder: Of its file, that relative paths count from; empty without a file.
        allowed: Places outside this folder that weights may be read from.
    """

    document: str
    revision: int = 0
    folder: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate(Command[Forecast]):
    """Make a few steps on a copy and tell what a run would take.

    Answer: `messages.Forecast`, or `Failed` when a run or another estimate comes.
    """

    document: str
    revision: int = 0


@dataclass(frozen=True)
class ListDevices(Command[Devices]):
    """Ask for the devices. Answer: `device.Devices`."""


@dataclass(frozen=True)
class Train(Command[RunStarted]):
    """Compile and train a document in a new run.

    Answers: `messages.RunStarted`, then many `messages.Frame`, one `messages.Outcome`.

    Args:
        document: Text of the project.
        folder: Where runs are kept; a new folder is made inside.
        device: Overrides the document's device unless empty.
        threads: Overrides the document's threads unless 0.
        paused: Wait for `Resume` or `Step` before the first step.
        monitor: Measure histograms and norms.
        steps: Overrides the length unless 0.
        seed: Overrides the document's seed unless negative.
        weights_from: Folder of a run; weights that fit its newest checkpoint by name
            and shape start from there, whatever the document says.
        parent: Folder of the run that it is to be compared with; nothing is read from
            there but for the list of runs.
    """

    document: str
    folder: str
    device: str = ""
    threads: int = 0
    paused: bool = False
    monitor: bool = True
    steps: int = 0
    seed: int = -1
    weights_from: str = ""
    parent: str = ""


@dataclass(frozen=True)
class ResumeRun(Command[RunStarted]):
    """Continue a run from a checkpoint. Answers as `Train`.

    Args:
        folder: Of the run.
        paused: Wait before the first step.
        from_step: Step of a checkpoint that the run keeps; −1 is the newest.
        allowed: Places that weights may be read from, if the run begins anew: it may
            be anybody's.
        more: Epochs that the run gets beyond its end, or steps where its length is in
            steps; it may have reached its end then.
    """

    folder: str
    paused: bool = False
    from_step: int = -1
    allowed: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class OpenRun(Command[OpenedRun]):
    """Ask what the run in a folder says of itself. Answer: `past_runs.OpenedRun`."""

    run: str


@dataclass(frozen=True)
class ReadCurves(Command[CurvesPart]):
    """Ask for a part of what a run has recorded. Answer: `past_runs.CurvesPart`.

    Args:
        run: Its folder.
        part: From 0; `OpenedRun.parts` says how many there are.
    """

    run: str
    part: int


@dataclass(frozen=True)
class Pause(Command[None]):
    """Stop before the next step and wait."""


@dataclass(frozen=True)
class Resume(Command[None]):
    """Go on after a pause."""


@dataclass(frozen=True)
class Step(Command[None]):
    """Make `count` steps and pause again."""

    count: int = 1


@dataclass(frozen=True)
class RunToEpochEnd(Command[None]):
    """Go on until the epoch ends, then pause."""


@dataclass(frozen=True)
class Stop(Command[None]):
    """End the run now, with a checkpoint."""


@dataclass(frozen=True)
class SetHyper(Command[None]):
    """Change a setting of the running training; recorded in the run.

    Args:
        name: `lr`, `momentum`, `weight_decay` or `batch_size`.
        value: The new value.
        phase: Which phase; empty means all.
    """

    name: str
    value: float
    phase: str = ""


@dataclass(frozen=True)
class Export(Command[Exported]):
    """Write the weights of a run. Answer: `messages.Exported`.

    Args:
        run: Folder of the run; empty means the current one, at its current step.
        format: `safetensors` or `pt`.
        path: Target file.
        averaged: The running mean of the weights, where the run keeps one.
        from_step: Step of a checkpoint that the run keeps; −1 is the newest.
    """

    run: str
    format: str
    path: str
    averaged: bool = True
    from_step: int = -1


@dataclass(frozen=True)
class PreviewWeights(Command[WeightsPreview]):
    """Ask how a file's weights fit a document. Answer: `weights.WeightsPreview`.

    Args:
        document: Text of the project.
        path: Of a safetensors file, a state_dict or the folder of a run.
        prefix: Before the names in the file.
    """

    document: str
    path: str
    prefix: str = ""


@dataclass(frozen=True)
class Look(Command[Views]):
    """Make views of the present weights. Answer: `messages.Views`.

    While a run goes on they are made between two steps; of another run, from its
    newest checkpoint.

    Args:
        settings: Path of each view → params that count from now on, or none; all
            views when it is empty.
        run: Folder of the run; empty means the current one.
    """

    settings: dict[str, dict[str, Value]] = field(default_factory=dict)
    run: str = ""


@dataclass(frozen=True)
class Watch(Command[Pong]):
    """Watch these things inside the network of the run, and no others.

    What is watched comes in frames as views, see `engine.protocol.tracing.inside`.

    Args:
        kinds: Of `inside.KINDS`; nothing costs anything without one.
    """

    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenCell(Command[View]):
    """Ask which samples a cell of a confusion matrix holds, the largest loss first.

    Answer: `messages.View` of the kind `matrix_cell`; see `measure.views.cell`.

    Args:
        node: Path of the confusion matrix.
        right: Class of the samples.
        answer: Class that the network gives them.
        run: Folder of the run; empty means the current one.
    """

    node: str
    right: int
    answer: int
    run: str = ""


@dataclass(frozen=True)
class MoveRun(Command[Moved]):
    """Keep the run in another folder and go on. Answer: `messages.Moved`.

    Args:
        folder: Where runs are kept from now on.
    """

    folder: str


@dataclass(frozen=True)
class Ping(Command[Pong]):
    """Ask whether anybody is there. Answer: `messages.Pong`, also beside long work."""


@dataclass(frozen=True)
class SettleRun(Command[Pong]):
    """Note in a run's folder that the engine which trained it is gone.

    Answer: `messages.Pong`.

    Args:
        folder: Of the run; one that has ended, or that goes on, stays as it is.
    """

    folder: str


@dataclass(frozen=True)
class Close(Command[None]):
    """Stop everything and end the engine."""
