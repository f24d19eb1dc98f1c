"""Ridgelines stand on their grounds, and the hover reads what lies there."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from engine.protocol.histogram import HISTOGRAM_BINS
from tests.helpers import frames
from tests.helpers.written import Written
from workbench.plots.panels.gradients import (
    GradientPlot,
    GradientRange,
    note,
    rounded,
)
from workbench.plots.parts import ridges, style
from workbench.plots.parts.heat import HeatImage, _paint_gaps
from workbench.plots.parts.ridges import OVERLAP, Ridges
from workbench.session.curves.layers import (
    LayerHistory,
    magnitude_counts,
    shares,
)

AREA = QRectF(60, 28, 400, 200)


def test_rows_stand_evenly_with_room_for_the_highest_ridge():
    grounds = [ridges.baseline(row, 4) for row in range(4)]
    assert grounds[3] == 0.97
    assert np.diff(grounds) == pytest.approx([ridges.spacing(4)] * 3)
    assert grounds[0] - OVERLAP * ridges.spacing(4) == pytest.approx(0.03)
    assert ridges.baseline(0, 1) - OVERLAP * ridges.spacing(1) == pytest.approx(0.03)


def test_a_height_belongs_to_the_ridge_whose_ground_is_below():
    gap = ridges.spacing(4)
    for row in range(4):
        ground = ridges.baseline(row, 4)
        for above in (-0.05, 0.0, 0.5, 0.85):
            assert ridges.row_at(ground - above * gap, 4) == row
    assert ridges.row_at(0.0, 4) == 0
    assert ridges.row_at(1.0, 4) == 3
    assert ridges.row_at(ridges.baseline(1, 4) + 0.3 * gap, 4) == 2


def test_outlines_are_drawn_over_their_grounds_from_the_top(qapp):
    x = np.array([0.0, 0.5, 1.0])
    heights = np.array([[0.0, 1.0, 0.5], [0.25, 0.0, 1.0]])
    painter = Written()
    Ridges(x, heights, "backward", np.array([0.5, np.nan])).paint(painter, AREA)
    tall = ridges.spacing(2) * OVERLAP * 200 * 0.94
    filled = painter.named("drawPolygon")
    for row, stroke in zip((0, 1), filled, strict=True):
        ground = 28 + ridges.baseline(row, 2) * 200
        corners = [(p.x(), p.y()) for p in stroke.arguments[0]]
        tops = [
            (60 + 400 * a, ground - h * tall)
            for a, h in zip(x, heights[row], strict=True)
        ]
        np.testing.assert_allclose(corners, [*tops, (460, ground), (60, ground)])
        assert stroke.brush.name() == style.colour("backward").name()
        assert stroke.brush.alpha() == style.fill_alpha()
    lines = painter.named("drawLines")
    assert [s.colour for s in lines] == [style.colour("backward").name()] * 2
    ground = 28 + ridges.baseline(0, 2) * 200
    assert painter.lines[-1] == pytest.approx((260, ground - tall, 260, ground))


def test_low_rows_are_strips_shaded_by_density(qapp):
    x, heights = np.linspace(0.1, 0.9, 3), np.zeros((20, 3))
    heights[4] = [0.0, 1.0, 0.25]
    painter = Written()
    Ridges(x, heights, "backward").paint(painter, AREA)
    assert not painter.named("drawPolygon")
    strips = painter.named("drawImage")
    assert len(strips) == 20
    high = ridges.spacing(20) * 200
    for row, stroke in enumerate(strips):
        ground = 28 + ridges.baseline(row, 20) * 200
        assert stroke.box.bottom() == pytest.approx(ground)
        assert stroke.box.height() == pytest.approx(high - 1)
        assert (stroke.box.left(), stroke.box.right()) == pytest.approx((100, 420))
    image = strips[4].arguments[1]
    assert image.pixelColor(0, 4) == style.colour("bg1")
    assert image.pixelColor(1, 4) == style.colour("backward")
    ground, full = style.colour("bg1"), style.colour("backward")
    half = image.pixelColor(2, 4).red()  # a quarter is half as dense to the eye
    assert half == pytest.approx((ground.red() + full.red()) / 2, abs=4)


def test_the_range_shows_all_but_a_thousandth_of_the_gradients():
    counts = np.zeros((2, 254), int)

    def put(exponent, count):
        counts[1, exponent + 126] += count

    put(-10, 100_000)
    put(6, 90)  # less than a thousandth: it may be cut off
    span = GradientRange()
    span.follow(counts)
    assert 10**span.range.high < 2.0**6
    put(6, 40)
    span.follow(counts)
    assert 10**span.range.high >= 2.0**7


@pytest.mark.parametrize("exponent", range(-3, 7))
def test_the_range_reaches_the_end_of_the_last_octave(exponent):
    """From 2⁻²⁰ to 2 to the power of e + 1, with a tenth beyond, in whole decades."""
    counts = np.zeros((1, 254), int)
    counts[0, [-20 + 126, exponent + 126]] = 10
    span = GradientRange()
    span.follow(counts)
    low, high = -20 * np.log10(2), (exponent + 1) * np.log10(2)
    room = 0.1 * (high - low)
    wanted = (np.floor(low - room), np.ceil(high + room))
    if high > 0:  # else it stays as it was
        assert (span.range.low, span.range.high) == wanted


def test_the_range_ends_where_the_map_keeps_nothing():
    counts = np.zeros((1, 254), int)
    counts[0, [-100 + 126, 100 + 126]] = 50
    span = GradientRange()
    span.follow(counts)
    wide = (8 + 36) * np.log10(2)
    assert span.range.low == np.floor(-36 * np.log10(2) - 0.1 * wide)
    assert span.range.high == np.ceil(8 * np.log10(2) + 0.1 * wide)


def test_exponents_are_those_whole_inside_the_range():
    span = GradientRange()
    assert (span.range.low, span.range.high) == (-9, 0)
    first, last = span.exponents
    assert (first, last) == (-29, 0)
    assert 2.0**first >= 1e-9 > 2.0 ** (first - 1)
    span.range.high = 1.0
    assert span.exponents[1] == 3  # 2³ ≤ 10 < 2⁴


def test_no_gradient_at_all_moves_no_range():
    span = GradientRange()
    span.follow(np.zeros((3, 254), int))
    assert (span.range.low, span.range.high) == (-9, 0)


@pytest.mark.parametrize("row", range(5))
def test_every_layer_is_read_with_share_magnitude_norm_and_zeros(shown, history, row):
    panel = shown(GradientPlot, played=300)
    face, sample = panel.faces[0], history.sample
    axis = face.chart().x
    both = sample.grad_histogram[row, :256] + sample.grad_histogram[row, 256:]
    total = both[1:255].sum()
    y = ridges.baseline(row, 5) - 0.01
    for exponent in range(-24, -3):
        place = (exponent + 0.5) * np.log10(2)
        share = both[exponent + 127] / total
        assert face.read(axis.fraction(place), y) == (
            f"{frames.NAMES[row]} · {100 * share:.1f}\u202f% near 1e{place:.1f} · "
            f"norm {sample.grad_norm[row]:.3g} · "
            f"zeros {100 * sample.grad_zeros[row]:.1f}\u202f%"
        )


def test_a_layer_without_gradient_is_read_as_nothing(shown, history):
    panel = shown(GradientPlot, played=10)
    counts = history.sample.grad_histogram.copy()
    counts[2, 1:255] = counts[2, 257:511] = 0
    sample = dataclasses.replace(history.sample, step=20, grad_histogram=counts)
    history.layers.add(sample)
    history.samples_seen += 1
    panel.catch_up()
    face = panel.faces[0]
    text = face.read(0.5, ridges.baseline(2, 5) - 0.01)
    assert text.startswith("conv2 · 0.0\u202f% near")


def test_table_tells_the_ends_of_each_bin(shown):
    panel = shown(GradientPlot, played=50)
    first, last = panel.faces[0]._bins()
    _, rows = panel.table()
    assert [row[0] for row in rows] == [2.0**e for e in range(first, last)]
    assert [row[1] for row in rows] == [2.0 ** (e + 1) for e in range(first, last)]
    low, high = panel.faces[0]._span.exponents
    assert (first, last) == (low - 1, high + 1)


@pytest.mark.parametrize(
    ("zeros", "broken", "words"),
    [(0.049, 0, ""), (0.05, 0, ""), (0.49, 0, ""), (0.5, 0, "dead 50\u202f%"),
     (1.0, 0, "dead 100\u202f%"), (0.9, 0.01, "NaN/∞ 1\u202f%")],
)  # fmt: skip
def test_words_beside_a_layer_begin_at_their_shares(zeros, broken, words):
    assert note(zeros, broken)[0] == words


def test_words_stand_right_of_their_ridges(shown, history):
    panel = shown(GradientPlot, played=50, dead=(1, 3))
    painter = Written()
    panel.faces[0].paint(painter, AREA)
    told = {}
    for row in range(5):
        text, token = note(history.sample.grad_zeros[row], 0)
        if not text:
            text, token = rounded(panel.faces[0].medians[row]), "fg"
        told.setdefault(text, []).append((row, token))
    for stroke in painter.named("drawText"):
        rows = [
            row
            for row, token in told[stroke.arguments[-1]]
            if stroke.box.center().y()
            == pytest.approx(28 + ridges.baseline(row, 5) * 200 - 4)
            and stroke.colour == style.colour(token).name()
        ]
        assert len(rows) == 1
        assert stroke.box.left() == AREA.right() + 5


def test_bands_of_the_map_are_drawn_as_far_as_the_run_is(shown, history):
    panel = shown(GradientPlot, played=310)
    panel.show_face(1)
    painter = Written()
    panel.face.paint(painter, AREA)
    (image,) = painter.named("drawImage")
    end = 61 + 400 * 310 / panel.face._steps.high
    assert (image.box.left(), image.box.top()) == (61, 28)
    assert image.box.right() == pytest.approx(end)
    assert image.box.height() == 200
    assert image.arguments[2].width() == history.layers.grad_bins.used
    assert [line[1] for line in painter.lines] == pytest.approx([68, 108, 148, 188])
    bare = Written()
    _paint_gaps(bare, QRectF(0, 0, 100, 19), 5)
    assert not bare.lines
    _paint_gaps(bare, QRectF(0, 0, 100, 20), 5)
    assert bare.lines == [(1, 4 * n, 100, 4 * n) for n in range(1, 5)]


@pytest.mark.parametrize("band", range(5))
def test_names_of_the_map_stand_in_the_middle_of_their_bands(shown, band):
    panel = shown(GradientPlot, played=310)
    panel.show_face(1)
    plan = panel.face.chart()
    assert plan.rows[band] == (pytest.approx((band + 0.5) / 5), frames.NAMES[band])
    assert (plan.x.low, plan.x.high) == (0, panel.face._steps.high)
    assert plan.bar.ticks == ((0, "0\u202f%"), (0.5, "10\u202f%"), (1, "40\u202f%"))


def test_the_map_reads_magnitudes_as_they_are_written_at_its_axis(shown):
    panel = shown(GradientPlot, played=310)
    panel.show_face(1)
    face = panel.face
    low, high = face._span.exponents
    x = 299.5 / face._steps.high
    for down in (0.25, 5.5, 11.75):
        y = (2 + down / (high - low)) / 5
        value = (high - down) * np.log10(2)
        text = face.read(x, y)
        assert text.startswith(f"{frames.NAMES[2]} · step 300 · ")
        assert text.endswith(f"near 1e{value:.1f}")


def test_colours_of_a_heat_image_go_along_the_table_and_stay_inside(qapp):
    image = HeatImage(2, style.heat_table, 6)
    image.put(1, np.array([[0.0, 0.5, 1.0], [-3.0, 9.0, np.nan]]))
    table, none = style.heat_table(), style.background()
    assert image.pixels[0].tolist() == [
        none,
        table[0],
        table[127],
        table[255],
        none,
        none,
    ]
    assert image.pixels[1].tolist() == [none, table[0], table[255], none, none, none]


# What the columns of a run keep.


def histogram(*pairs):
    made = np.zeros((1, HISTOGRAM_BINS), int)
    for index, count in pairs:
        made[0, index] = count
    return made


def test_magnitudes_count_both_signs_but_no_zeros_and_nothing_infinite():
    made = histogram((0, 5), (256, 5), (255, 7), (511, 7), (127, 2), (383, 3), (254, 1))
    counts = magnitude_counts(made)
    assert counts.shape == (1, 254)
    filled = np.flatnonzero(counts)
    assert (filled + 1 - 127).tolist() == [0, 127]  # ⌊log₂ |x|⌋, a float32's bias
    assert counts[0, filled].tolist() == [5, 1]
    np.testing.assert_allclose(shares(counts).sum(), 1)
    assert np.isnan(shares(np.zeros((2, 4), int))).all()


def test_a_history_of_layers_keeps_norms_ratios_and_shares():
    layers = LayerHistory(("a", "b"), ("A", "B"))
    sample = frames.sample(10, ("a", "b"))
    layers.add(sample)
    assert layers.steps.values.tolist() == [10]
    assert layers.grad_norm.values.tolist() == [sample.grad_norm.tolist()]
    assert layers.update_ratio.values.tolist() == [sample.update_ratio.tolist()]
    np.testing.assert_allclose(
        layers.ratio_bins.means(9)[0], np.log10(sample.update_ratio)
    )
    counts = magnitude_counts(sample.grad_histogram)
    kept = layers.grad_bins.means(9)[0].reshape(2, -1)
    total = counts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(kept, counts[:, 127 - 37 : 127 + 7] / total)
    assert layers.measured_rows == {0, 1}
