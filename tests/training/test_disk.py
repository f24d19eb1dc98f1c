"""A disk that refuses while a run is trained: it pauses, says why, and goes on."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from engine import files
from engine.errors import TrainingError
from engine.training.loop.launch import launch
from engine.training.loop.steps import Steps
from engine.training.loop.trainer import Trainer
from engine.training.records import disk, runs
from tests.training.projects import mlp
from tests.training.test_resume import assert_bit_identical, go, weights
from tests.training.test_runner import Listener

STEPS = 400


class Refusing:
    """Lets every file that is written atomically fail while it is on."""

    def __init__(self, monkeypatch, number):
        self.is_on, self.number = False, number
        real = files.os.fsync
        monkeypatch.setattr(files.os, "fsync", lambda handle: self(real, handle))

    def __call__(self, real, handle):
        if self.is_on:
            raise OSError(self.number, os.strerror(self.number))
        return real(handle)


@pytest.fixture(autouse=True)
def _ended():
    """End what a failing test leaves running."""
    yield
    while _listeners:
        listener = _listeners.pop()
        listener.runner.stop()
        listener.runner.join(10.0)


_listeners = []


def started(tmp_path, steps=STEPS, **settings):
    document = mlp(steps=steps, evaluate_every=50, dropout=0.3, **settings)
    run = runs.create(tmp_path, document, name="run")
    listener = Listener(run.project, run=run)
    listener.trainer.recorder.checkpoint_every_steps = 20
    _listeners.append(listener)
    return listener, run


def undisturbed(**settings):
    trainer = Trainer(mlp(steps=STEPS, evaluate_every=50, dropout=0.3, **settings))
    go(trainer, 10**9)
    return weights(trainer)


def wait_until_held(listener):
    listener.wait(lambda: listener.frames and listener.frames[-1].held)
    return listener.frames[-1].held


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your share of the disk is used up"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, "the disk reports an error"),
        (errno.EFBIG, "files may not become so large"),
    ],
)
def test_training_pauses_says_why_and_goes_on_bit_identical(
    tmp_path, monkeypatch, number, words
):
    refusing = Refusing(monkeypatch, number)
    listener, run = started(tmp_path)
    refusing.is_on = True
    listener.runner.start()
    said = wait_until_held(listener)
    assert words in said
    assert str(run.folder) in said
    seen = len(listener.frames)
    listener.runner.resume()  # too early: it says so again
    listener.wait(lambda: len(listener.frames) > seen and listener.frames[-1].held)
    refusing.is_on = False
    listener.runner.resume()
    assert listener.runner.join(20.0)
    assert listener.outcomes[0].kind == "finished"
    assert_bit_identical(weights(listener.trainer), undisturbed())
    again = runs.open_run(run.folder)
    assert (again.state, again.step) == ("finished", STEPS)
    assert again.read_losses()[0].tolist() == list(range(1, STEPS + 1))
    assert [e.step for e in again.read_evaluations()] == list(range(50, STEPS + 1, 50))
    again.close()
    assert not (run.folder / ".reserve").exists()


def test_sizes_are_said(tmp_path):
    error = OSError(errno.ENOSPC, "No space left on device")
    said = str(disk.trouble(error, tmp_path, 1_500_000))
    free = shutil.disk_usage(tmp_path).free
    assert "1.5 MB are needed" in said
    assert f"{disk.size(free)} are free" in said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_READONLY, "the disk is read-only"),
        (sqlite3.SQLITE_CANTOPEN, "may not be written to"),
    ],
)
def test_what_the_curves_refuse_is_said_in_the_same_words(tmp_path, code, words):
    cause = sqlite3.OperationalError("x")
    cause.sqlite_errorcode = code
    error = TrainingError("The curves can't be written")
    error.__cause__ = cause
    assert words in str(disk.trouble(error, tmp_path, 0))


def test_folder_that_is_deleted_in_training_is_made_again(tmp_path):
    listener, run = started(tmp_path, steps=10**7)
    listener.runner.start()
    listener.wait_for_step(30)
    shutil.rmtree(run.folder.rename(tmp_path / "gone"))
    assert "the folder is gone" in wait_until_held(listener)
    listener.runner.resume()
    step = listener.frames[-1].step
    listener.wait_for_step(step + 10)
    assert listener.end().kind == "stopped"
    again = runs.open_run(run.folder)
    assert again.load_weights()
    assert again.state == "stopped"


def test_run_goes_on_in_another_folder(tmp_path, monkeypatch):
    refusing = Refusing(monkeypatch, errno.ENOSPC)
    listener, _run = started(tmp_path / "small")
    refusing.is_on = True
    listener.runner.start()
    wait_until_held(listener)
    refusing.is_on = False
    recorder, runner = listener.trainer.recorder, listener.runner
    runner.do(lambda: (recorder.move(tmp_path / "large"), runner.resume()))
    assert runner.join(20.0)
    assert listener.outcomes[0].run == str(tmp_path / "large" / "run")
    again = runs.open_run(tmp_path / "large" / "run")
    assert (again.state, again.step) == ("finished", STEPS)
    assert again.read_losses()[0].tolist() == list(range(1, STEPS + 1))
    again.close()
    assert_bit_identical(weights(listener.trainer), undisturbed())


def test_run_that_can_not_be_moved_stays(tmp_path):
    listener, run = started(tmp_path)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(TrainingError, match="No run can be kept here"):
        listener.trainer.recorder.move(blocked)
    assert run.folder == tmp_path / "run"
    listener.runner.start()
    assert listener.runner.join(20.0)
    assert listener.outcomes[0].kind == "finished"


def test_stop_of_a_held_run_says_what_is_not_saved(tmp_path, monkeypatch):
    refusing = Refusing(monkeypatch, errno.ENOSPC)
    listener, _run = started(tmp_path)
    refusing.is_on = True
    listener.runner.start()
    wait_until_held(listener)
    outcome = listener.end()
    assert outcome.kind == "failed"
    assert "the disk is full" in outcome.text


def test_the_last_weights_are_held_until_they_are_saved(tmp_path, monkeypatch):
    refusing = Refusing(monkeypatch, errno.ENOSPC)
    listener, run = started(tmp_path)
    listener.trainer.recorder.checkpoint_every_steps = 10**9
    finish = Steps._finish

    def last(steps, kind):
        refusing.is_on = True
        yield from finish(steps, kind)

    monkeypatch.setattr(Steps, "_finish", last)
    listener.runner.start()
    wait_until_held(listener)
    assert listener.frames[-1].step == STEPS
    refusing.is_on = False
    listener.runner.resume()
    assert listener.runner.join(20.0)
    assert listener.outcomes[0].kind == "finished"
    assert runs.open_run(run.folder).step == STEPS


def test_no_run_begins_in_a_folder_that_is_read_only(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "pathlib.Path.mkdir",
        lambda self, *_a, **_k: (_ for _ in ()).throw(
            OSError(errno.EROFS, "Read-only file system", str(self))
        ),
    )
    with pytest.raises(TrainingError) as caught:
        launch(tmp_path / "runs", mlp())
    said = str(caught.value)
    assert "No run can be kept here: the disk is read-only" in said
    assert "Choose another folder" in said
    assert "OSError" not in said


def test_there_is_a_checkpoint_from_the_first_moment(tmp_path):
    trainer, run = launch(tmp_path, mlp(steps=10**8))
    left = go(trainer, 1)
    trainer.recorder.settle()
    assert runs.open_run(run.folder).load_checkpoint() is not None
    left.close()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MB, where this user may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("no tmpfs here")
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user can't mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_truly_full_disk_keeps_run_json_honest(small_disk):
    listener, run = started(small_disk, steps=10**7)
    listener.trainer.recorder.checkpoint_every_steps = 500
    listener.runner.start()
    listener.wait_for_step(30)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    assert "the disk is full" in wait_until_held(listener)
    outcome = listener.end()
    assert outcome.kind == "failed"
    told = json.loads((run.folder / "run.json").read_text("utf-8"))
    assert told["state"] in {"stopped", "failed"}
    filler.unlink()
    again = Trainer.resume(runs.open_run(run.folder))
    assert again.step == told["checkpoint"]["step"]
    again.close("stopped")
