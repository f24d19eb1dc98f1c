"""Layers without formulas of their own, and those that are linear: by their slopes."""

import torch
from torch import Tensor

from engine.explain.tracers.local import Local, local
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms


class General:
    """Of any layer: gradients as Σ δ·∂y/∂x, outputs as they came out."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the number itself: how it comes about isn't told."""
        value = float(moment.outputs[port][cell])
        return (Line("y", "{f(x)}", {"f(x)": value}, value),)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·∂y/∂w over all outputs that the weight reaches."""
        with local(moment) as now:
            return _back(moment, now, now.weights[name], cell, "w")

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·∂y/∂x over all outputs that the input reaches."""
        with local(moment) as now:
            return _back(moment, now, now.inputs[port], cell, "x")


class Linear(General):
    """Of layers whose outputs are sums of their inputs by fixed factors.

    They copy, cut, turn, average, add; the factors are ∂y/∂x.
    """

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ factor·x, without those whose factor is 0."""
        value = float(moment.outputs[port][cell])
        with local(moment) as now:
            slopes = now.row(cell, port)
        pairs = [
            (slope[slope != 0], x[slope != 0])
            for slope, x in zip(slopes, moment.inputs, strict=True)
        ]
        left = torch.cat([a for a, _ in pairs]) if pairs else torch.zeros(0)
        right = (
            torch.cat([x.to(a.dtype) for a, x in pairs]) if pairs else torch.zeros(0)
        )
        if len(left) == 1 and float(left[0]) == 1 and float(right[0]) == value:
            return (Line("y", "{x}", {"x": value}, value),)
        terms = Terms(left, right, ("∂y/∂x", "x"))
        if bool((left == 1).all()):
            terms = Terms(right, None, ("x", ""))
        rest = value - terms.total
        numbers: dict[str, Number] = {"Σ": terms}
        if abs(rest) <= _NOTHING * max(1.0, float(terms.products.abs().sum())):
            return (Line("y", "{Σ}", numbers, terms.total),)
        return (Line("y", "{Σ} + {c}", {**numbers, "c": rest}, value),)


_NOTHING = 1e-5
"""Relative: what float32 leaves of a sum that is taken in another order."""


def _back(moment: Moment, now: Local, of: Tensor, cell: Cell, symbol: str) -> Lines:
    left, right = [], []
    for slope, delta in zip(now.column(of, cell), moment.upstreams, strict=True):
        if delta is not None:
            is_reached = slope != 0
            left.append(delta[is_reached])
            right.append(slope[is_reached])
    nothing = torch.zeros(0)
    terms = Terms(
        torch.cat(left) if left else nothing,
        torch.cat(right) if right else nothing,
        ("δ", f"∂y/∂{symbol}"),
    )
    if bool((terms.right == 1).all() if terms.right is not None else False):
        terms = Terms(terms.left, None, ("δ", ""))
    return (Line(f"∂L/∂{symbol}", "{Σ}", {"Σ": terms}, terms.total),)


GENERAL, LINEAR = General(), Linear()
