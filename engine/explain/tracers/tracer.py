"""What a tracer can be asked: where a number comes from, written out line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from engine.explain.tracers.moment import Moment

Cell = tuple[int, ...]
"""A place in a tensor, one number for each of its dimensions."""


def at(values: Tensor, index: Sequence[int | slice]) -> Tensor:
    """Return the numbers at an index that is put together.

    Shape:
        any → what the slices leave
    """
    return values[tuple(index)]


@dataclass(frozen=True)
class Terms:
    """A sum of products, Σ left·right.

    Args:
        left: K factors, such as the weights of a unit.
        right: K factors, such as its inputs; None where single numbers are added.
        symbols: What stands for them in a formula.

    Shape:
        left: K; right: K
    """

    left: Tensor
    right: Tensor | None = None
    symbols: tuple[str, str] = ("w", "x")

    @property
    def products(self) -> Tensor:
        """The K terms.

        Shape:
            K
        """
        return self.left if self.right is None else self.left * self.right

    @property
    def total(self) -> float:
        """Their sum, added up in float64."""
        return float(self.products.double().sum())


Number = float | Tensor | Terms
"""What stands in a slot: one number, several between commas, or a sum."""


@dataclass(frozen=True)
class Line:
    """One line of a computation: name = rule = the rule with its numbers = value.

    Args:
        name: What it gives, such as `z` or `∂L/∂w`.
        rule: The formula, a slot for each number: `({x} − {μ}) / {σ}`.
        numbers: Slot → what stands there.
        value: What comes out.
    """

    name: str
    rule: str
    numbers: Mapping[str, Number]
    value: float


Lines = tuple[Line, ...]
"""A number written out: what it needs first, itself last."""


@dataclass(frozen=True)
class Gradients:
    """What a layer hands back.

    Args:
        inputs: ∂L/∂x for each input, of its shape.
        weights: ∂L/∂w by torch's name, of its shape; summed over the batch.
    """

    inputs: tuple[Tensor, ...]
    weights: Mapping[str, Tensor]


class Tracer(Protocol):
    """Knows how one kind of layer computes, and writes single numbers out."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return how one number of an output comes about."""

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return how the gradient of one weight comes about in this use."""

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return how the gradient of one number of an input comes about."""
