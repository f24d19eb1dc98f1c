"""Predictions and the samples of a cell: words, pictures and bars where they belong."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from engine.protocol.messages import View
from tests.helpers.written import Written
from workbench.plots.parts import style
from workbench.plots.views.kinds.matrix_cell import (
    CellPictures,
    CellRows,
    face_for,
    said,
)
from workbench.plots.views.kinds.predictions import Predictions
from workbench.theme import tokens


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


# Predictions.


def classes(**changes):
    arrays = {
        "labels": np.array([0, 1, 1]),
        "answers": np.array([2, 1, 0]),
        "shares": np.array([[0.9, 0.05], [0.6, 0.6], [0.8, 0.2]], np.float32),
        "losses": np.array([3.0, 0.5, 1.25]),
        "samples": np.array([11, 4, 0]),
        "features": np.array([[1.5], [2.5], [3.25]], np.float32),
    }
    words = {
        "classes": ("cat", "dog", "owl"), "total": ("5000",), "columns": ("height",)
    }  # fmt: skip
    return View("p", "predictions", 7, {**arrays, **changes}, words)


@pytest.fixture
def rows(qtbot):
    return shown(qtbot, Predictions(), classes(), (460, 200))


def test_every_cell_of_predictions_stands_in_its_row_and_column(rows):
    painter, edges = drawn(rows), rows.edges()
    for column, text in enumerate(("Class", "Answer", "height")):
        box = painter.box(text)
        assert (box.left(), box.right()) == pytest.approx(
            (edges[column], edges[column + 1] - 6)
        )
        assert (box.top(), box.bottom()) == (0, 22)
    told = [("cat", "✗ owl", "1.5"), ("dog", "✓ dog", "2.5"), ("dog", "✗ cat", "3.25")]
    for row, texts in enumerate(told):
        for column, text in enumerate(texts):
            (box,) = [
                b
                for b in painter.boxes(text)
                if (b.top(), b.bottom()) == (22 + 24 * row, 46 + 24 * row)
            ]
            assert box.left() == pytest.approx(edges[column])
    for row, loss in enumerate(("3", "0.5", "1.25")):
        box = painter.box(loss)
        assert box.right() == pytest.approx(460 - 10)
        assert box.top() == 22 + 24 * row
    assert painter.box("Loss").right() == pytest.approx(450)
    assert (0, 21, 460, 21) in painter.lines


def test_only_a_wrong_answer_has_the_colour_of_errors(rows):
    painter = drawn(rows)
    err, ink = style.colour("err").name(), style.colour("fg").name()
    assert painter.stroke("✗ owl").colour == painter.stroke("✗ cat").colour == err
    assert painter.stroke("✓ dog").colour == painter.stroke("cat").colour == ink


def test_every_second_row_has_a_ground(rows):
    grounds = [s.box for s in drawn(rows).named("fillRect") if s.box.width() == 460]
    assert [(b.top(), b.height()) for b in grounds] == [(46, 24)]


def test_bars_show_what_answer_and_right_class_got(rows):
    edges = rows.edges()
    bars = [s for s in drawn(rows).named("fillRect") if s.box.width() <= 58]
    found = [
        (s.box.width() / 58, s.colour, s.box.center().y())
        for s in bars
        if s.colour != tokens.current().bg3
    ]
    answer, right = style.series(1).name(), style.series(0).name()
    shares = [share for share, _, _ in found]
    assert shares == pytest.approx([0.9, 0.05, 0.6, 0.8, 0.2], abs=1e-6)
    assert [c for _, c, _ in found] == [answer, right, right, answer, right]
    assert all(s.box.left() == pytest.approx(edges[-2]) for s in bars)
    for index, row in enumerate((0, 0, 1, 2, 2)):
        top = 22 + 24 * row
        assert top < found[index][2] < top + 24
    assert found[1][2] - found[0][2] == pytest.approx(7)
    assert found[2][2] == pytest.approx(22 + 24 * 1.5)


def test_columns_share_the_room_and_leave_out_what_finds_none(rows):
    edges = rows.edges()
    widest = [
        max(style.metrics().horizontalAdvance(t) for t in texts) + 26
        for texts in (("Class", "cat", "dog"), ("Answer", "owl", "dog", "cat"))
    ]
    spare = (460 - 10 - 118 - sum(widest) - 72) / 3
    assert edges == pytest.approx(
        [10, 10 + widest[0] + spare, 10 + sum(widest) + 2 * spare, 460 - 118, 460]
    )
    rows.resize(int(10 + 118 + sum(widest) + 70), 200)
    assert len(rows.edges()) == 4
    assert "height" not in drawn(rows).words


def test_rows_are_read_from_the_first_to_the_last(rows):
    assert rows.read(QPointF(9, 22)) == "sample 12: owl 90\u202f%, cat 5\u202f%"
    assert rows.read(QPointF(9, 45.9)) == "sample 12: owl 90\u202f%, cat 5\u202f%"
    assert rows.read(QPointF(9, 46)) == "sample 5: dog 60\u202f%, dog 60\u202f%"
    assert rows.read(QPointF(9, 22 + 71)).startswith(
        "sample 1: cat 80\u202f%, dog 20\u202f%"
    )
    assert rows.read(QPointF(9, 21)) == ""
    assert rows.read(QPointF(9, 22 + 72)) == ""
    assert rows.summary() == "the 3 worst of 5,000"
    assert rows.minimumHeight() == 22 + 3 * 24 + 2
    assert rows.sizeHint().toTuple() == (360, 96)


def test_pictures_make_rows_taller_and_move_the_words(qtbot):
    pixels = np.zeros((3, 8, 8, 1), np.uint8)
    face = shown(qtbot, Predictions(), classes(pixels=pixels), (460, 200))
    assert face.row_px == 40
    assert face.edges()[0] == 10 + 44
    places = [s.arguments[0] for s in drawn(face).named("drawPixmap")]
    assert [(p.x(), p.y()) for p in places] == [(10, 25), (10, 65), (10, 105)]


@pytest.mark.parametrize(
    ("outputs", "words"),
    [([1.0, 2.0, 3.0, 4.0], "1, 2, 3, 4"), ([1.0] * 5, "1, 1, 1, 1 …"),
     ([0.123456, -2.0], "0.1235, −2")],
)  # fmt: skip
def test_numbers_beside_their_targets_are_short(qtbot, outputs, words):
    arrays = {
        "targets": np.zeros((1, len(outputs))), "outputs": np.array([outputs]),
        "losses": np.array([1.0]), "samples": np.array([6]),
    }  # fmt: skip
    view = View("p", "predictions", 1, arrays, {"total": ("1",)})
    face = shown(qtbot, Predictions(), view)
    assert face.cells[0][1] == words
    zeros = ", ".join(["0"] * min(len(outputs), 4)) + (" …" if len(outputs) > 4 else "")
    assert face.read(QPointF(40, 30)) == f"sample 7: {zeros} → {words}"


# The samples of a cell.


def cell_view(count=3, total=3, side=28, **changes):
    arrays = {
        "pixels": np.zeros((count, side, side, 1), np.uint8),
        "losses": np.arange(count, 0, -1) / 2,
        "samples": np.arange(count) * 10,
        "labels": np.arange(count) % 2,
        "answers": np.zeros(count, int),
        "shares": np.tile([0.75, 0.25], (count, 1)),
    }
    words = {"classes": ("cat", "dog"), "total": (str(total),)}
    return View("m", "cell", 1, {**arrays, **changes}, words)


def test_pictures_of_a_cell_stand_in_rows_with_loss_and_number_below(qtbot):
    face = shown(qtbot, CellPictures(), cell_view(5), (260, 300))
    assert face.tile().toTuple() == (56, 56)
    across = max(56, int(style.metrics().horizontalAdvance("loss 0.123")) + 2) + 10
    assert face.columns() == (260 - 20 + 10) // across
    painter, height = drawn(face), style.metrics().height()
    down = 56 + 2 * int(height) + 10
    for index in range(5):
        row, column = divmod(index, face.columns())
        rect = face.picture_rect(index)
        assert rect.left() == round(10 + column * across + (across - 10 - 56) / 2)
        assert rect.top() == 4 + row * down
        loss, number = (
            painter.box(f"loss {(5 - index) / 2:g}"),
            painter.box(f"#{10 * index + 1}"),
        )
        assert loss.center().x() == number.center().x() == rect.center().x()
        assert loss.top() == pytest.approx(rect.bottom() + 1)
        assert number.top() == pytest.approx(loss.bottom())
    rows = -(-5 // face.columns())
    assert face.minimumHeight() == 8 + rows * down
    assert face.read(face.picture_rect(1).center()) == (
        "sample 11: cat 75\u202f%, dog 25\u202f%, loss 2"
    )
    assert (
        face.read(face.picture_rect(0).center()) == "sample 1: cat 75\u202f%, loss 2.5"
    )
    assert face.read(QPointF(1, 1)) == ""
    face.resize(900, 300)
    assert face.minimumHeight() == 8 + down


@pytest.mark.parametrize(
    ("side", "tile"), [(8, 64), (28, 56), (50, 50), (127, 127), (128, 64), (256, 64)]
)
def test_a_picture_is_shown_in_a_whole_multiple_of_its_size(qtbot, side, tile):
    face = shown(qtbot, CellPictures(), cell_view(1, side=side))
    assert face.tile().toTuple() == (tile, tile)


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (3, 3, "3 samples, worst first"),
        (1, 1, "1 sample"),
        (3, 4000, "the 3 worst of 4,000"),
    ],
)
def test_a_cell_says_how_many_samples_it_has(count, total, words):
    assert said(cell_view(count, total)) == words


def test_what_a_cell_holds_decides_how_it_is_shown(qtbot):
    view = cell_view()
    assert isinstance(face_for(view), CellPictures)
    bare = {name: part for name, part in view.arrays.items() if name != "pixels"}
    rows = face_for(View("m", "cell", 1, bare, view.words))
    qtbot.addWidget(rows)
    assert isinstance(rows, CellRows)
    rows.show_view(View("m", "cell", 1, bare, view.words))
    assert rows.summary() == "3 samples, worst first"
    assert "3" not in drawn(rows).words
    assert "1.5" in drawn(rows).words
    empty = {name: part[:0] for name, part in bare.items()}
    rows.show_view(View("m", "cell", 1, empty, view.words))
    assert drawn(rows).words == ["With these weights no sample is in this cell."]


def test_table_of_a_cell_counts_samples_from_one(qtbot):
    face = shown(qtbot, CellPictures(), cell_view(2))
    assert face.table() == (
        ["Sample", "Class", "Answer", "Loss"],
        [[1, "cat", "cat", 1.0], [11, "dog", "cat", 0.5]],
    )
