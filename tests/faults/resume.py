"""Runs killed with -9 at a random step end with the same weights.

In turn an MLP, a CNN with dropout and batch normalisation, an LSTM, a GAN and a GPT.
"""

import argparse
import contextlib
import hashlib
import json
import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import safetensors.numpy

from engine.cli import main
from engine.graph.files import serialize
from engine.graph.model import Edge, Node, Project
from tests.faults import _forked
from tests.training.projects import cnn

HELP = "killed runs end with the same weights"

_CNN = "cnn.bpw"
_EVERY = 7
_LIMIT_S = 300.0


@dataclass(frozen=True)
class Family:
    """What is trained: a preset or the file `_CNN`, and for how many steps."""

    document: str
    steps: int

    def settings(self) -> tuple[str, ...]:
        lengths = ("--steps", str(self.steps), "--checkpoint-every", str(_EVERY))
        return (*lengths, "--threads", "1", "--seed", "3")


FAMILIES = {
    "MLP": Family("digits-mlp", 1500),
    "CNN": Family(_CNN, 400),
    "LSTM": Family("digits-lstm", 400),
    "GAN": Family("gan-2d", 250),
    "GPT": Family("tiny-gpt", 45),
}


def run(options: argparse.Namespace, folder: Path) -> int:
    """Kill, resume, and compare the weights with those of an uninterrupted run."""
    chance = random.Random(options.seed)
    serialize.save(_convolutional(), folder / _CNN)
    expected: dict[str, str] = {}
    good = 0
    with _forked.server(__name__, "engine.cli", "presets") as start:
        train = partial(_train, start, folder)
        for number in range(options.n):
            name = [*FAMILIES][number % len(FAMILIES)]
            family = FAMILIES[name]
            if name not in expected:
                whole = folder / name
                _finish(train(family.document, *family.settings(), "--out", whole))
                expected[name] = _weights(whole)
            killed = folder / f"run{number}"
            step = _kill_somewhere(train, family, killed, chance)
            resume = ("--resume", "--out", killed, "--checkpoint-every", _EVERY)
            _finish(train(*resume))
            same = _weights(killed) == expected[name]
            good += same
            word = "equal" if same else "DIFFERENT"
            print(f"{name} killed at step {step}: {word}", flush=True)
            shutil.rmtree(killed)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def _convolutional() -> Project:
    """Return a CNN with batch normalisation and dropout."""
    project = cnn(batch_size=32)
    graph = project.graph
    graph.add_node(Node("drop", "dropout", {"p": 0.4}))
    [wire] = graph.edges_into("scores")
    graph.disconnect(wire)
    graph.connect(Edge.parse("flat.out", "drop.input"))
    graph.connect(Edge.parse("drop.out", "scores.input"))
    return project


def _train(start: _forked.Start, folder: Path, *arguments: object) -> BaseProcess:
    """Begin what `python -m engine train` does."""
    return start(folder, {}, main, ["train", *map(str, arguments), "--json"])


def _finish(process: BaseProcess) -> None:
    """Wait for a run; it must end well."""
    process.join(_LIMIT_S)
    code = process.exitcode
    if code != 0:
        process.kill()
        sys.exit(f"A training has ended with {code}.")
    process.close()


def _kill_somewhere(
    train: Callable[..., BaseProcess], family: Family, run: Path, chance: random.Random
) -> int:
    """Start a run, kill it once it can go on; return the step it goes on from."""
    process = train(family.document, *family.settings(), "--out", run)
    goal = chance.randrange(family.steps - 3 * _EVERY)
    deadline = time.monotonic() + _LIMIT_S
    while _checkpoint(run).get("step", -1) < goal and process.is_alive():
        if time.monotonic() > deadline:
            break
        time.sleep(0.001)
    time.sleep(chance.random() * 0.02)
    process.kill()
    process.join()
    code = process.exitcode
    process.close()
    if code == 0:
        sys.exit("The run ended before it could be killed.")
    return _checkpoint(run).get("step", 0)


def _checkpoint(run: Path) -> dict:
    """Return what run.json says about the newest checkpoint."""
    with contextlib.suppress(OSError):
        text = (run / "run.json").read_text("utf-8")
        return json.loads(text).get("checkpoint") or {}
    return {}


def _weights(run: Path) -> str:
    """Return the SHA-256 over all weights and buffers of the newest checkpoint."""
    path = run / "checkpoints" / _checkpoint(run)["file"]
    tensors = safetensors.numpy.load_file(path)
    digest = hashlib.sha256(str(_checkpoint(run)["step"]).encode())
    for name in sorted(name for name in tensors if name.startswith("model/")):
        digest.update(name.encode() + tensors[name].tobytes())
    return digest.hexdigest()
