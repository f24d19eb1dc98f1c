"""How often views are made anew."""

import time
from collections.abc import Callable

from engine.measure.budget import Budget

SHARE = 0.01
MAX_HZ = 1.5


class ViewBudget(Budget):
    """At most 1 % of the training time, and at least two thirds of a second apart.

    Args:
        clock: Seconds; another one in tests.

    Threads: the training thread alone.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(share=SHARE, max_hz=MAX_HZ, clock=clock)
