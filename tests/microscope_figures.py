"""What `python -m tests.benchmarks microscope` measures: a step held still.

Everything is asked as the window asks it, without the pipe between: a step is held, a
node's tensors are opened, a number is written out, a weight is changed.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable

import presets
from engine.explain.answers.copies import of_document
from engine.explain.answers.desk import HeldStep
from engine.explain.trace.held import coming
from engine.explain.whatif import outcome
from engine.graph.files import serialize
from engine.protocol import tracing

GOAL_HOLD_MS, GOAL_MOVE_MS, GOAL_OPEN_MS, GOAL_WHATIF_MS = 1000.0, 50.0, 200.0, 100.0
GOAL_OPEN_MB = 300.0
_WIDE = 2048
"""Squared: 4 Mi weights."""


def _wide() -> str:
    """Return a document with a layer of 4 Mi weights."""
    ids = ("first", "big", "scores")
    nodes = [{"id": "data", "type": "data", "params": {"source": "iris"}}]
    for name, size in zip(ids, (_WIDE, _WIDE, 3), strict=True):
        nodes.append({"id": name, "type": "linear", "params": {"out_features": size}})
    nodes.append({"id": "loss", "type": "cross_entropy"})
    chain = ["data.features", *(f"{name}.out" for name in ids)]
    ends = [*(f"{name}.input" for name in ids), "loss.input"]
    edges = [list(pair) for pair in zip(chain, ends, strict=True)]
    edges.append(["data.label", "loss.target"])
    record = {
        "format": "backprop-workbench",
        "version": 1,
        "name": "wide",
        "graph": {"nodes": nodes, "edges": edges},
        "blocks": {},
        "training": {"batch_size": 64},
    }
    return json.dumps(record)


def _ms(make: Callable[[], object]) -> float:
    start = time.perf_counter()
    make()
    return (time.perf_counter() - start) * 1000


def _peak_mb() -> float:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1024**2 if sys.platform == "darwin" else 1024)


def _held(text: str) -> HeldStep:
    return HeldStep(lambda: of_document(text))


def _walk(preset: str, rounds: int) -> dict[str, float]:
    """Return medians of holding a step of a preset, and of going from node to node."""
    text = serialize.dumps(presets.load(preset))
    step = _held(text)
    told = step.answer(tracing.HoldStep())
    assert isinstance(told, tracing.StepHeld)
    holds = [_ms(lambda: step.answer(tracing.HoldStep())) for _ in range(rounds)]
    moves = [
        _ms(lambda path=node.path: step.answer(tracing.OpenMoment(path, 0)))
        for _ in range(rounds)
        for node in told.nodes
    ]
    step.close()
    return {
        "hold_ms": statistics.median(holds),
        "move_ms": statistics.median(moves),
        "move_max_ms": max(moves),
    }


def _open(rounds: int) -> dict[str, float]:
    """Return what it takes to open a layer of 4 Mi weights."""
    step = _held(_wide())
    step.answer(tracing.HoldStep())
    before = _peak_mb()
    times = [_ms(lambda: step.answer(tracing.OpenMoment("big"))) for _ in range(rounds)]
    after = _peak_mb()
    step.close()
    return {"open_ms": statistics.median(times), "open_mb": after - before}


def _what_if(rounds: int) -> dict[str, float]:
    """Return how long another weight of mnist-cnn takes."""
    copy = of_document(serialize.dumps(presets.load("mnist-cnn")))
    walk = coming(copy.parts, copy.position)
    held = next(walk)
    weight = held.run.parameters[0]
    times = [
        _ms(lambda: outcome.weight(held, weight, (0, 0, 2, 2), 0.5))
        for _ in range(rounds + 1)
    ]
    walk.close()
    return {"whatif_ms": statistics.median(times[1:])}


def run(options: argparse.Namespace) -> int:
    """Print the figures; 1 when one misses its goal."""
    rounds = max(1, options.rounds)
    figures = {f"{name} {key}": value for name in ("mnist-cnn", "tiny-gpt")
               for key, value in _walk(name, rounds).items()}  # fmt: skip
    figures |= _open(rounds) | _what_if(rounds)
    goals = {"hold_ms": GOAL_HOLD_MS, "move_ms": GOAL_MOVE_MS, "open_ms": GOAL_OPEN_MS,
             "open_mb": GOAL_OPEN_MB, "whatif_ms": GOAL_WHATIF_MS}  # fmt: skip
    missed = [name for name, value in figures.items()
              if value > goals.get(name.split()[-1], float("inf"))]  # fmt: skip
    if options.json:
        sys.stdout.write(json.dumps({"figures": figures, "missed": missed}) + "\n")
        return int(bool(missed))
    for name, value in figures.items():
        goal = goals.get(name.split()[-1])
        words = f"  (goal {goal:g})" if goal else ""
        sys.stdout.write(f"{name:<24} {value:>9.1f}{words}\n")
    return int(bool(missed))
