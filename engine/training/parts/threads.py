"""How many processor threads make a step fastest: tried, not guessed."""

import os
import time
from collections.abc import Callable

import torch

from engine.training.machine.devices import cores
from engine.training.parts.assembly import Assembly
from engine.training.parts.state import Rewind

BUDGET_S = 0.3
"""Time for all tries together; one slow try may exceed it."""
_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_MOST = 1024


def candidates(most: int) -> list[int]:
    """Return the counts worth trying: all cores, then 1, 2, 4 … below."""
    powers = [2**power for power in range(most.bit_length()) if 2**power < most]
    return [most, *powers]


def fastest(
    once: Callable[[], None],
    most: int,
    *,
    use: Callable[[int], None] = torch.set_num_threads,
    clock: Callable[[], float] = time.perf_counter,
) -> int:
    """Return the thread count with the shortest best time.

    Tries go in turn, so that a busy moment of the machine does not hit one count
    alone; 1 wins when it is within 3 %.

    Args:
        once: The work, without lasting effects.
        most: Largest count.
        use: Sets the count.
        clock: Seconds.
    """
    best: dict[int, float] = {}
    end = clock() + BUDGET_S
    while True:
        for threads in candidates(most):
            use(threads)
            best[threads] = min(best.get(threads, float("inf")), _timed(once, clock))
            if clock() > end:
                return min(best, key=lambda count: best[count] * _handicap(count))


def _handicap(count: int) -> float:
    return 1.0 if count == 1 else 1.03


def _timed(once: Callable[[], None], clock: Callable[[], float]) -> float:
    """Return seconds per call; the first call wakes the threads, unless it is slow."""
    start = clock()
    once()
    first = clock() - start
    if first > 0.05:
        return first
    repeats, start = 0, clock()
    while True:
        once()
        repeats += 1
        elapsed = clock() - start
        if elapsed > 0.005 or repeats >= 20:
            return elapsed / repeats


def wished() -> int:
    """Return the count that the environment asks for, 0 when it asks for none.

    Whoever starts programs on a shared machine says so with these variables.
    """
    for name in _VARIABLES:
        first = os.environ.get(name, "").split(",")[0].strip()
        if first.isdecimal() and int(first) > 0:
            return min(int(first), _MOST)
    return 0


def flush_denormals(*, on: bool = True) -> None:
    """Let this thread, and all that it starts from now on, take tiny numbers for zero.

    A training does so from begin to end; a process that does nothing but train does so
    before it computes anything, so that all helpers inherit it.

    Weights that get no gradient (of pixels that are always black) leave moments that
    shrink below 1e-38 after some hundred steps; a processor needs a hundred times as
    long for each of these. The update of a network on MNIST took 1.3 ms instead of
    0.6 ms for that reason alone; no weight that is seen changes.

    Source: IEEE 754 subnormal numbers; torch.set_flush_denormal
    """
    torch.set_flush_denormal(on)


def leave_all_to_training() -> None:
    """Let this thread compute alone, so that only the training has helpers.

    OpenMP keeps a team of threads for every thread that has computed in parallel, and
    when all teams together outnumber the cores, each wait ends in sleep: a training
    beside such a team took 8.3 s instead of 5.3 s on two cores.

    Source: libgomp, `gomp_throttled_spin_count_var`

    Threads: one that answers while another trains; before it computes anything.
    """
    torch.set_num_threads(1)


def tuned(parts: Assembly) -> int:
    """Return the fastest count for the steps of a training, which stays as it is."""
    rewind = Rewind(parts.program.modules, parts.feeds, parts.device)
    batch = parts.feeds.first()

    def once() -> None:
        for phase in parts.phases:
            phase.program.enter()
            phase.backward(phase.loss(phase.forward(batch)))

    try:
        return fastest(once, cores())
    finally:
        rewind.go()
        for phase in parts.phases:
            phase.forget_gradients()
        parts.phases[0].program.enter()
