"""Damage in any part of a run is named, and the checkpoint before is offered.

Bytes are flipped, zeroed, cut away or put in at random; a part may be emptied or gone.
The truth is the run as it was: what comes out is equal to it, or its damage is told.
"""

import argparse
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from engine.errors import EngineError
from engine.folder import account
from engine.training.loop.trainer import Trainer
from engine.training.records import metric_store, runs
from engine.training.records.checkpoint_file import DamagedCheckpointError
from tests.training.projects import mlp, phase

HELP = "damaged runs are named, and the checkpoint before is offered"

_STEPS, _EVERY = 60, 20
Expected = tuple[metric_store.Curves, dict[int, dict[str, torch.Tensor]]]


def run(options: argparse.Namespace, folder: Path) -> int:
    """Damage copies of a run and open them."""
    chance = random.Random(options.seed)
    sound = made(folder)
    expected = _truth(sound)
    good = 0
    for number in range(options.n):
        copy = Path(shutil.copytree(sound, folder / "copy"))
        part = chance.choice(sorted(p for p in copy.rglob("*") if p.is_file()))
        how = damaged(part, chance)
        faults = list(faults_of(copy, part, expected))
        good += not faults
        for fault in faults:
            print(f"{number}: {part.name} {how}: {fault}", flush=True)
        shutil.rmtree(copy)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def made(folder: Path) -> Path:
    """Return a run as a killed process leaves it: with curves still in their log."""
    document = mlp(phase("adam"), steps=_STEPS + 20, evaluate_every=10)
    run_ = runs.create(folder, document, name="whole")
    trainer = Trainer(run_.project, run=run_)
    trainer.recorder.checkpoint_every_steps = _EVERY
    steps = trainer.steps()
    for _ in steps:
        if trainer.at_border and trainer.step >= _STEPS:
            break
    trainer.recorder.commit()
    trainer.recorder.settle()
    copy = Path(shutil.copytree(run_.folder, folder / "killed"))
    steps.close()
    return copy


def _truth(folder: Path) -> Expected:
    kept = account.kept(account.read(folder))
    weights = {
        entry.step: runs.open_run(folder, entry.step).load_weights() for entry in kept
    }
    assert len(weights) >= 2
    return metric_store.read(folder / runs.METRICS), weights


def damaged(path: Path, chance: random.Random) -> str:
    """Damage a file and return how."""
    data = bytearray(path.read_bytes())
    how = chance.choice(["flip", "zero", "cut", "more", "empty", "gone"])
    where, length = chance.randrange(len(data) or 1), chance.randint(1, 4096)
    if how == "gone":
        path.unlink()
        return how
    if how == "flip" and data:
        data[where] ^= 1 << chance.randrange(8)
    elif how == "zero":
        piece = data[where : where + length]
        data[where : where + length] = bytes(len(piece))
    elif how == "cut":
        del data[where:]
    elif how == "more":
        data[where:where] = chance.randbytes(length)
    else:
        data.clear()
    path.write_bytes(data)
    return how


def faults_of(copy: Path, part: Path, expected: Expected) -> Iterator[str]:
    """Yield what is wrong with how a damaged run is opened."""
    curves, weights = expected
    try:
        found = metric_store.read(copy / runs.METRICS, max(weights))
        yield from _of_curves(found, curves, part)
        yield from _of_checkpoints(copy, weights)
    except EngineError as error:
        if part.name != account.FILE:
            yield f"refused whole: {error}"
    except Exception as error:  # noqa: BLE001 - what is looked for
        yield f"{type(error).__name__}: {error}"


def _of_curves(
    found: metric_store.Curves, whole: metric_store.Curves, part: Path
) -> Iterator[str]:
    """Yield how the curves lie: each row is true, and one that is missing is told.

    A log that was cut may have lost what came after the newest checkpoint.
    """
    for name, rows in _by_step(found).items():
        truth = _by_step(whole)[name]
        if any(not _same(truth.get(step), row) for step, row in rows.items()):
            yield f"{name} are others ({found.damage})"
        lost = [step for step in truth if step not in rows]
        if part.name == f"{runs.METRICS}-wal":
            after = _STEPS + (name == "steps")  # it is evaluated after it was saved
            lost = [step for step in lost if step < after]
        if lost and not found.damage:
            yield f"{name} are missing and nothing is said: {lost}"


def _by_step(curves: metric_store.Curves) -> dict[str, dict[int, list]]:
    """Return all numbers of each curve."""
    steps, losses, rates = curves.steps
    return {
        "steps": {
            int(step): [*losses[at], *rates[at]] for at, step in enumerate(steps)
        },
        "evaluations": {one.step: [str(one)] for one in curves.evaluations},
        "samples": {one.step: [*vars(one).values()] for one in curves.samples},
    }


def _same(one: list | None, other: list) -> bool:
    return one is not None and all(
        a == b if isinstance(a, str) else np.array_equal(a, b, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


def _of_checkpoints(
    copy: Path, weights: dict[int, dict[str, torch.Tensor]]
) -> Iterator[str]:
    """Yield how the checkpoints lie; go on from the one that is offered."""
    run_ = runs.open_run(copy)
    try:
        found, step = run_.load_weights(), run_.step
    except DamagedCheckpointError as error:
        if error.earlier < 0:
            yield f"no earlier checkpoint is offered: {error}"
            return
        run_, step = runs.open_run(copy, error.earlier), error.earlier
        found = run_.load_weights()
    if step not in weights or not _equal(found, weights[step]):
        yield f"weights of step {step} are others and nothing is said"
    Trainer.resume(run_).close("stopped")


def _equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(one[name], other[name]) for name in one
    )
