"""Each call of each save fails once: what was there stays whole, and words are ours.

A save is repeated with its first call failing, its second … until one gets through
without meeting its fault; so every call is hit, with full disks and broken ones.
"""

import argparse
import contextlib
import errno
import itertools
import os
import pathlib
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

import presets
from engine.errors import EngineError
from engine.export import Weights, export
from engine.graph.files import serialize
from engine.training.loop.launch import launch
from engine.training.loop.runner import Runner
from engine.training.loop.trainer import Trainer
from engine.training.records import checkpoint_file, metric_store, runs
from tests.training.projects import mlp

HELP = "every call of every save fails once: old content whole, our words"

NUMBERS = (errno.ENOSPC, errno.EIO, errno.EROFS)
_LIMIT_S = 300.0
_CALLS = (
    (tempfile, "mkstemp"),
    (os, "fdopen"),
    (os, "fsync"),
    (os, "open"),
    (os, "mkdir"),
    (os, "replace"),
    (os, "chmod"),
    (pathlib.Path, "open"),
)


class Fault:
    """Counts calls and lets one of them fail; all threads count together."""

    def __init__(self, at: int, number: int) -> None:
        self.at, self.number, self.seen = at, number, 0
        self._lock = threading.Lock()

    @property
    def was_met(self) -> bool:
        return self.seen >= self.at

    def meet(self, kind: type[Exception] = OSError) -> None:
        with self._lock:
            self.seen += 1
            is_due = self.seen == self.at
        if is_due and kind is OSError:
            raise OSError(self.number, os.strerror(self.number))
        if is_due:
            error = kind("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

    def before(self, real: Callable) -> Callable:
        def call(*args, **options):
            self.meet()
            return real(*args, **options)

        return call


class _Connection:
    """A connection of SQLite whose calls can fail."""

    def __init__(self, real: sqlite3.Connection, fault: Fault) -> None:
        self._real, self._fault = real, fault

    def execute(self, *args):
        self._fault.meet(sqlite3.OperationalError)
        return self._real.execute(*args)

    def executescript(self, *args):
        self._fault.meet(sqlite3.OperationalError)
        return self._real.executescript(*args)

    def commit(self):
        self._fault.meet(sqlite3.OperationalError)
        self._real.commit()

    def __getattr__(self, name):
        return getattr(self._real, name)


def _synced(_handle: int) -> None:
    """Stand in for `fsync`: no power fails here, and busy disks take seconds for it."""


@contextlib.contextmanager
def broken(fault: Fault) -> Iterator[None]:
    """Let the calls of this process meet a fault."""
    kept = [(place, name, place.__dict__[name]) for place, name in _CALLS]
    connect = sqlite3.connect
    for place, name, real in kept:
        call = _synced if real is os.fsync else real
        setattr(place, name, fault.before(call))
    metric_store.sqlite3.connect = lambda *a, **o: _Connection(connect(*a, **o), fault)
    try:
        yield
    finally:
        for place, name, real in kept:
            setattr(place, name, real)
        metric_store.sqlite3.connect = connect


def save_project(folder: Path, version: int) -> list[Path]:
    project = presets.load("xor")
    project.name = f"version {version}"
    serialize.save(project, folder / "project.bpw")
    return [folder / "project.bpw"]


def save_export(folder: Path, version: int) -> list[Path]:
    tensors = {"a": torch.full((100,), float(version))}
    export(Weights(tensors, {}, version), "safetensors", folder / "w.safetensors")
    return [folder / "w.safetensors"]


def save_checkpoint(folder: Path, version: int) -> list[Path]:
    """Write a checkpoint; whatever happens the run must have a sound one."""
    if not (folder / "run" / "run.json").exists():
        runs.create(folder, mlp(), name="run")
    run = runs.open_run(folder / "run")
    run.save_checkpoint(
        {"model/a": torch.full((9,), float(version))}, {"step": version}
    )
    return []


def start_run(folder: Path, version: int) -> list[Path]:
    """Begin a run, or leave none behind."""
    trainer, run = launch(folder, mlp(steps=3), name=f"run{version}")
    with contextlib.suppress(EngineError):
        trainer.close("stopped")  # the run is whole by now
        return []
    run.update(state="stopped")
    return []


WRITERS = {
    "project": save_project,
    "export": save_export,
    "checkpoint": save_checkpoint,
    "run start": start_run,
}


def run(options: argparse.Namespace, folder: Path) -> int:
    """Break every call of every writer, then of a whole training."""
    results = [
        *(one for name in WRITERS for one in each_call(name, folder)),
        *each_training(folder, options.n),
    ]
    wrong = [text for text in results if text]
    print(*wrong, sep="\n")
    good = len(results) - len(wrong)
    print(f"{'PASS' if not wrong else 'FAIL'} {good}/{len(results)}")
    return int(bool(wrong))


def each_call(name: str, folder: Path) -> Iterator[str]:
    """Yield what was wrong, or nothing, for each call of a writer."""
    for number in NUMBERS:
        for at in itertools.count(1):
            place = folder / f"{name}-{number}-{at}"
            place.mkdir()
            fault = Fault(at, number)
            yield _one(name, place, fault)
            if not fault.was_met:
                break


def _one(name: str, place: Path, fault: Fault) -> str:
    write, told = WRITERS[name], f"{name}, call {fault.at}, errno {fault.number}"
    files = write(place, 1)
    before = {path: path.read_bytes() for path in files}
    try:
        with broken(fault):
            write(place, 2)
    except EngineError as error:
        words = str(error)
        if "Error(" in words or "Errno" in words:
            return f"{told}: foreign words: {words}"
    except OSError:
        if name == "export":  # who calls the others says it
            return f"{told}: an OSError"
    else:
        return ""
    if _is_torn(name, place, before):
        return f"{told}: neither the old nor the new content"
    left = [p.name for p in place.rglob(".*") if p.is_file() and p.name != ".reserve"]
    if left and fault.number != errno.EROFS:
        return f"{told}: left {left}"
    return _sound_run(name, place, told)


def _is_torn(name: str, place: Path, before: dict[Path, bytes]) -> bool:
    """Return whether a file is neither what it was nor what it should become."""
    now = {path: path.read_bytes() for path in before}
    if now == before:
        return False
    WRITERS[name](place, 2)
    return any(path.read_bytes() != data for path, data in now.items())


def _sound_run(name: str, place: Path, told: str) -> str:
    if name == "checkpoint":
        tensors, state = runs.open_run(place / "run").load_checkpoint()
        if float(tensors["model/a"][0]) != state["step"]:
            return f"{told}: no sound checkpoint"
    if name == "run start" and (place / "run2" / "run.json").exists():
        return f"{told}: half a run is left"
    return ""


def each_training(folder: Path, most: int) -> Iterator[str]:
    """Yield what was wrong, or nothing, for each call of a training's writing."""
    expected = _weights(_trained(folder / "whole", None))
    at = 1
    while True:
        fault = Fault(at, NUMBERS[at % len(NUMBERS)])
        try:
            same = torch.equal(_weights(_trained(folder / f"t{at}", fault)), expected)
            yield "" if same else f"training, call {at}: other weights"
        except AssertionError as error:
            yield f"training, call {at}: {error}"
        at += 1 if at < most else 7
        if not fault.was_met:
            return


def _trained(folder: Path, fault: Fault | None) -> Trainer:
    """Train in a run whose disk fails once, and go on at each pause."""
    document = mlp(steps=60, evaluate_every=20, dropout=0.3)
    trainer, run = launch(folder, document, name="run")
    trainer.recorder.checkpoint_every_steps = 10
    outcomes = []
    runner = Runner(
        trainer,
        lambda frame: frame.held and runner.resume(),
        outcomes.append,
    )
    with broken(fault) if fault else contextlib.nullcontext():
        run.close()  # so that the curves are opened on this disk, too
        runner.start()
        if not runner.join(_LIMIT_S):
            runner.stop()
            runner.join(10.0)
            raise AssertionError("it never ended")
    [outcome] = outcomes
    if outcome.kind != "finished":
        # The last write of all is that of how it ended; nobody can wait for it.
        assert "can't be saved" in outcome.text, outcome.text
    again = runs.open_run(run.folder)
    assert outcome.kind in {again.state, "failed"}, again.state
    assert again.state != "running", "run.json still says running"
    loaded = checkpoint_file.part(again.load_checkpoint()[0], "model")
    assert again.step == 60, f"checkpoint of step {again.step}"
    assert torch.equal(_flat(loaded), _weights(trainer)), "another checkpoint"
    assert again.read_losses()[0].tolist() == list(range(1, 61)), "losses are missing"
    again.close()
    return trainer


def _weights(trainer: Trainer) -> torch.Tensor:
    return _flat(trainer.parts.program.modules.state_dict())


def _flat(tensors: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensors[name].flatten() for name in sorted(tensors)])
