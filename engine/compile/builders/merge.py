"""Builders of arithmetic: merging, elementwise and reducing."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.compile.build_context import Site
from engine.compile.modules.basic import Average, ClampedLog, Fold, Function, Joined
from engine.compile.modules.generative import NoiseSchedule, reparameterise
from engine.compile.shape_text import Shape, shape_text, shapes_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]

_FOLDS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": torch.add,
    "multiply": torch.mul,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
}
_PAIRS: dict[str, Callable[..., Tensor]] = {
    "subtract": torch.sub,
    "divide": torch.div,
    "pairwise_distance": F.pairwise_distance,
}
_EACH: dict[str, Callable[[Tensor], Tensor]] = {
    "exp": torch.exp,
    "sqrt": torch.sqrt,
    "square": torch.square,
    "abs": torch.abs,
    "negative": torch.neg,
    "sin": torch.sin,
    "cos": torch.cos,
}
_REDUCTIONS: dict[str, Callable[..., Tensor]] = {
    "reduce_mean": torch.mean,
    "reduce_sum": torch.sum,
    "reduce_max": torch.amax,
    "reduce_min": torch.amin,
    "reduce_std": torch.std,
}


def _need_two(site: Site) -> None:
    if len(site.shapes) < 2:
        raise site.refuse(
            tr("{title} needs at least two inputs", title=site.title),
            expected=2,
            got=len(site.shapes),
        )


def _broadcast(site: Site) -> Shape:
    """Return the common shape of all inputs, or raise when there is none."""
    longest = max(len(shape) for shape in site.shapes)
    padded = [(1,) * (longest - len(shape)) + shape for shape in site.shapes]
    sizes = [set(column) - {1} for column in zip(*padded, strict=True)]
    if any(len(found) > 1 for found in sizes):
        raise site.refuse(
            tr("The shapes of the inputs don't fit together"),
            expected=tr("equal sizes, or 1, in every dimension"),
            got=shapes_text(site.shapes),
        )
    return tuple(max(found, default=1) for found in sizes)


def _check_batch(site: Site) -> None:
    """Raise when broadcasting would pair a sample with other samples.

    Shapes are aligned from the right, so N×F and N would mix batch and features.
    """
    ranks = {len(shape) for shape in site.shapes if shape and shape[0] != 1}
    if len(ranks) > 1:
        raise site.refuse(
            tr("The inputs have different numbers of dimensions"),
            expected=tr("the same number in each"),
            got=shapes_text(site.shapes),
        )


def _fold(site: Site, function: Callable[[Tensor, Tensor], Tensor]) -> nn.Module:
    _need_two(site)
    _broadcast(site)
    _check_batch(site)
    return Fold(function)


def _average(site: Site) -> nn.Module:
    _need_two(site)
    _broadcast(site)
    _check_batch(site)
    return Average()


def _pair(site: Site, function: Callable[..., Tensor]) -> nn.Module:
    _broadcast(site)
    _check_batch(site)
    if site.type_id == "pairwise_distance":
        return Function(function, p=site.number("p"))
    return Function(function)


def _concat(site: Site) -> nn.Module:
    _need_two(site)
    dim = site.dim("dim")
    rest = {(len(shape), *shape[1:dim], *shape[dim + 1 :]) for shape in site.shapes}
    if len(rest) > 1:
        raise site.refuse(
            tr("The inputs differ in more than the joined dimension"),
            expected=tr(
                "{shape} but for dimension {dim}",
                shape=shape_text(site.shape),
                dim=dim,
            ),
            got=shapes_text(site.shapes[1:]),
        )
    return Joined(torch.cat, dim)


def _stack(site: Site) -> nn.Module:
    _need_two(site)
    dim = site.dim("dim", extra=1)
    if len({shape[1:] for shape in site.shapes}) > 1:
        raise site.refuse(
            tr("Only inputs of the same shape can be stacked"),
            expected=shape_text(site.shape),
            got=shapes_text(site.shapes[1:]),
        )
    return Joined(torch.stack, dim)


def _matmul(site: Site) -> nn.Module:
    left, right = site.shapes
    site.need_dims(2)
    fits = len(right) > 2 and left[-1] == right[-2]
    if not (fits and len(left) == len(right)):
        raise site.refuse(
            tr("The matrices can't be multiplied"),
            expected=tr("N×…×A×B and N×…×B×C"),
            got=shapes_text(site.shapes),
        )
    return Function(torch.matmul)


def _cosine(site: Site) -> nn.Module:
    site.need_equal()
    return nn.CosineSimilarity(site.dim("dim"))


def _scale(site: Site) -> nn.Module:
    return Affine(site.number("factor"), site.number("offset"))


class Affine(nn.Module):
    """factor·x + offset, both fixed."""

    def __init__(self, factor: float, offset: float) -> None:
        super().__init__()
        self.factor, self.offset = factor, offset

    def forward(self, x: Tensor) -> Tensor:
        """Return factor·x + offset.

        Shape:
            any → the same
        """
        return x * self.factor + self.offset


def _each(_site: Site, function: Callable[[Tensor], Tensor]) -> nn.Module:
    return Function(function)


def _power(site: Site) -> nn.Module:
    return Function(torch.pow, exponent=site.number("exponent"))


def _log(site: Site) -> nn.Module:
    return ClampedLog(site.number("eps"))


def _clamp(site: Site) -> nn.Module:
    low, high = site.params["low"], site.params["high"]
    limits = [limit for limit in (low, high) if isinstance(limit, int | float)]
    if not limits or (len(limits) == 2 and limits[0] >= limits[1]):
        raise site.misconfigured(
            tr("The lower limit must be below the upper one"), got=f"{low} … {high}"
        )
    return Function(torch.clamp, min=low, max=high)


def _reduce(site: Site, function: Callable[..., Tensor]) -> nn.Module:
    dims = tuple(site.place(dim) for dim in site.ints("dims"))
    if not dims or len(set(dims)) < len(dims):
        raise site.misconfigured(
            tr("Name every dimension once"), got=site.params["dims"]
        )
    if function is torch.std and math.prod(site.shape[dim] for dim in dims) < 2:
        raise site.refuse(
            tr("A standard deviation needs at least two values"),
            expected="≥ 2",
            got=1,
        )
    return Function(function, dim=dims, keepdim=site.flag("keepdim"))


def _argmax(site: Site) -> nn.Module:
    return Function(torch.argmax, dim=site.dim("dim"))


def _reparameterise(site: Site) -> nn.Module:
    site.need_equal(0, 1)
    site.need_equal(0, 2)
    return Function(reparameterise)


def _noise_schedule(site: Site) -> nn.Module:
    site.need_dims(2)
    site.need_equal(0, 1)
    if site.shapes[2][1:] != (1,):
        raise site.refuse(
            tr("“{port}” takes one number per sample", port="time"),
            expected="N×1",
            got=shape_text(site.shapes[2]),
        )
    return NoiseSchedule(
        site.whole("steps"), site.text("schedule"), site.text("predict")
    )


BUILDERS: dict[str, Builder] = {
    **{name: partial(_fold, function=fn) for name, fn in _FOLDS.items()},
    **{name: partial(_pair, function=fn) for name, fn in _PAIRS.items()},
    **{name: partial(_each, function=fn) for name, fn in _EACH.items()},
    **{name: partial(_reduce, function=fn) for name, fn in _REDUCTIONS.items()},
    "average": _average,
    "concat": _concat,
    "stack": _stack,
    "matmul": _matmul,
    "cosine_similarity": _cosine,
    "scale": _scale,
    "power": _power,
    "log": _log,
    "clamp": _clamp,
    "argmax": _argmax,
    "reparameterise": _reparameterise,
    "noise_schedule": _noise_schedule,
}
