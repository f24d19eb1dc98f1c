"""Undo after typing: the line's own while it counts for nothing, then the window's."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

import workbench
from workbench.theme.line import Line, WholeNumber


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    window.line, window.undone = Line(), []
    window.setCentralWidget(window.line)
    action = QAction("Undo", window)
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
    action.triggered.connect(lambda: window.undone.append(window.line.text()))
    window.addAction(action)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.line.setText("16")
    window.line.setFocus()
    return window


def _undo(window):
    QTest.keySequence(window.line, QKeySequence(QKeySequence.StandardKey.Undo))


def test_typed_text_is_taken_back_in_the_line(window):
    QTest.keyClicks(window.line, "9")
    assert window.line.text() == "169"
    _undo(window)
    assert (window.line.text(), window.undone) == ("16", [])


def test_after_enter_undo_is_the_windows(window):
    QTest.keyClicks(window.line, "9")
    QTest.keyClick(window.line, Qt.Key.Key_Return)
    _undo(window)
    assert (window.line.text(), window.undone) == ("169", ["169"])


def test_with_nothing_left_to_take_back_undo_is_the_windows(window):
    QTest.keyClicks(window.line, "9")
    _undo(window)
    _undo(window)
    assert (window.line.text(), window.undone) == ("16", ["16"])


def test_a_text_that_is_shown_leaves_nothing_to_take_back(window):
    QTest.keyClicks(window.line, "9")
    window.line.setText("32")
    _undo(window)
    assert (window.line.text(), window.undone) == ("32", ["32"])


def test_numbers_keep_their_distance_from_the_border_in_every_form():
    for file in Path(workbench.__file__).parent.rglob("*.py"):
        made = re.findall(r"[= (]QSpinBox\(\)", file.read_text("utf-8"))
        assert len(made) <= (file.name == "controls.py"), file  # at the right there


def test_a_whole_number_stands_as_far_in_as_a_list(qtbot):
    number = WholeNumber()
    qtbot.addWidget(number)
    assert number.lineEdit().textMargins().left() == 6
