"""How fast a training is and how long it still takes."""

import time
from collections import deque
from collections.abc import Callable

from engine.training.loop.trainer import Trainer

WINDOW_S = 1.0


class Throughput:
    """Speed over the last second of training; pauses don't count.

    Args:
        clock: Seconds; another one in tests.

    Threads: the training thread alone.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, float, int]] = deque()

    def start(self, trainer: Trainer) -> None:
        """Begin to measure, at the start or after a pause."""
        self._marks.clear()
        self.tick(trainer)

    def pause(self) -> None:
        """Forget the speed: nothing moves."""
        self._marks.clear()

    def tick(self, trainer: Trainer) -> None:
        """Note how far the training is."""
        now = self._clock()
        samples = trainer.epoch * trainer.parts.feeds.num_samples
        self._marks.append((now, samples, trainer.step))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW_S:
            self._marks.popleft()

    @property
    def samples_per_s(self) -> float:
        """Training samples per second; 0 while nothing moves."""
        return self._per_second(1)

    def eta_s(self, trainer: Trainer) -> float:
        """Return the seconds left, NaN where unknown."""
        rate = self._per_second(2)
        left = trainer.total_steps - trainer.step
        return left / rate if rate > 0 else float("nan")

    def _per_second(self, column: int) -> float:
        if len(self._marks) < 2:
            return 0.0
        first, last = self._marks[0], self._marks[-1]
        elapsed = last[0] - first[0]
        return (last[column] - first[column]) / elapsed if elapsed > 0 else 0.0
