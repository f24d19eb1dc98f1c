"""Where axes, names and colour bars are drawn, worked out from the values alone."""

import itertools

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF

from tests.helpers.written import Written
from workbench import theme
from workbench.plots.parts import chart, style
from workbench.plots.parts.chart import Axis, Bar, Chart, Standing

SIZE = QSize(420, 240)
BAR = Bar(((0.25, "rare"), (0.75, "often")), style.heat_table)
X = Axis(-10, 90, ((0, "zero"), (40, "forty"), (90, "ninety")), "step")


def drawn(plan, size=SIZE):
    painter = Written()
    chart.draw(painter, plan, size)
    return painter, plan.area(size)


def test_an_axis_maps_its_ends_to_0_and_1():
    assert [X.fraction(v) for v in (-10, 15, 90)] == [0, 0.25, 1]
    assert [X.value(f) for f in (0, 0.25, 1)] == [-10, 15, 90]


def test_the_area_leaves_room_for_names_label_and_bar(qapp):
    metrics = QFontMetricsF(style.tick_font())
    wide = metrics.horizontalAdvance("name")
    bare = Chart(X, ((0.5, "name"),)).area(SIZE)
    assert (bare.left(), bare.top()) == (wide + 16, 28)
    assert (bare.right(), bare.bottom()) == (420 - 14, 240 - 38)
    assert Chart(X, right_px=70).area(SIZE).right() == 350
    assert Chart(X, bar=BAR, right_px=70).area(SIZE).right() == 420 - 54
    assert Chart(X, y_label="loss").area(SIZE).left() == 16 + metrics.height()
    assert Chart(X, ((0.5, "x" * 99),)).area(SIZE).left() == 126 + 16
    assert Chart(X).area(QSize(1, 1)).width() == 1
    assert Chart(X).area(QSize(1, 1)).height() == 1


def test_ticks_stand_below_their_values_with_a_line_each(qapp):
    painter, area = drawn(Chart(X, grid_x=True))
    for value, text in X.ticks:
        x = area.left() + (value + 10) / 100 * area.width()
        assert painter.box(text).center().x() == pytest.approx(x)
        assert area.bottom() < painter.box(text).top() < area.bottom() + 8
        assert (x, area.top(), x, area.bottom()) in [
            pytest.approx(line) for line in painter.lines
        ]
    label = painter.box("step")
    assert label.center().x() == pytest.approx(area.center().x())
    assert label.top() >= painter.box("zero").bottom()
    assert label.bottom() <= SIZE.height()


def test_ticks_that_would_meet_are_thinned_evenly(qapp):
    crowded = Axis(0, 99, tuple((n, f"{n:04}") for n in range(100)))
    painter, _ = drawn(Chart(crowded, grid_x=True))
    metrics = painter.fontMetrics()
    spans = [
        (box.center().x(), metrics.horizontalAdvance(text) / 2)
        for _, text in crowded.ticks
        for box in painter.boxes(text)
    ]
    assert [w for w in painter.words if w][:5] == [
        "0000",
        "0010",
        "0020",
        "0030",
        "0040",
    ]
    for (x, half), (next_x, next_half) in itertools.pairwise(spans):
        assert x + half + 8 <= next_x - next_half + 1e-6
    assert len([line for line in painter.lines if line[0] == line[2]]) == 11


def test_names_of_rows_stand_at_their_heights_left_of_the_area(qapp):
    rows = ((0.25, "upper"), (0.75, "lower"))
    painter, area = drawn(Chart(X, rows, grid_rows=True))
    for share, text in rows:
        y = area.top() + share * area.height()
        box = painter.box(text)
        assert box.center().y() == pytest.approx(y)
        assert box.left() >= 0
        assert area.left() - 10 < box.right() < area.left()
        assert (area.left(), y, area.right(), y) in painter.lines
    bare, _ = drawn(Chart(X, rows))
    assert len(bare.lines) == len(painter.lines) - 2


def test_names_that_would_meet_are_left_out_from_below(qapp):
    rows = tuple((n / 60, f"row {n}") for n in range(61))
    painter, _ = drawn(Chart(Axis(0, 1, ()), rows))
    shown = [text for text in painter.words if text.startswith("row")]
    assert shown[0] == "row 60"
    boxes = [painter.box(text) for text in shown]
    assert all(a.top() >= b.bottom() - 1 for a, b in itertools.pairwise(boxes))
    assert 6 < len(shown) < 30
    steps = [a.top() - b.top() for a, b in itertools.pairwise(boxes)]
    assert max(steps) < boxes[0].height() + 3.5  # the next that fits is taken


def test_the_label_of_the_left_axis_runs_up_along_it(qapp):
    painter, area = drawn(Chart(X, y_label="loss"))
    stroke = painter.stroke("loss")
    assert stroke.at == (2, area.bottom())
    assert stroke.arguments[0].width() == area.height()
    assert [s.arguments for s in painter.named("rotate")] == [(-90,)]


def test_a_bar_has_its_values_at_their_colours(qapp):
    painter, area = drawn(Chart(X, bar=BAR))
    (image,) = painter.named("drawImage")
    beside = image.box
    assert area.right() < beside.left() < beside.right() < SIZE.width()
    assert (beside.top(), beside.bottom()) == (area.top(), area.bottom())
    picture = image.arguments[1]
    table = style.heat_table()
    assert picture.pixel(0, 0) == table[255]
    assert picture.pixel(0, 255) == table[0]
    for share, text in BAR.ticks:
        y = area.bottom() - share * area.height()
        assert painter.box(text).center().y() == pytest.approx(y)
        assert painter.box(text).left() > beside.right()


def test_colours_below_have_their_words_under_them_where_there_is_room(qapp):
    below = Bar(((0.0, "slow"), (0.5, "right"), (1.0, "fast")), style.change_table,
                "change", is_below=True)  # fmt: skip
    painter, area = drawn(Chart(X, bar=below))
    (image,) = painter.named("drawImage")
    assert (image.box.left(), image.box.right()) == (area.left(), area.right())
    assert image.arguments[1].pixel(0, 0) == style.change_table()[0]
    assert painter.box("slow").left() == area.left()
    assert painter.box("fast").right() == pytest.approx(area.right() + 2)
    assert image.box.bottom() < painter.box("slow").top()
    assert painter.box("slow").bottom() <= SIZE.height()
    low, _ = drawn(Chart(X, bar=below), QSize(420, 170))
    assert not low.named("drawImage")


def test_frame_and_ground_are_those_of_the_area(qapp):
    painter, area = drawn(Chart(X))
    left, bottom = area.left(), area.bottom()
    assert (left, bottom, area.right(), bottom) in painter.lines
    assert (left, area.top(), left, bottom) in painter.lines
    (ground,) = painter.named("fillRect")
    assert ground.box == QRectF(0, 0, 420, 240)


def test_the_picture_is_drawn_again_only_when_it_must_be(qapp):
    standing, plan = Standing(), Chart(X)
    first = standing.pixmap(plan, SIZE, 1.0).cacheKey()
    assert standing.pixmap(Chart(X), SIZE, 1.0).cacheKey() == first
    second = standing.pixmap(plan, SIZE, 2.0)
    assert second.cacheKey() != first
    assert second.size() == SIZE * 2
    assert second.deviceIndependentSize().toSize() == SIZE
    theme.apply(qapp, "light")
    try:
        assert standing.pixmap(plan, SIZE, 2.0).cacheKey() != second.cacheKey()
    finally:
        theme.apply(qapp, "dark")
