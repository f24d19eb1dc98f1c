"""Dense layers, embeddings and what scales numbers one by one.

Axes: M all places of the batch that one row stands for, K outputs, F inputs.

Source: Rumelhart, Hinton & Williams 1986, "Learning representations by
back-propagating errors": ∂L/∂W = δᵀ·x, ∂L/∂x = δ·W, ∂L/∂b = Σ δ.
"""

from typing import cast

import torch
from torch import Tensor, nn

from engine.explain.tracers.general import GENERAL, LINEAR, General
from engine.explain.tracers.local import local
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer


class Dense:
    """Of `nn.Linear`."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ w·x + b of one unit."""
        del port  # It has one.
        *place, unit = cell
        terms = Terms(_weight(moment)[unit], moment.inputs[0][tuple(place)])
        return (summed("z", terms, bias_of(moment, unit)),)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·x over all places: each sample pulls with its product."""
        delta_M = _rows(moment.upstream)[:, cell[0]]
        if name == "bias":
            return (summed("∂L/∂b", Terms(delta_M, None, ("δ", ""))),)
        x_M = _rows(moment.inputs[0])[:, cell[1]]
        return (summed("∂L/∂w", Terms(delta_M, x_M, ("δ", "x"))),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·w over all units that the number flows into."""
        del port  # It has one.
        *place, feature = cell
        delta_K, w_K = moment.upstream[tuple(place)], _weight(moment)[:, feature]
        return (summed("∂L/∂x", Terms(delta_K, w_K, ("δ", "w"))),)


class Embedding:
    """Of `nn.Embedding`: a row of the table, lifted out."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the number of the table that is copied."""
        del port  # It has one.
        *place, feature = cell
        row = int(moment.inputs[0][tuple(place)])
        value = float(_weight(moment)[row, feature])
        slot = f"w[{row},{feature}]"
        return (Line("y", f"{{{slot}}}", {slot: value}, value),)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ over all places that have lifted this row; none is 0."""
        del name  # It has one.
        row, feature = cell
        is_here_M = (moment.inputs[0] == row).flatten()
        if row == cast("nn.Embedding", moment.module).padding_idx:
            is_here_M = torch.zeros_like(is_here_M)
        delta_M = _rows(moment.upstream)[is_here_M][:, feature]
        return (summed("∂L/∂w", Terms(delta_M, None, ("δ", ""))),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return 0: whole numbers have no slope."""
        return GENERAL.given(moment, cell, port)


class Scaled(General):
    """Of what multiplies each number alone: y = m·x + c, such as dropout's mask."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return m·x + c."""
        with local(moment) as now:
            factor = float(now.row(cell, port)[0][cell])
        value = float(moment.output[cell])
        x = float(moment.inputs[0][cell])
        rest = value - factor * x
        numbers: dict[str, Number] = {"m": factor, "x": x}
        if abs(rest) <= _ROUNDING * abs(value):
            return (Line("y", "{m}·{x}", numbers, factor * x),)
        return (Line("y", "{m}·{x} + {c}", {**numbers, "c": rest}, value),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return δ·m with the very same factor: the mask of the forward pass."""
        del port  # It has one.
        with local(moment) as now:
            factor = float(now.row(cell)[0][cell])
        delta = float(moment.upstream[cell])
        return (Line("∂L/∂x", "{δ}·{m}", {"δ": delta, "m": factor}, delta * factor),)


class Reversed(Scaled):
    """Of a layer that copies, and hands back −λ·δ."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return a copy."""
        del port  # It has one.
        value = float(moment.output[cell])
        return (Line("y", "{x}", {"x": value}, value),)


_ROUNDING = 1e-6


def summed(name: str, terms: Terms, more: float | None = None) -> Line:
    """Return the line of a sum, and of what is added to it."""
    if more is None:
        return Line(name, "{Σ}", {"Σ": terms}, terms.total)
    return Line(name, "{Σ} + {b}", {"Σ": terms, "b": more}, terms.total + more)


def bias_of(moment: Moment, unit: int) -> float | None:
    """Return the bias of a unit; None where the layer has none."""
    bias = cast("Tensor | None", moment.module.bias)
    return None if bias is None else float(bias.detach()[unit])


def _weight(moment: Moment) -> Tensor:
    return cast("nn.Linear", moment.module).weight.detach()


def _rows(values: Tensor) -> Tensor:
    return values.reshape(-1, values.shape[-1])


_SCALED = Scaled()

TRACERS: dict[str, Tracer] = {
    "linear": Dense(),
    "embedding": Embedding(),
    "learned_scale": _SCALED,
    "gradient_reversal": Reversed(),
    "identity": LINEAR,
    "reroute": LINEAR,
    "stop_gradient": LINEAR,
    **dict.fromkeys(
        (
            "dropout",
            "dropout1d",
            "dropout2d",
            "dropout3d",
            "alpha_dropout",
            "feature_alpha_dropout",
            "gaussian_noise",
        ),
        _SCALED,
    ),
}
