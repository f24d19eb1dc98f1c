"""The engine as the window starts it, which also notes what each event took.

`python -m tests.helpers.stopwatch REPORT wall|processor --pipe` does what
`python -m engine.host --pipe` does; at the end of each run the seconds are written to
the file REPORT, as JSON. With `processor` the whole engine goes by the time that the
processor spends on it, so that what else runs on the machine counts for nothing.
"""

# The clock is chosen before anybody asks for it.
import sys
import time

if __name__ == "__main__" and sys.argv[2] == "processor":
    time.perf_counter = time.process_time

import json
from collections.abc import Iterator
from pathlib import Path

from engine.host import __main__ as host
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer

_STEPS = Trainer.steps


class Stopwatch:
    """Adds up what the events of steps, evaluations and views took.

    The time of what is done between two events, such as sending a frame, belongs to
    the later one.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {
            "step": [], "evaluation": [], "view": [], "end": [],
        }  # fmt: skip
        self.numbers: list[int] = []
        self._kind, self._sum, self._made = "", 0.0, 0

    def see(self, event: Step, step: int, seconds: float) -> None:
        """Take notice of an event after `step` steps."""
        kind = {Step.EVALUATION: "evaluation", Step.VIEW: "view"}.get(event, "step")
        if kind != self._kind:
            self.flush()
            self._kind = kind
        self._sum += seconds
        if event is Step.UPDATE and step > self._made:
            self._made = step
            self.numbers.append(step)
            self.flush()

    def flush(self) -> None:
        """Finish what goes on."""
        if self._kind:
            self.found[self._kind].append(self._sum)
        self._kind, self._sum = "", 0.0


def _timed(trainer: Trainer) -> Iterator[Step]:
    """Make the steps of a trainer, and report what they took."""
    watch, begin = Stopwatch(), time.perf_counter()
    last, events = begin, _STEPS(trainer)
    try:
        for event in events:
            now = time.perf_counter()
            watch.see(event, trainer.step, now - last)
            last = now
            yield event
        watch.flush()
    finally:
        events.close()
        now = time.perf_counter()
        watch.found["end"].append(now - last)
        report = {**watch.found, "numbers": watch.numbers, "total": now - begin}
        Path(_REPORT).write_text(json.dumps(report), "utf-8")


if __name__ == "__main__":
    _REPORT, _ = sys.argv.pop(1), sys.argv.pop(1)
    Trainer.steps = _timed
    sys.exit(host.main())
