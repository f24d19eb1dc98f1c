"""Which trials are not worth going on with."""

import math
from collections.abc import Sequence
from statistics import median

Curve = Sequence[tuple[int, float]]
FEWEST = 4
"""Trials that have ended before any is stopped."""
WARM_UP = 0.2
"""Share of the steps that every trial may make."""


def is_hopeless(
    curve: Curve, others: Sequence[Curve], total_steps: int, *, higher: bool
) -> bool:
    """Return whether a trial's best is worse than the median of what others had.

    Args:
        curve: Step and score of its evaluations so far.
        others: Of the trials that went to their end.
        total_steps: Of each training.
        higher: The score is better the higher it is.

    Source: Golovin et al. 2017, Google Vizier, 3.2.2: the median stopping rule
    """
    if not curve or len(others) < FEWEST:
        return False
    step = curve[-1][0]
    if step < WARM_UP * total_steps:
        return False
    mine = _best(curve, step, higher=higher)
    theirs = [_best(other, step, higher=higher) for other in others]
    middle = median(theirs)
    return mine < middle if higher else mine > middle


def _best(curve: Curve, step: int, *, higher: bool) -> float:
    """Return the best score up to a step; the worst there is where there is none."""
    worst = -math.inf if higher else math.inf
    found = [value for at, value in curve if at <= step and math.isfinite(value)]
    return (max if higher else min)(found, default=worst)
