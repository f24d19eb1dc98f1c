"""What was seen over a run, thinned out: without room each second of it goes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Generic, TypeVar

import numpy as np

from engine.protocol.messages import LayerSample, View

BUDGET_BYTES = 32 * 2**20
"""Of all measurements of a run that are kept to look back at; and of all views."""
_FEWEST, _MOST = 16, 512
Seen = TypeVar("Seen")


class Trail(Generic[Seen]):
    """Things in the order of their steps; the first and the newest are always there.

    Args:
        most: How many are kept at most, an even number.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._every, self._coming = 1, 0
        self._steps: list[int] = []
        self._items: list[Seen] = []
        self._is_spare = False

    def __len__(self) -> int:
        return len(self._items)

    @property
    def steps(self) -> Sequence[int]:
        """Steps of those that are kept."""
        return self._steps

    def put(self, step: int, item: Seen) -> None:
        """Keep something of a step, after all before."""
        if self._is_spare:  # it was only kept while it was the newest
            self._steps.pop()
            self._items.pop()
        self._steps.append(step)
        self._items.append(item)
        self._is_spare = self._coming % self._every != 0
        self._coming += 1
        if len(self._items) > self._most:
            newest = (self._steps[-1], self._items[-1])
            self._steps, self._items = self._steps[::2], self._items[::2]
            self._every *= 2
            if self._steps[-1] != newest[0]:
                self._steps.append(newest[0])
                self._items.append(newest[1])
                self._is_spare = True

    def at(self, step: int) -> Seen | None:
        """Return the last that was seen up to a step, or else the first."""
        if not self._items:
            return None
        return self._items[max(bisect_right(self._steps, step) - 1, 0)]


def trail_for(num_bytes: int, budget: int = BUDGET_BYTES) -> int:
    """Return how many things of a size are kept within a budget, an even number."""
    return max(_FEWEST, min(_MOST, budget // max(num_bytes, 1))) // 2 * 2


def sample_bytes(sample: LayerSample) -> int:
    """Return what `kept_sample` of it takes."""
    return int(sample.grad_histogram.size + sample.weight_histogram.size) * 4


def kept_sample(sample: LayerSample) -> LayerSample:
    """Return a small copy that holds no message of the engine."""
    return replace(
        sample,
        grad_histogram=sample.grad_histogram.astype(np.int32),
        weight_histogram=sample.weight_histogram.astype(np.int32),
        grad_norm=sample.grad_norm.copy(),
        weight_norm=sample.weight_norm.copy(),
        update_ratio=sample.update_ratio.copy(),
        grad_zeros=sample.grad_zeros.copy(),
        grad_nonfinite=sample.grad_nonfinite.copy(),
    )


def view_bytes(view: View) -> int:
    """Return what `kept_view` of it takes."""
    return sum(array.nbytes for array in view.arrays.values())


def kept_view(view: View) -> View:
    """Return a copy that holds no message of the engine."""
    arrays = {name: array.copy() for name, array in view.arrays.items()}
    return replace(view, arrays=arrays)
