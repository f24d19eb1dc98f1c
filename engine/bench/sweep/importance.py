"""How much each setting has to do with the score."""

import math
from collections.abc import Sequence

from engine.bench.sweep.journal import Trial
from engine.graph.sweep.space import Axis, Value

BINS = 4
"""Parts of equal count that the values of a range fall into."""
FEWEST = 6
"""Trials below which nothing is said."""


def importance(axes: Sequence[Axis], trials: Sequence[Trial]) -> dict[str, float]:
    """Return the share of the score's variance between the values of each setting.

    η² = Σ n_k (mean_k − mean)² / Σ (score − mean)², over the groups k of trials with
    the same value; the values of a range are put into four groups of equal count. It
    leaves out what settings do together. Empty for too few trials.

    Args:
        axes: The settings.
        trials: That have a score.

    Source: Pearson 1905, the correlation ratio
    """
    scored = [trial for trial in trials if math.isfinite(trial.value)]
    if len(scored) < FEWEST:
        return {}
    mean = math.fsum(t.value for t in scored) / len(scored)
    whole = math.fsum((t.value - mean) ** 2 for t in scored)
    found = {}
    for axis in axes:
        groups: dict[object, list[float]] = {}
        for group, trial in zip(_groups(axis, scored), scored, strict=True):
            groups.setdefault(group, []).append(trial.value)
        between = math.fsum(
            len(values) * (math.fsum(values) / len(values) - mean) ** 2
            for values in groups.values()
        )
        found[axis.key] = between / whole if whole else 0.0
    return found


def _groups(axis: Axis, trials: Sequence[Trial]) -> list[object]:
    """Return the group of each trial."""
    values: list[Value] = [trial.point[axis.key] for trial in trials]
    if axis.values:
        return [str(value) for value in values]
    order = sorted(range(len(values)), key=lambda i: float(str(values[i])))
    groups: list[object] = [0] * len(values)
    for rank, index in enumerate(order):
        groups[index] = rank * BINS // len(values)
    return groups
