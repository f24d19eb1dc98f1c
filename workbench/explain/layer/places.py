"""Which number of a tensor a cell of a piece is."""

import math

import numpy as np

from engine.protocol.arrays import Floats
from engine.protocol.tracing import Piece

Index = tuple[int, ...]


def place_of(piece: Piece, index: Index) -> Index | None:
    """Return the place of a cell in the whole tensor; of a block its first number.

    Args:
        piece: What is shown.
        index: Of the cell in `piece.values`.

    Returns:
        None where the piece has no such cell.
    """
    if len(index) != piece.values.ndim:
        return None
    inside = [at * size for at, size in zip(index, piece.block, strict=True)]
    ranges = _ranges(piece)
    sizes = [len(r) for r in ranges if isinstance(r, range)]
    laid = _laid_out(sizes, is_weight=":" in piece.name)
    if len(inside) == len(sizes):  # its axes are those of the tensor
        laid = sizes
    flat = _flat(inside, laid)
    if not 0 <= flat < max(1, math.prod(sizes)):
        return None
    chosen = list(_unflat(flat, sizes))
    return tuple(r[chosen.pop(0)] if isinstance(r, range) else r for r in ranges)


def index_of(piece: Piece, place: Index) -> Index | None:
    """Return the cell of a number; None where the piece shows it in no cell of its own.

    Args:
        piece: What is shown.
        place: In the whole tensor.
    """
    ranges = _ranges(piece)
    if any(size > 1 for size in piece.block) or len(place) != len(ranges):
        return None
    inside, sizes = [], []
    for at, shown in zip(place, ranges, strict=True):
        if isinstance(shown, int):
            if at != shown:
                return None
        elif at not in shown:
            return None
        else:
            inside.append(shown.index(at))
            sizes.append(len(shown))
    if piece.values.ndim == len(sizes):
        return tuple(inside)
    laid = _laid_out(sizes, is_weight=":" in piece.name)
    return _unflat(_flat(inside, sizes), laid)


def _extreme(values: Floats) -> Index:
    """Return where the first number that is none is, or else the largest one."""
    sizes = np.where(np.isfinite(values), np.abs(values), np.inf)
    return tuple(int(i) for i in np.unravel_index(sizes.argmax(), values.shape))


def largest(piece: Piece) -> Index | None:
    """Return the place of the number farthest from 0, or of one that is none."""
    return place_of(piece, _extreme(piece.values)) if piece.values.size else None


def around_largest(piece: Piece) -> str:
    """Return the part of a tensor around its largest number; empty if all is shown.

    Only of tensors that are shown with the axes that they have.
    """
    is_whole = all(size == 1 for size in piece.block)
    if is_whole or piece.part.strip() or piece.values.ndim != len(piece.shape):
        return ""
    at = _extreme(piece.largest)
    words = []
    for index, size, most in zip(at, piece.block, piece.shape, strict=True):
        first = index * size
        words.append(f"{first}:{min(first + max(size, 32), most)}")
    return ", ".join(words)


def _ranges(piece: Piece) -> list[range | int]:
    """Return what of each axis is shown: some places, or a single one."""
    words = piece.part.split(",") if piece.part.strip() else []
    found: list[range | int] = []
    for axis, size in enumerate(piece.shape):
        word = words[axis].strip() if axis < len(words) else ":"
        if ":" in word:
            bounds = [int(b) if b.strip() else None for b in word.split(":")]
            found.append(range(size)[slice(*bounds)])
        else:
            found.append(int(word) % size)
    return found


def _laid_out(sizes: list[int], *, is_weight: bool) -> list[int]:
    """Return the axes of a piece; see `engine.protocol.tracing.Piece`."""
    if not sizes:
        return [1]
    if is_weight and len(sizes) > 2:
        return [sizes[0], math.prod(sizes[1:])]
    if len(sizes) > 3:
        return [math.prod(sizes[:-2]), *sizes[-2:]]
    return sizes


def _flat(index: list[int], sizes: list[int]) -> int:
    flat = 0
    for at, size in zip(index, sizes, strict=True):
        if at >= size:
            return -1
        flat = flat * size + at
    return flat


def _unflat(flat: int, sizes: list[int]) -> Index:
    index: list[int] = []
    for size in reversed(sizes):
        flat, at = divmod(flat, size)
        index.insert(0, at)
    return tuple(index)
