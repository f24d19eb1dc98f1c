"""Trial and error against backpropagation, as the engine tells of it."""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.i18n import tr
from engine.protocol.commands import Command

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Ints

RACERS = ("random", "evolution", "differences", "backprop")
"""Ids of the four, in the order in which they are told."""
_NAMES = {
    "random": "random search",
    "evolution": "evolution strategies",
    "differences": "finite differences",
    "backprop": "backpropagation",
}
LEAST, MOST = 10, 100_000
"""Evaluations that each may be given."""


def name_of(racer: str) -> str:
    """Return what a racer is called."""
    return tr(_NAMES[racer])


@dataclass(frozen=True)
class RaceSizes:
    """How large the net of a document may be made.

    Args:
        factors: Of the widths of its hidden layers, in order.
        weights: How many weights there are then; at least one size.
    """

    factors: tuple[float, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class SizeRace(Command[RaceSizes]):
    """Ask how large a net may be made for a race. Answer: `RaceSizes`.

    Args:
        document: Text of a project with one phase.
    """

    document: str


@dataclass(frozen=True)
class RaceLane:
    """How far one of them has come.

    Args:
        racer: Its id.
        spent: Evaluations used.
        steps: Steps made with them: of random search its tries, of the others those
            that needed a slope.
        loss: The lowest so far.
        at: Evaluations at which the lowest loss fell …
        losses: … and to what.
        text: When backpropagation was as low, in words; empty before the end.
    """

    racer: str
    spent: int
    steps: int
    loss: float
    at: Ints
    losses: Floats
    text: str = ""


@dataclass(frozen=True)
class RaceTold:
    """How far a race is.

    Args:
        weights: Of the net.
        budget: Evaluations for each.
        lanes: In the order of `RACERS`.
        ended: All evaluations are used up.
        head: What has come out, in a few words; empty before the end.
        text: Why, with what a step costs each.
    """

    weights: int
    budget: int
    lanes: tuple[RaceLane, ...]
    ended: bool = False
    head: str = ""
    text: str = ""


@dataclass(frozen=True)
class StartRace(Command[RaceTold]):
    """Let four ways of learning lower one loss. Answer: `RaceTold`, often.

    Args:
        document: Text of a project with one phase.
        factor: Of the widths of its hidden layers.
        evaluations: For each of the four; a backward pass counts as two.
        rate: Of the steps.
        seed: Of weights, batch and guesses.
    """

    document: str
    factor: float = 1.0
    evaluations: int = 2000
    rate: float = 0.03
    seed: int = 0
