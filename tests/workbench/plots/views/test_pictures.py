"""Images, clouds and curves: sizes, colours and what is read, worked out by hand."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage

from engine.protocol.messages import View
from tests.helpers.written import Written
from workbench.plots.parts import ranges, style
from workbench.plots.views import marks
from workbench.plots.views.base import name, number
from workbench.plots.views.kinds import image_grid
from workbench.plots.views.kinds.curve import Curve, finite_parts
from workbench.plots.views.kinds.decision_boundary import DecisionBoundary, region_image
from workbench.plots.views.kinds.image_grid import Grid, ImageGrid
from workbench.plots.views.kinds.scatter import Scatter, levels
from workbench.theme.text import percent


def shown(qtbot, face, kind, arrays, size=(460, 260), **words):
    qtbot.addWidget(face)
    face.resize(*size)
    face.show_view(View("n", kind, 3, arrays, words))
    face.show()
    return face


def drawn(face):
    painter = Written(style.tick_font())
    face.draw(painter)
    return painter


# Words.


@pytest.mark.parametrize(
    ("share", "digits"), [(0.975, "97.5"), (1, "100"), (0.1234, "12.3"), (0, "0")]
)
def test_percents_have_at_most_one_digit(share, digits):
    assert percent(share) == f"{digits}\u202f%"


def test_names_and_numbers_are_short():
    assert number(-0.12345) == "−0.123"
    assert number(0.12345, 2) == "0.12"
    assert [name(("a", "b"), i) for i in (-1, 0, 1, 2)] == ["-1", "a", "b", "2"]


# Image grids.


def test_a_tile_stands_in_its_row_and_column():
    grid = Grid(3, (40, 30), 10, 5, 14)
    assert grid.rect(0) == QRectF(10, 5, 40, 30)
    assert grid.rect(2) == QRectF(10 + 2 * 46, 5, 40, 30)
    assert grid.rect(4) == QRectF(56, 5 + 50, 40, 30)
    broken = Grid(3, (40.6, 30.4), 10.3, 5.4, 14).rect(1)
    assert broken == QRectF(57, 5, 41, 30)
    seamless = Grid(2, (10.4, 10.4), 0, 0, 0, gap=0)
    assert [seamless.rect(i).right() for i in (0, 1)] == [10, 21]
    assert [seamless.rect(i).left() for i in (0, 1)] == [0, 10]
    assert [seamless.rect(i).bottom() for i in (0, 2)] == [10, 21]
    assert seamless.rect(2).top() == 10


def test_the_best_grid_has_the_largest_whole_tiles_in_the_middle():
    # 4 images of 10 × 10 in 436 × 236: 2 × 2 gives (236 - 16 - 6) / 2 = 107 → 10×.
    grid = image_grid.best_grid(4, (10, 10), (436.0, 236.0), 0)
    assert (grid.columns, grid.tile) == (3, (100, 100)) or grid.columns == 2
    scales = {}
    for across in (1, 2, 3, 4):
        down = -(-4 // across)
        wide = (436 - 16 - (across - 1) * 6) / across / 10
        high = ((236 - 16 - (down - 1) * 6) / down) / 10
        scales[across] = min(wide, high)
    best = max(scales, key=lambda across: scales[across])
    assert (grid.columns, grid.tile[0]) == (best, int(scales[best]) * 10)
    rects = [grid.rect(i) for i in range(4)]
    whole = rects[0]
    for rect in rects[1:]:
        whole = whole.united(rect)
    assert whole.center().x() == pytest.approx(218, abs=1)
    assert whole.center().y() == pytest.approx(118, abs=1)


def test_words_below_take_their_room_from_the_tiles():
    bare = image_grid.best_grid(1, (10, 10), (500.0, 126.0), 0)
    with_words = image_grid.best_grid(1, (10, 10), (500.0, 126.0), 20)
    assert (bare.tile, with_words.tile) == ((110, 110), (90, 90))
    assert with_words.top == round((126 - 110) / 2)
    assert with_words.rect(0).bottom() + 20 <= 126


def test_small_tiles_may_have_broken_sizes():
    grid = image_grid.best_grid(1, (100, 200), (316.0, 999.0), 0)
    assert grid.tile == (300, 150)
    tiny = image_grid.best_grid(1, (100, 100), (10.0, 10.0), 0)
    assert tiny.tile == (5, 5)
    assert (tiny.left, tiny.top) == (8, 2)


def test_a_fixed_grid_keeps_its_columns_and_stands_in_the_middle():
    grid = image_grid.fixed_grid(6, (10, 20), (316.0, 216.0), 3)
    # (316 - 16) / 3 - 6 = 94 wide, (216 - 16) / 2 - 6 = 94 high: 4.7 times.
    assert grid.columns == 3
    assert grid.tile == pytest.approx((94, 47))
    assert grid.left == pytest.approx((316 - 3 * 100 + 6) / 2)
    assert grid.top == pytest.approx((216 - 2 * 53 + 6) / 2)
    high = image_grid.fixed_grid(6, (20, 10), (316.0, 216.0), 3)
    assert high.tile == pytest.approx((47, 94))
    small = image_grid.fixed_grid(9, (10, 10), (9.0, 9.0), 3)
    assert small.tile == (0.5, 0.5)
    assert (small.left, small.top) == (8, 2)


def test_pixels_become_the_colours_of_the_image():
    grey = np.array([[[0], [90], [255]], [[1], [2], [3]]], np.uint8)
    image = image_grid.to_image(grey)
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(1, 0).getRgb()[:3] == (90, 90, 90)
    assert image.pixelColor(2, 1).getRgb()[:3] == (3, 3, 3)
    colours = image_grid.to_image(np.array([[[10, 20, 30], [40, 50, 60]]], np.uint8))
    assert colours.pixelColor(1, 0).getRgb()[:3] == (40, 50, 60)


@pytest.mark.parametrize(("side", "ratio"), [(8, 1.0), (9, 1.0), (8, 2.0)])
def test_squares_are_equally_wide_in_another_size(qapp, side, ratio):
    image = QImage(2, 2, QImage.Format.Format_RGB32)
    for x, y, colour in ((0, 0, 0), (1, 0, 255), (0, 1, 255), (1, 1, 0)):
        image.setPixel(x, y, 0xFF000000 | colour * 0x10101)
    pixmap = image_grid.crisp(image, QSize(side, side), ratio)
    assert pixmap.size() == QSize(side, side) * ratio
    assert pixmap.devicePixelRatio() == ratio
    made = pixmap.toImage()
    row = [made.pixelColor(x, 0).red() for x in range(made.width())]
    assert sum(row) == pytest.approx(255 * made.width() / 2, rel=0.03)
    assert row[: made.width() // 2] == [0] * (made.width() // 2)
    assert row[-(made.width() // 2) :] == [255] * (made.width() // 2)


PIXELS = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5, 1)


def test_every_tile_has_its_frame_and_its_name(qtbot):
    arrays = {
        "pixels": PIXELS, "range": np.array([-1.0, 1.0]),
        "labels": np.array([0, 1, 0, 1, 0, 7]),
    }  # fmt: skip
    face = shown(qtbot, ImageGrid(), "image_grid", arrays, classes=("cat", "dog"))
    painter, grid = drawn(face), face.grid()
    assert [s.arguments[0] for s in painter.named("drawPixmap")] == [
        grid.rect(i) for i in range(6)
    ]
    assert painter.words == ["cat", "dog", "cat", "dog", "cat", "7"]
    for index, stroke in enumerate(painter.named("drawText")):
        rect = grid.rect(index)
        assert (stroke.box.left(), stroke.box.right()) == (rect.left(), rect.right())
        assert rect.bottom() < stroke.box.top() <= rect.bottom() + 2
        assert stroke.box.height() == grid.label_px
    for index, stroke in enumerate(painter.named("drawRect")):
        assert stroke.box.contains(grid.rect(index))
    assert face.summary() == "black −1, white 1"


def test_each_pixel_is_read_as_the_value_that_it_stands_for(qtbot):
    arrays = {"pixels": PIXELS, "range": np.array([-1.0, 1.0])}
    face = shown(qtbot, ImageGrid(), "image_grid", arrays)
    rect = face.grid().rect(4)
    for row in range(4):
        for column in range(5):
            x = rect.left() + (column + 0.5) * rect.width() / 5
            y = rect.top() + (row + 0.5) * rect.height() / 4
            value = -1 + 2 * PIXELS[4, row, column, 0] / 255
            shown_value = f"{value:.2g}".replace("-", "−")
            assert face.read(QPointF(x, y)) == (
                f"#5, row {row}, column {column}: {shown_value}"
            )
    assert face.read(rect.bottomRight()).startswith("#5, row 3, column 4")
    assert face.read(QPointF(1, 1)) == ""
    _header, rows = face.table()
    assert [row[-20:] for row in rows] == PIXELS.reshape(6, -1).tolist()


@pytest.mark.parametrize(("across", "columns"), [("3", 3), ("5", 5), ("0", None)])
def test_a_row_alone_may_be_broken(qtbot, across, columns):
    arrays = {"pixels": PIXELS, "range": np.array([0.0, 1.0])}
    face = shown(qtbot, ImageGrid(), "denoising_chain", arrays, across=(across,))
    free = image_grid.best_grid(6, (4, 5), (460.0, 260.0), 0)
    assert face.grid().columns == (columns or free.columns)
    alone = shown(
        qtbot, ImageGrid(), "denoising_chain", arrays, size=(40, 260), across=("6",)
    )
    assert alone.grid() == image_grid.best_grid(6, (4, 5), (40.0, 260.0), 0)
    assert alone.grid().columns < 6


# Clouds.


def test_colours_of_values_go_from_the_lowest_to_the_highest():
    values = np.array([0.0, 10.0, 5.0, 9.9, 0.1, np.nan])
    assert levels(values).tolist() == [0, 23, 12, 23, 0, 0]
    assert levels(values - 3).tolist() == [0, 23, 12, 23, 0, 0]
    assert levels(np.full(3, 7.0)).tolist() == [0, 0, 0]
    assert levels(np.full(2, np.nan)).tolist() == [0, 0]


def test_a_bar_tells_which_colour_means_which_value(qtbot):
    values = np.linspace(-2.0, 6.0, 40)
    points = np.stack([np.arange(40.0), np.arange(40.0) ** 2], axis=1)
    arrays = {"points": points, "values": values}
    face = shown(qtbot, Scatter(), "scatter", arrays, value=("weight",))
    painter, area = drawn(face), face.plane().area
    bars = list(painter.named("fillRect"))
    assert len(bars) == 24
    bars.sort(key=lambda s: -s.box.top())
    assert [s.colour for s in bars] == [c.name() for c in face.colours()[:24]]
    table = style.heat_table()
    assert [c.rgb() for c in face.colours()[:24]] == table[
        40 : 40 + 24 * 8 : 8
    ].tolist()
    high = area.height() / 24
    for level, stroke in enumerate(bars):
        assert stroke.box.top() == pytest.approx(area.bottom() - (level + 1) * high)
        assert stroke.box.height() == pytest.approx(high + 1)
        assert area.right() < stroke.box.left() < stroke.box.right() < face.width()
    for value, text in ranges.ticks(-2, 6, 4):
        y = area.bottom() - (value + 2) / 8 * area.height()
        found = [b for b in painter.boxes(text) if b.left() > area.right()]
        assert [b.center().y() for b in found] == [pytest.approx(y)]
    assert painter.box("weight").top() > area.bottom()
    markers = painter.named("drawPath")
    assert len(markers) == 40
    colours = {
        round(s.arguments[0].boundingRect().center().x(), 2): s.brush.name()
        for s in markers
    }
    places = face.plane().to_pixels(points)
    for place, level in zip(places, levels(values), strict=True):
        assert colours[round(float(place[0]), 2)] == face.colours()[level].name()


@pytest.mark.parametrize(("count", "images"), [(99, 0), (100, 1), (3000, 1), (3001, 1)])
def test_many_points_have_a_density(qtbot, count, images):
    points = np.random.default_rng(0).normal(size=(count, 2))
    arrays = {"points": points, "labels": np.arange(count) % 2}
    face = shown(qtbot, Scatter(), "scatter", arrays, classes=("cat", "dog"))
    painter = drawn(face)
    assert len(painter.named("drawImage")) == images
    signs = 2
    assert len(painter.named("drawPath")) == (count + signs if count <= 3000 else signs)
    assert face.summary() == f"{count:,} points"


def test_a_point_is_read_with_its_class_or_value(qtbot):
    points = np.array([[0.0, 1.0], [2.0, 3.0]])
    face = shown(
        qtbot, Scatter(), "scatter", {"points": points, "labels": np.array([1, 0])},
        classes=("cat", "dog"),
    )  # fmt: skip
    places = face.plane().to_pixels(points)
    assert face.read(QPointF(*places[0])) == "(0, 1) dog"
    assert face.read(QPointF(*places[1])) == "(2, 3) cat"
    assert face.read(QPointF(*places.mean(axis=0))) == ""
    assert face.table() == (["x₁", "x₂", "target"], [[0, 1, 1], [2, 3, 0]])
    valued = shown(
        qtbot, Scatter(), "scatter", {"points": points, "values": np.array([0.5, -4])}
    )
    places = valued.plane().to_pixels(points)
    assert valued.read(QPointF(*places[1])) == "(2, 3) −4"
    bare = shown(qtbot, Scatter(), "scatter", {"points": points})
    assert bare.read(QPointF(*bare.plane().to_pixels(points)[1])) == "(2, 3)"
    assert bare.table()[0] == ["x₁", "x₂"]


@pytest.mark.parametrize(
    ("wide", "high", "equal"), [(2.0, 1.0, True), (2.1, 1.0, False), (1.0, 2.0, True),
                               (1.0, 2.1, False)],
)  # fmt: skip
def test_axes_of_like_length_have_the_same_unit(qtbot, wide, high, equal):
    points = np.array([[0, 0], [wide, high]])
    face = shown(qtbot, Scatter(), "scatter", {"points": points}, size=(600, 300))
    area = face.plane().area
    assert (area.width() / area.height() == pytest.approx(wide / high)) == equal


# Regions.


def test_a_cell_has_more_of_its_colour_the_surer_it_is(qapp):
    region = np.array([[0, 1]])
    image = region_image(region, np.array([[0.5, 1.0]]), 2)
    half = region_image(region, np.array([[0.75, 0.2]]), 2)
    ground = np.array(style.rgb(style.colour("bg1")), float)

    def share(picture, x, index):
        full = np.array(style.rgb(marks.class_colour(index)), float) - ground
        moved = np.array(picture.pixelColor(x, 0).getRgb()[:3], float) - ground
        return float(moved @ full / (full @ full))

    assert share(image, 0, 0) == pytest.approx(0.10, abs=0.01)
    assert share(image, 1, 1) == pytest.approx(0.52, abs=0.01)
    assert share(half, 0, 0) == pytest.approx(0.31, abs=0.01)
    assert share(half, 1, 1) == pytest.approx(0.10, abs=0.01)


@pytest.fixture
def boundary(qtbot):
    arrays = {
        "points": np.array([[0.25, 0.25], [0.75, 0.75], [0.75, 0.25]]),
        "answers": np.array([0, 1, 1]),
        "labels": np.array([0, 1, 2]),
        "limits": np.array([0.0, 1.0, 0.0, 1.0]),
        "region": np.arange(16).reshape(4, 4) % 3,
        "certainty": np.arange(16).reshape(4, 4) / 16,
    }
    words = {"classes": ("cat", "dog", "owl"), "axes": ("a", "b")}
    return shown(qtbot, DecisionBoundary(), "decision_boundary", arrays, **words)


def test_every_cell_of_a_boundary_is_read_where_it_is_drawn(boundary):
    plane = boundary.plane()
    for row in range(4):
        for column in range(4):
            x, y = (column + 0.45) / 4, (row + 0.45) / 4
            (place,) = plane.to_pixels(np.array([[x, y]]))
            answer = ("cat", "dog", "owl")[(4 * row + column) % 3]
            share = percent((4 * row + column) / 16)
            told = boundary.read(QPointF(*place))
            assert told == f"({number(x)}, {number(y)}) → {answer} {share}"
    assert boundary.read(plane.area.topRight() + QPointF(1, 1)) == ""


def test_only_wrong_points_have_a_ring_and_are_counted(boundary):
    painter = drawn(boundary)
    rings = [s for s in painter.named("drawPath") if s.brush is not None
             and s.arguments[0].boundingRect().width() == 11]  # fmt: skip
    (place,) = boundary.plane().to_pixels(np.array([[0.75, 0.25]]))
    centre = rings[0].arguments[0].boundingRect().center()
    assert (centre.x(), centre.y()) == pytest.approx(tuple(place))
    assert "wrong (1)" in painter.words
    assert boundary.summary() == "66.7\u202f% right"
    header, rows = boundary.table()
    assert header == ["a", "b", "Class", "Answer"]
    assert rows[2] == [0.75, 0.25, "owl", "dog"]
    (image,) = painter.named("drawImage")
    assert image.box == boundary.plane().area


# Curves.


def test_only_neighbours_that_are_numbers_are_joined():
    nan = np.nan
    places = np.array(
        [[0, 1], [1, 2], [nan, 0], [3, 3], [nan, 1], [5, 1], [6, 2], [7, 3]]
    )
    assert [part[:, 0].tolist() for part in finite_parts(places)] == [[0, 1], [5, 6, 7]]


def test_a_point_that_is_half_a_number_moves_no_range(qtbot):
    curve = np.array([[0.0, 0.0], [1.0, 4.0], [np.nan, 99.0]])
    face = shown(qtbot, Curve(), "curve", {"curve": curve})
    assert face.limits[2:].tolist() == [pytest.approx(-0.32), pytest.approx(4.32)]


def test_a_curve_and_its_data_are_drawn_and_read_where_they_lie(qtbot):
    arrays = {
        "curve": np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]]),
        "points": np.array([[0.5, 3.0], [1.5, 1.0]]),
    }
    face = shown(qtbot, Curve(), "curve", arrays, axes=("time", "mass"))
    painter, plane = drawn(face), face.plane()
    (line,) = painter.named("drawPolyline")
    drawn_line = [(p.x(), p.y()) for p in line.arguments[0]]
    np.testing.assert_allclose(drawn_line, plane.to_pixels(arrays["curve"]))
    dots = [s for s in painter.named("drawEllipse") if s.at == (0, 0)]
    found = [(s.arguments[0].x(), s.arguments[0].y()) for s in dots]
    np.testing.assert_allclose(found, plane.to_pixels(arrays["points"]))
    assert painter.words[-2:] == ["network", "data"]
    (place,) = plane.to_pixels(np.array([[0.5, 3.0]]))
    assert face.read(QPointF(*place)) == "time 0.5   network 1   data 3"
    (place,) = plane.to_pixels(np.array([[1.75, 3.0]]))
    assert face.read(QPointF(*place)) == "time 1.75   network 3.5"
    assert face.read(QPointF(0, 0)) == ""
    header, rows = face.table()
    assert header == ["Kind", "time", "mass"]
    assert rows[1] == ["network", 1, 2]
    assert rows[-1] == ["data", 1.5, 1]
    left, right, low, high = face.limits
    assert (left, right) == (pytest.approx(-0.04), pytest.approx(2.04))
    assert (low, high) == (pytest.approx(-0.32), pytest.approx(4.32))
