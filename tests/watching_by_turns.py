"""Trains a net twice in turn, quarter of a second by quarter: alone, and watched.

`python -m tests.watching_by_turns PRESET` prints a JSON line for `watching_figures`.
Turns this short see the same machine, however its speed drifts. The clock of the
watched training stands still while it isn't its turn: budgets, pictures and frames
come as often for each second that it trains as in a training that nobody halts. Both
train on threads of their own: alone on the first one, a small net is up to 2 % quicker,
watched or not. Both use the same core: another one may be slower; what writes frames
may use another.
Evaluations, which cost both the same, are left out.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.training.loop.trainer import Trainer

_REAL = time.perf_counter
_TURN_S, _WARM_S = 0.25, 3.0
_WALL, _PROCESSOR, _STEPS = range(3)


class Gate:
    """Lets a training through between two steps, and stops its clock when closed."""

    def __init__(self) -> None:
        self._open, self._arrived = threading.Event(), threading.Event()
        self._open.set()
        self._held_s, self._since = 0.0, 0.0

    def now(self) -> float:
        """Return seconds in which the gate was open."""
        return (self._since or _REAL()) - self._held_s

    def wait(self) -> None:
        """Stand still while it is closed; called by the training."""
        if self._open.is_set():
            return
        self._since = _REAL()
        self._arrived.set()
        self._open.wait()
        since, self._since = self._since, 0.0
        self._held_s += _REAL() - since

    def open(self) -> None:
        """Let the training go on."""
        self._arrived.clear()
        self._open.set()

    def close(self) -> None:
        """Halt the training at its next step, and wait until it stands."""
        self._open.clear()
        self._arrived.wait()

    def let_through(self) -> None:
        """Let the training go on for a turn."""
        self.open()
        time.sleep(_TURN_S)
        self.close()


def _stay() -> None:
    """Keep this thread on one core, where the system lets it choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _turn(trainer: "Trainer", gate: Gate) -> dict[int, float]:
    """Return what a turn took, and the steps that the training made in it."""
    before, wall, processor = trainer.step, _REAL(), time.process_time()
    gate.let_through()
    seconds = {_WALL: _REAL() - wall, _PROCESSOR: time.process_time() - processor}
    return {**seconds, _STEPS: trainer.step - before}


class Sides:
    """The same training twice, alone and watched, each of which goes on in its turn.

    It imports the engine only now: behind the clock that `main` sets.
    """

    def __init__(self, preset: str, folder: Path) -> None:
        from engine.explain.diagnose import watch
        from engine.host import heap
        from engine.host.job import Job
        from engine.training.loop.launch import launch
        from engine.training.loop.trainer import Trainer
        from tests.watching_figures import Pipe, endless

        self._bare = Trainer(endless(preset, evaluates=False), monitor=False)
        self._halt, self._is_over = Gate(), False
        self._alone = threading.Thread(target=self._train_alone)
        project = endless(preset, evaluates=False)
        self._watched, run = launch(folder, project)
        watch.attach(self._watched, project)
        self._pipe = Pipe()
        self._runner = Job(1, self._watched, run, self._pipe.send).runner
        between = self._runner._between_steps

        def gated() -> None:
            CLOCK.wait()
            between()

        def first() -> None:
            _stay()
            self._runner._between_steps = gated  # type: ignore[method-assign]
            gated()

        self._runner._between_steps = first  # type: ignore[method-assign]
        heap.keep_libraries()
        self._runner.start()
        CLOCK.close()
        self._alone.start()
        self._halt.close()
        _stay()

    def _train_alone(self) -> None:
        _stay()
        for _ in self._bare.steps():
            if self._bare.at_border:
                self._halt.wait()
            if self._is_over:
                return

    def close(self) -> None:
        """End both."""
        self._is_over = True
        self._runner.stop()
        for gate in (CLOCK, self._halt):
            gate.open()
        self._runner.join()
        self._alone.join()
        self._pipe.close()

    def counted(self) -> tuple[float, float]:
        """Return the seconds of watching and of all, by the status bar."""
        budget = self._watched.monitor.budget
        return budget.overhead * budget.elapsed_s, budget.elapsed_s

    def round(self, seconds: float) -> list[float]:
        """Return what watching costs, by the wall and by the processor."""
        watched: Counter[int] = Counter()
        bare: Counter[int] = Counter()
        sides = [(watched, self._watched, CLOCK), (bare, self._bare, self._halt)]
        for number in range(round(seconds / _TURN_S)):
            for total, trainer, gate in sides if number % 2 else reversed(sides):
                total.update(_turn(trainer, gate))
        return [
            watched[each] / watched[_STEPS] * bare[_STEPS] / bare[each] - 1
            for each in (_WALL, _PROCESSOR)
        ]


def by_turns(preset: str, rounds: int, seconds: float, folder: Path) -> dict:
    """Return the costs of each round, by both clocks; and what is shown."""
    sides = Sides(preset, folder)
    try:
        sides.round(_WARM_S)
        before = sides.counted()
        costs = [sides.round(seconds) for _ in range(rounds)]
        watching, whole = (b - a for a, b in zip(before, sides.counted(), strict=True))
    finally:
        sides.close()
    wall, processor = (list(column) for column in zip(*costs, strict=True))
    return {"costs": {"wall": wall, "processor": processor}, "shown": watching / whole}


CLOCK = Gate()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.watching_by_turns")
    parser.add_argument("preset")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    time.perf_counter = time.monotonic = CLOCK.now  # type: ignore[assignment]
    from engine.host import heap

    heap.settle()
    with tempfile.TemporaryDirectory() as folder:
        found = by_turns(options.preset, options.rounds, options.seconds, Path(folder))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
