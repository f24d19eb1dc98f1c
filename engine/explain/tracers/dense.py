"""Dense layers: y = x·Wᵀ + b on the last dimension.

Axes: M all places of the batch that one row stands for, K outputs, F inputs.

Source: Rumelhart, Hinton & Williams 1986, "Learning representations by
back-propagating errors": ∂L/∂W = δᵀ·x, ∂L/∂x = δ·W, ∂L/∂b = Σ δ.
"""

from typing import cast

import torch
from torch import Tensor, nn

from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Gradients, Terms


class Linear:
    """Of `nn.Linear`."""

    def output(self, moment: Moment) -> Tensor:
        """Return x·Wᵀ + b.

        Shape:
            N×…×F → N×…×K
        """
        (x,), bias = moment.inputs, _bias(moment)
        y = x @ _weight(moment).T
        return y if bias is None else y + bias

    def gradients(self, moment: Moment) -> Gradients:
        """Return δ·W for the input, δᵀ·x and Σ δ for the weights."""
        x_MF, delta_MK = _rows(moment.inputs[0]), _rows(moment.upstream)
        back = moment.upstream @ _weight(moment)
        weights = {"weight": delta_MK.T @ x_MF}
        if _bias(moment) is not None:
            weights["bias"] = delta_MK.sum(0)
        return Gradients((back,), weights)

    def output_terms(self, moment: Moment, cell: Cell) -> Terms:
        """Return the inputs of one unit, its weights, and its bias as the rest."""
        *place, unit = cell
        bias = _bias(moment)
        rest = 0.0 if bias is None else float(bias[unit])
        return Terms(moment.inputs[0][tuple(place)], _weight(moment)[unit], rest)

    def weight_terms(self, moment: Moment, name: str, cell: Cell) -> Terms:
        """Return δ and x at every place: each sample pulls with their product."""
        delta_M = _rows(moment.upstream)[:, cell[0]]
        if name == "bias":
            return Terms(delta_M, torch.ones_like(delta_M))
        return Terms(delta_M, _rows(moment.inputs[0])[:, cell[1]])

    def input_terms(self, moment: Moment, port: int, cell: Cell) -> Terms:
        """Return the δ of all units at this place, and the weights to this input."""
        del port  # It has one.
        *place, feature = cell
        weight_K = _weight(moment)[:, feature]
        return Terms(moment.upstream[tuple(place)], weight_K)


def _weight(moment: Moment) -> Tensor:
    return cast("nn.Linear", moment.module).weight.detach()


def _bias(moment: Moment) -> Tensor | None:
    bias = cast("Tensor | None", moment.module.bias)
    return None if bias is None else bias.detach()


def _rows(values: Tensor) -> Tensor:
    return values.reshape(-1, values.shape[-1])


TRACERS = {"linear": Linear()}
