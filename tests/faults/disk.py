"""Full disks, quotas and read-only folders at random moments of a training.

A real small disk (tmpfs) where this user may mount one, otherwise a limit on what the
files of this process may hold. Each time the run must pause with our words, keep what
it has, and end with the weights of an undisturbed run once there is room.
"""

import argparse
import contextlib
import errno
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from engine.errors import EngineError
from engine.export import Weights, export
from engine.graph.files import serialize
from engine.training.loop.launch import launch
from engine.training.loop.runner import Runner
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.faults import errors
from tests.training.projects import mlp

HELP = "full and read-only disks at random moments: pause, words, same weights"

STEPS, LIMIT_S = 150, 60.0
KINDS = ("full", "read-only", "gone", "start", "export", "project")


def run(options: argparse.Namespace, folder: Path) -> int:
    """Make so many disks refuse and print what went wrong."""
    chance = random.Random(options.seed)
    expected, good = _undisturbed(folder / "whole"), 0
    with small_disk(folder) as place:
        print("a tmpfs" if place else "no tmpfs here: injected errors", flush=True)
        for number in range(options.n):
            kind = KINDS[number % len(KINDS)]
            here = (place or folder) / str(number)
            wrong = one(kind, here, chance, expected, is_real=place is not None)
            good += not wrong
            if wrong:
                print(f"{number} {kind}: {wrong}", flush=True)
            shutil.rmtree(here, ignore_errors=True)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Yield the folder of a disk of 4 MB, or None where there can be none."""
    place = folder / "disk"
    place.mkdir()
    if shutil.which("mount") is None:
        yield None
        return
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def one(
    kind: str,
    folder: Path,
    chance: random.Random,
    expected: torch.Tensor,
    *,
    is_real: bool,
) -> str:
    """Make a disk refuse once; return what was wrong, or nothing."""
    folder.mkdir(parents=True)
    try:
        if kind in {"start", "export", "project"}:
            return _refused(kind, folder, is_real=is_real)
        return _training(kind, folder, chance, expected, is_real=is_real)
    except AssertionError as error:
        return str(error) or repr(error)


@contextlib.contextmanager
def refusing(kind: str, folder: Path, *, is_real: bool) -> Iterator[None]:
    """Let the disk of a folder take nothing for a while."""
    if kind == "gone":
        hidden = folder.with_name(folder.name + "-hidden")
        folder.rename(hidden)
        yield
        if folder.exists():
            shutil.rmtree(folder)
        hidden.rename(folder)
    elif is_real and kind == "full":
        filler = folder.parent / "filler"
        _fill(filler)
        yield
        filler.unlink()
    elif is_real:
        _mount(folder.parent, "remount,ro")
        yield
        _mount(folder.parent, "remount,rw")
    else:
        number = errno.EROFS if kind == "read-only" else errno.ENOSPC
        fault = errors.Fault(0, number)
        fault.meet = lambda *_kind: _raise(number)  # type: ignore[method-assign]
        with errors.broken(fault):
            yield


def _raise(number: int) -> None:
    raise OSError(number, os.strerror(number))


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (2**16, 2**12):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))


def _mount(place: Path, options: str) -> None:
    """Change a mount; one that is busy writing is asked again."""
    command = ["mount", "-o", options, str(place)]
    for _ in range(200):
        done = subprocess.run(command, capture_output=True, check=False)
        if not done.returncode:
            return
        time.sleep(0.01)
    raise AssertionError(done.stderr.decode())


def _refused(kind: str, folder: Path, *, is_real: bool) -> str:
    """Save onto a disk that refuses: words of ours, the old content."""
    path = folder / "file"
    path.write_text("old")
    actions = {
        "start": lambda: launch(folder / "runs", mlp()),
        "export": lambda: export(
            Weights({"a": torch.zeros(9)}, {}, 1), "safetensors", path
        ),
        "project": lambda: serialize.save(mlp(), path),
    }
    mode = "full" if folder.name.endswith(("0", "2", "4")) else "read-only"
    with refusing(mode, folder, is_real=is_real):
        try:
            actions[kind]()
        except EngineError as error:
            words = str(error)
        except OSError as error:
            words = "" if kind == "project" else repr(error)
        else:
            words = "" if kind == "export" else "it was written after all"
        assert "Error(" not in words, words
        assert "after all" not in words, words
    assert kind == "export" or path.read_text() == "old", "the old file is changed"
    left = [p.name for p in folder.rglob(".*") if p.is_file()]
    assert not left, f"left {left}"
    return ""


class _Trained:
    """A training that goes on by itself until it is held."""

    def __init__(self, folder: Path) -> None:
        document = mlp(steps=STEPS, evaluate_every=25, dropout=0.3)
        self.trainer, self.run = launch(folder, document, name="run")
        self.trainer.recorder.checkpoint_every_steps = 5
        self.held, self.outcomes, self.said = threading.Event(), [], ""
        self.runner = Runner(self.trainer, self._on_frame, self.outcomes.append)

    def _on_frame(self, frame) -> None:
        if frame.held:
            self.said = frame.held
            self.held.set()

    def weights(self) -> torch.Tensor:
        return errors._weights(self.trainer)


def _undisturbed(folder: Path) -> torch.Tensor:
    trained = _Trained(folder)
    trained.runner.start()
    assert trained.runner.join(LIMIT_S)
    return trained.weights()


def _training(
    kind: str,
    folder: Path,
    chance: random.Random,
    expected: torch.Tensor,
    *,
    is_real: bool,
) -> str:
    trained = _Trained(folder)
    _slowly(trained.trainer)
    trained.runner.start()
    try:
        time.sleep(chance.random() * 0.15)
        with refusing(kind, folder, is_real=is_real):
            deadline = time.monotonic() + LIMIT_S
            while not trained.held.wait(0.005) and not trained.outcomes:
                assert time.monotonic() < deadline, "it neither paused nor ended"
            if chance.random() < 0.3 and kind != "gone":
                trained.runner.resume()  # too early
                time.sleep(0.05)
        while not trained.runner.join(0.05):
            trained.runner.resume()
            assert time.monotonic() < deadline, "it did not go on"
    finally:
        trained.runner.stop()
        trained.runner.join(LIMIT_S)
    return _judged(trained, expected)


def _slowly(trainer: Trainer) -> None:
    """Let a step take a millisecond more, so that moments differ."""
    note = trainer.news.add_step

    def slow(*args) -> None:
        time.sleep(0.001)
        note(*args)

    trainer.news.add_step = slow  # type: ignore[method-assign]


def _judged(trained: _Trained, expected: torch.Tensor) -> str:
    [outcome] = trained.outcomes
    if outcome.kind == "failed":
        assert "can't be saved" in outcome.text, outcome.text
        return "" if trained.trainer.step == STEPS else outcome.text
    assert outcome.kind == "finished", outcome.text
    if trained.said:
        assert "can't be saved" in trained.said, trained.said
        assert "Error(" not in trained.said, trained.said
    assert torch.equal(trained.weights(), expected), "other weights"
    again = runs.open_run(trained.run.folder)
    assert (again.state, again.step) == ("finished", STEPS), again.state
    assert again.read_losses()[0].tolist() == list(range(1, STEPS + 1)), "losses"
    again.close()
    return ""
