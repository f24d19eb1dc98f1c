"""Shapes and kinds of numbers in the words of the canvas."""

from collections.abc import Iterable, Sequence

import torch

from engine.i18n import tr

Shape = tuple[int, ...]


def shape_text(shape: Sequence[int]) -> str:
    """Return `N×1×28×28` for (batch, 1, 28, 28); `a single number` for ()."""
    if not shape:
        return tr("a single number")
    return "×".join(["N", *map(str, shape[1:])])


def shapes_text(shapes: Iterable[Sequence[int]]) -> str:
    """Return several shapes, divided by “and”."""
    return tr(" and ").join(shape_text(shape) for shape in shapes)


def kind_text(dtype: torch.dtype) -> str:
    """Return what kind of numbers a tensor holds."""
    return tr("decimal numbers") if dtype.is_floating_point else tr("whole numbers")
