import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.folder import account
from workbench.app.launch import headless
from workbench.bootstrap.console import SetupError
from workbench.options import Options

ACCOUNT = {
    "format": account.FORMAT,
    "version": account.VERSION,
    "document": "",
    "state": "finished",
    "checkpoint": {"file": "a.safetensors", "sha256": "0" * 64, "step": 80},
}


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Record what would be started; every child succeeds unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    made, codes = [], {}

    def call(arguments, *, quiet=False):
        made.append(arguments)
        kind = "draw" if arguments[0] == "workbench" else arguments[1]
        if kind == "train":
            run = Path(arguments[arguments.index("--out") + 1])
            run.mkdir()
            (run / "run.json").write_text(json.dumps(ACCOUNT), "utf-8")
        return codes.get(kind, 0)

    monkeypatch.setattr(headless, "_call", call)
    monkeypatch.setattr(headless.system, "ensure_libraries", lambda **_: None)
    call.made, call.codes = made, codes
    return call


def test_default_preset_is_trained_exported_and_drawn(calls, capsys):
    assert headless.run(Options()) == 0
    train, export, draw = calls.made
    run = Path(train[train.index("--out") + 1])
    assert train[:3] == ["engine", "train", "mnist-cnn"]
    assert run.parent == Path.cwd() / "runs"
    assert export[:3] == ["engine", "export", str(run)]
    assert draw[:4] == ["workbench", "mnist-cnn", "--run", str(run)]
    assert draw[draw.index("--after-steps") + 1] == "80"
    told = capsys.readouterr().out
    for path in (run, run / "weights.safetensors", run / "window.png"):
        assert str(path) in told


def test_choices_reach_the_children(calls):
    chosen = Options("nets/my.bpw", after_steps=7, theme="light", size=(800, 600))
    headless.run(chosen)
    train, _, draw = calls.made
    assert train[2] == "nets/my.bpw"
    assert train[train.index("--steps") + 1] == "7"
    assert draw[draw.index("--theme") + 1] == "light"
    assert draw[draw.index("--size") + 1] == "800x600"
    assert Path(train[train.index("--out") + 1]).name.endswith("-my")


def test_failed_training_ends_with_its_code(calls):
    calls.codes["train"] = 2
    assert headless.run(Options()) == 2
    assert len(calls.made) == 1


def test_failed_picture_leaves_the_weights(calls, capsys):
    calls.codes["draw"] = 1
    assert headless.run(Options()) == 1
    told = capsys.readouterr().out
    assert "weights.safetensors" in told
    assert "window.png" not in told


def test_missing_libraries_cost_only_the_picture(calls, monkeypatch, capsys):
    def refuse(**_):
        message = "apt-get install libgl1"
        raise SetupError(message)

    monkeypatch.setattr(headless.system, "ensure_libraries", refuse)
    assert headless.run(Options()) == 0
    assert [c[0] for c in calls.made] == ["engine", "engine"]
    assert "libgl1" in capsys.readouterr().err


def test_interrupt_says_where_the_run_is(monkeypatch, calls, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(headless, "_call", interrupt)
    assert headless.run(Options()) == 130
    assert str(Path.cwd() / "runs") in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write")
def test_unwritable_folder_sends_runs_to_the_data_folder(monkeypatch, tmp_path):
    locked, data = tmp_path / "locked", tmp_path / "data"
    locked.mkdir(mode=0o500)
    monkeypatch.chdir(locked)
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    assert headless._parent_of_runs() == data / "backprop-workbench" / "runs"


@pytest.fixture
def talker(monkeypatch, tmp_path):
    """Return a function that makes `python -m talker` run the given code."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda code: (tmp_path / "talker.py").write_text(code, "utf-8")


def test_child_writes_to_the_terminal(talker, capfd):
    talker("print('12 %'); exit(4)")
    assert headless._call(["talker"]) == 4
    assert capfd.readouterr().out == "12 %\n"


@pytest.mark.parametrize(("code", "told"), [(0, ""), (3, "why\n")])
def test_quiet_child_is_heard_only_when_it_fails(talker, capsys, code, told):
    talker(f"print('why'); exit({code})")
    assert headless._call(["talker"], quiet=True) == code
    assert capsys.readouterr().err == told


def test_child_that_does_not_stop_is_ended(monkeypatch):
    monkeypatch.setattr(headless, "_SAVE_LIMIT_S", 0.1)
    code = "import time; time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code]) as child:
        headless._end(child)
    assert child.returncode != 0
