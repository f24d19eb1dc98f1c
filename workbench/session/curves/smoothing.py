"""The smoothed loss: a centred window, so that it stands where the loss does.

An average over past values alone lags behind a loss that falls; this one looks as far
ahead as back. Where there is nothing ahead yet, the window is cut off there.
"""

import numpy as np

from engine.protocol.arrays import Floats

REACH = 9
"""Steps on either side that count. In long runs a drawn point is the mean over its
bucket of steps as well, which smooths further."""
WEIGHTS: Floats = np.hanning(2 * REACH + 3)[1:-1]
"""Hann's window without its zeros (2·REACH + 1)."""


def smoothed(values: Floats, first: int = 0) -> Floats:
    """Return the weighted means around each value from `first` on.

    Args:
        values: In order (N,); those outside of it don't count.
        first: Index of the first one that is wanted.

    Shape:
        (N,) → (N − first,)
    """
    if first >= len(values):
        return np.empty(0)
    start = max(first - REACH, 0)
    part = np.asarray(values[start:], float)
    total = np.convolve(part, WEIGHTS)[REACH : REACH + len(part)]
    weight = np.convolve(np.ones(len(part)), WEIGHTS)[REACH : REACH + len(part)]
    means: Floats = (total / weight)[first - start :]
    return means
