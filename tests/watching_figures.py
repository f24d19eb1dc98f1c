"""What `python -m tests.benchmarks watching` measures: what watching costs a training.

Each net trains twice in turns of a quarter of a second (`tests.watching_by_turns`):
alone, and with all that the window has done for it (measuring, views, findings, frames
as they cross to another process, curves, checkpoints). Their seconds per step tell what
watching costs; beside it stands what the status bar says of it. Both are timed by the
wall and by what the processor spends on the process. Where tensors happen to lie makes
a small net up to 3 % quicker or slower for as long as a process lives: the rounds come
from several. The last columns count the processor time of each part of watching within
a run of its own: on a busy machine `--clock parts` lets their sum decide.
"""

import argparse
import json
import queue
import statistics
import subprocess
import sys
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
from tests.helpers.share import Clock, Share, thread_seconds

NETS = (
    "digits-mlp", "mnist-cnn", "digits-lstm", "gan-2d", "tiny-gpt", "diffusion-mnist"
)  # fmt: skip
GOAL = 0.05
_ENDLESS, _WARM_S, _POLL_S, _PROCESSES = 1_000_000, 2.0, 0.005, 5
CLOCKS = ("wall", "processor", "parts")


def endless(preset: str, *, evaluates: bool = True) -> Project:
    """Return a preset that goes on for as long as it is measured."""
    made = presets.load(preset)
    training = made.training.with_value("threads", 1).with_value("patience", 0)
    if not evaluates:
        training = training.with_value("evaluate_every", _ENDLESS)
    made.training = training.with_value("device", "cpu").with_value("steps", _ENDLESS)
    return made


def parts_of(preset: str, seconds: float, folder: Path) -> dict[str, float]:
    """Return the share of the processor's time that each part of watching takes."""
    project = endless(preset)
    trainer, run = launch(folder, project)
    watch.attach(trainer, project)
    pipe = Pipe()
    job = Job(1, trainer, run, pipe.send)
    share = Share(job.runner)
    job.runner.start()
    try:
        ident = job.runner._thread.ident
        assert ident
        while trainer.step < 1:
            time.sleep(_POLL_S)
        time.sleep(_WARM_S)
        clock = Clock(share, thread_seconds(ident))
        time.sleep(seconds)
        return clock.read()
    finally:
        job.runner.stop()
        job.runner.join()
        pipe.close()


def by_turns(preset: str, rounds: int, seconds: float) -> dict:
    """Return costs of watching, one of each round, by both clocks; and what is shown.

    In processes of their own, whose clocks it halts.
    """
    command = [sys.executable, "-m", "tests.watching_by_turns", preset]
    command += ["--seconds", str(seconds), "--rounds"]
    many = min(_PROCESSES, rounds)
    shares = [len(range(n, rounds, many)) for n in range(many)]
    every = [_told([*command, str(share)]) for share in shares]
    costs = [found["costs"] for found in every]
    return {
        "costs": {
            clock: [c for one in costs for c in one[clock]] for clock in costs[0]
        },
        "shown": statistics.median(found["shown"] for found in every),
    }


def _told(command: list[str]) -> dict:
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(told.stdout.splitlines()[-1])


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
    """Return the median costs of watching a net, and what is shown of it."""
    found = by_turns(preset, rounds, seconds)
    every = [parts_of(preset, seconds, folder / str(n)) for n in range(min(3, rounds))]
    costs = {**found["costs"], "parts": [sum(parts.values()) for parts in every]}
    return {
        "preset": preset,
        **{clock: statistics.median(costs[clock]) for clock in CLOCKS},
        "shown": found["shown"],
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
