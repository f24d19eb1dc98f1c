"""Many trainings with other settings, beside the work, each in a process of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.protocol.commands import Command

Method = Literal["grid", "random", "optuna"]
"""How points are chosen."""
TrialState = Literal["begun", "done", "pruned", "failed"]
Value = str | int | float | bool | None


@dataclass(frozen=True)
class StartSweep(Command["SweepTold"]):
    """Make the trials of a sweep. Answer: `SweepTold`, and again whenever it has news.

    It goes on beside everything else, until it is over, stopped, or the engine ends.

    Args:
        folder: Of the sweep; one that is there goes on when it is the same.
        document: Text of the project; empty goes on with what is in the folder.
        over: An axis each, in words: `lr=1e-4..1[log]`.
        method: How points are chosen: a `Method`.
        count: Of trials; a grid has as many as it has points.
        score: Loss or metric that decides; empty is the first metric.
        jobs: Trials at the same time; 0 is one for each core.
        prunes: Whether hopeless trials are stopped.
    """

    folder: str
    document: str = ""
    over: tuple[str, ...] = ()
    method: str = "random"
    count: int = 0
    score: str = ""
    jobs: int = 0
    prunes: bool = True


@dataclass(frozen=True)
class StopSweep(Command[None]):
    """Stop the sweep; its trials keep what they have, and go on another time."""


@dataclass(frozen=True)
class FindSweeps(Command["SweepsFound"]):
    """Ask for the sweeps of a folder. Answer: `SweepsFound`.

    Args:
        folder: Where sweeps are kept; it may be missing.
    """

    folder: str


@dataclass(frozen=True)
class SweepTrial:
    """One training.

    Args:
        number: From 0.
        run: Name of its folder, in that of the sweep.
        point: Key of a setting → its value.
        state: What has become of it.
        value: Its score, NaN while there is none.
        step: Of its last evaluation.
        seconds: It took.
        words: Why it failed.
    """

    number: int
    run: str
    point: Mapping[str, Value]
    state: TrialState
    value: float
    step: int = 0
    seconds: float = 0.0
    words: str = ""


@dataclass(frozen=True)
class SweepTold:
    """All that is known of a sweep.

    Args:
        folder: Of it.
        title: Name of its project.
        names: Key of each setting → what people read; in the order of the sweep.
        logs: Keys of those whose logarithm is spread evenly.
        method: How points are chosen.
        total: Trials that there will be.
        score: Name of the loss or metric that decides.
        score_words: What people read.
        kind: Type of the metric; empty for a loss.
        is_higher_better: The better the higher.
        trials: Those that have begun, in their order.
        importance: Share of the score's variance between the values of a setting, by
            key; empty for too few trials. See `engine.bench.sweep.importance`.
        is_running: It goes on now.
        failure: Why it does not.
    """

    folder: str
    title: str
    names: Mapping[str, str]
    logs: tuple[str, ...]
    method: Method
    total: int
    score: str
    score_words: str
    kind: str
    is_higher_better: bool
    trials: tuple[SweepTrial, ...]
    importance: Mapping[str, float] = field(default_factory=dict)
    is_running: bool = False
    failure: str = ""

    @property
    def ranked(self) -> list[SweepTrial]:
        """Those that have a score, the best first."""
        scored = [t for t in self.trials if t.state == "done" and t.value == t.value]
        sign = -1 if self.is_higher_better else 1
        return sorted(scored, key=lambda trial: sign * trial.value)

    @property
    def num_ended(self) -> int:
        """How many trials are over."""
        return sum(trial.state != "begun" for trial in self.trials)

    @property
    def can_go_on(self) -> bool:
        """Whether it has been stopped before its end."""
        return not self.is_running and self.num_ended < self.total


@dataclass(frozen=True)
class SweepsFound:
    """The sweeps of a folder, the newest first.

    Args:
        folder: Where they are kept.
        sweeps: Each.
        refused: Why one can't be read.
    """

    folder: str
    sweeps: tuple[SweepTold, ...]
    refused: str = ""
