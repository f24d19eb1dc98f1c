"""What each loss and metric of a run has come to: the number that its card shows."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.session.curves.history import History

if TYPE_CHECKING:
    from workbench.session.curves.series import Series


@dataclass(frozen=True)
class Reading:
    """The newest value of one node.

    Args:
        value: Smoothed over the last steps where it is a training loss.
        is_validation: It is of the validation part.
    """

    value: float
    is_validation: bool


def readings(history: History) -> dict[str, Reading]:
    """Return the value by the path of its node: the newest, or that of a past step.

    A loss that a phase minimises alone has a curve of its own: that of the training.
    Of all others the last evaluation tells.
    """
    found: dict[str, Reading] = {}
    step = history.step if history.looked_at is None else history.looked_at
    known = [each for each in history.evaluations if each.step <= step]
    if known:
        told = known[-1].values.items()
        found = {path: Reading(value, True) for path, value in told}
    goals = history.run.goals if history.run else ()
    for goal, series in zip(goals, history.losses, strict=False):
        if len(goal.losses) == 1 and len(series):
            ((path, factor),) = goal.losses.items()
            if factor and goal.is_active(step):
                value = _smooth(series, history.looked_at) / factor
                found[path] = Reading(value, False)
    return {path: each for path, each in found.items() if math.isfinite(each.value)}


def _smooth(series: "Series", step: int | None) -> float:
    """Return the smoothed loss of a step; None is the newest."""
    if step is None:
        return series.newest
    told = series.at(step)
    return told.smooth if told else math.nan
