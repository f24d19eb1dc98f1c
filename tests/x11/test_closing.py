"""Closing in the middle of training, by keys and by the window manager."""

import time

import pytest

from engine.training import runs

STATE = "window.session.state"
LIMIT_S = 3.0
SLACK_S = 2.0
"""Python's own way out, and a machine with other work."""


@pytest.mark.parametrize("keys", ["Ctrl+Q", "Alt+F4"])
def test_window_closes_while_training_and_the_run_can_go_on(opened, keys):
    desk = opened("xor")
    desk.ready()
    desk.ask("(lengthen(), window.document.undo_stack.setClean())[1]")
    desk.ready()
    desk.press("F5")
    desk.wait(f"{STATE} == 'training' and window.session.history.step > 20", 90.0)
    folder = desk.ask("window.session.history.run.run")
    assert dict(desk.ask("[r for rows in sheet().values() for r in rows]"))["Quit"]
    begin = time.monotonic()
    desk.press(keys)
    assert desk.ended() == 0
    assert time.monotonic() - begin < LIMIT_S + SLACK_S
    assert "Traceback" not in desk.said


def test_unsaved_work_is_asked_about_and_esc_keeps_the_window_training(opened):
    desk = opened("xor")
    desk.ready()
    desk.ask("lengthen()")
    desk.ready()
    desk.press("F5")
    desk.wait(f"{STATE} == 'training' and window.session.history.step > 20", 90.0)
    desk.press("Alt+F4")
    desk.wait("front() == 'QMessageBox'")
    desk.press("Esc")
    desk.wait("front() == ''")
    assert desk.ask(f"[window.isVisible(), {STATE}]") == [True, "training"]
    desk.press("Alt+F4")
    desk.wait("front() == 'QMessageBox'")
    desk.display.press("Alt+D")  # Discard
    assert desk.ended() == 0
