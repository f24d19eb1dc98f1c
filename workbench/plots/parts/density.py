"""The density of numbers that were counted by sign and binary exponent.

Within each bin the density is a parabola that has exactly the bin's share below it and
rises or falls all the way, so no hill is drawn that the counts don't have; where the
counts end abruptly, so does the density.

Source: Colella & Woodward 1984, “The piecewise parabolic method”, section 1.
"""

import numpy as np

from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import BIAS, EXPONENTS

_FINEST = 2.0**-6
"""Narrowest bin around zero, as a share of the largest magnitude."""
_MIDDLE = 0.25
"""Largest magnitude in the bin around zero, as a share of the mean one."""
_STEEPEST = 3.0
"""Higher edges than so many times the lower neighbour would overshoot in it."""
_QUANTILE_POINTS = 129


class Density:
    """The density of one row of counts.

    Args:
        histogram: Counts as `histogram.HISTOGRAM_BINS` says.

    Attributes:
        edges: Of the bins, rising (B + 1); those around zero are one bin.
        shares: Of all numbers in each bin (B,).
    """

    def __init__(self, histogram: Ints) -> None:
        positive, negative = histogram[:EXPONENTS], histogram[EXPONENTS:]
        counts = np.stack([positive, negative])[:, :-1].astype(float)
        low, high = _span(counts.sum(axis=0))
        outer = 2.0 ** (np.arange(low, high + 1) - BIAS)
        middle = counts[:, :low].sum()
        right, left = counts[:, low:high]
        self.edges = np.concatenate([-outer[::-1], outer])
        held = np.concatenate([left[::-1], [middle], right])
        self.shares = held / max(histogram.sum(), 1)
        self._parabolas = _parabolas(self.shares, np.diff(self.edges))
        self._below = np.concatenate([[0.0], np.cumsum(self.shares)])

    def below(self, x: Floats) -> Floats:
        """Return the share of numbers below each x."""
        index = np.searchsorted(self.edges, x, side="right") - 1
        inside = np.clip(index, 0, len(self.shares) - 1)
        width = np.diff(self.edges)[inside]
        t = np.clip((x - self.edges[inside]) / width, 0.0, 1.0)
        first, rise, bend = self._parabolas[:, inside]
        area = t * (first + t * ((rise + bend) / 2 - t * bend / 3))
        held: Floats = self._below[inside] + area * width
        return held

    def average(self, edges: Floats) -> Floats:
        """Return the mean density between neighbours of rising `edges`."""
        return np.diff(self.below(edges)) / np.diff(edges)

    def magnitude(self, share: float) -> float:
        """Return the magnitude that a share of the numbers does not exceed."""
        sizes = np.linspace(0, self.edges[-1], _QUANTILE_POINTS)
        held = self.below(sizes) - self.below(-sizes)
        reached = held >= share * held[-1]
        return float(sizes[int(reached.argmax())])

    def bin_at(self, x: float) -> int:
        """Return the bin that holds a number; the last one beyond the end."""
        index = int(np.searchsorted(self.edges, x, side="right")) - 1
        return min(max(index, 0), len(self.shares) - 1)


def _span(counts: Floats) -> tuple[int, int]:
    """Return the first exponent with a bin of its own and one past the last one.

    Bins nearer to zero are so narrow that they hold hardly any numbers: they would be
    drawn as noise.
    """
    filled = np.flatnonzero(counts[1:]) + 1
    if not len(filled):
        return BIAS, BIAS + 1
    high = int(filled[-1]) + 1
    sizes = 1.5 * 2.0 ** (filled - float(BIAS))
    mean = np.average(sizes, weights=counts[filled])
    widest = max(_MIDDLE * mean, _FINEST * 2.0 ** (high - BIAS))
    low = int(np.floor(np.log2(widest))) + BIAS
    return min(max(low, 1), high - 1), high


def _parabolas(shares: Floats, widths: Floats) -> Floats:
    """Return value at the start, rise and bend of the density in each bin (3, B)."""
    mean = np.pad(shares / widths, 1)
    wide = np.pad(widths, 1, mode="edge")
    before, after = mean[:-1], mean[1:]
    edge = (wide[1:] * before + wide[:-1] * after) / (wide[1:] + wide[:-1])
    edge = np.minimum(edge, _STEEPEST * np.minimum(before, after))
    mean, start, end = mean[1:-1], edge[:-1].copy(), edge[1:].copy()
    is_peak = (end - mean) * (mean - start) <= 0
    start[is_peak] = end[is_peak] = mean[is_peak]
    rise, bend = end - start, mean - (start + end) / 2
    early, late = rise * bend > rise**2 / 6, rise * bend < -(rise**2) / 6
    start[early] = 3 * mean[early] - 2 * end[early]
    end[late] = 3 * mean[late] - 2 * start[late]
    return np.stack([start, end - start, 6 * (mean - (start + end) / 2)])
