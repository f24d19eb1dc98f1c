"""Pooling: the winner takes all of δ, an average shares it out.

Which number has won, also among equals, is torch's own choice.
"""

import itertools
from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor

from engine.explain.tracers.general import LINEAR, General
from engine.explain.tracers.inside import Inside
from engine.explain.tracers.local import local
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Tracer


class MaxPool(General):
    """Of the largest number in a window; the way back is Σ δ of where it has won."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return all numbers of the window, the winner first."""
        sample, channel, *place = cell
        spans = self._window(moment, place)
        x = moment.inputs[0][sample, channel]
        window = torch.stack([x[spot] for spot in itertools.product(*spans)])
        with local(moment) as now:
            is_winner = now.row(cell, port)[0][sample, channel] != 0
        winner = x[is_winner][0]
        rest = list(window.tolist())
        rest.remove(float(winner))
        ordered = torch.tensor([float(winner), *rest], dtype=torch.float64)
        value = float(winner)
        return (Line("y", "max({x})", {"x": ordered}, value),)

    def _window(self, moment: Moment, place: list[int]) -> list[range]:
        module = cast("Any", moment.module)
        dims = len(place)
        kernel, stride, padding, dilation = (
            _sizes(getattr(module, name), dims)
            for name in ("kernel_size", "stride", "padding", "dilation")
        )
        spans = []
        for axis, size in enumerate(moment.inputs[0].shape[2:]):
            first = place[axis] * stride[axis] - padding[axis]
            taps = range(first, first + kernel[axis] * dilation[axis], dilation[axis])
            inside = [tap for tap in taps if 0 <= tap < size]
            spans.append(range(inside[0], inside[-1] + 1, dilation[axis]))
        return spans


class AdaptiveMaxPool(MaxPool):
    """The same with windows that are cut so that a given number of them results."""

    def _window(self, moment: Moment, place: list[int]) -> list[range]:
        sizes = zip(
            place, moment.inputs[0].shape[2:], moment.output.shape[2:], strict=True
        )
        return [range(p * i // o, -(-(p + 1) * i // o)) for p, i, o in sizes]


def _sizes(value: int | tuple[int, ...], dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else value


class Winners:
    """Which number of the input each maximum is: `winner`, counted within its map."""

    def tensors(self, moment: Moment, sample: int) -> Mapping[str, Tensor]:
        """Return the winners as torch chooses them, also among equals.

        Shape:
            as one sample of the output
        """
        module = cast("Any", moment.module)
        x = moment.inputs[0][sample : sample + 1]
        was, module.return_indices = module.return_indices, True
        try:
            _, places = module(x)
        finally:
            module.return_indices = was
        return {"winner": places[0]}

    def lines(self, moment: Moment, sample: int, name: str, cell: Cell) -> Lines:
        """Return nothing: a place isn't computed."""
        del moment, sample, name, cell
        return ()


INSIDES: dict[str, Inside] = dict.fromkeys(
    (
        *("max_pool1d", "max_pool2d"),
        *("adaptive_max_pool1d", "adaptive_max_pool2d"),
    ),
    Winners(),
)
TRACERS: dict[str, Tracer] = {
    **{f"max_pool{d}d": MaxPool() for d in (1, 2, 3)},
    **{f"adaptive_max_pool{d}d": AdaptiveMaxPool() for d in (1, 2, 3)},
    **{f"avg_pool{d}d": LINEAR for d in (1, 2, 3)},
    **{f"adaptive_avg_pool{d}d": LINEAR for d in (1, 2, 3)},
    "global_avg_pool": LINEAR,
}
