"""The way through one step: forward, loss, backward, update, node by node."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.protocol.tracing import NodeStep, StepHeld

Part = Literal["forward", "loss", "backward", "update"]
PARTS: tuple[Part, ...] = ("forward", "loss", "backward", "update")
"""The four parts of a step, in their order; also tokens of their colours."""


class Stop(NamedTuple):
    """One stop on the way.

    Args:
        part: Of the step.
        path: Of the node that is looked at.
    """

    part: Part
    path: str


def stops(held: StepHeld) -> tuple[Stop, ...]:
    """Return all stops of a held step, in their order."""
    order = held.nodes
    way = [Stop("forward", n.path) for n in order if n.path not in held.losses]
    way += [Stop("loss", path) for path in held.losses]
    way += [Stop("backward", n.path) for n in reversed(order) if any(n.upstreams)]
    way += [
        Stop("update", node.path)
        for node in order
        if any(not weight.again for weight in node.weights)
    ]
    return tuple(way)


@dataclass
class Walk:
    """A held step and how far it has been walked.

    Args:
        held: The step.
        at: Which stop is looked at.
    """

    held: StepHeld
    at: int = 0

    def __post_init__(self) -> None:
        self.stops = stops(self.held)
        self.nodes = {n.path: n for n in self.held.nodes}

    @property
    def stop(self) -> Stop:
        """What is looked at."""
        return self.stops[self.at]

    @property
    def node(self) -> NodeStep:
        """The node that is looked at."""
        return self.nodes[self.stop.path]

    @property
    def following(self) -> Stop | None:
        """The next stop; None at the end."""
        return self.stops[self.at + 1] if self.at + 1 < len(self.stops) else None

    def go(self, at: int) -> bool:
        """Look at another stop; return whether it is another one."""
        at = max(0, min(at, len(self.stops) - 1))
        moved = at != self.at
        self.at = at
        return moved

    def find(self, part: Part, path: str = "") -> int | None:
        """Return the first stop of a part, or that at a node; None without one."""
        for index, stop in enumerate(self.stops):
            if stop.part == part and path in {"", stop.path}:
                return index
        return None

    def nearest(self, path: str) -> int | None:
        """Return the stop at a node, of the present part where there is one."""
        parts: list[Part] = [self.stop.part, *PARTS]
        found = (self.find(part, path) for part in parts)
        return next((at for at in found if at is not None), None)

    def progress(self, part: Part) -> tuple[int, int]:
        """Return how many stops of a part have been reached, and how many it has."""
        own = [i for i, stop in enumerate(self.stops) if stop.part == part]
        return sum(i <= self.at for i in own), len(own)

    def reached(self, part: Part) -> frozenset[str]:
        """Return the nodes that a part has come to so far."""
        walked = self.stops[: self.at + 1]
        return frozenset(stop.path for stop in walked if stop.part == part)
