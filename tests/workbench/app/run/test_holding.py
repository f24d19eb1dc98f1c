"""A run that the disk holds up, as the window shows it."""

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from engine.protocol import commands, messages

WHY = "runs/one: The run can't be saved: the disk is full."
EMPTY = (np.zeros(0, np.int64), np.zeros((0, 1)), np.zeros((0, 1)))


@pytest.fixture
def held(qtbot, running, engine):
    engine.tell(messages.Frame(7, 0.1, "paused", *EMPTY, held=WHY))
    qtbot.waitUntil(running.banner.isVisible)
    return running


def press(window, words):
    next(b for b in window.banner.buttons if b.text() == words).click()


def test_why_it_waits_is_said_until_it_goes_on(qtbot, held, engine):
    assert held.banner.words.text() == WHY
    press(held, "Resume")
    assert engine.commands(commands.Resume)
    engine.tell(messages.Frame(7, 0.1, "training", *EMPTY))
    qtbot.waitUntil(lambda: not held.banner.isVisible())


def test_run_can_go_on_in_another_folder(qtbot, held, engine, tmp_path, monkeypatch):
    chosen = lambda *_arguments: str(tmp_path)  # noqa: E731 - instead of a dialog
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", chosen)
    press(held, "Another folder…")
    assert engine.commands(commands.MoveRun) == [commands.MoveRun(str(tmp_path))]
    engine.tell(messages.Moved(str(tmp_path / "run")), len(engine.sent))
    qtbot.waitUntil(lambda: held.session.history.run.run == str(tmp_path / "run"))
    assert held.session.runs_folder == tmp_path
