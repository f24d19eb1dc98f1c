"""The window of the checks before a training."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.protocol.bench.preflight import Answered, Preflight, RangeTest, Trying
from engine.protocol.findings import Finding
from workbench.dialogs.bench import preflight
from workbench.dialogs.bench.preflight import PreflightDialog
from workbench.dialogs.bench.rate_chart import _Drawing

FIX = Fix("Set the learning rate to 0.01", (Assign(("lr=0.01",)),))
FINDING = Finding("learning_rate_too_high", "Too high", "It rises.", "Take it.", "",
                  fixes=(FIX,))  # fmt: skip
GOOD = Answered("start", "Does it start well?", "It does.", "passed")
BAD = Answered("rate", "Does the rate fit?", "It rises.", "failed", (FINDING,))
UNTOLD = Answered("labels", "Do targets follow?", "No numbers.", "untold")
TEST = RangeTest("training", np.array([1e-4, 1e-3, 1e-2]), np.array([2.0, 1.0, 3.0]),
                 0.3, 1e-4, "lr=0.0001")  # fmt: skip


@pytest.fixture
def dialog(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    dialog = PreflightDialog(window)
    dialog.show()
    yield dialog
    window.close()


def test_it_says_what_is_tried(dialog):
    dialog.show_progress(Trying("Does the input matter?", 0.5))
    assert dialog.doing.text() == "Does the input matter?"
    assert dialog.progress.value() == 500
    assert dialog.stop.isVisible()
    assert not dialog.train.isVisible()


def test_what_is_wrong_stands_first_and_its_fix_is_offered(dialog, qtbot):
    dialog.show_answers(Preflight(0, (GOOD, UNTOLD, BAD), (TEST,), 2.0))
    assert [row.answer for row in dialog.rows] == [BAD, GOOD, UNTOLD]
    assert dialog.head.text() == "1 thing stands in the way"
    assert dialog.doing.text() == "1 of 3 checks passed, in 2.0 s"
    with qtbot.waitSignal(dialog.fix_requested) as told:
        dialog.rows[0].buttons[0].click()
    assert told.args == [FINDING, FIX]


def test_a_proposed_rate_can_be_taken(dialog, qtbot):
    dialog.show_answers(Preflight(0, (GOOD,), (TEST,), 2.0))
    assert dialog.head.text() == "Nothing stands in the way"
    assert "0.3" in dialog.chart.accessibleName()
    assert dialog.focusWidget() is dialog.train
    assert not dialog.chart.grab().isNull()
    with qtbot.waitSignal(dialog.rate_wanted) as told:
        dialog.take.click()
    assert told.args == [TEST]


@pytest.mark.parametrize("present", [0.0, 1e-300, 1e-9, 10.0])
def test_any_rate_of_yours_is_drawn(dialog, present):
    test = replace(TEST, present=present)
    dialog.show_answers(Preflight(0, (GOOD,), (test,), 2.0))
    assert not dialog.chart.grab().isNull()
    drawn = _Drawing(None, QRectF(0, 0, 400, 176), test)
    assert drawn._low >= -6
    assert 48 <= drawn._x(drawn._present) <= 384


def test_cancel_stops_and_closing_does_too(dialog, qtbot):
    with qtbot.waitSignal(dialog.unwanted):
        dialog.stop.click()
    assert dialog.is_stopping
    dialog.show_failure("Cancelled.")
    assert dialog.again.isVisible()
    with qtbot.waitSignal(dialog.unwanted):
        dialog.reject()


def test_it_is_as_high_as_its_answers_as_far_as_the_screen_is(
    qtbot, dialog, monkeypatch
):
    monkeypatch.setattr(preflight, "_OF_SCREEN", 2.0)  # of a small one
    low = dialog.height()
    dialog.show_answers(Preflight(1, (GOOD, UNTOLD)))
    qtbot.wait(100)
    assert dialog.height() == low  # a few rows need no more
    dialog.show_answers(Preflight(1, (BAD, *[GOOD] * 16), (TEST,)))
    most = 2 * dialog.screen().availableGeometry().height()
    qtbot.waitUntil(lambda: low < dialog.height() <= most)
    qtbot.waitUntil(lambda: dialog._area.verticalScrollBar().maximum() == 0)
    content = dialog._area.widget()
    qtbot.waitUntil(lambda: content.height() <= content.sizeHint().height() + 40)
    assert dialog.chart.isVisible()
