"""Lines of equal height on a grid."""

import math
from collections.abc import Iterator, Sequence

from engine.protocol.arrays import Floats

Line = tuple[float, float, float, float]
"""From (x, y) to (x, y), in steps of the grid."""


def levels(heights: Floats, count: int) -> list[float]:
    """Return heights between the least and the largest, evenly apart."""
    finite = [h for h in heights.ravel().tolist() if math.isfinite(h)]
    if not finite or min(finite) == max(finite):
        return []
    low, high = min(finite), max(finite)
    return [low + (high - low) * (at + 1) / (count + 1) for at in range(count)]


def lines(heights: Floats, at: Sequence[float]) -> Iterator[Line]:
    """Yield pieces of the lines at some heights; none beside what is no number.

    Source: marching squares; where two lines cross a cell, they join as they come.
    """
    grid = heights.tolist()
    for y in range(len(grid) - 1):
        for x in range(len(grid[0]) - 1):
            corners = (grid[y][x], grid[y][x + 1], grid[y + 1][x + 1], grid[y + 1][x])
            if not all(map(math.isfinite, corners)):
                continue
            low, high = min(corners), max(corners)
            for level in at:
                if low < level < high:
                    yield from _cell(x, y, corners, level)


_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def _cell(x: int, y: int, corners: Sequence[float], level: float) -> Iterator[Line]:
    found = []
    for first in range(4):
        a, b = corners[first], corners[(first + 1) % 4]
        if (a < level) != (b < level):
            share = (level - a) / (b - a)
            (x0, y0), (x1, y1) = _CORNERS[first], _CORNERS[(first + 1) % 4]
            found.append((x + x0 + share * (x1 - x0), y + y0 + share * (y1 - y0)))
    for start in range(0, len(found) - 1, 2):
        yield (*found[start], *found[start + 1])
