"""The loss around all weights of a held step: asked and answered, a part at a time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.protocol.commands import Command

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats

DIRECTIONS = ("random", "path")
"""Random ones of the size of the weights, filter by filter; or those in which the run
has moved most."""


@dataclass(frozen=True)
class SurfaceRead:
    """The loss of the held batch at some places of a grid in a plane of all weights.

    Args:
        directions: What spans the plane: as asked; `line` where a run has moved along
            a line, with a random second one; random where it hasn't moved.
        reach: From the middle, where the weights are, to the edge of the grid.
        points: Of each axis of the grid, an odd number.
        start: Number of the first place that is told, row by row from (−, −).
        losses: There and at the places that follow.
        total: The loss in the middle.
        path: Where the weights of the run were in the plane, from the first: K×2.
        held: Share of the way (its squared lengths from here) within the plane.
    """

    directions: str
    reach: float
    points: int
    start: int
    losses: "Floats"
    total: float
    path: "Floats"
    held: float


@dataclass(frozen=True)
class ReadSurface(Command[SurfaceRead]):
    """Ask for the loss around all weights. Answer: `SurfaceRead`, of a part.

    Args:
        directions: What is to span the plane.
        reach: How far to look.
        points: Of each axis, an odd number.
        start: The first place that is wanted.
    """

    directions: str = "random"
    reach: float = 1.0
    points: int = 25
    start: int = 0
