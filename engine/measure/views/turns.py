"""Whose turn it is to be made anew: a dear view never keeps the cheap ones waiting."""

import time
from collections import deque
from collections.abc import Callable, Iterable

from engine.measure.budget import Budget

FRESH_S = 2.0
"""A view that costs little is never older; and no first view waits longer for the next:
whatever is done for the first time is dearer than all that follow."""
_DEAR_S = 0.1
"""A first view that costs more keeps the next waiting in proportion, 20 s a second:
on a busy machine it takes long as well, and shows a network that knows nothing yet."""
_TOGETHER = 0.25
_LOOKED_AT = 2


class Turns:
    """Gives each view the same share of the time for all of them.

    Args:
        budget: The time for all.
        paths: Of the views.
        clock: Seconds; another one in tests.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        budget: Budget,
        paths: Iterable[str],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._budget, self._clock = budget, clock
        self._next = dict.fromkeys(paths, clock())
        self._find_soonest()
        self._apart = dict.fromkeys(self._next, 0.0)
        self._costs: dict[str, deque[float]] = {
            path: deque(maxlen=_LOOKED_AT) for path in self._next
        }

    def due(self) -> list[str]:
        """Return the views whose turn it is, with those whose turn is near.

        What is made together shares its way through the network.
        """
        now = self._clock()
        if now < self._soonest:  # asked before every step, and mostly so
            return []
        return [
            path
            for path, then in self._next.items()
            if then <= now + _TOGETHER * self._apart[path]
        ]

    def leave(self, path: str) -> None:
        """Forget a view that can't be made."""
        self._next.pop(path, None)
        self._find_soonest()

    def spent(self, path: str, seconds: float) -> None:
        """Account for a making of one view."""
        if path not in self._next:
            return
        times = self._costs[path]
        is_first = not times
        times.append(seconds)
        cost = sum(times) / len(times)
        apart = self._budget.apart_s(cost * len(self._next))
        if is_first:
            apart = min(apart, FRESH_S * max(1.0, seconds / _DEAR_S))
        self._apart[path] = apart
        self._next[path] = self._clock() + apart
        self._find_soonest()

    def _find_soonest(self) -> None:
        self._soonest = min(self._next.values(), default=float("inf"))
