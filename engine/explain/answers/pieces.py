"""Tensors of any size as pieces that can be shown: slices, and blocks of numbers."""

import math
import re

import numpy as np
import torch
from torch import Tensor

from engine.errors import ConfigError
from engine.explain.trace import summary
from engine.i18n import tr
from engine.measure.views.subject import host
from engine.protocol.arrays import Floats
from engine.protocol.tracing import Figures, Piece

MOST = 32_768
"""Numbers of a piece; larger tensors are told by blocks."""
_SLICE = re.compile(r"\s*(-?\d+)?\s*(:)?\s*(-?\d+)?\s*(?::\s*(\d+))?\s*")


def piece(
    name: str,
    values: Tensor,
    part: str = "",
    most: int = MOST,
    told: Figures | None = None,
) -> Piece:
    """Return a tensor, or the mean and the largest of its blocks.

    Args:
        name: See `Piece`.
        values: All of it.
        part: What is wanted of it, as numpy writes it: `0:8, ::2`.
        most: Numbers that are told one by one.
        told: Figures of the tensor, where they are known.

    Raises:
        ConfigError: When there is no such part.

    Shape:
        any → 1 to 3 axes; more become one, in front of the last two of a value and
        behind the first one of weights
    """
    values = values.detach()
    chosen = values[places(part, tuple(values.shape))] if part.strip() else values
    laid = _laid_out(chosen.float(), is_weight=":" in name)
    block = _blocks(tuple(laid.shape), most)
    told = told or summary.health(values)
    shape = tuple(values.shape)
    if all(size == 1 for size in block):
        return Piece(name, shape, part, _array(laid), np.zeros(0), block, told)
    mean, largest = _by_blocks(laid, block)
    return Piece(name, shape, part, mean, largest, block, told)


def _laid_out(values: Tensor, *, is_weight: bool) -> Tensor:
    if values.dim() == 0:
        return values.reshape(1)
    if is_weight and values.dim() > 2:
        return values.reshape(len(values), -1)
    if values.dim() > 3:
        return values.reshape(-1, *values.shape[-2:])
    return values


def _blocks(shape: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Return the size of the blocks, doubled along the longest axis until all fits."""
    block = [1] * len(shape)

    def cells() -> list[int]:
        return [-(-size // step) for size, step in zip(shape, block, strict=True)]

    while math.prod(cells()) > most:
        longest = max(range(len(shape)), key=lambda axis: cells()[axis])
        block[longest] *= 2
    return tuple(block)


def _by_blocks(values: Tensor, block: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return the mean and the largest size of every block, as float64 arrays."""
    ones = torch.ones((), dtype=values.dtype, device=values.device).expand_as(values)
    total, count = values, ones
    largest = values.abs()
    for axis, size in enumerate(block):
        if size > 1:
            total = _folded(total, axis, size).sum(axis + 1)
            count = _folded(count, axis, size).sum(axis + 1)
            largest = _folded(largest, axis, size).amax(axis + 1)
    return _array(total / count), _array(largest)


def _folded(values: Tensor, axis: int, size: int) -> Tensor:
    """Return an axis as two, the second one of `size`; zeros fill up the last one."""
    missing = -values.shape[axis] % size
    if missing:
        shape = list(values.shape)
        shape[axis] = missing
        values = torch.cat([values, values.new_zeros(shape)], axis)
    shape = list(values.shape)
    return values.reshape(*shape[:axis], -1, size, *shape[axis + 1 :])


def _array(values: Tensor) -> Floats:
    found: Floats = host(values).astype(np.float64)
    return found


def places(part: str, shape: tuple[int, ...]) -> tuple[int | slice, ...]:
    """Return a part of a tensor as an index.

    Args:
        part: Such as `3, 0:8, ::2`; axes that aren't named are whole.
        shape: Of the tensor.

    Raises:
        ConfigError: When it is none, or nothing of the tensor lies there.
    """
    words = part.split(",")
    found: list[int | slice] = []
    for word, size in zip(words, shape, strict=False):
        matched = _SLICE.fullmatch(word)
        place = _place(matched, size) if matched else None
        if place is None:
            raise _refused(part, shape)
        found.append(place)
    if len(words) > len(shape):
        raise _refused(part, shape)
    return tuple(found)


def _place(matched: re.Match[str], size: int) -> int | slice | None:
    first, colon, last, step = matched.groups()
    if colon is None:
        if first is None or last is not None:
            return None
        index = int(first)
        return index if -size <= index < size else None
    bounds = [None if word is None else int(word) for word in (first, last, step)]
    if bounds[2] == 0:
        return None
    found = slice(*bounds)
    return found if range(*found.indices(size)) else None


def _refused(part: str, shape: tuple[int, ...]) -> ConfigError:
    return ConfigError(
        tr("The tensor has no such part"),
        expected=", ".join(f"0:{size}" for size in shape),
        got=part,
    )
