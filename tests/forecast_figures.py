"""What `python -m tests.benchmarks times` measures: the forecast against the truth.

A fresh engine process is asked for the forecast and then trains, both as the window
asks. A run that would take too long is made shorter, in all its spans alike; what its
steps, evaluations and views took is then counted up to the length of the whole run.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import presets
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.protocol import commands, messages
from engine.protocol.wire import transport
from engine.protocol.wire.client import EngineClient
from tests.helpers.waiting import until, wait_for

GOAL = 0.3
"""Largest distance of a forecast from what is measured, as a share of that."""
_LIMIT_S = 900.0
_LEAST_APART = 25
_VIEW_SHARE, _VIEW_APART_S = 0.8 * 0.02, 0.5


def measure(preset: str, options: argparse.Namespace, folder: Path) -> dict:
    """Return forecasts, what was measured, and their ratios."""
    times = [_time(preset, options, folder) for _ in range(min(options.rounds, 3))]
    memory = _memory(preset, folder)
    found = times[0][0]
    return {
        "preset": preset,
        "threads": [forecast.threads for forecast, _ in times],
        "epoch_s": statistics.median(f.epoch_s for f, _ in times),
        "real_epoch_s": statistics.median(
            real * f.steps_per_epoch / f.total_steps for f, real in times
        ),
        "epoch_ratio": statistics.median(f.total_s / real for f, real in times),
        "epoch_ratios": [f.total_s / real for f, real in times],
        "memory": found.memory_bytes,
        "real_memory": memory["allocated"],
        "memory_ratio": found.memory_bytes / memory["allocated"],
        "process_grew": memory["process"],
    }


def _time(
    preset: str, options: argparse.Namespace, folder: Path
) -> tuple[messages.Forecast, float]:
    """Return a forecast and the real seconds of the whole run."""
    project, report = presets.load(preset), folder / "report.json"
    arguments = ["-m", "tests.helpers.stopwatch", str(report), options.clock, "--pipe"]
    client = EngineClient(transport.ProcessTransport(transport.start(arguments)))
    try:
        wait_for(client, messages.EngineReady, _LIMIT_S)
        document = serialize.dumps(project)
        client.send(commands.Check(document, 1))
        wait_for(client, messages.Analysis, _LIMIT_S)
        client.send(commands.Estimate(document, 1))
        found = wait_for(client, messages.Forecast, _LIMIT_S).body
        share = min(1.0, options.seconds / found.total_s)
        shorter = serialize.dumps(shortened(project, share, found))
        client.send(commands.Train(shorter, str(folder)))
        outcome = until(client, messages.Outcome, _LIMIT_S)[-1].body
        assert outcome.kind in {"finished", "early"}, outcome
    finally:
        client.close(10.0)
    took = json.loads(report.read_text("utf-8"))
    if share == 1.0:
        return found, took["total"]
    return found, counted_up(project, took, shortened(project, share, found), found)


def shortened(project: Project, share: float, known: messages.Forecast) -> Project:
    """Return the same with spans and evaluations closer together.

    Args:
        project: Only read.
        share: Of the steps that are left.
        known: Tells the length.
    """
    if share == 1.0:
        return project
    made, training = project.copy(), project.training
    steps = max(20, math.ceil(share * known.total_steps))
    share = steps / known.total_steps
    for index, phase in enumerate(training.phases):
        params = dict(phase.params)
        for name, extra in (("first", 1), ("last", 0)):
            if params.get(name):
                params[name] = round((params[name] - extra) * share) + extra
        training = training.with_phase(index, replace(phase, params=params))
    apart = training.number("evaluate_every") or known.steps_per_epoch
    training = training.with_value("steps", steps)
    made.training = training.with_value("evaluate_every", math.ceil(apart * share))
    return made


def counted_up(
    project: Project, took: dict, shorter: Project, known: messages.Forecast
) -> float:
    """Return the seconds of the whole run from those of a shorter one."""
    seconds: dict[tuple[int, ...], list[float]] = {}
    for number, second in zip(took["numbers"], took["step"], strict=True):
        seconds.setdefault(due(shorter, number), []).append(second)
    steps = range(1, known.total_steps + 1)
    counts = Counter(due(project, number) for number in steps)
    work = sum(
        count * statistics.fmean(seconds[phases]) for phases, count in counts.items()
    )
    work += evaluations(project, known) * statistics.fmean(took["evaluation"])
    if not took["view"]:
        return work + sum(took["end"])
    view = statistics.fmean(took["view"])
    apart = max(_VIEW_APART_S, view / _VIEW_SHARE)
    return (work + 2 * view) * (1 + view / apart) + sum(took["end"])


def due(project: Project, number: int) -> tuple[int, ...]:
    """Return the phases of a step, counted from 1."""
    chosen = []
    for index, phase in enumerate(project.training.phases):
        first, last = phase.params.get("first") or 1, phase.params.get("last")
        inside = first <= number <= (last or math.inf)
        if inside and number % (phase.params.get("every") or 1) == 0:
            chosen.append(index)
    return tuple(chosen)


def evaluations(project: Project, known: messages.Forecast) -> int:
    """Return how often the run is evaluated."""
    apart = project.training.number("evaluate_every")
    if not apart:
        epoch = known.steps_per_epoch
        apart = math.ceil(_LEAST_APART / epoch) * epoch
    return math.ceil(known.total_steps / apart)


def _memory(preset: str, folder: Path) -> dict[str, int]:
    """Return bytes that a training allocates at most, and what a process grows by."""
    found = {}
    for kind in ("allocated", "process"):
        command = [sys.executable, "-m", "tests.helpers.memory", kind, preset]
        made = subprocess.run(
            [*command, str(folder)], check=False, capture_output=True, text=True
        )
        if made.returncode:
            raise SystemExit(made.stderr)
        found[kind] = int(made.stdout.split()[-1])
    return found


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when every forecast is good."""
    results = []
    if not options.json:
        head = f"{'preset':<15}{'epoch':>11}{'measured':>11}{'ratio':>7}"
        print(f"{head}{'':>6}{'memory':>11}{'measured':>11}{'ratio':>7}", flush=True)
    for preset in options.presets or [p.id for p in presets.all_presets()]:
        with tempfile.TemporaryDirectory() as folder:
            results.append(measure(preset, options, Path(folder)))
        if not options.json:
            _print(results[-1])
    if options.json:
        print(json.dumps({"benchmark": "forecast", "results": results}))
    good = [_word(r["epoch_ratio"]) + _word(r["memory_ratio"]) for r in results]
    return 0 if all(words == "okok" for words in good) else 1


def _word(ratio: float) -> str:
    return "ok" if abs(ratio - 1) <= GOAL else "MISS"


def _print(result: dict) -> None:
    ratios = " ".join(f"{ratio:.2f}" for ratio in result["epoch_ratios"])
    print(
        f"{result['preset']:<15}{1000 * result['epoch_s']:>8.1f} ms"
        f"{1000 * result['real_epoch_s']:>8.1f} ms{result['epoch_ratio']:>7.2f}"
        f"  {_word(result['epoch_ratio']):<4}"
        f"{result['memory'] / 2**20:>8.2f} MB{result['real_memory'] / 2**20:>8.2f} MB"
        f"{result['memory_ratio']:>7.2f}  {_word(result['memory_ratio']):<4}"
        f"  (rounds {ratios}; threads {result['threads']};"
        f" process +{result['process_grew'] / 2**20:.0f} MB)",
        flush=True,
    )
