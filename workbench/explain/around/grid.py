"""The loss around all weights, as far as it has been told: first coarse, then fine."""

from dataclasses import dataclass

import numpy as np

from engine.protocol.arrays import Floats
from engine.protocol.tracing.surface import ReadSurface, SurfaceRead

COARSE, FINE = 9, 25
"""Points of each axis; the coarse ones are among the fine ones."""


@dataclass(frozen=True)
class Around:
    """What is known.

    Args:
        wish: What was asked for first.
        told: The newest answer.
        losses: P×P, row by row from (−, −); between coarse points a mean until the
            fine ones are told.
        known: How many of the present grid have been told.
    """

    wish: ReadSurface
    told: SurfaceRead
    losses: Floats
    known: int

    @property
    def is_whole(self) -> bool:
        """Whether all points of the fine grid are losses that were computed."""
        return self.told.points == FINE and self.known == FINE**2

    @property
    def following(self) -> ReadSurface | None:
        """What is to be asked next; None when all is known."""
        wish, points = self.wish, self.told.points
        if self.known < points**2:
            return ReadSurface(wish.directions, wish.reach, points, self.known)
        if points == COARSE:
            return ReadSurface(wish.directions, wish.reach, FINE, 0)
        return None


def begun(directions: str, reach: float) -> ReadSurface:
    """Return the first question."""
    return ReadSurface(directions, reach, COARSE)


def with_part(known: Around | None, asked: ReadSurface, told: SurfaceRead) -> Around:
    """Return what is known when a part has been told.

    Args:
        known: Before.
        asked: The question.
        told: Its answer.
    """
    points = told.points
    if known is None:
        losses = np.full((points, points), np.nan)
    elif known.told.points == points:
        losses = known.losses.copy()
    else:
        losses = _finer(known.losses, points)
    end = told.start + len(told.losses)
    losses.reshape(-1)[told.start : end] = told.losses
    return Around(known.wish if known else asked, told, losses, end)


def _finer(coarse: Floats, points: int) -> Floats:
    """Return a finer grid, with straight lines between the points that are known."""
    at = np.linspace(0, len(coarse) - 1, points)
    own = np.arange(len(coarse))
    rows = np.stack([np.interp(at, own, row) for row in coarse])
    return np.stack([np.interp(at, own, column) for column in rows.T], axis=1)
