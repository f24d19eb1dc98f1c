"""The record of a sweep: written whole after every change; `reading` reads it."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.files import atomic_write
from engine.folder import sums
from engine.graph.sweep.space import Axis, Point

FILE, PROJECT = "sweep.json", "project.bpw"
State = Literal["begun", "done", "pruned", "failed"]
Method = Literal["grid", "random", "optuna"]


@dataclass
class Trial:
    """One training.

    Args:
        number: From 0; its run is the folder `trial-0000`.
        point: Its settings.
        state: What has become of it.
        value: Its score, NaN while there is none.
        curve: Step and score of its evaluations.
        seconds: It took.
        words: Why it failed.
    """

    number: int
    point: Point
    state: State = "begun"
    value: float = math.nan
    curve: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = 0.0
    words: str = ""

    @property
    def folder(self) -> str:
        """Name of the folder of its run."""
        return f"trial-{self.number:04}"


@dataclass(frozen=True)
class Plan:
    """What a sweep is.

    Args:
        axes: Settings that it goes over.
        method: How points are chosen.
        count: Of trials.
        score: Loss or metric that decides.
        is_higher_better: The better the higher.
        seed: Of the choice of points; all trainings have the seed of the project.
    """

    axes: tuple[Axis, ...]
    method: Method
    count: int
    score: str
    is_higher_better: bool
    seed: int = 0


class Journal:
    """The trials of a sweep, in its folder.

    Args:
        folder: Of the sweep.
        plan: What it is.
        trials: Those that were begun.
        project_sum: SHA-256 of the file of its project; empty where that isn't known.

    Threads: one.
    """

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        trials: Sequence[Trial] = (),
        project_sum: str = "",
    ) -> None:
        self.folder, self.plan = folder, plan
        self.trials: list[Trial] = list(trials)
        self.project_sum = project_sum

    def write(self) -> None:
        """Put all of it on the disk, or leave what is there."""
        record = {
            "plan": asdict(self.plan),
            "trials": [_finite(asdict(trial)) for trial in self.trials],
            "project": self.project_sum,
        }
        text = json.dumps(sums.summed(record), ensure_ascii=False, allow_nan=False)
        atomic_write(self.folder / FILE, text + "\n")

    @property
    def ended(self) -> list[Trial]:
        """Those that are over, in their order."""
        return [trial for trial in self.trials if trial.state != "begun"]

    @property
    def ranked(self) -> list[Trial]:
        """Those that have a score, the best first."""
        scored = [t for t in self.trials if t.state == "done" and _is_number(t.value)]
        sign = -1 if self.plan.is_higher_better else 1
        return sorted(scored, key=lambda trial: sign * trial.value)


def _is_number(value: float) -> bool:
    return math.isfinite(value)


def _finite(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose numbers JSON knows; NaN becomes null."""
    curve = [[step, x if _is_number(x) else None] for step, x in record["curve"]]
    value = record["value"] if _is_number(record["value"]) else None
    return {**record, "curve": curve, "value": value}
