"""Blocks of plain lines cut into cells by numpy: several times as fast as row by row.

Plain are lines without quotes and empty ones. Whatever else is odd about a block (a row
of another width, a cell that is no number) is left to the reader that goes row by row,
which also knows how to say it.
"""

from collections.abc import Sequence

import numpy as np

from engine.data.readers.layout import Layout
from engine.data.readers.reader import Array

Cells = list[Array | tuple[str, ...]]


def can_cut(layout: Layout) -> bool:
    """Return whether the rows of a file are lines cut at a mark."""
    return not layout.comments and layout.separator != " "


class Cutter:
    """Cuts blocks of one file, and learns which columns have more than numbers.

    Args:
        separator: Between cells.
        width: Cells of a row.
        numbers: Places of the columns that hold nothing but numbers, as far as known.
    """

    def __init__(self, separator: str, width: int, numbers: Sequence[int]) -> None:
        self._separator, self._width = separator, width
        self._numbers = set(numbers)

    def cut(self, lines: list[str]) -> Cells | None:
        """Return the cells by column: arrays of finite numbers, or texts as they are.

        Args:
            lines: Plain ones, without their ends.

        Returns:
            None where a row has another width.
        """
        for numbers in (self._numbers, set[int]()):
            try:
                found = self._cut(lines, numbers)
            except ValueError:
                continue
            finite = {n for n in numbers if np.isfinite(found[n]).all()}
            if finite == numbers:
                return found
        return None

    def learn(self, place: int) -> None:
        """Take in that a column has more than numbers."""
        self._numbers.discard(place)

    def _cut(self, lines: list[str], numbers: set[int]) -> Cells:
        kinds = [(f"f{n}", "f8" if n in numbers else "O") for n in range(self._width)]
        table = np.loadtxt(
            lines, np.dtype(kinds), None, self._separator, ndmin=1, encoding=None
        )
        if len(table) != len(lines):
            raise ValueError(len(table))
        return [
            np.ascontiguousarray(table[name]) if kind == "f8" else tuple(table[name])
            for name, kind in kinds
        ]
