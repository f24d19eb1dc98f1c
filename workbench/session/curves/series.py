"""One curve over the steps, ready to be drawn at any length and zoom."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.protocol.arrays import Floats, Ints
from workbench.session.curves.columns import Column
from workbench.session.curves.pyramid import Envelope, Means
from workbench.session.curves.smoothing import REACH, smoothed

MOST_ROOM = 1 << 24
_NARROW = (1 << 31) - 1
"""The largest step of 32 bits."""


@dataclass(frozen=True)
class Reading:
    """What a cursor reads: the value at the recorded step nearest to it."""

    step: int
    value: float
    smooth: float


class Series:
    """Steps with values. Values that are not finite are counted, not kept.

    Args:
        capacity: Steps to make room for; memory is taken only as it is filled.
        smooth: Keep smoothed values, too; otherwise they are the values themselves.

    Attributes:
        steps: In half the usual size for as long as that holds them.
        settled: Smoothed values that no later value changes.
        open: Those of the newest few steps, which do.
    """

    def __init__(self, capacity: int = 1024, *, smooth: bool = True) -> None:
        room = min(max(capacity, 1024), MOST_ROOM)
        self.steps: Column[np.int32] | Column[np.int64] = Column(
            np.int32, capacity=room
        )
        self.values = Column(np.float64, capacity=room)
        self._is_smooth = smooth
        self.settled = Column(np.float64, capacity=room) if smooth else self.values
        self.open: Floats = np.empty(0)
        self.nonfinite_steps: list[int] = []
        self._most = _NARROW
        self._envelope = Envelope(self.values)
        self._means = Means(self.settled)

    def __len__(self) -> int:
        return len(self.steps)

    def extend(self, steps: Ints, values: Floats) -> None:
        """Append values at steps that follow all earlier ones; NaN means absent."""
        finite = np.isfinite(values)
        if not finite.all():
            self.nonfinite_steps.extend(int(step) for step in steps[np.isinf(values)])
            steps, values = steps[finite], values[finite]
        if len(steps) and steps[-1] > _NARROW and self._most == _NARROW:
            self._widen()
        self.steps.extend(steps)
        self.values.extend(values)
        self._smooth()
        self._envelope.update()
        self._means.update()

    def _widen(self) -> None:
        """Go on with steps of the usual size."""
        wide = Column(np.int64, capacity=self.steps.room)
        wide.extend(self.steps.values)
        self.steps, self._most = wide, 1 << 62

    def _smooth(self) -> None:
        if not self._is_smooth:
            return
        done = len(self.settled)
        start = max(done - REACH, 0)
        means = smoothed(self.values.values[start:], done - start)
        final = max(len(means) - REACH, 0)
        self.settled.extend(means[:final])
        self.open = means[final:]

    @property
    def newest(self) -> float:
        """The newest smoothed value; NaN before the first."""
        if not self._is_smooth:
            return self.newest_value
        return float(self.open[-1]) if len(self.open) else math.nan

    @property
    def newest_value(self) -> float:
        """The newest value as it is; NaN before the first."""
        return float(self.values.values[-1]) if len(self) else math.nan

    @property
    def smooth(self) -> Floats:
        """All smoothed values."""
        return np.concatenate((self.settled.values, self.open))

    def raw_line(self, low: float, high: float, pixels: int) -> tuple[Ints, Floats]:
        """Return the points of the raw curve between two steps, ≤ 2 per pixel.

        Where a pixel holds many steps, its smallest and its largest value are drawn.
        """
        first, last = self._span(low, high)
        if last - first <= 2 * pixels:
            steps = self.steps.values[first:last].astype(np.int64)
            return steps, self.values.values[first:last]
        index, lows, highs = self._envelope.query(first, last, pixels)
        points = np.empty(2 * len(index))
        points[0::2], points[1::2] = lows, highs
        return np.repeat(self.steps.values[index].astype(np.int64), 2), points

    def smooth_line(
        self, low: float, high: float, limit: int = 1000
    ) -> tuple[Ints, Floats]:
        """Return at most `limit` + 1 points of the smoothed curve between two steps.

        Where a point stands for many steps, it is the mean of their smoothed values.
        """
        first, last = self._span(low, high)
        if first == last:
            return np.empty(0, np.int64), np.empty(0)
        done = len(self.settled)
        index, means = np.empty(0, np.int64), np.empty(0)
        if first < done:
            index, means = self._means.query(first, min(last, done), limit)
        rest = np.arange(max(first, done), last)
        steps = self.steps.values[np.concatenate((index, rest))].astype(np.int64)
        return steps, np.concatenate((means, self.open[rest - done]))

    def bounds(self, low: float, high: float) -> tuple[float, float] | None:
        """Return the smallest and largest raw value between two steps."""
        first, last = self._span(low, high)
        if first == last:
            return None
        _, lows, highs = self._envelope.query(first, last, 64)
        return float(lows.min()), float(highs.max())

    def at(self, step: float) -> Reading | None:
        """Return the values at the recorded step nearest to `step`."""
        if not len(self.steps):
            return None
        steps = self.steps.values
        right = min(self._index(math.ceil(step), "left"), len(steps) - 1)
        left = max(right - 1, 0)
        apart = [abs(int(steps[place]) - step) for place in (left, right)]
        nearer_left = apart[0] <= apart[1]
        index = left if nearer_left else right
        return Reading(
            int(steps[index]),
            float(self.values.values[index]),
            self._smooth_at(index),
        )

    def _smooth_at(self, index: int) -> float:
        done = len(self.settled)
        return float(
            self.settled.values[index] if index < done else self.open[index - done]
        )

    def _span(self, low: float, high: float) -> tuple[int, int]:
        """Return the indices of the steps in view, one more on either side."""
        first = self._index(math.ceil(low), "left")
        last = self._index(math.floor(high), "right")
        return max(first - 1, 0), min(last + 1, len(self))

    def _index(self, step: int, side: Literal["left", "right"]) -> int:
        """Find a step; with another type numpy would convert the whole column."""
        steps = self.steps.values
        bounded = steps.dtype.type(min(max(step, -1), self._most))
        return int(np.searchsorted(steps, bounded, side))
