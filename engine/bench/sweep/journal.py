"""The record of a sweep: written whole after every change, read after a kill."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import ConfigError
from engine.files import atomic_write
from engine.graph.sweep.space import Axis, Point
from engine.i18n import tr

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

    Threads: one.
    """

    def __init__(self, folder: Path, plan: Plan, trials: Sequence[Trial] = ()) -> None:
        self.folder, self.plan = folder, plan
        self.trials: list[Trial] = list(trials)

    def write(self) -> None:
        """Put all of it on the disk, or leave what is there."""
        record = {
            "plan": asdict(self.plan),
            "trials": [_finite(asdict(trial)) for trial in self.trials],
        }
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
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


def read(folder: Path) -> Journal | None:
    """Return the journal of a sweep that was begun; None where there is none.

    Raises:
        ConfigError: When it is broken.
    """
    try:
        record = json.loads((folder / FILE).read_text("utf-8"))
        plan = record["plan"]
        axes = tuple(
            Axis(**{**axis, "values": tuple(axis["values"])}) for axis in plan["axes"]
        )
        if plan["method"] not in get_args(Method):
            raise ValueError(plan["method"])  # noqa: TRY301 - one refusal for all
        trials = [_trial(each) for each in record["trials"]]
        return Journal(folder, Plan(**{**plan, "axes": axes}), trials)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            tr("This journal of a sweep is broken"),
            where=str(folder / FILE),
            got=str(error),
            fix=tr("Begin the sweep in another folder."),
        ) from None


def _trial(record: dict[str, Any]) -> Trial:
    if record["state"] not in get_args(State):
        raise ValueError(record["state"])
    curve = [(int(step), _number(value)) for step, value in record["curve"]]
    return Trial(**{**record, "value": _number(record["value"]), "curve": curve})


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
