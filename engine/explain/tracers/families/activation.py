"""Activations: δ passes by the slope under each number; softmax by all of its row."""

import math
from typing import Any, cast

import torch
from torch import Tensor

from engine.explain.tracers.families.curves import CURVES, FUNCTIONS, Curve, sigmoid
from engine.explain.tracers.families.dense import Scaled, summed
from engine.explain.tracers.general import General
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer


class Each(General):
    """Of a function that takes every number alone."""

    def __init__(self, curve: Curve) -> None:
        self._curve = curve

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return f(x) written out for the piece of the curve that x stands on."""
        del port  # It has one.
        x = float(moment.inputs[0][cell])
        piece = self._curve(x, moment.module)
        return (Line("a", piece.rule, {"x": x, **piece.settings}, piece.value),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return f′(x), and δ·f′."""
        del port  # It has one.
        x, delta = float(moment.inputs[0][cell]), float(moment.upstream[cell])
        piece = self._curve(x, moment.module)
        numbers = {"x": x, "a": piece.value, **piece.settings}
        slope = Line("f′", piece.slope, numbers, piece.derivative)
        value = delta * piece.derivative
        rule: dict[str, Number] = {"δ": delta, "f′": piece.derivative}
        return (slope, Line("∂L/∂z", "{δ}·{f′}", rule, value))


class PReLU(General):
    """Of `nn.PReLU`: below zero a learned slope."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return x, or w·x below zero."""
        del port  # It has one.
        x = float(moment.inputs[0][cell])
        if x > 0:
            return (Line("a", "{x}", {"x": x}, x),)
        w = self._slope(moment, cell)
        return (Line("a", "{w}·{x}", {"w": w, "x": x}, w * x),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return δ, or δ·w below zero."""
        del port  # It has one.
        x, delta = float(moment.inputs[0][cell]), float(moment.upstream[cell])
        w = 1.0 if x > 0 else self._slope(moment, cell)
        return (Line("∂L/∂z", "{δ}·{f′}", {"δ": delta, "f′": w}, delta * w),)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·x over all numbers below zero that use the slope."""
        del name  # It has one.
        x, delta = moment.inputs[0], moment.upstream
        if cast("Any", moment.module).weight.numel() > 1:
            x, delta = x[:, cell[0]], delta[:, cell[0]]
        below = x <= 0
        return (summed("∂L/∂w", Terms(delta[below], x[below], ("δ", "x"))),)

    def _slope(self, moment: Moment, cell: Cell) -> float:
        weight = cast("Any", moment.module).weight.detach()
        return float(weight[cell[1] if len(weight) > 1 else 0])


class Softmax(General):
    """Of softmax, softmin and their logarithm along one dimension.

    Args:
        sign: −1 for softmin.
        is_log: Whether the logarithm comes out.
    """

    def __init__(self, sign: float = 1.0, *, is_log: bool = False) -> None:
        self._sign, self._is_log = sign, is_log

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ e^z of the row, and the share of one of its numbers."""
        del port  # It has one.
        z_C, place = _along(moment, moment.inputs[0], cell)
        z_C = self._sign * z_C
        largest = float(z_C.max())
        terms = Terms((z_C - largest).exp(), None, ("exp(z − m)", ""))
        total = summed("S", terms)
        z = float(z_C[place])
        numbers: dict[str, Number] = {"z": z, "m": largest, "S": terms.total}
        if self._is_log:
            value = z - largest - math.log(terms.total)
            return (total, Line("y", "{z} − {m} − ln({S})", numbers, value))
        share = math.exp(z - largest) / terms.total
        return (total, Line("p", "exp({z} − {m}) / {S}", numbers, share))

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return p·(δ − Σ p·δ), or δ − p·Σ δ of the logarithm."""
        del port  # It has one.
        z_C, place = _along(moment, moment.inputs[0], cell)
        delta_C, _ = _along(moment, moment.upstream, cell)
        p_C = torch.softmax(self._sign * z_C, 0)
        p, delta = float(p_C[place]), float(delta_C[place])
        numbers: dict[str, Number] = {"p": p, "δ": delta}
        if self._is_log:
            total = summed("S", Terms(delta_C, None, ("δ", "")))
            numbers["S"] = total.value
            value = delta - p * total.value
            return (total, Line("∂L/∂z", "{δ} − {p}·{S}", numbers, value))
        total = summed("S", Terms(p_C, delta_C, ("p", "δ")))
        numbers["S"] = total.value
        value = self._sign * p * (delta - total.value)
        sign = "−" if self._sign < 0 else ""
        return (total, Line("∂L/∂z", f"{sign}{{p}}·({{δ}} − {{S}})", numbers, value))


class GLU(General):
    """Of `nn.GLU`: one half opens and shuts the other."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return a·σ(b)."""
        del port  # It has one.
        a, b, _ = self._halves(moment, cell)
        value = a * sigmoid(b)
        return (Line("y", "{a}·σ({b})", {"a": a, "b": b}, value),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return δ·σ(b) for the first half, δ·a·σ′(b) for the other."""
        del port  # It has one.
        dim = cast("Any", moment.module).dim
        half = moment.output.shape[dim]
        spot = list(cell)
        spot[dim] %= half
        a, b, delta = self._halves(moment, tuple(spot))
        gate = sigmoid(b)
        numbers: dict[str, Number] = {"δ": delta, "a": a, "g": gate}
        opened = Line("g", "σ({b})", {"b": b}, gate)
        if cell[dim] < half:
            return (opened, Line("∂L/∂a", "{δ}·{g}", numbers, delta * gate))
        value = delta * a * gate * (1 - gate)
        return (opened, Line("∂L/∂b", "{δ}·{a}·{g}·(1 − {g})", numbers, value))

    def _halves(self, moment: Moment, cell: Cell) -> tuple[float, float, float]:
        dim = cast("Any", moment.module).dim
        first, second = moment.inputs[0].chunk(2, dim)
        return float(first[cell]), float(second[cell]), float(moment.upstream[cell])


def _along(moment: Moment, values: Tensor, cell: Cell) -> tuple[Tensor, int]:
    """Return the row that a number is weighed against, and where it stands there."""
    dim = cast("Any", moment.module).dim
    index: list[int | slice] = list(cell)
    index[dim] = slice(None)
    return values[tuple(index)].double(), cell[dim]


TRACERS: dict[str, Tracer] = {
    **{name: Each(curve) for name, curve in CURVES.items()},
    "prelu": PReLU(),
    "rrelu": Scaled(),
    "softmax": Softmax(),
    "softmin": Softmax(-1.0),
    "log_softmax": Softmax(is_log=True),
    "glu": GLU(),
}
FUNCTION_TRACERS: dict[str, Tracer] = {
    name: Each(curve) for name, curve in FUNCTIONS.items()
}
