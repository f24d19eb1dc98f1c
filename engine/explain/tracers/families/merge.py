"""Where wires meet: sums copy δ to all, products hand on the other factors.

At a fork the δ of all readers add up, which is what arrives as upstream gradient.
"""

import torch
from torch import Tensor

from engine.explain.tracers.families.activation import FUNCTION_TRACERS
from engine.explain.tracers.families.dense import summed
from engine.explain.tracers.general import GENERAL, LINEAR, General
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer, at

_NAMES = "abcdefghijklmn"


class Product(General):
    """Of numbers that are multiplied, input by input."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the product."""
        del port  # It has one.
        shape = moment.output.shape
        found = [float(x.expand(shape)[cell]) for x in moment.inputs]
        numbers: dict[str, Number] = dict(zip(_NAMES, found, strict=False))
        rule = "·".join(f"{{{name}}}" for name in numbers)
        value = float(torch.tensor(found, dtype=torch.float64).prod())
        return (Line("y", rule, numbers, value),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·(the others) over all places that the number is used at."""
        used = _uses(moment, port, cell)
        others = torch.ones_like(moment.output)
        for index, x in enumerate(moment.inputs):
            if index != port:
                others = others * x
        terms = Terms(moment.upstream[used], others[used], ("δ", "∏"))
        return (summed("∂L/∂x", terms),)


class Quotient(General):
    """Of one input divided by another."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return a / b."""
        del port  # It has one.
        shape = moment.output.shape
        a, b = (float(x.expand(shape)[cell]) for x in moment.inputs)
        return (Line("y", "{a} / {b}", {"a": a, "b": b}, a / b),)


class MatrixProduct(General):
    """Of rows times columns."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ a·b over the dimension that both share."""
        del port  # It has one.
        *place, row, column = cell
        left, right = _broadcast(moment)
        a, b = at(left, [*place, row]), at(right, [*place, slice(None), column])
        return (summed("y", Terms(a, b, ("a", "b"))),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·b along a row of δ, or Σ δ·a along a column."""
        left, right = _broadcast(moment)
        if left.shape[:-2] != moment.inputs[port].shape[:-2]:
            return GENERAL.given(moment, cell, port)
        *place, row, column = cell
        if port == 0:
            delta = at(moment.upstream, [*place, row])
            other = at(right, [*place, column])
            return (summed("∂L/∂a", Terms(delta, other, ("δ", "b"))),)
        delta = at(moment.upstream, [*place, slice(None), column])
        other = at(left, [*place, slice(None), row])
        return (summed("∂L/∂b", Terms(delta, other, ("δ", "a"))),)


def _broadcast(moment: Moment) -> tuple[Tensor, Tensor]:
    left, right = moment.inputs
    batch = moment.output.shape[:-2]
    return (
        left.expand(*batch, *left.shape[-2:]),
        right.expand(*batch, *right.shape[-2:]),
    )


def _uses(moment: Moment, port: int, cell: Cell) -> Tensor:
    """Return where in the output a number of an input is used.

    Shape:
        as the output
    """
    x = moment.inputs[port]
    order = torch.arange(x.numel(), device=x.device).reshape(x.shape)
    return order.expand(moment.output.shape) == order[cell]


TRACERS: dict[str, Tracer] = {
    **FUNCTION_TRACERS,
    "multiply": Product(),
    "divide": Quotient(),
    "matmul": MatrixProduct(),
    **dict.fromkeys(
        (
            "add",
            "subtract",
            "average",
            "maximum",
            "minimum",
            "concat",
            "stack",
            "clamp",
            "reduce_mean",
            "reduce_sum",
            "reduce_max",
            "reduce_min",
        ),
        LINEAR,
    ),
}
