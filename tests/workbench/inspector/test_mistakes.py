"""Each mistake is made on the canvas, read there, and solved by its own button."""

from html import unescape

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSplitter

from engine.advice.analysis import Analyser
from engine.graph.files import serialize
from engine.graph.titles import path_title
from tests.workbench.inspector.mistakes import MISTAKES
from workbench.canvas.edits import fixes
from workbench.canvas.view import CanvasView
from workbench.document import Document
from workbench.inspector import ProblemList

SHAPES = Analyser()


class Desk(QSplitter):
    """A canvas and its list of problems, fed by the engine's own analysis."""

    def __init__(self):
        super().__init__(Qt.Orientation.Vertical)
        self.document = Document(self)
        self.canvas = CanvasView(self.document)
        self.problems = ProblemList(self._title_of)
        self.addWidget(self.canvas)
        self.addWidget(self.problems)
        self.resize(900, 700)
        self.problems.fix_requested.connect(lambda f: fixes.apply(self.document, f))
        self.document.changed.connect(self.check)
        self.document.replaced.connect(self.check)

    def _title_of(self, path):
        return path_title(self.document.project, path)

    def check(self, *_edits):
        """Analyse what would be sent to the engine, and show what it answers."""
        sent = serialize.loads(serialize.dumps(self.document.project))
        found = SHAPES.analyse(sent, folder="")
        self.canvas.set_analysis(found)
        self.problems.show_problems(found.problems)

    def listed(self):
        return {(row.problem.node, row.problem.text) for row in self.problems.cards}

    def row_of(self, mistake):
        for row in self.problems.cards:
            problem = row.problem
            if problem.node == mistake.node and mistake.text in problem.text:
                return row
        raise AssertionError(self.listed())


@pytest.fixture
def desk(qtbot, qapp):
    desk = Desk()
    qtbot.addWidget(desk)
    desk.show()
    return desk


def read(row):
    return " ".join(label.text() for label in row.findChildren(QLabel))


def press(qtbot, row, words):
    """Click the button with these words, as it lies on the screen."""
    found = [b for b in row.findChildren(QPushButton) if words in b.text()]
    assert found, [b.text() for b in row.findChildren(QPushButton)]
    qtbot.waitUntil(found[0].isVisible)
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_read_and_solved_by_its_button(qtbot, desk, name):
    mistake, document = MISTAKES[name], desk.document
    document.set_project(mistake.sound())
    sound = document.text()
    assert desk.listed() == set()

    document.apply(mistake.change(document.project), "Mistake")
    broken, row = document.text(), desk.row_of(mistake)
    assert mistake.text in read(row)
    assert mistake.expected in read(row)
    assert mistake.got in read(row)
    assert row.problem.severity == mistake.severity
    _has_badge(desk, mistake)

    press(qtbot, row, mistake.button)
    assert mistake.button in document.undo_stack.undoText()
    left = sorted(text for _, text in desk.listed())
    assert len(left) == len(mistake.leaves)
    assert all(map(str.startswith, left, sorted(mistake.leaves)))

    document.undo_stack.undo()
    assert document.text() == broken
    document.undo_stack.undo()
    assert document.text() == sound


def _has_badge(desk, mistake):
    """Check the mark on the card, and what it says on hover."""
    if not mistake.node:
        return
    card = desk.canvas.scene.nodes[mistake.node]
    assert card.face.severity in {"error", mistake.severity}
    help_text = unescape(desk.canvas.pointer.hover.help_at(card.card().center()))
    for words in (mistake.text, mistake.expected, mistake.got):
        assert words in help_text


@pytest.mark.parametrize("name", MISTAKES)
def test_every_button_solves_its_problem_in_one_undo_step(desk, name):
    mistake, document = MISTAKES[name], desk.document
    document.set_project(mistake.sound())
    document.apply(mistake.change(document.project), "Mistake")
    broken, problem = document.text(), desk.row_of(mistake).problem
    for fix in problem.fixes:
        fixes.apply(document, fix)
        assert (problem.node, problem.text) not in desk.listed(), fix.label
        assert document.undo_stack.index() == 2
        document.undo_stack.undo()
        assert document.text() == broken
