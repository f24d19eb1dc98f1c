"""A row of the phase table: where its parts stand and what colours they have."""

import itertools

import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from tests.helpers.written import Written
from workbench.inspector.flow import FlowLayout
from workbench.inspector.training import phase_paint
from workbench.inspector.training.phase_card import Note, PhaseFace, Tag
from workbench.theme import fonts, tokens

WIDTH = 300.0


class Painter(Written):
    def device(self):
        return self

    def devicePixelRatioF(self):  # noqa: N802 - Qt's name
        return 1.0


def face(losses=("loss",), nodes=("a", "b"), notes=(), index=1):
    return PhaseFace(
        index, "second", tuple(Tag(t, "loss") for t in losses),
        tuple(Tag(t, "dense") for t in nodes), "Adam · 0.001", tuple(notes),
    )  # fmt: skip


def small():
    return QFontMetricsF(fonts.ui(fonts.SECONDARY))


def wide(text):
    return small().horizontalAdvance(text) + 14


def test_tags_stand_beside_their_words_in_two_lines(qapp):
    made = phase_paint.plan(face(), WIDTH)
    (first, minimises), (second, updates) = made.labels
    assert (minimises, updates) == ("minimises", "updates")
    line = small().height() + 6
    column = max(small().horizontalAdvance(w) for w in ("minimises", "updates")) + 8
    assert first.topLeft().toTuple() == pytest.approx(
        (8, 8 + max(QFontMetricsF(fonts.ui(weight=fonts.SEMIBOLD)).height(), 18) + 4)
    )
    assert (first.width(), first.height()) == pytest.approx((column, line))
    assert second.top() == pytest.approx(first.top() + line + 3)
    boxes = {tag.text: box for box, tag in made.tags}
    left = 8 + column
    assert boxes["loss"] == QRectF(left, first.top(), wide("loss"), line)
    assert boxes["a"].topLeft().toTuple() == pytest.approx((left, second.top()))
    assert boxes["b"].left() == pytest.approx(boxes["a"].right() + 4)
    assert made.how.top() == pytest.approx(second.top() + line + 3 + 1)
    assert made.height == pytest.approx(made.how.bottom() - 1 + 4 + 8 - 2)


def test_tags_that_find_no_room_go_to_the_next_line_and_end_with_a_count(qapp):
    nodes = tuple(f"a node {n:02}" for n in range(20))
    made = phase_paint.plan(face(nodes=nodes), WIDTH)
    tags = [(box, tag) for box, tag in made.tags if tag.category != "loss"]
    column = made.tags[0][0].left()
    tops = sorted({box.top() for box, _ in tags})
    line = small().height() + 6
    assert [b - a for a, b in itertools.pairwise(tops)] == pytest.approx([line + 3] * 3)
    per_line = int((WIDTH - 8 - column + 4) // (wide(nodes[0]) + 4))
    for top in tops[:3]:
        row = [box for box, _ in tags if box.top() == top]
        assert len(row) == per_line
        assert row[0].left() == column
        assert row[-1].right() <= WIDTH - 8 + 1
    box, rest = tags[-1]
    assert rest.text == f"{20 - 3 * per_line} more"
    assert rest.category == ""
    assert (box.left(), box.top()) == (column, tops[3])
    assert made.how.top() == pytest.approx(tops[3] + line + 3 + 1)


def test_a_tag_is_never_wider_than_its_room(qapp):
    made = phase_paint.plan(face(nodes=("n" * 200,)), WIDTH)
    (box,) = [box for box, tag in made.tags if tag.text.startswith("n")]
    assert box.right() == pytest.approx(WIDTH - 8)


def test_notes_stand_below_each_other_and_make_the_row_taller(qapp):
    notes = [Note("error", "It is wrong."), Note("info", "It is long. " * 30)]
    bare, made = (phase_paint.plan(face(notes=n), WIDTH) for n in ([], notes))
    (first, _), (second, _) = made.notes
    assert first.top() == pytest.approx(made.how.bottom() - 1 + 4)
    assert second.top() == pytest.approx(first.bottom() + 2)
    assert second.height() > 3 * first.height()
    assert (first.left(), first.width()) == (8, WIDTH - 16)
    assert made.height == pytest.approx(second.bottom() + 2 + 8 - 2)
    assert made.height > bare.height


def test_every_part_is_drawn_where_it_was_planned(qapp):
    notes = [Note("warning", "Mind."), Note("info", "Know.")]
    shown = face(notes=notes)
    made, painter = phase_paint.plan(shown, WIDTH), Painter()
    phase_paint._body(painter, shown, made)
    theme = tokens.current()
    for box, word in made.labels:
        assert painter.box(word) == box
        assert painter.stroke(word).colour == theme.fg2
    assert painter.box("Adam · 0.001") == made.how
    for box, tag in made.tags:
        assert painter.box(tag.text) == box
    grounds = [s for s in painter.named("drawRoundedRect") if s.brush != QBrush()]
    for stroke, (box, tag) in zip(grounds, made.tags, strict=True):
        assert stroke.box == box.adjusted(0.5, 0.5, -0.5, -0.5)
        ground = tokens.mix(theme.bg2, theme.category(tag.category), 0.28)
        assert stroke.brush.name() == ground
    for (box, note), token in zip(made.notes, ("fg", "fg2"), strict=True):
        assert painter.box(note.text) == box.adjusted(20, 0, 0, 0)
        assert painter.stroke(note.text).colour == theme.colour(token)
    places = [s.arguments[:2] for s in painter.named("drawPixmap")]
    assert places == [(8, round(box.top())) for box, _ in made.notes]


@pytest.mark.parametrize(
    ("tag", "rim", "text"),
    [(Tag("gone", is_broken=True), "err", "err"), (Tag("all"), "line", "fg2")],
)
def test_tags_without_a_category_are_hollow(qapp, tag, rim, text):
    painter, theme = Painter(), tokens.current()
    phase_paint._tag(painter, QRectF(0, 0, 90, 20), tag, theme)
    (ground,) = painter.named("drawRoundedRect")
    assert isinstance(ground.pen, QPen)
    assert ground.pen.color().name() == theme.colour(rim)
    assert not isinstance(ground.brush, QColor)
    assert painter.stroke(tag.text).colour == theme.text(text)


def test_the_head_has_number_name_and_the_worst_sign(qapp):
    notes = [Note("info", ""), Note("warning", ""), Note("error", "")]
    painter = Painter()
    phase_paint._head(painter, face(notes=notes), WIDTH)
    assert painter.box("2") == QRectF(8, 8, 18, 18)
    theme = tokens.current()
    (square,) = painter.named("drawRoundedRect")
    assert square.brush.name() == theme.series[1].lower()
    room = painter.box("second")
    assert room.left() == 8 + 18 + 7
    assert room.center().y() == 8 + 18 / 2
    (icon,) = painter.named("drawPixmap")
    assert icon.arguments[:2] == (WIDTH - 8 - 16, 9)
    assert room.right() <= icon.arguments[0] + 2
    plain = Painter()
    phase_paint._head(plain, face(notes=[Note("info", "")]), WIDTH)
    assert not plain.named("drawPixmap")


def test_colours_of_phases_repeat_after_the_last(qapp):
    theme, painter = tokens.current(), Painter()
    count = len(theme.series)
    phase_paint.badge(painter, QRectF(0, 0, 18, 18), count + 1)
    (square,) = painter.named("drawRoundedRect")
    assert square.brush.name() == theme.series[1].lower()
    assert painter.words == [str(count + 2)]


State = QStyle.StateFlag


@pytest.mark.parametrize(
    ("state", "ground", "rim", "frames"),
    [(State.State_None, "bg2", None, 1), (State.State_MouseOver, "bg3", None, 1),
     (State.State_Selected, "bg3", 2, 1),
     (State.State_Selected | State.State_HasFocus, "bg3", 2, 2)],
)  # fmt: skip
def test_the_chosen_card_has_a_rim_in_its_colour(qapp, state, ground, rim, frames):
    option = QStyleOptionViewItem()
    option.rect = QRectF(10, 20, 100, 50).toRect()
    option.state = state
    painter, theme = Painter(), tokens.current()
    phase_paint._ground(painter, option, 2)
    drawn = painter.named("drawRoundedRect")
    assert len(drawn) == frames
    assert drawn[0].brush.name() == theme.colour(ground)
    expected = theme.line if rim is None else theme.series[rim]
    assert drawn[0].pen.color().name() == expected.lower()
    assert drawn[0].box == QRectF(11, 21, 98, 47)
    if frames == 2:
        assert drawn[1].box == QRectF(13, 23, 94, 43)
        assert drawn[1].pen.color().name() == theme.accent


# Words in lines.


@pytest.fixture
def flow(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = FlowLayout(holder)
    boxes = []
    for width, height in ((40, 10), (50, 20), (60, 10)):
        child = QWidget()
        child.setFixedSize(width, height)
        layout.addWidget(child)
        boxes.append(child)

    def place(width):
        holder.resize(width, 100)
        layout.setGeometry(QRect(0, 0, width, 100))
        return [child.geometry().getRect() for child in boxes]

    return layout, place


def test_widgets_go_to_the_next_line_where_the_room_ends(flow):
    layout, place = flow
    assert place(158) == [(0, 0, 40, 10), (44, 0, 50, 20), (98, 0, 60, 10)]
    assert place(157) == [(0, 0, 40, 10), (44, 0, 50, 20), (0, 24, 60, 10)]
    assert place(93) == [(0, 0, 40, 10), (0, 14, 50, 20), (0, 38, 60, 10)]
    assert [layout.heightForWidth(w) for w in (158, 157, 94, 93)] == [20, 34, 34, 48]
    assert layout.minimumSize().toTuple() == (60, 20)


def test_items_of_lines_are_counted_taken_and_missed(flow):
    layout, _ = flow
    assert layout.count() == 3
    assert layout.itemAt(2).widget().width() == 60
    assert layout.itemAt(3) is layout.itemAt(-1) is layout.takeAt(3) is None
    assert layout.takeAt(0).widget().width() == 40
    assert layout.count() == 2
    layout.invalidate()
    assert layout.heightForWidth(200) == 20
