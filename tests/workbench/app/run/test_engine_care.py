"""A real engine that is stopped, killed or never ready, seen in the window."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.session.session import Session

START_MS = 60_000

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture
def real(qtbot, qapp, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.document.load_preset("digits-mlp")
    window.show()
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


@pytest.fixture
def trains(qtbot, real):
    qtbot.waitUntil(lambda: real.analysis is not None, timeout=START_MS)
    real.controllers.training.start(steps=10**6)
    qtbot.waitUntil(lambda: real.session.history.step > 20, timeout=START_MS)
    return real


def process(window):
    return window.session._link._client._transport._process


def state_on_disk(window):
    run = Path(window.session.history.run.run)
    return json.loads((run / "run.json").read_text("utf-8"))["state"]


def press(window, words):
    buttons = {b.text(): b for b in window.banner.buttons}
    assert words in buttons, (window.banner.words.text(), *buttons)
    buttons[words].click()


def test_stopped_engine_is_said_forced_to_end_and_the_run_goes_on(
    qtbot, trains, monkeypatch
):
    monkeypatch.setattr("workbench.session.vigil.LEAST_S", 1.0)
    monkeypatch.setattr("workbench.session.vigil.PING_S", 0.5)
    process(trains).send_signal(signal.SIGSTOP)
    banner = trains.banner
    qtbot.waitUntil(banner.isVisible, timeout=10_000)
    assert "has not answered since" in banner.words.text()
    assert "training, step" in banner.words.text()
    press(trains, "Stop")
    assert trains.status.state.words == "Stopping…"
    qtbot.waitUntil(lambda: "stopping" in banner.words.text(), timeout=10_000)
    assert [b.text() for b in banner.buttons] == ["Force stop"]
    monkeypatch.undo()  # the next engine may take its time to start
    press(trains, "Force stop")
    qtbot.waitUntil(lambda: trains.session.state == "failed", timeout=5000)
    assert "The run can go on from its newest weights" in banner.words.text()
    step = "The run can go on from step"  # once the next engine has read it
    qtbot.waitUntil(lambda: step in banner.words.text(), timeout=START_MS)
    qtbot.waitUntil(lambda: state_on_disk(trains) == "interrupted", timeout=START_MS)
    press(trains, "Resume the run")
    before = trains.session.history.step
    qtbot.waitUntil(lambda: trains.session.state == "training", timeout=START_MS)
    qtbot.waitUntil(lambda: trains.session.history.step > before, timeout=START_MS)
    steps = trains.session.history.losses[0].steps.values.tolist()
    assert steps == list(range(1, len(steps) + 1))


def test_stopped_engine_that_goes_on_takes_the_word_back(qtbot, trains, monkeypatch):
    monkeypatch.setattr("workbench.session.vigil.LEAST_S", 1.0)
    process(trains).send_signal(signal.SIGSTOP)
    qtbot.waitUntil(trains.banner.isVisible, timeout=10_000)
    process(trains).send_signal(signal.SIGCONT)
    qtbot.waitUntil(lambda: not trains.banner.isVisible(), timeout=10_000)
    assert trains.session.state == "training"


def test_killed_engine_offers_the_run_again(qtbot, trains):
    process(trains).kill()
    qtbot.waitUntil(lambda: trains.session.state == "failed", timeout=10_000)
    assert "memory runs out" in trains.banner.words.text()
    press(trains, "Resume the run")  # before the next engine is ready
    qtbot.waitUntil(lambda: trains.session.state == "training", timeout=START_MS)
    trains.controllers.training.stop()
    qtbot.waitUntil(lambda: trains.session.state == "stopped", timeout=START_MS)
    assert state_on_disk(trains) == "stopped"
