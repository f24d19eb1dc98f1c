"""Requests to the engine. Each is a frozen value that can cross a process border.

Documents travel as the text of a `.bpw` file, so the engine always works on its own
frozen copy.
"""

from dataclasses import dataclass, field

from engine.layers.spec import Value


@dataclass(frozen=True)
class Check:
    """Analyse a document. Answer: `frame.Analysis` with the same `revision`.

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
class Estimate:
    """Make a few steps on a copy and tell what a run would take.

    Answer: `frame.Forecast`, or `frame.Failed` when a run or another estimate comes.
    """

    document: str
    revision: int = 0


@dataclass(frozen=True)
class ListDevices:
    """Ask for the devices. Answer: `device.Devices`."""


@dataclass(frozen=True)
class Train:
    """Compile and train a document in a new run.

    Answers: `frame.RunStarted`, then many `frame.Frame`, one `frame.Outcome`.

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


@dataclass(frozen=True)
class ResumeRun:
    """Continue an interrupted run from a checkpoint. Answers as `Train`.

    Args:
        folder: Of the run.
        paused: Wait before the first step.
        from_step: Step of a checkpoint that the run keeps; −1 is the newest.
    """

    folder: str
    paused: bool = False
    from_step: int = -1


@dataclass(frozen=True)
class Pause:
    """Stop before the next step and wait."""


@dataclass(frozen=True)
class Resume:
    """Go on after a pause."""


@dataclass(frozen=True)
class Step:
    """Make `count` steps and pause again."""

    count: int = 1


@dataclass(frozen=True)
class RunToEpochEnd:
    """Go on until the epoch ends, then pause."""


@dataclass(frozen=True)
class Stop:
    """End the run now, with a checkpoint."""


@dataclass(frozen=True)
class SetHyper:
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
class Export:
    """Write the weights of a run. Answer: `frame.Exported`.

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
class PreviewWeights:
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
class Look:
    """Make views of the present weights. Answer: `frame.Views`.

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
class OpenCell:
    """Ask which samples a cell of a confusion matrix holds, the largest loss first.

    Answer: `frame.View` of the kind `matrix_cell`; see `measure.views.cell`.

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
class MoveRun:
    """Keep the run in another folder and go on. Answer: `frame.Moved`.

    Args:
        folder: Where runs are kept from now on.
    """

    folder: str


@dataclass(frozen=True)
class Ping:
    """Ask whether anybody is there. Answer: `frame.Pong`, also beside long work."""


@dataclass(frozen=True)
class SettleRun:
    """Note in a run's folder that the engine which trained it is gone.

    Answer: `frame.Pong`.

    Args:
        folder: Of the run; one that has ended, or that goes on, stays as it is.
    """

    folder: str


@dataclass(frozen=True)
class Close:
    """Stop everything and end the engine."""


@dataclass(frozen=True)
class Request:
    """A command with the number that its answers carry."""

    number: int
    command: object = field(default_factory=Close)
