"""Closing in the middle of training: by keys, by the window manager, by a signal."""

import json
import time
from pathlib import Path

import pytest

LIMIT_S = 3.0
SLACK_S = 4.0
"""Python's own way out, and a machine with other work."""
DISCARD = "QApplication.activeModalWidget().button(QMessageBox.StandardButton.Discard)"


def _trained(opened):
    """Return a window that trains, and its run's folder."""
    desk = opened("xor")
    desk.ready()
    desk.ask("lengthen()")
    desk.ready()
    desk.press("F5")
    begun = "window.session.history.step > 20"
    desk.wait(f"window.session.state == 'training' and {begun}", 90.0)
    return desk, Path(desk.ask("window.session.history.run.run"))


def _assert_resumable(desk, run, begin):
    assert desk.ended() == 0
    assert time.monotonic() - begin < LIMIT_S + SLACK_S
    assert "Traceback" not in desk.said
    assert json.loads((run / "run.json").read_text())["state"] == "stopped"
    assert list((run / "checkpoints").iterdir())


def test_quit_discards_what_is_unsaved_and_leaves_a_run_that_can_go_on(opened):
    desk, run = _trained(opened)
    sheet = dict(desk.ask("[row for rows in sheet().values() for row in rows]"))
    desk.press(sheet["Quit"])
    desk.opens("QMessageBox")
    begin = time.monotonic()
    desk.display.click(*desk.ask(f"middle({DISCARD})"))
    _assert_resumable(desk, run, begin)


def test_esc_keeps_a_window_that_trains_and_saved_work_closes_unasked(opened):
    desk, run = _trained(opened)
    desk.press("Alt+F4")
    desk.opens("QMessageBox")
    words = desk.ask("QApplication.activeModalWidget().informativeText()")
    assert "stops with a checkpoint" in words
    desk.press("Esc")
    desk.is_back()
    state = desk.ask("[window.isVisible(), window.session.state]")
    assert state == [True, "training"]
    desk.ask("window.document.undo_stack.setClean()")
    begin = time.monotonic()
    desk.press("Alt+F4")
    _assert_resumable(desk, run, begin)


WAITING = {
    "the question about unsaved work": ("Alt+F4", "QMessageBox"),
    "a menu": ("Menu", "Menu"),
}


@pytest.mark.parametrize("what", WAITING)
def test_signal_ends_the_window_whatever_waits_and_unsaved_work_is_kept(opened, what):
    keys, front = WAITING[what]
    desk = opened("xor")
    desk.ask("actions.rename(window.document, 'tanh', 'Precious')")
    desk.press(keys)
    desk.opens(front)
    desk.process.terminate()
    assert desk.ended(LIMIT_S + SLACK_S) == 0
    assert "Traceback" not in desk.said
    (copy,) = desk.home.rglob("recovery-*.bpw")
    assert "Precious" in copy.read_text()
