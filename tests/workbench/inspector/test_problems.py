import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from engine.graph.problems import Fix, Problem
from workbench.inspector import ProblemList

FIX = Fix("Insert Flatten", ())
PROBLEMS = (
    Problem("linear", "The <shape> does not fit", "F", "C×H×W", fixes=(FIX,)),
    Problem("", "There is no loss", severity="warning"),
)


@pytest.fixture
def shown(qtbot):
    problems = ProblemList(str.title)
    qtbot.addWidget(problems)
    problems.show()
    problems.show_problems(PROBLEMS)
    return problems


def texts(row):
    return [label.text() for label in row.findChildren(QLabel) if label.text()]


def test_rows_say_what_expected_and_got(shown):
    assert texts(shown.cards[0]) == [
        "The <shape> does not fit",
        "Linear",
        *("Expected", "F"),
        *("Got", "C×H×W"),
    ]
    assert texts(shown.cards[1]) == ["There is no loss"]
    assert not shown.empty.isVisible()


def test_names_are_never_drawn_as_html(shown):
    formats = {label.textFormat() for label in shown.cards[0].findChildren(QLabel)}
    assert Qt.TextFormat.RichText not in formats
    plain = [label for label in shown.cards[0].findChildren(QLabel) if label.text()]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in plain)


def test_click_and_enter_jump_to_the_node(qtbot, shown):
    with qtbot.waitSignal(shown.activated) as clicked:
        qtbot.mouseClick(shown.cards[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(shown.activated) as entered:
        qtbot.keyClick(shown.cards[0], Qt.Key.Key_Return)
    assert clicked.args == entered.args == ["linear"]


def test_fix_button_asks_for_its_fix(qtbot, shown):
    button = shown.cards[0].findChild(QPushButton)
    assert button.text() == "Insert Flatten"
    with qtbot.waitSignal(shown.fix_requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [FIX]


def test_no_problems_says_so(shown):
    shown.show_problems(())
    assert shown.cards == []
    assert shown.empty.isVisible()


def test_errors_stand_before_warnings_and_names_are_said_once(shown):
    warning = Problem("a", "A is never used", severity="warning")
    error = Problem("b", "It has no input")
    shown.show_problems((warning, error))
    assert [texts(row) for row in shown.cards] == [
        ["It has no input", "B"],
        ["A is never used"],
    ]
    assert shown.has_errors


def test_many_problems_come_in_portions_as_far_as_a_person_scrolls(qtbot):
    shown = ProblemList()
    qtbot.addWidget(shown)
    shown.resize(300, 400)
    shown.show()
    shown.show_problems([Problem(f"n{i}", f"problem {i}") for i in range(150)])
    assert shown.has_errors
    assert 0 < len(shown.cards) < 150
    bar = shown.area.verticalScrollBar()

    def reached():
        bar.setValue(bar.maximum())
        return len(shown.cards) == 150

    qtbot.waitUntil(reached, timeout=20_000)
    assert [row.problem.node for row in shown.cards] == [f"n{i}" for i in range(150)]
