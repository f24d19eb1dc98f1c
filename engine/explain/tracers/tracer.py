"""What a tracer can be asked: where a number comes from, as a sum of products."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from engine.explain.tracers.moment import Moment

Cell = tuple[int, ...]
"""A place in a tensor, one number for each of its dimensions."""


@dataclass(frozen=True)
class Terms:
    """One number of a layer as Σ left·right + rest.

    Args:
        left: K factors, such as the inputs of a sum.
        right: K factors, such as its weights.
        rest: What is added to the products, such as a bias.

    Shape:
        left: K; right: K
    """

    left: Tensor
    right: Tensor
    rest: float = 0.0

    @property
    def products(self) -> Tensor:
        """The K terms."""
        return self.left * self.right

    @property
    def total(self) -> float:
        """Their sum and the rest: the number itself."""
        return float(self.products.sum()) + self.rest


@dataclass(frozen=True)
class Gradients:
    """What a layer hands back, computed from its inputs and weights alone.

    Args:
        inputs: ∂L/∂x for each input, of its shape.
        weights: ∂L/∂w by torch's name, of its shape; summed over the batch.
    """

    inputs: tuple[Tensor, ...]
    weights: Mapping[str, Tensor]


class Tracer(Protocol):
    """Knows how one kind of layer computes. It recomputes: it never asks autograd.

    So it can tell single terms, and a test can compare it with autograd.
    """

    def output(self, moment: Moment) -> Tensor:
        """Return the output once more, from inputs and weights."""

    def gradients(self, moment: Moment) -> Gradients:
        """Return all that goes back from the upstream gradient."""

    def output_terms(self, moment: Moment, cell: Cell) -> Terms:
        """Return what one number of the output is made of."""

    def weight_terms(self, moment: Moment, name: str, cell: Cell) -> Terms:
        """Return what the gradient of one weight is made of: one term a place."""

    def input_terms(self, moment: Moment, port: int, cell: Cell) -> Terms:
        """Return what the gradient of one number of an input is made of."""
