"""The whole run in a fixed number of columns, for heat maps.

A column stands for `span` steps. When the run outgrows the columns, neighbours merge
and the span doubles, so a picture of any run costs the same to keep and to draw.
"""

import numpy as np

from engine.protocol.arrays import Bools, Floats

COLUMNS = 512
_FEWEST, _MOST_VALUES = 16, 12_000_000
"""Very many rows get fewer columns: together they take up to some 150 MB."""


def columns_for(rows: int) -> int:
    """Return how many columns are kept of so many rows, an even number."""
    return max(_FEWEST, min(COLUMNS, _MOST_VALUES // max(rows, 1)) // 2 * 2)


class TimeBins:
    """Means of row vectors over equal spans of steps.

    Args:
        rows: Length of a vector.
        columns: Even number of spans to keep; 0 means as many as the rows allow.
    """

    def __init__(self, rows: int, columns: int = 0) -> None:
        columns = columns or columns_for(rows)
        self.span = 1
        self.merges = 0
        self.used = 0
        self._sums = np.zeros((columns, rows))
        self._counts = np.zeros((columns, rows), np.int32)

    @property
    def columns(self) -> int:
        """How many spans are kept."""
        return len(self._sums)

    def put(self, step: int, values: Floats) -> None:
        """Add a vector of `step` (from 1); its non-finite values are absent."""
        while (step - 1) // self.span >= len(self._sums):
            self._merge()
        column = (step - 1) // self.span
        finite = np.isfinite(values)
        self._sums[column] += np.where(finite, values, 0.0)
        self._counts[column] += finite
        self.used = max(self.used, column + 1)

    def means(self, first: int = 0) -> Floats:
        """Return the means of columns `first` … `used − 1` as (columns, rows).

        A row without a measurement in a column repeats its last one before it (of at
        most 64 columns before `first`); before the first measurement it is NaN.
        """
        start = self._complete_before(first)
        counts = self._counts[start : self.used]
        with np.errstate(invalid="ignore"):
            means = self._sums[start : self.used] / counts
        # A gap repeats what stands before it: `index` holds a column's own number
        # where it was measured and 0 elsewhere, so its running maximum is, for each
        # row, the last measured column up to here. Reading begins at the nearest
        # column where all rows are known; a caller who draws only what is new would
        # otherwise see gaps that an earlier column fills.
        index = np.where(counts > 0, np.arange(len(means))[:, None], 0)
        source = np.maximum.accumulate(index, axis=0)
        return np.take_along_axis(means, source, axis=0)[first - start :]

    def measured(self) -> Bools:
        """Return which of the `used` columns hold a measurement of any row."""
        known: Bools = np.any(self._counts[: self.used], axis=1)
        return known

    def _complete_before(self, first: int) -> int:
        """Return the nearest column at or before `first` where all is measured."""
        for column in range(min(first, self.used - 1), max(first - 64, 0), -1):
            if self._counts[column].all():
                return column
        return max(first - 64, 0)

    def _merge(self) -> None:
        half = len(self._sums) // 2
        for array in (self._sums, self._counts):
            array[:half] = array[0::2] + array[1::2]
            array[half:] = 0
        self.span *= 2
        self.used = -(-self.used // 2)
        self.merges += 1
