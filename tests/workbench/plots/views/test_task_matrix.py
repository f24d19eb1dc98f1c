"""The task matrix shows the numbers of the view, by the protocol that is chosen."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from engine.protocol.messages import View
from workbench import theme
from workbench.plots.parts import style
from workbench.plots.views.kinds.task_matrix import (
    LEAST_PX,
    TaskMatrixFace,
    cell_colour,
)
from workbench.theme import tokens

VALUES = np.array(
    [
        [0.5, 0.98, 0.3, 0.0],
        [0.0, 0.0, 0.6, 0.9],
        [0.6, 1.0, 0.8, 0.7],
        [np.nan, 0.2, 0.7, 0.95],
    ]
)


def view(values=VALUES, steps=(20, 40, 60, 80), begins=(1, 41), masked=(0, 0, 1, 1)):
    arrays = {
        "steps": np.array(steps),
        "values": values,
        "masked": np.array(masked, bool),
        "begins": np.array(begins, int),
    }
    words = {
        "tasks": ("A", "<b>B</b>", "A own", "B own")[: len(values)],
        "classes": ("", "", "0, 1", "2, 3")[: len(values)],
        "phases": ("first", "second")[: len(begins)],
    }
    return View("tasks", "task_matrix", steps[-1], arrays, words)


@pytest.fixture
def face(qtbot):
    face = TaskMatrixFace()
    qtbot.addWidget(face)
    face.resize(620, 230)
    face.show_view(view())
    face.show()
    return face


def click(qtbot, face, index):
    button = face.protocol._group.button(index)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def place(face, row, column):
    area = face.area()
    x = area.left() + (column + 0.5) * area.width() / 4
    return QPointF(x, area.top() + (row + 0.5) * area.height() / 2)


def test_one_head_is_shown_first_and_masked_at_a_click(qtbot, face):
    assert face.names == ("A", "<b>B</b>")
    assert face.summary() == "one head  ·  mean of the tasks 45\u202f%"
    click(qtbot, face, 1)
    assert face.names == ("A own", "B own")
    np.testing.assert_array_equal(face.values, VALUES[2:])
    assert face.summary() == "masked  ·  mean of the tasks 82.5\u202f%"
    face.show_view(view())
    assert face.masked
    click(qtbot, face, 0)
    assert face.names == ("A", "<b>B</b>")


def test_reading_a_cell_names_task_step_phase_and_value(qtbot, face):
    assert face.read(place(face, 0, 1)) == "A, step 40, first: 98\u202f%"
    assert face.read(place(face, 0, 2)) == "A, step 60, second: 30\u202f%"
    assert face.read(place(face, 1, 3)) == "<b>B</b>, step 80, second: 90\u202f%"
    assert face.read(QPointF(1, 1)) == ""
    click(qtbot, face, 1)
    assert face.read(place(face, 1, 0)) == "B own, step 20, first: –"


def test_cells_have_the_colour_of_their_value(qtbot, face):
    picture = face.grab().toImage()
    ratio = picture.devicePixelRatio()
    area = face.area()
    for row in range(2):
        for column in range(4):
            x = area.left() + column * area.width() / 4 + 6
            y = area.top() + (row + 0.5) * area.height() / 2
            found = picture.pixelColor(round(x * ratio), round(y * ratio))
            assert found == cell_colour(VALUES[row, column])


def test_colour_grows_with_the_value_and_ends_at_one():
    theme_now = tokens.current()
    assert cell_colour(0.0).name() == theme_now.bg3
    assert cell_colour(1.0) == cell_colour(1.7)
    expected = tokens.mix(theme_now.bg3, theme_now.series[0], 0.85 * 0.5)
    assert cell_colour(0.5).name() == expected
    assert cell_colour(float("nan")).name() == style.colour("bg1").name()


def test_a_border_stands_where_the_next_phase_begins(face):
    assert face._borders(face.columns()) == [(0, "first"), (2, "second")]
    assert face._told(face.columns()) == [1, 3]
    face.show_view(view(begins=(), masked=(0, 0, 1, 1)))
    assert face._told(face.columns()) == [3]
    assert not face.grab().isNull()


def test_table_has_every_value_with_best_now_and_forgotten(face):
    header, rows = face.table()
    assert header == [
        "Task", "Classes", "20", "40", "60", "80", "best", "now", "forgotten"
    ]  # fmt: skip
    assert rows[0] == ["A", "", 0.5, 0.98, 0.3, 0.0, 0.98, 0.0, pytest.approx(0.98)]
    assert rows[1] == ["<b>B</b>", "", 0.0, 0.0, 0.6, 0.9, 0.9, 0.9, 0.0]


def test_tasks_of_one_protocol_have_no_switch(face):
    face.show_view(view(VALUES[2:], masked=(1, 1)))
    assert face.masked
    assert not face.protocol.isVisible()
    assert face.names == ("A", "<b>B</b>")
    face.show_view(view())
    assert face.protocol.isVisible()


def test_a_long_run_shows_as_many_columns_as_fit_and_always_the_last(face):
    values = np.linspace(0, 1, 4 * 5000).reshape(4, 5000)
    face.show_view(view(values, steps=tuple(range(10, 50_010, 10))))
    columns = face.columns()
    assert len(columns) <= face.area().width() / 3
    assert (columns[0], columns[-1]) == (0, 4999)
    assert not face.grab().isNull()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_nothing_evaluated_yet_and_no_task_draw_nothing_wrong(qapp, face, name):
    before = tokens.current().name
    theme.apply(qapp, name)
    try:
        face.show_view(view(np.full((4, 1), np.nan), steps=(20,)))
        assert not face.grab().isNull()
        assert face.summary() == "one head  ·  mean of the tasks –"
        face.show_view(view(np.zeros((0, 1)), steps=(20,), masked=()))
        assert not face.grab().isNull()
        assert face.summary() == ""
    finally:
        theme.apply(qapp, before)


@pytest.mark.parametrize(("width", "beside"), [(240, 1), (320, 1), (480, 3)])
def test_cells_keep_their_room_when_it_is_narrow(face, width, beside):
    face.resize(width, 200)
    assert len(face._beside()) == beside
    area = face.area()
    assert area.width() >= min(LEAST_PX, width / 3)
    assert area.right() + beside * 60 <= width
    assert area.left() >= face._label_width()
    assert not face.grab().isNull()
