"""Numbers of a measurement as lines and heat. Apart from `looks` because of numpy."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF

from engine.graph.paths import root
from engine.protocol.arrays import Floats
from engine.protocol.histogram import BIAS, EXPONENTS, FIRST, NOT_FINITE
from engine.protocol.messages import LayerSample
from workbench.canvas.geometry import sizes

FIRST_POWER, LAST_POWER = -24, 1
"""Powers of two of the first bar and of the one behind the last: 10⁻⁷ to about 1."""
DECADES = 4.0
_STARTS = np.r_[FIRST, BIAS + FIRST_POWER + 1 : BIAS + LAST_POWER]
_CENTRES = (np.arange(FIRST_POWER, LAST_POWER) + 0.5) * math.log10(2)
_SPAN = sizes.SPARK_HIGH - sizes.SPARK_LOW
_PLACES = np.clip((_CENTRES - sizes.SPARK_LOW) / _SPAN, 0.0, 1.0)


def heights(histogram: npt.NDArray[np.int64]) -> Floats:
    """Return bars of |g| per row: an octave each, from 2⁻²⁴ to 2, the fullest 1.

    Smaller values count in the first bar, larger ones in the last; zeros and values
    that are not finite in none.

    Args:
        histogram: Counts (L, HISTOGRAM_BINS) as in `LayerSample`.
    """
    magnitudes = histogram[:, :EXPONENTS] + histogram[:, EXPONENTS:]
    sums = np.add.reduceat(magnitudes[:, :NOT_FINITE], _STARTS, axis=1).astype(float)
    scaled: Floats = sums / np.maximum(sums.max(axis=1, keepdims=True), 1.0)
    return scaled


def heats(norms: Floats) -> Floats:
    """Return gradient norms on a log scale: 1 the largest, 0 from 4 decades below."""
    usable = np.where(np.isfinite(norms) & (norms > 0), norms, 0.0)
    largest = usable.max(initial=0.0)
    if largest <= 0:
        return np.zeros_like(usable)
    with np.errstate(divide="ignore"):
        levels = 1.0 + np.log10(usable / largest) / DECADES
    clipped: Floats = np.clip(levels, 0.0, 1.0)
    return clipped


@lru_cache(maxsize=8)
def _names(layers: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(root(path) for path in layers))


def grouped(
    sample: LayerSample, layers: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.int64], Floats, npt.NDArray[np.bool_]]:
    """Return the rows summed by node of the canvas."""
    names = _names(tuple(layers))
    if len(names) == len(layers):
        broken = np.asarray(sample.grad_nonfinite) > 0
        return names, sample.grad_histogram, np.asarray(sample.grad_norm), broken
    index: Mapping[str, int] = {name: row for row, name in enumerate(names)}
    rows = np.array([index[root(path)] for path in layers], dtype=int)
    histogram = np.zeros((len(names), sample.grad_histogram.shape[1]), dtype=np.int64)
    np.add.at(histogram, rows, sample.grad_histogram)
    squares = np.zeros(len(names))
    np.add.at(squares, rows, np.square(sample.grad_norm))
    losses = np.zeros(len(names))
    np.add.at(losses, rows, sample.grad_nonfinite)
    return names, histogram, np.sqrt(squares), losses > 0


def line(heights: Floats) -> list[QPointF]:
    """Return one row of `heights` as a line over the shared axis."""
    across = (_PLACES * sizes.SPARK_WIDTH).tolist()
    down = ((1.0 - heights) * sizes.SPARK_HEIGHT).tolist()
    return list(map(QPointF, across, down))
