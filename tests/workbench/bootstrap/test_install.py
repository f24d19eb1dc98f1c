import json
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from workbench.bootstrap import console, install, launch, lock, system
from workbench.bootstrap.environment import Environment


@pytest.fixture
def environment(tmp_path):
    """A project that needs nothing, so that pip needs no index."""
    made = Environment(tmp_path)
    made.pyproject.write_text("[project]\ndependencies = ['pip']\n", "utf-8")
    return made


def test_half_made_environment_is_made_anew_filled_and_stamped(environment, capfd):
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("not a program", "utf-8")
    left_over = environment.folder / "left-over"
    left_over.touch()
    install.prepare(environment, [])
    assert environment.is_current()
    assert not left_over.exists()
    code = "import sys, json; print(json.dumps(sys.prefix))"
    answer = subprocess.run(
        [environment.python, "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout) == str(environment.folder)
    told = capfd.readouterr().err
    assert "incomplete" in told
    assert "Ready." in told


def test_python_that_no_longer_belongs_to_its_folder_is_not_used(environment):
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(os.path.realpath(sys.executable))
    assert install._version_inside(environment) is None


def test_failed_pip_keeps_what_was_there(environment, monkeypatch):
    def fail(*_):
        assert environment.is_unfinished()
        message = "offline"
        raise console.SetupError(message)

    kept = environment.folder / "kept"
    kept.parent.mkdir()
    kept.touch()
    monkeypatch.setattr(install, "_version_inside", lambda _: "3.11")
    monkeypatch.setattr(install, "_pip", fail)
    with pytest.raises(console.SetupError, match="offline"):
        install.prepare(environment, [])
    assert kept.exists()
    assert not environment.is_current()
    assert not environment.is_unfinished()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("NewConnectionError('<x>: Failed to establish')", "no connection"),
        ("Temporary failure in name resolution", "no connection"),
        ("No matching (from versions: none)", "not reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: something else", "reason stands above"),
    ],
)
def test_failure_of_pip_is_explained(output, words):
    assert words in install._explain(output)


def test_missing_venv_module_names_the_debian_package(monkeypatch):
    monkeypatch.setattr(install, "find_spec", lambda _: None)
    monkeypatch.setattr(system, "has_apt", lambda: True)
    monkeypatch.setattr(system, "venv_package", lambda: "python3-venv")
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    with pytest.raises(console.SetupError, match=r"sudo .* python3-venv"):
        install._require_venv_module()


def test_start_in_a_good_environment_goes_on_at_once(monkeypatch):
    monkeypatch.setattr(launch, "_restart", lambda *_: pytest.fail("restarted"))
    launch.ensure("workbench", ["dev"])


def test_restart_passes_the_arguments_on(monkeypatch, tmp_path):
    if sys.platform == "win32":
        pytest.skip("no exec there")
    called = []
    monkeypatch.setattr(launch.os, "execv", lambda *call: called.append(call))
    monkeypatch.setattr(sys, "argv", ["x", "mnist-cnn", "--size", "800x600"])
    environment = SimpleNamespace(python=tmp_path / "python")
    launch._restart(environment, "workbench")
    program = str(tmp_path / "python")
    rest = ["-m", "workbench", "mnist-cnn", "--size", "800x600"]
    assert called == [(program, [program, *rest])]


def test_second_start_waits_for_the_first(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lock, "_POLL_S", 0.01)
    path, order, second_waits = tmp_path / "lock", [], threading.Event()

    def say(text):
        order.append(text)
        second_waits.set()

    def second():
        with lock.held(path):
            order.append("second")

    monkeypatch.setattr(lock, "say", say)
    with lock.held(path):
        thread = threading.Thread(target=second)
        thread.start()
        assert second_waits.wait(5)
        order.append("first")
    thread.join(5)
    assert "waiting" in order[0]
    assert order[1:] == ["first", "second"]
