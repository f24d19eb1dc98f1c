"""How much of a training's processor time goes into watching, part by part.

Compared with two trainings side by side this does not care how busy the machine is:
what is watched and what is trained is one run, on one clock.
"""

import itertools
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator

from engine.training.loop.runner import Runner


def _tick() -> float:
    """Return the seconds that reading the clock takes by itself."""
    times = [time.thread_time() for _ in range(1000)]
    return statistics.median(b - a for a, b in itertools.pairwise(times))


_TICK_S = _tick()


class Share:
    """Counts the processor time of all that watching calls on the training thread.

    Args:
        runner: Before its start.
    """

    def __init__(self, runner: Runner) -> None:
        self.parts: Counter[str] = Counter()
        self._inside = 0
        trainer = runner._trainer
        for name, owner, methods in (
            ("measuring", trainer.monitor, ("start_step", "end_step")),
            ("measuring", trainer.monitor, ("before_update", "after_update")),
            ("frames", runner, ("_send_frame",)),
            ("diagnosis", trainer.observer, ("sampled", "evaluated", "look_due")),
            ("checkpoints", trainer, ("save",)),
            ("curves", trainer.news, ("add_step",)),
            ("curves", trainer.recorder, ("commit", "checkpoint_due")),
            ("views", trainer.viewing, ("due",)),
            ("inside", trainer.inside, ("due", "measured")),
        ):  # fmt: skip
            for method in methods:
                setattr(owner, method, self._call(name, getattr(owner, method)))
        viewing, watcher = trainer.viewing, trainer.observer
        viewing.make = self._walk("views", viewing.make)  # type: ignore[method-assign]
        inside = trainer.inside
        inside.make = self._walk("inside", inside.make)  # type: ignore[method-assign]
        watcher.look = self._walk("diagnosis", watcher.look)  # type: ignore[method-assign]

    def _call(self, name: str, function: Callable) -> Callable:
        def timed(*args, **kwargs):
            self._inside += 1
            start = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self._inside -= 1
                if not self._inside:
                    self.parts[name] += time.thread_time() - start - _TICK_S

        return timed

    def _walk(self, name: str, function: Callable) -> Callable:
        def timed(*args, **kwargs) -> Iterator:
            pieces = self._call(name, function)(*args, **kwargs)
            step = self._call(name, lambda: next(pieces, self))
            while (piece := step()) is not self:
                yield piece

        return timed


class Clock:
    """Reads the share since it was made.

    Args:
        share: Of a run.
        thread_s: Tells the processor seconds of its training thread.
    """

    def __init__(self, share: Share, thread_s: Callable[[], float]) -> None:
        self._share, self._thread_s = share, thread_s
        self._first = self._now()
        self._parts = Counter(share.parts)

    def _now(self) -> tuple[float, float]:
        return self._thread_s(), time.process_time()

    def read(self) -> dict[str, float]:
        """Return each part as a share of what the training itself takes."""
        thread, process = (b - a for a, b in zip(self._first, self._now(), strict=True))
        parts = {name: s - self._parts[name] for name, s in self._share.parts.items()}
        bare = thread - sum(parts.values())
        parts["threads"] = process - thread
        return {name: seconds / bare for name, seconds in parts.items()}


def thread_seconds(native_id: int) -> Callable[[], float]:
    """Return what tells the processor seconds of a thread of this process."""
    clock = time.pthread_getcpuclockid
    return lambda: time.clock_gettime(clock(native_id))
