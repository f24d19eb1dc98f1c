"""How long a stop takes while steps of 5 ms to 2.6 s are made: a table of p50 and p99.

A step is as long as its layers, of which none takes more than 40 ms: it can be left
between two of them. The time is that from the order until the outcome.
"""

import argparse
import random
import threading
import time
from pathlib import Path

import numpy as np
from torch import nn

from engine.training.loop.launch import launch
from engine.training.loop.runner import Runner
from tests.training.projects import mlp

HELP = "how long a stop takes, by the length of a step"

STEPS_S = (0.005, 0.05, 0.2, 0.8, 2.6)
P50_S, P99_S = 0.1, 0.5


def run(options: argparse.Namespace, folder: Path) -> int:
    """Stop so many trainings of each speed and print the table."""
    chance, good = random.Random(options.seed), 0
    print("   step      p50      p99")
    for seconds in STEPS_S:
        found = [
            stopped(folder / f"{seconds}-{number}", seconds, chance.random())
            for number in range(options.n)
        ]
        p50, p99 = np.percentile(found, [50, 99])
        good += bool(p50 <= P50_S and p99 <= P99_S)
        row = (1000 * value for value in (seconds, p50, p99))
        print("".join(f"{value:7.0f} ms"[:10] for value in row), flush=True)
    total = len(STEPS_S)
    print(f"{'PASS' if good == total else 'FAIL'} {good}/{total}")
    return 0 if good == total else 1


def stopped(folder: Path, step_s: float, when: float) -> float:
    """Train with steps of a length, and return the seconds that a stop takes."""
    trainer, _ = launch(folder, mlp(steps=10**8))
    _slow_down(trainer.parts.program.modules, step_s)
    ended, begun, started = threading.Event(), threading.Event(), []
    runner = Runner(
        trainer,
        lambda frame: frame.step >= 1 and begun.set(),
        lambda _outcome: (started.append(time.perf_counter()), ended.set()),
    )
    runner.start()
    try:
        assert begun.wait(60.0 + 10 * step_s)
        time.sleep(when * max(step_s, 0.05))
        start = time.perf_counter()
        runner.stop()
        assert ended.wait(60.0)
    finally:
        runner.stop()
        runner.join(60.0)
    return started[0] - start


def _slow_down(modules: nn.Module, step_s: float) -> None:
    """Let every layer sleep for its share of a step, in pieces as kernels are."""
    leaves = [m for m in modules.modules() if not list(m.children())]
    share = step_s / max(1, len(leaves))
    pieces = max(1, round(share / 0.04))

    def sleep(_module: nn.Module, _inputs: object) -> None:
        time.sleep(share / pieces)
        for _ in range(pieces - 1):
            for hook in (*_module._forward_pre_hooks.values(),):
                if hook is not sleep:
                    hook(_module, ())
            time.sleep(share / pieces)

    for leaf in leaves:
        leaf.register_forward_pre_hook(sleep)
