"""The confusion matrix: cells, words and shares where they belong."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from engine.protocol.messages import View
from tests.helpers.written import Written
from workbench.plots.parts import style
from workbench.plots.views.kinds.confusion_matrix import ConfusionMatrix, cell_colour
from workbench.theme import tokens

COUNTS = np.array([[8, 2, 0], [1, 5, 4], [0, 0, 0]])
NAMES = ("cat", "dog", "owl")


def view(counts=COUNTS, names=NAMES):
    return View("m", "confusion_matrix", 3, {"counts": counts}, {"classes": names})


@pytest.fixture
def face(qtbot):
    face = ConfusionMatrix()
    qtbot.addWidget(face)
    face.resize(460, 300)
    face.show_view(view())
    face.show()
    return face


def drawn(face):
    painter = Written(style.tick_font())
    face.draw(painter)
    return painter


def middle(face, row, column):
    area = face.area()
    return QPointF(
        area.left() + (column + 0.5) * area.width() / len(face.counts),
        area.top() + (row + 0.5) * area.height() / len(face.counts),
    )


def test_counts_stand_in_their_cells_and_zeros_are_empty(face):
    painter = drawn(face)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2)):
        box = painter.boxes(str(COUNTS[row, column]))[0]  # errors are listed too
        assert box.center().toTuple() == pytest.approx(
            middle(face, row, column).toTuple()
        )
        assert box.width() == pytest.approx(face.area().width() / 3)
        assert box.height() == pytest.approx(face.area().height() / 3)
    assert "0" not in painter.words


def test_cells_are_tinted_by_their_share_of_the_row(face):
    fills = drawn(face).named("fillRect")
    found = {
        (round(s.box.center().x(), 3), round(s.box.center().y(), 3)): s.colour
        for s in fills
    }
    for row in range(3):
        for column in range(3):
            share = COUNTS[row, column] / max(COUNTS[row].sum(), 1)
            place = middle(face, row, column)
            expected = cell_colour(share, right=row == column).name()
            assert found[round(place.x(), 3), round(place.y(), 3)] == expected
    theme = tokens.current()
    assert cell_colour(0.25, right=True).name() == tokens.mix(
        theme.bg2, theme.forward, 0.075
    )
    assert cell_colour(0.25, right=False).name() == tokens.mix(
        theme.bg2, theme.plus, 0.625
    )


def test_names_stand_beside_rows_and_below_columns(face):
    painter, area = drawn(face), face.area()
    for index, text in enumerate(NAMES):
        row, column = sorted(painter.boxes(text), key=lambda box: box.top())
        if row.left() > column.left():
            row, column = column, row
        assert row.center().y() == pytest.approx(middle(face, index, 0).y())
        assert row.right() < area.left()
        assert column.center().x() == pytest.approx(middle(face, 0, index).x())
        assert column.top() > area.bottom()


def test_the_share_of_right_answers_stands_right_of_each_row_that_has_any(face):
    painter, area = drawn(face), face.area()
    for row, text in enumerate(("80\u202f%", "50\u202f%")):
        box = painter.box(text)
        assert box.center().y() == pytest.approx(middle(face, row, 0).y())
        assert area.right() < box.left() < box.right() <= face.width()
    assert "0\u202f%" not in painter.words


def test_axes_are_named(face):
    painter, area = drawn(face), face.area()
    assert painter.box("predicted").center().x() == pytest.approx(area.center().x())
    assert painter.box("predicted").top() > area.bottom()
    assert painter.box("predicted").bottom() <= face.height()
    right = painter.box("right")
    assert right.left() > area.right()
    assert right.top() == painter.box("predicted").top()
    stroke = painter.stroke("true class")
    assert stroke.at[1] == area.bottom()
    assert stroke.arguments[0].width() == area.height()
    widest = max(style.metrics().horizontalAdvance(text) for text in NAMES)
    assert stroke.at[0] >= 0
    assert stroke.at[0] + stroke.arguments[0].height() < area.left() - widest


def test_the_area_keeps_room_and_cells_are_not_too_wide(face):
    area = face.area()
    metrics = style.metrics()
    widest = max(metrics.horizontalAdvance(text) for text in NAMES)
    assert (area.top(), area.bottom()) == (4, 300 - 36)
    assert area.left() == pytest.approx(widest + metrics.height() + 14)
    assert area.right() == pytest.approx(460 - 50 - 8 - face.worst.width)
    assert face.list_area().right() <= 460 - 8
    face.resize(1500, 140)
    wide = face.area()
    assert wide.width() / wide.height() == pytest.approx(3.2)
    left, right = widest + metrics.height() + 14, 1500 - 50 - 8 - face.worst.width
    assert wide.center().x() == pytest.approx((left + right) / 2)
    face.show_view(view(names=("x" * 200, "", "")))
    face.resize(460, 300)
    assert face.area().left() == pytest.approx(96 + metrics.height() + 14)


def test_small_cells_have_no_numbers_and_fewer_names(face):
    many = np.arange(1600).reshape(40, 40)
    face.show_view(view(many, tuple(f"n{i}" for i in range(40))))
    painter = drawn(face)
    assert not [text for text in painter.words if text.isdigit()]
    rows = [text for text in painter.words if text.startswith("n")]
    assert 0 < len(set(rows)) < 40
    metrics = painter.fontMetrics()
    every = -(-metrics.height() // (face.area().height() / 40))
    texts = painter.named("drawText")
    left = [t.arguments[-1] for t in texts if t.box.right() < face.area().left()]
    left = [text for text in left if text.startswith("n")]
    assert left == [f"n{i}" for i in range(0, 40, int(every))]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (0, 0, "cat taken for cat: 8 (80\u202f%)"),
        (0, 1, "cat taken for dog: 2 (20\u202f%)"),
        (1, 2, "dog taken for owl: 4 (40\u202f%)"),
        (2, 0, "owl taken for cat: 0 (0\u202f%)"),
    ],
)
def test_every_cell_is_read(face, row, column, words):
    assert face.read(middle(face, row, column)) == words


def test_edges_belong_to_the_outer_cells_and_nothing_beyond(face):
    area = face.area()
    assert face.cell_at(area.topLeft()) == (0, 0)
    assert face.cell_at(area.bottomRight()) == (2, 2)
    assert face.cell_at(area.topLeft() - QPointF(1, 0)) is None
    assert face.cell_at(area.bottomRight() + QPointF(0, 1)) is None
    assert face.read(QPointF(0, 0)) == ""


def test_the_summary_is_the_share_of_the_diagonal(face):
    assert face.summary() == "65\u202f% right of 20 · 1 class without samples"
    face.show_view(view(COUNTS[:2, :2]))
    assert face.summary() == "81.2\u202f% right of 16"
    face.show_view(view(np.zeros((3, 3), int)))
    assert face.summary() == ""
    face.show_view(view(np.diag([1000, 500, 0])))
    words = "100\u202f% right of 1,500 · 1 class without samples"
    assert face.summary() == words


def test_classes_that_never_occur_are_left_out(face):
    counts = np.zeros((6, 6), int)
    counts[np.ix_([1, 3, 4], [1, 3, 4])] = [[8, 2, 0], [1, 5, 0], [0, 7, 0]]
    face.show_view(view(counts, tuple("abcdef")))
    assert face.classes == [1, 3, 4]
    assert "a" not in drawn(face).words
    assert face.cursor_cell == (1, 1)
    assert face.read(face.cell_rect((4, 3)).center()) == (
        "e taken for d: 7 (100\u202f%)"
    )
    assert face.cell_rect((4, 3)).width() == pytest.approx(face.area().width() / 3)
    said = face.summary().split(" · ")
    assert said == ["56.5\u202f% right of 23", "3 classes without samples"]


def test_an_answer_that_is_no_right_class_keeps_its_column(face):
    counts = np.zeros((4, 4), int)
    counts[0, 3] = 2
    face.show_view(view(counts, tuple("abcd")))
    assert face.classes == [0, 3]


def test_the_most_errors_are_listed_and_open_their_cells(qtbot, face):
    assert face.worst.cells == [(1, 2), (0, 1), (1, 0)]
    painter = drawn(face)
    listed = [text for text in painter.words if "→" in text]
    assert listed == ["dog → owl", "cat → dog", "dog → cat"]
    lines = face.worst.lines(face.list_area())
    for line, (row, column) in zip(lines, face.worst.cells, strict=True):
        count = painter.boxes(str(COUNTS[row, column]))[-1]
        assert count.right() == pytest.approx(line.right())
        assert count.center().y() == pytest.approx(line.center().y())
        assert line.right() <= face.width()
        assert line.left() > face.area().right() + 50 - 1
    opened = []
    face.cell_chosen.connect(lambda *cell: opened.append(cell))
    qtbot.mouseClick(face, Qt.MouseButton.LeftButton, pos=lines[1].center().toPoint())
    assert opened == [(0, 1)]
    assert face.read(lines[0].center()) == "dog taken for owl: 4 (40\u202f%)"


def test_the_list_gives_way_where_cells_need_the_room(face):
    face.resize(320, 300)
    assert not [text for text in drawn(face).words if "→" in text]
    face.resize(460, 60)
    assert len(face.worst.lines(face.list_area())) == 0
    face.show_view(view(np.diag([3, 4, 5])))
    assert face.worst.width == 0


def test_arrow_keys_walk_and_stop_at_the_edges(qtbot, face):
    said = []
    face.hovered.connect(said.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(face, key)
    assert face.cursor_cell == (2, 1)
    assert said == [
        "cat taken for dog: 2 (20\u202f%)", "dog taken for dog: 5 (50\u202f%)",
        "owl taken for dog: 0 (0\u202f%)", "owl taken for dog: 0 (0\u202f%)",
    ]  # fmt: skip
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Up):
        qtbot.keyClick(face, key)
    assert face.cursor_cell == (1, 0)
    assert face.accessibleDescription() == "dog taken for cat: 1 (10\u202f%)"
    opened = []
    face.cell_chosen.connect(lambda *cell: opened.append(cell))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_A):
        qtbot.keyClick(face, key)
    assert opened == [(1, 0)] * 3
    face.show_view(view(np.eye(1, dtype=int)))
    assert face.cursor_cell == (0, 0)


def test_a_click_opens_the_cell_where_it_was_pressed_and_released(qtbot, face):
    opened = []
    face.cell_chosen.connect(lambda *cell: opened.append(cell))
    here, there = (middle(face, *cell).toPoint() for cell in ((1, 2), (0, 0)))
    left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
    qtbot.mousePress(face, left, pos=here)
    qtbot.mouseRelease(face, left, pos=there)
    qtbot.mouseClick(face, right, pos=here)
    qtbot.mouseClick(face, left, pos=QPoint(1, 1))
    assert opened == []
    qtbot.mouseClick(face, left, pos=here)
    assert opened == [(1, 2)]
    assert face.cursor_cell == (1, 2)


def test_the_cell_under_the_mouse_has_a_frame(qtbot, face):
    face.clearFocus()
    assert not drawn(face).named("drawRect")
    qtbot.mouseMove(face, middle(face, 0, 1).toPoint())
    face._mark((0, 1))
    (frame,) = drawn(face).named("drawRect")
    box = face.cell_rect((0, 1))
    assert frame.box.center().toTuple() == pytest.approx(box.center().toTuple())
    assert box.contains(frame.box)
    assert face.cursor().shape() == Qt.CursorShape.PointingHandCursor
    face._mark(None)
    assert face.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert not drawn(face).named("drawRect")


def test_the_chosen_cell_has_a_frame_while_the_keys_are_heard(qtbot, face):
    face.cursor_cell = (2, 1)
    with qtbot.waitActive(face):
        face.activateWindow()
    face.setFocus()
    (frame,) = drawn(face).named("drawRect")
    assert frame.colour == tokens.current().accent
    assert face.cell_rect((2, 1)).contains(frame.box)


def test_table_has_a_row_a_class(face):
    assert face.table() == (
        ["Class", *NAMES],
        [["cat", 8, 2, 0], ["dog", 1, 5, 4], ["owl", 0, 0, 0]],
    )
