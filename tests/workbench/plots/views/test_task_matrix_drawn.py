"""The task matrix: every word and colour stands where it belongs."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from engine.protocol.messages import View
from tests.helpers.written import Written
from workbench.plots.parts import style
from workbench.plots.views.kinds.task_matrix import TaskMatrixFace, cell_colour

VALUES = np.array([[0.5, 0.98, 0.3, 0.0], [np.nan, 0.1, 0.62, 0.9]])


def shown(qtbot, face, view, size=(620, 230)):
    qtbot.addWidget(face)
    face.resize(*size)
    face.show_view(view)
    face.show()
    return face


def drawn(face):
    painter = Written(style.tick_font())
    face.draw(painter)
    return painter


@pytest.fixture
def tasks(qtbot):
    arrays = {
        "steps": np.array([20, 1040, 2060, 3080]),
        "values": VALUES,
        "masked": np.zeros(2, bool),
        "begins": np.array([1, 1041]),
    }
    words = {"tasks": ("A", "B"), "classes": ("", ""), "phases": ("first", "second")}
    view = View("tasks", "task_matrix", 80, arrays, words)
    return shown(qtbot, TaskMatrixFace(), view)


def cell(face, row, column):
    area = face.area()
    left, right = (
        round(area.left() + area.width() * place / 4) for place in (column, column + 1)
    )
    top = area.top() + row * area.height() / 2
    return left, right, top, top + area.height() / 2


def test_task_cells_have_their_colours_side_by_side(tasks):
    fills = drawn(tasks).named("fillRect")
    for row in range(2):
        for column in range(4):
            left, right, top, bottom = cell(tasks, row, column)
            (fill,) = [
                s
                for s in fills
                if (s.box.left(), s.box.right()) == (left, right)
                and top < s.box.center().y() < bottom
            ]
            assert fill.colour == cell_colour(VALUES[row, column]).name()
            assert (fill.box.top(), fill.box.bottom()) == pytest.approx(
                (top + 1, bottom - 1)
            )


def test_the_last_number_of_each_phase_is_written_in_its_cell(tasks):
    painter, area = drawn(tasks), tasks.area()
    for row, column, text in (
        (0, 1, "98\u202f%"),
        (0, 3, "0\u202f%"),
        (1, 1, "10\u202f%"),
        (1, 3, "90\u202f%"),
    ):
        _, right, top, bottom = cell(tasks, row, column)
        inside = [b for b in painter.boxes(text) if b.right() < area.right()]
        (box,) = [b for b in inside if top <= b.center().y() <= bottom]
        assert box.right() == right - 4
        assert box.center().y() == pytest.approx((top + bottom) / 2)
        wide = painter.fontMetrics().horizontalAdvance(text) + 8
        backs = [
            s
            for s in painter.named("fillRect")
            if s.box.left() == right - wide and top < s.box.center().y() < bottom
        ]
        assert [s.colour for s in backs] == [cell_colour(VALUES[row, column]).name()]
    assert "50\u202f%" not in painter.words
    assert "62\u202f%" not in painter.words


def test_numbers_that_would_meet_are_left_out(tasks):
    tasks.resize(300, 230)
    tasks.show_view(
        View(
            "tasks", "task_matrix", 80,
            {**tasks.view.arrays, "begins": np.array([1, 21, 1041])},
            {**tasks.view.words, "phases": ("a", "b", "c")},
        )
    )  # fmt: skip
    painter, area = drawn(tasks), tasks.area()
    metrics = painter.fontMetrics()
    for row in range(2):
        top, bottom = cell(tasks, row, 0)[2:]
        spans = sorted(
            (
                s.box.right() + 4 - metrics.horizontalAdvance(s.arguments[-1]),
                s.box.right() + 4,
            )
            for s in painter.named("drawText")
            if s.arguments[-1].endswith("%")
            and s.box.right() < area.right()
            and top < s.box.center().y() < bottom
        )
        assert spans
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert start >= end - 0.5


def test_tasks_stand_left_of_their_rows_and_phases_above_theirs(tasks):
    painter, area = drawn(tasks), tasks.area()
    for row, text in enumerate("AB"):
        box = painter.box(text)
        assert box.center().y() == pytest.approx(
            area.top() + (row + 0.5) * area.height() / 2
        )
        assert box.right() <= area.left()
    first, second = painter.box("first"), painter.box("second")
    assert first.center().x() == pytest.approx(area.left() + area.width() / 4, abs=1)
    assert second.center().x() == pytest.approx(
        area.left() + area.width() * 3 / 4, abs=1
    )
    assert first.bottom() < area.top()
    (border,) = [line for line in painter.lines if line[0] == line[2]]
    assert border[0] == cell(tasks, 0, 2)[0]
    assert border[1] < area.top() < area.bottom() == border[3]


def test_steps_stand_below_the_last_columns_of_the_phases(tasks):
    painter, area = drawn(tasks), tasks.area()
    for column, text in ((1, "step 1,040"), (3, "step 3,080")):
        box = painter.box(text)
        assert box.right() == cell(tasks, 0, column)[1]
        assert box.width() == painter.fontMetrics().horizontalAdvance(text) + 1
        assert area.bottom() < box.top() < area.bottom() + 8
    assert not [t for t in painter.words if t in {"step 20", "step 2,060"}]


def test_best_now_and_forgotten_stand_beside_each_row(tasks):
    painter, area = drawn(tasks), tasks.area()
    expected = {
        "best": ("98\u202f%", "90\u202f%"),
        "now": ("0\u202f%", "90\u202f%"),
        "forgotten": ("98\u202f%", "0\u202f%"),
    }
    for column, (title, pair) in enumerate(expected.items()):
        head = painter.box(title)
        assert head.left() == pytest.approx(area.right() + 60 * column)
        assert head.bottom() <= area.top()
        for row, text in enumerate(pair):
            y = area.top() + (row + 0.5) * area.height() / 2
            (stroke,) = [
                s
                for s in painter.named("drawText")
                if s.box.left() == pytest.approx(head.left())
                and s.box.center().y() == pytest.approx(y)
            ]
            assert stroke.arguments[-1] == text
            is_bad = (title, row) == ("forgotten", 0)
            token = "err" if is_bad else "fg"
            assert stroke.colour == style.colour(token).name()
    assert head.right() <= tasks.width()


@pytest.mark.parametrize(
    ("values", "token"), [((0.5, 0.39), "err"), ((0.5, 0.41), "fg")]
)
def test_a_tenth_is_much_to_forget(qtbot, values, token):
    arrays = {
        "steps": np.array([1, 2]), "values": np.array([values]),
        "masked": np.zeros(1, bool), "begins": np.array([1]),
    }  # fmt: skip
    words = {"tasks": ("A",), "classes": ("",), "phases": ("p",)}
    view = View("t", "task_matrix", 2, arrays, words)
    face = shown(qtbot, TaskMatrixFace(), view)
    text = f"{round(100 * (values[0] - values[1]))}\u202f%"
    assert drawn(face).stroke(text).colour == style.colour(token).name()


def test_the_protocol_is_told_above_the_cells(tasks):
    words = "One head: any of the classes can be the answer"
    box = drawn(tasks).box(words)
    assert (box.left(), box.top()) == (12, 0)
    assert box.bottom() < tasks.area().top()


def test_the_cells_of_a_task_are_not_too_tall(tasks):
    tasks.resize(620, 900)
    assert tasks.area().height() == 2 * 72
    tasks.resize(620, 150)
    height = style.metrics().height()
    assert tasks.area().height() == pytest.approx(150 - 30 - 12 - 2 * height - 24)
    assert tasks.area().bottom() + height + 4 <= 150
    assert tasks.minimumHeight() == round(30 + 2 * 18 + 2 * height + 36)


def test_reading_ends_at_the_edges(tasks):
    area = tasks.area()
    assert tasks.read(area.topLeft()) == "A, step 20, first: 50\u202f%"
    assert tasks.read(area.bottomRight()) == "B, step 3,080, second: 90\u202f%"
    assert tasks.read(area.bottomRight() + QPointF(0, 1)) == ""
