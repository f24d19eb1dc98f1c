"""The run group says in every state what its filled button does, and nothing moves."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton

from engine.protocol import commands
from engine.protocol.messages import Outcome
from workbench.app.bars.run_group import TrainButton


def test_there_is_one_button_to_train(window):
    assert len(window.findChildren(TrainButton)) == 1


def test_it_measures_what_was_drawn(window):
    run = window.tools.run
    assert (run.train.width(), run.height()) == (116, 30)
    check = 24  # beside what was drawn: the button that checks before training
    assert run.width() == pytest.approx(208 + check, abs=6)


def test_the_filled_button_says_what_it_does_in_every_state(qtbot, window, engine):
    button, session = window.tools.train, window.session
    assert button.text() == "Train"
    for state, words, is_on in (
        ("compiling", "Pause", True),
        ("training", "Pause", True),
        ("paused", "Resume", True),
        ("stopping", "Stopping…", False),
    ):
        session._state.set(state)
        assert (button.text(), button.isEnabled()) == (words, is_on), state
    session._state.set("idle")
    assert button.text() == "Train"


def test_a_run_is_paused_with_it_and_trained_again_after_its_end(
    qtbot, running, engine
):
    button = running.tools.train
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(engine.commands(commands.Pause)) == 1
    engine.tell(Outcome("finished", "run", 100, "Finished."))
    qtbot.waitUntil(lambda: running.session.state == "finished")
    assert button.text() == "Train again"
    words = button.fontMetrics().horizontalAdvance(button.text())
    assert words + button.iconSize().width() + 4 < button.width()


def test_early_training_says_that_it_starts(early):
    early.actions_["train"].trigger()
    assert early.tools.train.text() == "Starting…"
    assert early.actions_["stop"].isEnabled()


def test_the_search_stays_in_the_middle_whatever_the_button_says(qtbot, running):
    running.resize(1440, 900)
    search = running.tools.search
    places = []
    for state in ("training", "paused", "idle"):
        running.session._state.set(state)
        qtbot.wait(10)
        places.append(search.mapTo(running, QPoint(search.width() // 2, 0)).x())
    assert len(set(places)) == 1
    assert places[0] == pytest.approx(running.width() / 2, abs=1)


@pytest.mark.parametrize("width", [1100, 1440, 2560])
def test_the_search_covers_nothing(qtbot, window, width):
    window.resize(width, 700)
    qtbot.wait(20)
    tools, search = window.tools, window.tools.search.geometry()
    for part in (tools.rooms, tools.device, tools.run):
        assert not part.geometry().intersects(search)
    for button in tools.findChildren(QToolButton):
        place = button.mapTo(tools, QPoint(0, 0))
        assert not search.contains(place)
