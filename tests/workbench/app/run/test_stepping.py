"""F10 shows its step on the canvas, once the engine has made it."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.protocol import commands
from engine.protocol.messages import Frame


def frame_of(*steps):
    empty = np.zeros((len(steps), 1))
    return Frame(
        max(steps, default=1), 0.1, "paused", np.array(steps, int), empty, empty
    )


def paused(qtbot, running, engine):
    engine.tell(frame_of(1), len(engine.sent))
    qtbot.waitUntil(lambda: running.session.state == "paused")
    assert not running.canvas.step_animation.is_running


def test_one_step_is_shown_when_it_is_made(qtbot, running, engine):
    paused(qtbot, running, engine)
    QTest.keyClick(running, Qt.Key.Key_F10)
    assert engine.commands(commands.Step)[-1] == commands.Step(1)
    engine.tell(frame_of(), len(engine.sent))
    qtbot.wait(80)
    assert not running.canvas.step_animation.is_running
    engine.tell(frame_of(2), len(engine.sent))
    qtbot.waitUntil(lambda: running.canvas.step_animation.is_running)


def test_many_steps_are_not_shown_one_by_one(qtbot, running, engine):
    paused(qtbot, running, engine)
    running.controllers.training.step(10)
    engine.tell(frame_of(*range(2, 12)), len(engine.sent))
    qtbot.waitUntil(lambda: running.session.history.step == 11)
    assert not running.canvas.step_animation.is_running
