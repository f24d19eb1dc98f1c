"""What was measured of the layers: newest sample, norms over time, columns for maps."""

import numpy as np

from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import BIAS, EXPONENTS, FIRST, HISTOGRAM_BINS, LAST
from engine.protocol.messages import LayerSample
from workbench.session.curves.columns import Column
from workbench.session.curves.timebins import TimeBins
from workbench.session.curves.trail import (
    Trail,
    kept_sample,
    sample_bytes,
    trail_for,
)

MAP_EXPONENTS = slice(BIAS - 36, BIAS + 8)
"""Exponents kept over time: 2⁻³⁶ (1.5e-11) to 2⁸."""


def magnitude_counts(histogram: Ints) -> Ints:
    """Return counts (L, 254) of |x| by exponent, without zeros, inf and NaN."""
    both = histogram[:, :EXPONENTS] + histogram[:, EXPONENTS:HISTOGRAM_BINS]
    counts: Ints = both[:, FIRST : LAST + 1]
    return counts


def exponent_of(bins: Ints) -> Ints:
    """Return ⌊log2 |x|⌋ of the bins of `magnitude_counts`."""
    return bins + FIRST - BIAS


def bin_of(exponent: int) -> int:
    """Return the bin of `magnitude_counts` that holds numbers of an exponent."""
    return exponent + BIAS - FIRST


def shares(counts: Ints) -> Floats:
    """Return counts divided by their sum per row; NaN for an empty row."""
    total = counts.sum(axis=1, keepdims=True).astype(float)
    unknown = np.full(counts.shape, np.nan)
    parts: Floats = np.divide(counts, total, out=unknown, where=total > 0)
    return parts


class LayerHistory:
    """Measurements of all layers of a run (axis L).

    Args:
        paths: Node paths, as in `RunStarted.layers`.
        names: The words for them, in the same order.

    Attributes:
        newest: The last measurement.
        looked_at: Step that somebody looks back at; None for the newest.
        trail: Measurements to look back at.
        measured_rows: Layers that were measured once; a phase that comes later has
            none of them yet.
    """

    def __init__(self, paths: tuple[str, ...], names: tuple[str, ...]) -> None:
        self.paths, self.names = paths, names
        self.newest: LayerSample | None = None
        self.looked_at: int | None = None
        self.trail: Trail[LayerSample] | None = None
        self.measured_rows: frozenset[int] = frozenset()
        count = max(len(paths), 1)
        self.steps = Column(np.int64)
        self.grad_norm = Column(np.float64, width=count)
        self.update_ratio = Column(np.float64, width=count)
        self.ratio_bins = TimeBins(count)
        self.grad_bins_per_layer = MAP_EXPONENTS.stop - MAP_EXPONENTS.start
        self.grad_bins = TimeBins(count * self.grad_bins_per_layer)

    @property
    def shown(self) -> LayerSample | None:
        """The measurement that is shown: the newest, or that of a past step."""
        if self.looked_at is None or self.trail is None:
            return self.newest
        return self.trail.at(self.looked_at)

    def add(self, sample: LayerSample) -> None:
        """Take in one sample; samples come in the order of their steps."""
        if not self.paths:
            return
        self.newest = sample
        if self.trail is None:
            self.trail = Trail(trail_for(sample_bytes(sample)))
        self.trail.put(sample.step, kept_sample(sample))
        if len(self.measured_rows) < len(self.paths):
            known = np.flatnonzero(~np.isnan(sample.grad_zeros))
            self.measured_rows |= frozenset(known.tolist())
        self.steps.extend([sample.step])
        self.grad_norm.extend(sample.grad_norm[None])
        self.update_ratio.extend(sample.update_ratio[None])
        with np.errstate(divide="ignore", invalid="ignore"):
            self.ratio_bins.put(sample.step, np.log10(sample.update_ratio))
        counts = magnitude_counts(sample.grad_histogram)
        kept = slice(MAP_EXPONENTS.start - FIRST, MAP_EXPONENTS.stop - FIRST)
        self.grad_bins.put(sample.step, shares(counts)[:, kept].ravel())
