"""Blocks of 16, 256, 4096 … values reduced as they arrive.

A curve of ten million points is then drawn from a few thousand numbers: a query reads
one level and, for the unfinished bucket at the end, at most 15 blocks of each finer
level. Buckets start at multiples of their size, so that a growing curve does not
shimmer. Smallest and largest are exact: no peak is lost at any zoom.
"""

import numpy as np

from engine.protocol.arrays import Floats, Ints
from workbench.session.curves.columns import Column

FACTOR = 16


def bucket_size(count: int, limit: int) -> int:
    """Return how many values share a bucket so that at most `limit` buckets remain.

    The result is `f × 16^k` with f < 16, which is what the levels can answer.
    """
    wanted, unit = -(-count // max(limit, 1)), 1
    while wanted >= FACTOR * unit:
        unit *= FACTOR
    factor = max(1, -(-wanted // unit))
    return factor * unit


class BlockTree:
    """One reduction (`np.minimum`, `np.maximum`, `np.add`) of a growing column."""

    def __init__(self, column: Column[np.float64], reduction: np.ufunc) -> None:
        self._reduction = reduction
        self._levels = [column]

    def update(self) -> None:
        """Reduce the blocks that have become full since the last call."""
        level = 0
        while len(self._levels[level]) >= FACTOR:
            if level + 1 == len(self._levels):
                room = self._levels[level].room // FACTOR
                self._levels.append(Column(np.float64, capacity=room))
            finer, coarser = self._levels[level], self._levels[level + 1]
            full = len(finer) // FACTOR
            if full > len(coarser):
                new = finer.values[len(coarser) * FACTOR : full * FACTOR]
                coarser.extend(self._reduction.reduce(new.reshape(-1, FACTOR), axis=1))
            level += 1

    def buckets(self, first: int, last: int, size: int) -> Floats:
        """Return the reduction of each bucket of values `first` … `last − 1`.

        Args:
            first: Index that is a multiple of `size`.
            last: End; the last bucket may be shorter.
            size: As from `bucket_size`.
        """
        # A bucket is f × 16^k values, so it is made of f whole blocks of level k: the
        # coarsest level whose blocks divide it gives the same result from the fewest
        # numbers. That level may not reach the end: its last blocks are not full yet,
        # so the bucket that is cut off there is reduced by `_range`, level by level.
        level, unit = 0, 1
        while size % (unit * FACTOR) == 0 and level + 1 < len(self._levels):
            level, unit = level + 1, unit * FACTOR
        full = (last - first) // size
        start = first // unit
        rows = self._levels[level].values[start : start + full * (size // unit)]
        whole: Floats = self._reduction.reduce(rows.reshape(full, size // unit), axis=1)
        rest = first + full * size
        if rest == last:
            return whole
        return np.append(whole, self._range(rest, last))

    def _range(self, first: int, last: int) -> float:
        """Return the reduction of values `first` … `last − 1` from whole blocks."""
        parts = []
        for level in reversed(range(len(self._levels))):
            unit = FACTOR**level
            count = (last - first) // unit if first % unit == 0 else 0
            if count:
                block = self._levels[level].values[first // unit :][:count]
                parts.append(self._reduction.reduce(block))
                first += count * unit
        return float(self._reduction.reduce(np.array(parts)))


class Envelope:
    """Smallest, largest and mean of buckets of a growing column of finite values."""

    def __init__(self, column: Column[np.float64]) -> None:
        self.column = column
        self._low = BlockTree(column, np.minimum)
        self._high = BlockTree(column, np.maximum)

    def update(self) -> None:
        """Take in what was appended to the column."""
        self._low.update()
        self._high.update()

    def query(self, first: int, last: int, limit: int) -> tuple[Ints, Floats, Floats]:
        """Return index of the first value, smallest and largest of each bucket."""
        size = bucket_size(last - first, limit)
        first -= first % size
        index = np.arange(first, last, size)
        low = self._low.buckets(first, last, size)
        return index, low, self._high.buckets(first, last, size)


class Means:
    """Means of buckets of a growing column of finite values."""

    def __init__(self, column: Column[np.float64]) -> None:
        self.column = column
        self._sums = BlockTree(column, np.add)

    def update(self) -> None:
        """Take in what was appended to the column."""
        self._sums.update()

    def query(self, first: int, last: int, limit: int) -> tuple[Ints, Floats]:
        """Return index of the middle value and mean of each bucket."""
        size = bucket_size(last - first, limit)
        first -= first % size
        starts = np.arange(first, last, size)
        stops = np.minimum(starts + size, last)
        means = self._sums.buckets(first, last, size) / (stops - starts)
        return (starts + stops - 1) // 2, means
