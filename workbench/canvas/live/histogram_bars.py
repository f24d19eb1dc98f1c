"""Numbers of a measurement as bars and heat. Apart from `looks` because of numpy."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from engine.graph.paths import root
from engine.protocol.arrays import Floats
from engine.protocol.histogram import BIAS, EXPONENTS, FIRST, NOT_FINITE
from engine.protocol.messages import LayerSample
from workbench.canvas.geometry import sizes

FIRST_EXPONENT = BIAS - 26
"""Exponent bits of 2⁻²⁶, where the second bar would begin minus one step."""
DECADES = 4.0
_STARTS = np.r_[FIRST, FIRST_EXPONENT + 2 : FIRST_EXPONENT + 2 * sizes.BARS : 2]
_STILL_PX = 0.6


def heights(histogram: npt.NDArray[np.int64]) -> Floats:
    """Return bars of |g| per row: two octaves each, from 2⁻²⁶ to 4, the fullest 1.

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


def rects(heights: Floats) -> tuple[QRectF, ...]:
    """Return the bars of one row of `heights`."""
    pitch, full = sizes.BAR_PITCH, sizes.SPARK_HEIGHT
    tall = (heights * full).tolist()
    return tuple(
        QRectF(i * pitch, full - h, pitch - 0.6, h)
        for i, h in enumerate(tall)
        if h >= _STILL_PX
    )
