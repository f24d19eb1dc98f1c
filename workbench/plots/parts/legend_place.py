"""Which corner of a plot is empty enough for the legend."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize

from engine.protocol.arrays import Floats

TOP_RIGHT, BOTTOM_RIGHT, TOP_LEFT, BOTTOM_LEFT = range(4)
FREE = 0.08
"""A corner with less of a curve in it is left as it is."""
BETTER = 0.5
"""Another corner must have less than this share of what is in the present one."""
MARGIN_PX = 8
_SAMPLES = 48

Curve = tuple[Floats, Floats, float]
"""x and y of the points, and how much it matters that it is seen."""


def places(area: QRectF, size: QSize) -> list[QPoint]:
    """Return where the top left of a legend stands in each corner of an area, px."""
    left, top = round(area.left()) + MARGIN_PX, round(area.top()) + MARGIN_PX
    right = round(area.right()) - MARGIN_PX - size.width()
    bottom = round(area.bottom()) - MARGIN_PX - size.height()
    return [QPoint(x, y) for x in (right, left) for y in (top, bottom)]


def crowd(curves: Iterable[Curve], box: QRectF) -> float:
    """Return how many widths of a box curves go through it, weighted.

    Args:
        curves: In the units of the plot, x never falling.
        box: In the same units; its top is the smaller y.
    """
    found = 0.0
    x = np.linspace(box.left(), box.right(), _SAMPLES)
    for steps, values, weight in curves:
        if not len(steps):
            continue
        y = np.interp(x, steps, values, left=np.nan, right=np.nan)
        inside = (y >= box.top()) & (y <= box.bottom())
        found += weight * float(np.mean(inside))
    return found


class Corner:
    """Remembers a corner and leaves it only for a much emptier one.

    Args:
        first: The corner at the start.
    """

    def __init__(self, first: int = TOP_RIGHT) -> None:
        self.first = self.index = first

    def restart(self) -> None:
        """Go back to the corner of the start, for another run."""
        self.index = self.first

    def follow(self, crowds: list[float]) -> bool:
        """Take in how crowded each corner is; return whether another one is chosen."""
        here, best = crowds[self.index], min(crowds)
        if here <= FREE or best > BETTER * here:
            return False
        ties = [self.first, *range(len(crowds))]
        self.index = next(i for i in ties if crowds[i] <= best + 1e-12)
        return True
