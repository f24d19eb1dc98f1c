"""Points and ticks of a plane, worked out from its limits."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from tests.helpers.written import Written
from workbench.plots.parts import ranges, style
from workbench.plots.views import marks, points
from workbench.plots.views.plane import Plane, around, axes_of

PLANE = Plane((-1.0, 3.0, 10.0, 30.0), QRectF(50, 6, 400, 200))


def test_limits_lie_in_the_corners_and_up_is_up():
    places = PLANE.to_pixels(np.array([[-1, 10], [3, 30], [0, 25]]))
    np.testing.assert_allclose(places, [[50, 206], [450, 6], [150, 56]])


def test_a_place_means_the_values_that_are_drawn_there():
    assert PLANE.to_values(QPointF(50, 206)) == (-1, 10)
    assert PLANE.to_values(QPointF(150, 56)) == (0, 25)


def test_a_plane_without_width_is_no_division_by_zero():
    flat = Plane((2.0, 2.0, 5.0, 5.0), QRectF(50, 6, 400, 200))
    assert flat.to_pixels(np.array([[2, 5]])).tolist() == [[50, 6]]


def test_limits_have_a_margin_around_what_is_finite():
    found = around(np.array([[0, 10], [10, 30], [np.nan, 99], [np.inf, 0]]))
    np.testing.assert_allclose(found, [-0.6, 10.6, 8.8, 31.2])
    np.testing.assert_allclose(around(np.array([[3, 7]])), [2.5, 3.5, 6.5, 7.5])
    np.testing.assert_allclose(
        around(np.array([[0, 0], [1, 4]]), 0.5), [-0.5, 1.5, -2, 6]
    )
    assert around(np.full((3, 2), np.nan)).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("words", "axes"),
    [
        ({}, ("x₁", "x₂")),
        ({"axes": ("height",)}, ("height", "x₂")),
        ({"axes": ("a", "b", "c")}, ("a", "b")),
    ],
)
def test_axes_without_a_name_are_numbered(words, axes):
    assert axes_of(words) == axes


def test_a_plane_fills_what_legend_and_words_leave(qapp):
    size, limits = QRectF(0, 0, 600, 300), np.array([0.0, 1.0, 0.0, 100.0])
    area = Plane.inside(limits, size, 80).area
    metrics = style.metrics()
    wide = max(metrics.horizontalAdvance(t) for _, t in ranges.ticks(0, 100, 4))
    assert area.left() == pytest.approx(wide + metrics.height() + 14)
    assert area.right() == pytest.approx(600 - 10 - 80)
    assert (area.top(), area.bottom()) == (6, 300 - 34)
    tiny = Plane.inside(limits, QRectF(0, 0, 10, 10)).area
    assert (tiny.width(), tiny.height()) == (20, 20)


@pytest.mark.parametrize(("wide", "high"), [(900, 300), (300, 900)])
def test_a_plane_of_a_shape_stands_in_the_middle(qapp, wide, high):
    size, limits = QRectF(0, 0, wide, high), np.array([0.0, 1.0, 0.0, 1.0])
    full = Plane.inside(limits, size).area
    area = Plane.inside(limits, size, ratio=2.0).area
    assert area.width() == pytest.approx(2 * area.height())
    assert area.center().x() == pytest.approx(full.center().x())
    assert area.width() <= full.width() + 1e-9
    assert area.height() <= full.height() + 1e-9
    assert area.width() == pytest.approx(full.width()) or (
        area.height() == pytest.approx(full.height())
    )


def test_ticks_and_names_stand_where_their_values_are(qapp):
    painter = Written()
    PLANE.draw(painter, ("time", "mass"))
    area = PLANE.area
    across = ranges.ticks(-1, 3, 5)
    assert len(across) == 5
    for value, text in across:
        box = painter.box(text)
        x = 50 + (value + 1) * 100
        assert box.center().x() == pytest.approx(x)
        assert area.bottom() < box.top() < area.bottom() + 6
        assert (x, area.top(), x, area.bottom()) in painter.lines
    up = ranges.ticks(10, 30, 4)
    for value, text in up:
        box = painter.box(text)
        y = 206 - (value - 10) * 10
        assert box.center().y() == pytest.approx(y)
        assert 40 < box.right() < area.left()
        assert (area.left(), y, area.right(), y) in painter.lines
    below = painter.box("time")
    assert below.center().x() == pytest.approx(area.center().x())
    assert below.top() >= painter.box(across[0][1]).bottom()
    stroke = painter.stroke("mass")
    assert stroke.arguments[0].width() == area.height()
    assert stroke.at[1] == area.bottom()
    widest = max(painter.fontMetrics().horizontalAdvance(text) for _, text in up)
    assert stroke.at[0] + stroke.arguments[0].height() < area.left() - widest
    assert [s.arguments for s in painter.named("rotate")] == [(-90,)]
    lines = len(painter.lines)
    assert lines == len(across) + len(up) + 2
    bare = Written()
    PLANE.draw(bare, ("time", "mass"), grid=False)
    assert sorted(bare.lines) == sorted([(50, 6, 50, 206), (50, 206, 450, 206)])


def test_more_room_has_more_ticks(qapp):
    def count(width, height):
        painter = Written()
        Plane((0.0, 1.0, 0.0, 1.0), QRectF(50, 6, width, height)).draw(
            painter, ("", "")
        )
        return len(painter.named("drawText")) - 2

    def told(width, height):
        across, up = max(width // 70, 2), max(height // 44, 2)
        return len(ranges.ticks(0, 1, across)) + len(ranges.ticks(0, 1, up))

    for size in ((60, 60), (350, 60), (60, 440), (900, 440)):
        assert count(*size) == told(*size)


def test_markers_get_smaller_as_they_get_more():
    assert points.radius_for(1) == pytest.approx(4.2)
    assert points.radius_for(0) == pytest.approx(4.2)
    assert points.radius_for(100) == pytest.approx(5 - 1.8)
    assert points.radius_for(10**6) == 2.0


def test_a_marker_is_drawn_for_every_known_point_of_its_kind(qapp):
    places = np.array([[10.0, 20.0], [30.0, 5.0], [np.nan, 1.0], [7.0, 70.0]])
    painter = Written()
    colours = [marks.class_colour(0), marks.class_colour(1)]
    points.draw_markers(painter, places, np.array([0, 1, 0, 0]), colours)
    found = {
        (round(c.x(), 3), round(c.y(), 3)): s.brush.name()
        for s in painter.named("drawPath")
        for c in [s.arguments[0].boundingRect().center()]
    }
    assert found == {
        (10, 20): colours[0].name(), (7, 70): colours[0].name(),
        (30, 5): colours[1].name(),
    }  # fmt: skip


def test_a_ring_is_drawn_around_each_place(qapp):
    painter = Written()
    points.draw_rings(painter, np.array([[10.0, 40.0]]))
    (path,) = painter.named("drawPath")
    box = path.arguments[0].boundingRect()
    assert (box.center().x(), box.center().y()) == (10, 40)
    assert box.width() == box.height() == 11


def test_the_point_next_to_the_mouse_is_found_within_seven_pixels():
    places = np.array([[10.0, 10.0], [16.0, 10.0], [np.nan, 12.0]])
    assert points.nearest(places, QPointF(12, 10)) == 0
    assert points.nearest(places, QPointF(14, 10)) == 1
    assert points.nearest(places, QPointF(16, 17)) == 1
    assert points.nearest(places, QPointF(16, 17.1)) == -1
    assert points.nearest(places, QPointF(21, 15.1)) == -1
    assert points.nearest(np.zeros((0, 2)), QPointF(0, 0)) == -1


def test_density_counts_what_lies_on_the_edges_and_nothing_beyond():
    area = QRectF(10, 20, 60, 40)
    places = np.array(
        [[10, 20], [70, 60], [9.9, 30], [70.1, 30], [30, 19.9], [30, 60.1]]
    )
    counts = points.cell_counts(places, np.zeros(6, int), 1, area, (4, 6))
    assert counts.sum() == 2
    assert counts[0, 0, 0] == counts[0, 3, 5] == 1


def test_density_grows_more_opaque_with_the_logarithm_of_the_count(qapp):
    area = QRectF(0, 0, 9, 6)
    places = np.array([[1.0, 1.0]] * 9 + [[4.0, 1.0]] + [[7.0, 4.0]] * 3)
    kinds = np.array([0] * 9 + [1] + [0, 1, 1])
    red, blue = marks.class_colour(0), marks.class_colour(1)
    image = points.density_image(places, kinds, [red, blue], area)
    assert (image.width(), image.height()) == (3, 2)
    alphas = [
        image.pixelColor(x, y).alpha() for x, y in ((0, 0), (1, 0), (2, 1), (0, 1))
    ]
    expected = [255, *(int(60 + 195 * np.log1p(n) / np.log1p(9)) for n in (1, 3)), 0]
    assert alphas == expected
    assert image.pixelColor(0, 0).rgb() & 0xFFFFFF == red.rgb() & 0xFFFFFF
    mixed = image.pixelColor(2, 1)
    for part in ("red", "green", "blue"):
        one, two = getattr(red, part)(), getattr(blue, part)()
        assert getattr(mixed, part)() == int((one + 2 * two) / 3)


def test_shade_is_darkest_where_points_are_densest(qapp):
    area = QRectF(0, 0, 160, 120)
    image = points.shade_image(
        np.array([[82.0, 62.0]]), np.zeros(1, int), [marks.class_colour(0)], area
    )
    assert (image.width(), image.height()) == (40, 30)
    alpha = np.array(
        [[image.pixelColor(x, y).alpha() for x in range(40)] for y in range(30)]
    )
    assert np.unravel_index(alpha.argmax(), alpha.shape) == (15, 20)
    assert alpha.max() == 105
    # One standard deviation is 9 px, or 2¼ cells.
    assert alpha[15, 24] == int(105 * np.exp(-0.5 * (4 / 2.25) ** 2))


def test_classes_differ_in_colour_and_marker(qapp):
    boxes = [marks.marker(kind, 4.0).boundingRect() for kind in range(4)]
    assert marks.marker(4, 4.0) == marks.marker(0, 4.0)
    assert [b.width() for b in boxes] == pytest.approx([8, 7.04, 10, 9.6])
    assert [b.top() for b in boxes] == pytest.approx([-4, -3.52, -5, -5])
    assert [b.bottom() for b in boxes] == pytest.approx([4, 3.52, 5, 3.6])
    count = len(style.tokens.current().series)
    names = [marks.class_colour(index).name() for index in range(2 * count)]
    assert len(set(names)) == 2 * count
    paler = style.tokens.mix(
        style.tokens.current().series[1], style.tokens.current().fg, 0.45
    )
    assert names[count + 1] == paler


def test_a_legend_says_how_many_find_no_room(qapp):
    entries = [marks.Entry(f"class {i}", i) for i in range(6)]
    painter = Written()
    marks.draw_legend(painter, QRectF(100, 10, 120, 3 * marks.ROW_PX), entries)
    assert painter.words == ["class 0", "class 1", "+ 4"]
    for row, text in enumerate(painter.words):
        box = painter.box(text)
        assert (box.left(), box.top()) == (118, 10 + row * marks.ROW_PX)
        assert box.right() == 220
    signs = painter.named("drawPath")
    assert [s.at for s in signs] == [(107, 19), (107, 37)]
    whole = Written()
    marks.draw_legend(whole, QRectF(0, 0, 120, 6 * marks.ROW_PX), entries)
    assert whole.words == [e.text for e in entries]
    assert len(whole.named("drawPath")) == 6


def test_a_legend_takes_the_room_of_its_longest_word(qapp):
    wide = style.metrics().horizontalAdvance("a longer word")
    entries = [marks.Entry("short", 0), marks.Entry("a longer word", 1)]
    assert marks.legend_width(entries) == round(wide) + 28
    assert marks.legend_width([marks.Entry("w" * 99, 0)]) == 150
    assert marks.legend_width([]) == 0


@pytest.mark.parametrize(
    ("index", "names"),
    [
        (marks.RING, ["drawEllipse"]),
        (marks.LINE, ["drawLine"]),
        (marks.POINTS, ["drawEllipse"]),
        (marks.DATA_LINE, ["drawLine", "drawEllipse"]),
        (2, ["drawPath"]),
    ],
)
def test_a_sign_is_what_it_stands_for(qapp, index, names):
    painter = Written()
    marks.draw_legend(painter, QRectF(0, 0, 90, 18), [marks.Entry("x", index)])
    drawn = [s.name for s in painter.strokes if s.name.startswith("draw")]
    assert drawn == [*names, "drawText"]
