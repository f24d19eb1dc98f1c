"""How far a figure would move if other samples had been drawn.

Axes: N samples, R resamplings.
"""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from engine.protocol.arrays import Floats, Ints

CONFIDENCE = 0.95
RESAMPLINGS = 1000
_FEWEST, _MOST_DRAWN = 200, 50_000_000
"""Resamplings at least; sample numbers drawn in all, beyond which there are fewer."""
_AT_ONCE = 2_000_000


class Interval(NamedTuple):
    """A figure and where it lies with 95 % confidence; NaN where there is none."""

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether there were samples enough to say anything."""
        return math.isfinite(self.value)


NOTHING = Interval(math.nan, math.nan, math.nan)

Statistic = Callable[[Ints], Floats]
"""Rows of sample numbers (R, N) → a figure of each row (R,)."""


def wilson(successes: int, total: int, confidence: float = CONFIDENCE) -> Interval:
    """Return a share and its interval; it stays inside 0 … 1 also at the ends.

    Args:
        successes: How many of `total` were right.
        total: Independent trials.
        confidence: Probability that the interval holds the true share.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical
        inference", 1927
    """
    if total <= 0:
        return NOTHING
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / total
    scale = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / scale
    half = z / scale * math.sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == total else min(1.0, middle + half)
    return Interval(share, low, high)


def bootstrap(
    count: int,
    statistic: Statistic,
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return a figure of all samples and its percentile interval.

    Args:
        count: Samples.
        statistic: Of any samples of them; resamplings for which it is NaN don't count.
        seed: Of the resampling: the same figures each time.
        confidence: Probability that the interval holds the true figure.

    Source: B. Efron, "Bootstrap methods: another look at the jackknife", 1979
    """
    if count <= 0:
        return NOTHING
    value = float(statistic(np.arange(count)[None])[0])
    draws = _draws(count, statistic, seed)
    if not len(draws) or not math.isfinite(value):
        return Interval(value, math.nan, math.nan)
    rest = (1 - confidence) / 2
    low, high = np.quantile(draws, (rest, 1 - rest))
    return Interval(value, float(low), float(high))


def _draws(count: int, statistic: Statistic, seed: int) -> Floats:
    """Return the figure of each resampling, as far as it is finite."""
    generator = np.random.default_rng(seed)
    wanted = min(RESAMPLINGS, max(_FEWEST, _MOST_DRAWN // count))
    size = max(1, _AT_ONCE // count)
    made = []
    for start in range(0, wanted, size):
        rows = generator.integers(count, size=(min(size, wanted - start), count))
        made.append(statistic(rows))
    found = np.concatenate(made).astype(np.float64)
    finite: Floats = found[np.isfinite(found)]
    return finite


def mean(values_N: Floats, *, seed: int = 0) -> Interval:
    """Return the mean of values (N,) and its interval."""
    return bootstrap(len(values_N), lambda rows: values_N[rows].mean(1), seed=seed)
