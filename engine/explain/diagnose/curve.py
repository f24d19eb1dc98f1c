"""A loss curve of any length in a few hundred means."""

import math

import numpy as np

from engine.protocol.arrays import Floats

MOST_BINS = 400


class Curve:
    """Means over equal spans of steps; spans double when there are too many.

    Attributes:
        first: The first finite loss, NaN before there is one.
        count: Steps so far.
        nonfinite: Whether some loss was no finite number.
    """

    def __init__(self) -> None:
        self.first, self.count, self.nonfinite = math.nan, 0, False
        self._width = 1
        self._means: list[float] = []
        self._rest: list[float] = []

    def extend(self, losses: Floats) -> None:
        """Take in the losses of consecutive steps; NaN where none ran."""
        self.nonfinite = self.nonfinite or bool(np.isinf(losses).any())
        finite = losses[np.isfinite(losses)]
        if not len(finite):
            return
        if math.isnan(self.first):
            self.first = float(finite[0])
        self.count += len(finite)
        self._rest.extend(finite.tolist())
        while len(self._rest) >= self._width:
            part, self._rest = self._rest[: self._width], self._rest[self._width :]
            self._means.append(sum(part) / len(part))
            # Halved, never cut off: the start of a run stays in sight, at a cost that
            # doesn't grow with its length.
            if len(self._means) >= MOST_BINS:
                self._halve()

    def _halve(self) -> None:
        pairs = zip(self._means[::2], self._means[1::2], strict=True)
        self._means = [(one + two) / 2 for one, two in pairs]
        self._width *= 2

    def points(self) -> tuple[Floats, Floats]:
        """Return means, and how many losses there were by the end of each."""
        means = np.array(self._means)
        ends = self._width * np.arange(1.0, len(means) + 1)
        if not self._rest:
            return ends, means
        rest = sum(self._rest) / len(self._rest)
        return np.append(ends, float(self.count)), np.append(means, rest)

    def tenths(self) -> Floats:
        """Return the means of up to ten equal parts of the training so far."""
        means = np.array(self._means or [self.first])
        parts = np.array_split(means, min(10, len(means)))
        return np.array([part.mean() for part in parts])
