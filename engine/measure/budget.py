"""Decides which steps are measured, so that watching stays cheap."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_AIM = 0.65
"""Of the share: what can't be put off (the first pictures, curves) needs the rest."""
MEASURING = 0.04
"""Share of a training's time. All that watching costs may be 5 %; what can't be
accounted for here takes the rest: files are written on other threads, and what they
and the views have put into the caches is missed by the steps."""
_COLD_S = 0.003
"""At most so much longer are the steps after something that isn't done in each: caches
are cold, and what was found is encoded beside them. What takes less by itself costs
about twice that. Trainings in turns, alone and watched, tell it (`tests.benchmarks
watching`)."""
_SETTLED_S = 2.0
"""Shares of a shorter time say little."""
_LEAST = 0.2
"""Of the share is always left for measuring, whatever else is watched."""


class Budget:
    """Keeps the time for measuring below a share of the training time.

    After a measurement the next one waits until the (smoothed) cost of one is only
    `share` of the time between them, and at least `1 / max_hz`. Nothing is tuned by
    hand: dear measurements become rare by themselves.

    Args:
        share: Largest share of the time, 0-1. The controller aims lower, so
            that a cost that rises slowly stays below.
        max_hz: Most measurements per second.
        clock: Seconds; another one in tests.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        share: float = 0.05,
        max_hz: float = 20.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._share, self._period = share * _AIM, 1.0 / max_hz
        self._clock = clock
        self._cost = 0.0
        self._next = self._since = clock()
        self._paused_at: float | None = None
        self._spent = self._cold = self._apart = 0.0

    @property
    def cost_s(self) -> float:
        """Smoothed cost of one measurement in seconds."""
        return self._cost

    @property
    def overhead(self) -> float:
        """What all that was accounted for costs, as a share of the training time."""
        elapsed = self.elapsed_s
        return (self._spent + self._cold) / elapsed if elapsed > 0 else 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far, pauses left out."""
        end = self._clock() if self._paused_at is None else self._paused_at
        return end - self._since

    @property
    def spent_s(self) -> float:
        """Seconds of all measurements so far, by themselves."""
        return self._spent

    def apart_s(self, cost_s: float) -> float:
        """Return the seconds from a measurement until the next one is due."""
        return max(self._period, _whole(cost_s) / self._left)

    @property
    def _left(self) -> float:
        """The share that is left beside what keeps to a budget of its own."""
        apart = self._apart / max(self.elapsed_s, _SETTLED_S)
        return max(_LEAST * self._share, self._share - apart)

    def due(self) -> bool:
        """Return whether the coming step may be measured."""
        return self._clock() >= self._next

    def spent(self, seconds: float, *, sampled: bool = True) -> None:
        """Account for time that training did not need.

        Args:
            seconds: Time that was spent.
            sampled: It was a measurement; otherwise something that goes with it,
                such as storing one.
        """
        self._count(seconds)
        if sampled:
            weight = 0.3 if self._cost else 1.0
            self._cost += weight * (seconds - self._cost)
            self._next = self._clock() + self.apart_s(self._cost)
        else:
            self._next += _whole(seconds) / self._left

    def also(self, seconds: float, *, each_step: bool = False) -> None:
        """Account for time that keeps to a budget of its own; a pause costs nothing.

        Args:
            seconds: Time that was spent.
            each_step: So much is spent in every step, which it leaves as it was.
        """
        if self._paused_at is not None:
            return
        self._count(seconds, each_step=each_step)
        self._apart += seconds if each_step else _whole(seconds)

    def _count(self, seconds: float, *, each_step: bool = False) -> None:
        self._spent += seconds
        if not each_step:
            self._cold += _whole(seconds) - seconds

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Account for the time of a block, as `also` does."""
        start = self._clock()
        try:
            yield
        finally:
            self.also(self._clock() - start)

    def pause(self) -> None:
        """Stop counting training time."""
        if self._paused_at is None:
            self._paused_at = self._clock()

    def resume(self) -> None:
        """Count training time again."""
        if self._paused_at is not None:
            halted = self._clock() - self._paused_at
            self._since += halted
            self._next += halted
            self._paused_at = None


def _whole(seconds: float) -> float:
    """Return what something costs with the slower steps after it."""
    return seconds + min(seconds, _COLD_S)
