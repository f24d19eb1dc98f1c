"""What `python -m tests.benchmarks watching` measures: what watching costs a training.

Each net trains twice in turn, in this process: alone, and with all that the window has
done for it (measuring, views, findings, frames as they cross to another process,
curves, checkpoints). Their steps per second tell what watching costs; beside it
stands what the status bar says. On a busy machine `--clock processor` counts the time
that the processor spends on either.
"""

import argparse
import json
import queue
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import presets
from engine.explain.diagnose import watch
from engine.graph.model import Project
from engine.host.job import Job
from engine.protocol import wire
from engine.training.launch import launch
from engine.training.trainer import Trainer

NETS = (
    "digits-mlp", "mnist-cnn", "digits-lstm", "gan-2d", "tiny-gpt", "diffusion-mnist"
)  # fmt: skip
GOAL = 0.05
_ENDLESS, _WARM_S, _POLL_S = 1_000_000, 1.0, 0.005
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


def endless(preset: str) -> Project:
    """Return a preset that goes on for as long as it is measured."""
    made = presets.load(preset)
    training = made.training.with_value("threads", 1).with_value("patience", 0)
    made.training = training.with_value("device", "cpu").with_value("steps", _ENDLESS)
    return made


def alone(preset: str, seconds: float, clock: Callable[[], float]) -> float:
    """Return the seconds of a step without anybody looking."""
    trainer = Trainer(endless(preset), monitor=False)
    steps, first = trainer.steps(), None
    end = time.perf_counter() + _WARM_S + seconds
    for _ in steps:
        now = time.perf_counter()
        if trainer.at_border and trainer.step:
            if first is None and now > end - seconds:
                first = clock(), trainer.step
            if now > end and first and trainer.step > first[1]:
                break
    assert first
    spent = (clock() - first[0]) / (trainer.step - first[1])
    steps.close()
    return spent


def watched(
    preset: str, seconds: float, clock: Callable[[], float], folder: Path
) -> tuple[float, float]:
    """Return the seconds of a step with all watching, and the share that is shown."""
    project = endless(preset)
    trainer, run = launch(folder, project)
    watch.attach(trainer, project)
    pipe = Pipe()
    job = Job(1, trainer, run, pipe.send)
    job.runner.start()
    try:
        while trainer.step < 1:
            time.sleep(_POLL_S)
        time.sleep(_WARM_S)
        first = clock(), trainer.step
        time.sleep(seconds)
        while trainer.step == first[1]:
            time.sleep(_POLL_S)
        spent = (clock() - first[0]) / (trainer.step - first[1])
        shown = trainer.overhead
    finally:
        job.runner.stop()
        job.runner.join()
        pipe.close()
    return spent, shown


class Pipe:
    """Encodes messages on a thread, as they go to another process."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self.send = self._waiting.put
        self._writer = threading.Thread(target=self._write)
        self._writer.start()

    def _write(self) -> None:
        while (message := self._waiting.get()) is not None:
            wire.encode(message)

    def close(self) -> None:
        self.send(None)
        self._writer.join()


def measure(
    preset: str, rounds: int, seconds: float, clock: Callable[[], float], folder: Path
) -> dict:
    """Return the median cost of watching a net, and the median of what is shown."""
    costs, shown = [], []
    alone(preset, 0.1, clock)  # what is done for the first time
    for number in range(rounds):
        first = alone(preset, seconds, clock) if number % 2 == 0 else 0.0
        spent, told = watched(preset, seconds, clock, folder)
        bare = first or alone(preset, seconds, clock)
        costs.append(spent / bare - 1)
        shown.append(told)
    return {
        "preset": preset,
        "cost": statistics.median(costs),
        "shown": statistics.median(shown),
        "costs": costs,
    }


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when watching is cheap enough everywhere."""
    clock, results = CLOCKS[options.clock], []
    if not options.json:
        print(f"{'preset':<18}{'cost':>8}{'shown':>8}", flush=True)
    for preset in options.presets or NETS:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(
                preset, options.rounds, options.seconds, clock, Path(folder)
            )
        results.append(found)
        if not options.json:
            rounds = " ".join(f"{100 * cost:.1f}" for cost in found["costs"])
            print(
                f"{preset:<18}{100 * found['cost']:>6.1f} %"
                f"{100 * found['shown']:>6.1f} %"
                f"  {'ok' if is_good(found) else 'MISS'}  (rounds {rounds})",
                flush=True,
            )
    good = sum(map(is_good, results))
    if options.json:
        print(json.dumps({"benchmark": "watching", "results": results}))
    print(f"{'PASS' if good == len(results) else 'FAIL'} {good}/{len(results)}")
    return 0 if good == len(results) else 1


def is_good(found: dict) -> bool:
    """Return whether a net is watched within the budget, and says so."""
    return found["cost"] <= GOAL and found["shown"] <= GOAL
