"""Decides which steps are measured, so that watching stays cheap."""

import time
from collections.abc import Callable


class Budget:
    """Keeps the time for measuring below a share of the training time.

    After a measurement the next one waits until the (smoothed) cost of one is only
    `share` of the time between them, and at least `1 / max_hz`. Nothing is tuned by
    hand: dear measurements become rare by themselves.

    Args:
        share: Largest share of the time, 0-1. The controller aims a fifth lower, so
            that a cost that rises slowly stays below.
        max_hz: Most measurements per second.
        clock: Seconds; another one in tests.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        share: float = 0.05,
        max_hz: float = 30.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._share, self._period = share * 0.8, 1.0 / max_hz
        self._clock = clock
        self._cost = 0.0
        self._next = self._since = clock()
        self._paused_at: float | None = None
        self._spent = 0.0

    @property
    def cost_s(self) -> float:
        """Smoothed cost of one measurement in seconds."""
        return self._cost

    @property
    def overhead(self) -> float:
        """Measured time for measuring as a share of the training time so far."""
        end = self._clock() if self._paused_at is None else self._paused_at
        elapsed = end - self._since
        return self._spent / elapsed if elapsed > 0 else 0.0

    @property
    def spent_s(self) -> float:
        """Seconds of all measurements so far."""
        return self._spent

    def apart_s(self, cost_s: float) -> float:
        """Return the seconds from a measurement until the next one is due."""
        return max(self._period, cost_s / self._share)

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
        self._spent += seconds
        if sampled:
            weight = 0.3 if self._cost else 1.0
            self._cost += weight * (seconds - self._cost)
            self._next = self._clock() + self.apart_s(self._cost)
        else:
            self._next += seconds / self._share

    def also(self, seconds: float) -> None:
        """Account for time that keeps to a budget of its own."""
        self._spent += seconds

    def pause(self) -> None:
        """Stop counting training time."""
        if self._paused_at is None:
            self._paused_at = self._clock()

    def resume(self) -> None:
        """Count training time again."""
        if self._paused_at is not None:
            self._since += self._clock() - self._paused_at
            self._paused_at = None
