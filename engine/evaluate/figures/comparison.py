"""Whether one network is better than another on the same samples.

Axes: N samples.
"""

import math
from typing import NamedTuple

from engine.evaluate.figures import intervals
from engine.evaluate.figures.intervals import Interval
from engine.protocol.arrays import Floats, Ints


class Disagreement(NamedTuple):
    """Where exactly one of two networks is right.

    Args:
        first: Samples that only the first has right.
        second: Samples that only the second has right.
        chance: Probability of a split at least as uneven if both were equally good.
    """

    first: int
    second: int
    chance: float


def mcnemar(first_N: Ints, second_N: Ints) -> Disagreement:
    """Compare right answers (1 or 0) sample by sample; exact, two-sided.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated
        proportions or percentages", 1947; exact by the binomial distribution
    """
    one = int(((first_N == 1) & (second_N == 0)).sum())
    two = int(((first_N == 0) & (second_N == 1)).sum())
    return Disagreement(one, two, _two_sided(min(one, two), one + two))


def _two_sided(fewest: int, total: int) -> float:
    """Return 2 · P(X ≤ fewest) for X ~ Binomial(total, ½), at most 1."""
    logs = [
        math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
        for k in range(fewest + 1)
    ]
    below = sum(math.exp(log - total * math.log(2)) for log in logs)
    return min(1.0, 2 * below)


def difference(first_N: Floats, second_N: Floats) -> Interval:
    """Return by how much a figure per sample is larger for the second, on average.

    Pairs are resampled together: what is hard for both doesn't widen the interval.
    """
    return intervals.mean(second_N - first_N)
