"""What `python -m tests.benchmarks runs` measures: how soon a list of runs is there.

Runs are copies of one, each with another learning rate. Listed with no index, then by a
new engine that finds the index, then once more by the same one. Times are those that
the processor spends on the process.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import presets
from engine.protocol.messages import Evaluation
from engine.training.listing.index import RunIndex
from engine.training.records import runs

GOAL_S = 3.0
"""For all of 10,000 runs that are in the index."""
_NUM_RUNS, _EPOCHS, _STEPS = 10_000, 12, 300


def run(options: argparse.Namespace) -> int:
    """Print the figures; 0 when the goal is met."""
    number = options.steps or _NUM_RUNS
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder), number)
        _, cold = _listed(lambda: RunIndex(Path(folder)))
        fresh, warm = _listed(lambda: RunIndex(Path(folder)))
        _, again = _listed(lambda: fresh)
    figures = {"runs": number, "cold_s": cold, "index_s": warm, "again_s": again}
    print(json.dumps(figures))
    return int(warm > GOAL_S * number / _NUM_RUNS)


def _listed(open_index: Callable[[], RunIndex]) -> tuple[RunIndex, float]:
    start, count = time.process_time(), 0
    index = open_index()
    while True:
        part = index.part(count)
        count += len(part.runs)
        if part.is_last:
            return index, round(time.process_time() - start, 3)


def _make(folder: Path, number: int) -> None:
    """Write one run as the engine does, and copies of it."""
    made = runs.create(folder, presets.load("mnist-cnn"), name=f"{0:06}")
    steps = np.arange(1, _STEPS + 1)
    made.metrics.add_steps(steps, np.ones((_STEPS, 1)), np.ones((_STEPS, 1)))
    for epoch in range(1, _EPOCHS + 1):
        values = {"loss": 1 / epoch, "accuracy": 1 - 1 / (epoch + 1)}
        made.metrics.add_evaluation(Evaluation(25 * epoch, float(epoch), values))
    made.metrics.commit()
    made.close()
    made.update(state="finished", took_s=60.0)
    text = (made.folder / "run.json").read_text("utf-8")
    assert '\\"lr\\": 0.006' in text
    for index in range(1, number):
        copy = folder / f"{index:06}"
        copy.mkdir()
        rate = f'\\"lr\\": {0.001 * (1 + index % 9):.3f}'
        (copy / "run.json").write_text(text.replace('\\"lr\\": 0.006', rate), "utf-8")
        shutil.copy(made.folder / "metrics.sqlite", copy / "metrics.sqlite")
