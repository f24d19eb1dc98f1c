"""A run that was made before, as the engine reads it from its folder.

`OpenRun` is answered with an `OpenedRun`: all but the curves. These may be long, so
they come one `CurvesPart` for each `ReadCurves`.
"""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Ints
    from engine.protocol.baselines import Baseline
    from engine.protocol.findings import Finding
    from engine.protocol.goals import PhaseGoal
    from engine.protocol.messages import Evaluation, LayerSample, View

_OPEN = frozenset({"created", "running", "paused", "interrupted", "stopped", "failed"})
"""States in which a run has not reached its end."""
_INTERRUPTED = frozenset({"created", "running", "paused", "interrupted"})


@dataclass(frozen=True)
class OpenedRun:
    """Answer to `OpenRun`: what a run says of itself.

    Args:
        run: Its folder, as it was asked for.
        document: Text of the project, with what was changed while it trained.
        state: How it ended; `running` and `paused` when nobody ended it.
        step: Of its newest weights, 0 without any.
        last_step: The last one of which the losses are known, 0 without any.
        num_phases: Phases whose losses are known.
        parts: How many `CurvesPart` its curves have; at least one.
        places: The places that its weights start from, when it has none of its own
            yet.
        layers: Node paths that the rows of its samples are about (axis L); empty in
            old runs.
        layer_phases: Index of the phase that updates each of the layers, −1 for none.
        device: Id of the device.
        threads: Threads that torch used.
        goals: What each of the phases minimises; empty in old runs.
        baselines: As of `RunStarted`.
        findings: What was found wrong with it.
        damage: Why some of its curves are missing, or nothing.
        created: When it began, ISO 8601, or nothing.
        changes: First steps with a setting that was changed.
        steps_per_epoch: As its evaluations tell; 0 where nobody knows.
    """

    run: str
    document: str
    state: str
    step: int
    last_step: int
    num_phases: int
    parts: int
    places: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    layer_phases: tuple[int, ...] = ()
    device: str = "cpu"
    threads: int = 0
    goals: tuple[PhaseGoal, ...] = ()
    baselines: dict[str, Baseline] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    damage: str = ""
    created: str = ""
    changes: tuple[int, ...] = ()
    steps_per_epoch: int = 0

    @property
    def can_resume(self) -> bool:
        """Whether it can go on: from its newest weights, or else from its start."""
        return self.state in _OPEN


@dataclass(frozen=True)
class CurvesPart:
    """Answer to `ReadCurves`: some of what a run has recorded, in the order of steps.

    Args:
        run: Its folder, as it was asked for.
        part: Which one, from 0.
        steps: Numbers of the steps (K,).
        losses: Training loss, a column a phase (K, phases).
        rates: Learning rate, a column a phase (K, phases).
        samples: Of the layers.
        evaluations: On the validation data.
        views: That were kept while it trained.
    """

    run: str
    part: int
    steps: Ints
    losses: Floats
    rates: Floats
    samples: tuple[LayerSample, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    views: tuple[View, ...] = ()


@dataclass(frozen=True)
class RunMarks:
    """What people say of a run; it changes nothing in it.

    Args:
        name: Instead of the name of its project, or empty.
        tags: Words to find it by.
        is_starred: It is one of the good ones.
        note: Anything.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    is_starred: bool = False
    note: str = ""


@dataclass(frozen=True)
class RunSummary:
    """A run in a list.

    Args:
        run: Name of its folder, among the others.
        title: Of its project.
        created: When it began, ISO 8601, or nothing.
        state: As of `OpenedRun`; `unread` when its account is too large for a list.
        step: Of its newest weights, 0 without any.
        parent: Folder of the run that it came after or from; empty for none.
        changed: What is different from that, in words.
        score_kind: Type of the metric that counts, empty for a loss.
        score_title: Its words; empty when nothing was evaluated.
        score: Its value for the weights that the run ends with; NaN without one.
        is_lower: The lower the score, the better.
        goal: Words of the goal; empty for none.
        is_met: The goal is met.
        loss: Lowest validation loss of the weights it keeps; NaN without one.
        took_s: Seconds that it trained; NaN where it doesn't say.
        spark: The score over the run, thinned out.
        marks: What people say of it.
    """

    run: str
    title: str
    created: str = ""
    state: str = "unread"
    step: int = 0
    parent: str = ""
    changed: tuple[str, ...] = ()
    score_kind: str = ""
    score_title: str = ""
    score: float = math.nan
    is_lower: bool = True
    goal: str = ""
    is_met: bool = False
    loss: float = math.nan
    took_s: float = math.nan
    spark: tuple[float, ...] = ()
    marks: RunMarks = field(default_factory=RunMarks)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.marks.name or self.title

    @property
    def heading(self) -> str:
        """What tells it from others: its own name, what is different, its project."""
        return self.marks.name or ", ".join(self.changed[:3]) or self.title

    @property
    def is_interrupted(self) -> bool:
        """Whether nobody ended it: it can go on."""
        return self.state in _INTERRUPTED


@dataclass(frozen=True)
class RunsPart:
    """Answer to `ListRuns`: some of the runs of a folder, the newest first.

    Args:
        folder: As it was asked for.
        start: How many stand before these.
        runs: The next ones.
        total: How many there are.
    """

    folder: str
    start: int
    runs: tuple[RunSummary, ...]
    total: int

    @property
    def is_last(self) -> bool:
        """Whether there are no more."""
        return self.start + len(self.runs) >= self.total


@dataclass(frozen=True)
class RunsMoved:
    """Answer to `DiscardRuns` and `RestoreRuns`.

    Args:
        folder: Where runs are kept.
        runs: Names of the folders that were moved.
        discarded: They are in the trash now, and not back from it.
        refused: Why others were not, in words; empty when all were.
    """

    folder: str
    runs: tuple[str, ...]
    discarded: bool
    refused: str = ""


@dataclass(frozen=True)
class TrashPart:
    """Answer to `WeighTrash`: some of what is in the trash of a folder.

    Args:
        folder: Where runs are kept.
        start: How many stand before these.
        runs: The next names.
        bytes: What these take.
        total: How many there are.
    """

    folder: str
    start: int
    runs: tuple[str, ...]
    bytes: int
    total: int

    @property
    def is_last(self) -> bool:
        """Whether there are no more."""
        return not self.runs or self.start + len(self.runs) >= self.total


@dataclass(frozen=True)
class TrashEmptied:
    """Answer to `EmptyTrash`: what is gone for good.

    Args:
        folder: Where runs are kept.
        runs: Names that are gone.
        bytes: What they took.
        left: Names that there was no time for yet.
        refused: Why others stay, in words; empty when none does.
    """

    folder: str
    runs: tuple[str, ...]
    bytes: int
    left: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class CurveTitle:
    """A value that runs can be compared by.

    Args:
        name: As an evaluation calls it; `train:` and its phase for training losses.
        words: What it is.
        kind: Type of the metric, empty for a loss.
        is_lower: The lower, the better.
    """

    name: str
    words: str
    kind: str = ""
    is_lower: bool = True


@dataclass(frozen=True)
class SettingRow:
    """Something that is not the same in all runs that are compared.

    Args:
        kind: As of `Difference`: a setting, a node that is added or removed, wires.
        path: Of the node; empty for the training.
        words: What it is.
        values: In each of the runs.
    """

    kind: str
    path: str
    words: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ComparedRun:
    """A run beside others.

    Args:
        summary: What it says in a list.
        curves: Name of a value → steps and values (2, K), finite ones only; training
            losses as means over equal spans of steps.
        steps_per_epoch: 0 where nobody knows.
        last_step: The last one of which the losses are known.
    """

    summary: RunSummary
    curves: dict[str, Floats]
    steps_per_epoch: float = 0.0
    last_step: int = 0


@dataclass(frozen=True)
class Comparison:
    """Answer to `CompareRuns`.

    Args:
        runs: In the order that was asked for; those that can't be read are left out.
        titles: The values that they can be compared by, those that count first.
        settings: What is not the same in all; the first run is the measure.
        refused: Why some are left out; empty when all are there.
    """

    runs: tuple[ComparedRun, ...]
    titles: tuple[CurveTitle, ...]
    settings: tuple[SettingRow, ...]
    refused: str = ""


@dataclass(frozen=True)
class KeptWeights:
    """Answer to `ListKept`: the steps of which a run keeps all that it needs to go on.

    Args:
        run: Its folder, as it was asked for.
        steps: In order.
        best: Of the lowest validation loss; −1 where none is kept.
        bytes: What they take together.
        budget: What they may take.
    """

    run: str
    steps: tuple[int, ...] = ()
    best: int = -1
    bytes: int = 0
    budget: int = 0
