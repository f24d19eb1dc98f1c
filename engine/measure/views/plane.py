"""A square of the plane around given points, cut into cells."""

from dataclasses import dataclass

import numpy as np

from engine.protocol.arrays import Floats

MARGIN = 0.08
"""Space beyond the outermost points, as a share of the square's side."""


@dataclass(frozen=True)
class Square:
    """Equal lengths on both axes.

    Args:
        x: Left end.
        y: Lower end.
        side: Length of a side.
    """

    x: float
    y: float
    side: float

    @classmethod
    def around(cls, points_N2: Floats) -> "Square":
        """Return the smallest square with a margin around all finite points."""
        points = points_N2[np.isfinite(points_N2).all(axis=1)]
        if not len(points):
            return cls(-1.0, -1.0, 2.0)
        low, high = points.min(axis=0), points.max(axis=0)
        side = float((high - low).max()) / (1 - 2 * MARGIN) or 2.0
        x, y = (low + high - side) / 2
        return cls(float(x), float(y), side)

    def limits(self) -> Floats:
        """Return left, right, lower and upper end."""
        return np.array([self.x, self.x + self.side, self.y, self.y + self.side])

    def centres(self, resolution: int) -> Floats:
        """Return the middles of all cells, K×2 with K = resolution².

        The lowest row comes first, each row from left to right.
        """
        steps = (np.arange(resolution) + 0.5) / resolution * self.side
        x, y = np.meshgrid(self.x + steps, self.y + steps)
        return np.stack([x.ravel(), y.ravel()], axis=1)
