"""What if one weight of a held step were another: asked and answered."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.protocol.commands import Command

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats


@dataclass(frozen=True)
class WeightTried:
    """What follows if one weight were another.

    Args:
        node: Path.
        name: Torch's name of the tensor.
        cell: Place of the number in it.
        now: Its value.
        value: The other one.
        before: What the phase minimises.
        after: The same with the other weight.
        predicted: `before` + slope · change: what the gradient foretells.
        stepped_before: Loss of this batch after the coming step.
        stepped_after: The same when the weight is changed before the step.
        changes: Path → ‖after − before‖ / ‖before‖ of what a node puts out; those that
            change, in the order of the forward pass.
        values: Of the weight, where the loss along it was asked for; else empty.
        losses: At these.
    """

    node: str
    name: str
    cell: tuple[int, ...]
    now: float
    value: float
    before: float
    after: float
    predicted: float
    stepped_before: float
    stepped_after: float
    changes: dict[str, float]
    values: "Floats"
    losses: "Floats"


@dataclass(frozen=True)
class TryWeight(Command[WeightTried]):
    """Ask what follows if one weight were another. Answer: `WeightTried`.

    Args:
        node: Path.
        name: Torch's name of the tensor.
        cell: Of the number.
        value: What it would be; None is 0, or another one where it is 0.
        along: Tell the loss along this weight, too.
    """

    node: str
    name: str
    cell: tuple[int, ...] = field(default=())
    value: float | None = None
    along: bool = False
