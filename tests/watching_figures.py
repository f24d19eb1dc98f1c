"""What `python -m tests.benchmarks watching` measures: what watching costs a training.

Each net trains twice in turn, in this process: alone, and with all that the window has
done for it (measuring, views, findings, frames as they cross to another process,
curves, checkpoints). Their steps per second tell what watching costs; beside it
stands what the status bar counts in that time; it also counts the first pictures,
which come at once and are dearer than all later ones. Both are timed by the wall and
by what the processor spends on this process. The last columns count the processor
time of each part of watching within another run: on a busy machine `--clock parts` lets
their sum decide.
"""

import argparse
import json
import queue
import statistics
import tempfile
import threading
import time
from pathlib import Path

import presets
from engine.explain.diagnose import watch
from engine.graph.model import Project
from engine.host.job import Job
from engine.protocol.wire import encoding
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from tests.helpers.share import Clock, Share, thread_seconds

NETS = (
    "digits-mlp", "mnist-cnn", "digits-lstm", "gan-2d", "tiny-gpt", "diffusion-mnist"
)  # fmt: skip
GOAL = 0.05
_ENDLESS, _WARM_S, _POLL_S = 1_000_000, 2.0, 0.005
CLOCKS = ("wall", "processor", "parts")
Times = tuple[float, float]
"""By the wall, and of the processor."""


def now() -> Times:
    """Return both clocks."""
    return time.perf_counter(), time.process_time()


def per_step(first: tuple[Times, int], step: int) -> Times:
    """Return the seconds of a step since the first."""
    (wall, processor), before = first
    then = now()
    return (then[0] - wall) / (step - before), (then[1] - processor) / (step - before)


def endless(preset: str) -> Project:
    """Return a preset that goes on for as long as it is measured."""
    made = presets.load(preset)
    training = made.training.with_value("threads", 1).with_value("patience", 0)
    made.training = training.with_value("device", "cpu").with_value("steps", _ENDLESS)
    return made


def alone(preset: str, seconds: float) -> Times:
    """Return the seconds of a step without anybody looking."""
    trainer = Trainer(endless(preset), monitor=False)
    steps, first = trainer.steps(), None
    end = time.perf_counter() + _WARM_S + seconds
    for _ in steps:
        moment = time.perf_counter()
        if trainer.at_border and trainer.step:
            if first is None and moment > end - seconds:
                first = now(), trainer.step
            if moment > end and first and trainer.step > first[1]:
                break
    assert first
    spent = per_step(first, trainer.step)
    steps.close()
    return spent


def watched(
    preset: str, seconds: float, folder: Path, *, has_parts: bool
) -> tuple[Times, dict[str, float], float]:
    """Return the seconds of a step with all watching, its parts, and what is shown.

    To count the parts takes time in every step: what is compared goes without.
    """
    project = endless(preset)
    trainer, run = launch(folder, project)
    watch.attach(trainer, project)
    pipe = Pipe()
    job = Job(1, trainer, run, pipe.send)
    share = Share(job.runner) if has_parts else None
    job.runner.start()
    try:
        ident = job.runner._thread.ident
        assert ident
        while trainer.step < 1:
            time.sleep(_POLL_S)
        time.sleep(_WARM_S)
        first = now(), trainer.step
        clock = Clock(share, thread_seconds(ident)) if share else None
        budget = trainer.monitor.budget
        before = budget.spent_s, budget.elapsed_s
        time.sleep(seconds)
        while trainer.step == first[1]:
            time.sleep(_POLL_S)
        spent = per_step(first, trainer.step)
        watching, whole = budget.spent_s - before[0], budget.elapsed_s - before[1]
        shown = watching / whole
        parts = clock.read() if clock else {}
    finally:
        job.runner.stop()
        job.runner.join()
        pipe.close()
    return spent, parts, shown


class Pipe:
    """Encodes messages on a thread, as they go to another process."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self.send = self._waiting.put
        self._writer = threading.Thread(target=self._write)
        self._writer.start()

    def _write(self) -> None:
        while (message := self._waiting.get()) is not None:
            encoding.encode(message)

    def close(self) -> None:
        self.send(None)
        self._writer.join()


def measure(preset: str, rounds: int, seconds: float, folder: Path) -> dict:
    """Return the median costs of watching a net, and the median of what is shown."""
    costs: dict[str, list[float]] = {clock: [] for clock in CLOCKS}
    shown, every = [], []
    alone(preset, 0.1)  # what is done for the first time
    for number in range(rounds):
        first = alone(preset, seconds) if number % 2 == 0 else None
        spent, _, told = watched(preset, seconds, folder, has_parts=False)
        _, parts, _ = watched(preset, seconds, folder, has_parts=True)
        bare = first or alone(preset, seconds)
        ratios = [mine / theirs - 1 for mine, theirs in zip(spent, bare, strict=True)]
        for clock, cost in zip(CLOCKS, [*ratios, sum(parts.values())], strict=True):
            costs[clock].append(cost)
        every.append(parts)
        shown.append(told)
    return {
        "preset": preset,
        **{clock: statistics.median(costs[clock]) for clock in CLOCKS},
        "shown": statistics.median(shown),
        "costs": costs,
        "each": {
            name: statistics.median(parts.get(name, 0.0) for parts in every)
            for name in sorted({name for parts in every for name in parts})
        },
    }


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when watching is cheap enough everywhere."""
    results = []
    if not options.json:
        head = f"{'preset':<18}{'wall':>8}{'processor':>11}{'parts':>9}{'shown':>9}"
        print(head, flush=True)
    for preset in options.presets or NETS:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(preset, options.rounds, options.seconds, Path(folder))
        results.append(found)
        if not options.json:
            _print(found, options.clock)
    good = sum(is_good(found, options.clock) for found in results)
    if options.json:
        print(json.dumps({"benchmark": "watching", "results": results}))
    print(f"{'PASS' if good == len(results) else 'FAIL'} {good}/{len(results)}")
    return 0 if good == len(results) else 1


def _print(found: dict, clock: str) -> None:
    rounds = " ".join(f"{100 * cost:.1f}" for cost in found["costs"][clock])
    each = " ".join(f"{name} {100 * cost:.1f}" for name, cost in found["each"].items())
    print(
        f"{found['preset']:<18}{100 * found['wall']:>6.1f} %"
        f"{100 * found['processor']:>9.1f} %{100 * found['parts']:>7.1f} %"
        f"{100 * found['shown']:>7.1f} %"
        f"  {'ok' if is_good(found, clock) else 'MISS'}  (rounds {rounds}; {each})",
        flush=True,
    )


def is_good(found: dict, clock: str) -> bool:
    """Return whether a net is watched within the budget, and says so."""
    return found[clock] <= GOAL and found["shown"] <= GOAL
