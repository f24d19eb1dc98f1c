import dataclasses
import re

import numpy as np
import pytest

from tests.helpers import frames
from workbench.plots.panels.gradients import FULL_SHARE, NOTE_PX, GradientPlot, note
from workbench.plots.parts import style
from workbench.plots.parts.ridges import SMOOTH, heights, upsampled
from workbench.session.curves.layers import MAP_EXPONENTS
from workbench.session.names import Names

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def newest(count=300):
    return list(frames.frames(count))[-1].sample


def counts_of(sample):
    """Counts of |g| per exponent field, both signs, straight from the frame."""
    return sample.grad_histogram[:, :256] + sample.grad_histogram[:, 256:]


def test_ridges_pass_through_the_shares_of_the_counts(shown):
    panel = shown(GradientPlot, played=300)
    face = panel.faces[0]
    counts = counts_of(newest())
    counts[:, [0, 255]] = 0
    share = counts / counts.sum(axis=1, keepdims=True)
    first, last = face._bins()
    expected = share[:, first + 127 : last + 127]
    np.testing.assert_allclose(face.shares, expected)
    drawn = face.ridges.heights[:, ::SMOOTH]
    expected_heights = expected / expected.max(axis=1, keepdims=True)
    np.testing.assert_allclose(drawn, expected_heights, atol=1e-12)


def test_ridges_stand_over_their_magnitudes(shown):
    """The share between two axis values equals that of the raw gradient."""
    panel = shown(GradientPlot, played=10)
    face, chart = panel.faces[0], panel.face.chart()
    values = 10 ** chart.x.value(face.ridges.x[::SMOOTH])
    first, last = face._bins()
    edges = 2.0 ** np.arange(first, last + 1)
    assert ((edges[:-1] < values) & (values < edges[1:])).all()


def test_all_but_a_thousandth_lies_in_the_axis(shown):
    panel = shown(GradientPlot, played=300)
    chart = panel.face.chart()
    counts = counts_of(newest())[:, 1:255].sum(axis=0)
    exponents = np.arange(1, 255) - 127
    inside = (2.0**exponents >= 10.0**chart.x.low) & (
        2.0 ** (exponents + 1) <= 10.0**chart.x.high
    )
    assert counts[inside].sum() / counts.sum() > 0.997


def test_axis_stands_still_for_similar_gradients(shown, history):
    panel = shown(GradientPlot, played=10)
    before = panel.face.chart().x
    for told in list(frames.frames(900))[1:]:
        history.add(told)
        panel.catch_up()
        assert panel.face.chart().x == before
    assert (before.low, before.high) == (-9, 0)


def test_axis_moves_to_vanishing_gradients(shown, history):
    panel = shown(GradientPlot, played=10)
    sample = history.sample
    tiny = np.zeros_like(sample.grad_histogram)
    tiny[:, 127 - 34] = 100
    history.layers.add(dataclasses.replace(sample, step=20, grad_histogram=tiny))
    history.samples_seen += 1
    panel.catch_up()
    axis = panel.face.chart().x
    assert 10.0**axis.low < 2.0**-34 < 2.0**-33 < 10.0**axis.high
    for place, words in axis.ticks:
        assert words == "10" + str(int(place)).translate(RAISED)


def test_spline_passes_through_every_value_and_never_below_zero():
    values = np.random.default_rng(0).random((3, 20))
    values[0, 5:9] = 0
    fine = upsampled(values)
    np.testing.assert_allclose(fine[:, ::SMOOTH], values)
    assert fine.min() >= 0
    assert fine.shape == (3, 19 * SMOOTH + 1)


def test_spline_reproduces_a_parabola():
    x = np.linspace(0, 4, 9)
    fine = upsampled(x[None] ** 2)[0]
    fine_x = np.linspace(0, 4, 8 * SMOOTH + 1)
    np.testing.assert_allclose(fine[SMOOTH:-SMOOTH], fine_x[SMOOTH:-SMOOTH] ** 2)


def test_empty_layer_is_a_flat_line():
    assert heights(np.full((1, 5), np.nan)).tolist() == [[0.0] * 5]


@pytest.mark.parametrize(
    ("zeros", "broken", "words", "token"),
    [
        (0.01, 0, "", "fg2"),
        (0.2, 0, "", "fg2"),
        (0.7, 0, "dead 70\u202f%", "warn"),
        (0.7, 0.25, "NaN/∞ 25\u202f%", "err"),
    ],
)
def test_dead_and_broken_layers_are_named(zeros, broken, words, token):
    assert note(zeros, broken) == (words, token)


def test_map_colours_the_shares_of_each_column(shown, history):
    panel = shown(GradientPlot, played=300)
    panel.show_face(1)
    face, layers = panel.face, history.layers
    low, high = face._span.exponents
    assert layers.grad_bins.span == 1
    sample = newest()
    counts = counts_of(sample)
    share = counts[:, 1:255] / counts[:, 1:255].sum(axis=1, keepdims=True)
    column = face.map.image.pixels[:, sample.step - 1].reshape(len(layers.names), -1)
    table = style.gradient_table()
    for row in range(len(layers.names)):
        wanted = share[row, low + 126 : high + 126][::-1]
        level = np.clip(np.sqrt(wanted / FULL_SHARE) * 255, 0, 255).astype(np.uint8)
        colours = np.where(wanted > 0, table[level], style.background())
        np.testing.assert_array_equal(column[row], colours)


def test_map_drawn_step_by_step_equals_one_drawn_at_once(shown, history):
    slow = shown(GradientPlot)
    slow.show_face(1)
    for told in frames.frames(900):
        history.add(told)
        slow.catch_up()
    quick = shown(GradientPlot)
    quick.show_face(1)
    np.testing.assert_array_equal(
        slow.face.map.image.pixels, quick.face.map.image.pixels
    )


def test_reading_names_layer_and_share(shown, history):
    panel = shown(GradientPlot, played=300)
    face = panel.faces[0]
    row = 2
    column = int(face.shares[row].argmax())
    x = face.ridges.x[column * SMOOTH]
    y = {name: place for place, name in face.chart().rows}["conv2"] - 0.01
    text = face.read(x, y)
    assert text.startswith("conv2")
    assert f"{100 * face.shares[row].max():.1f}\u202f%" in text
    assert f"{history.sample.grad_norm[row]:.3g}" in text


def test_map_reading_names_step_and_share(shown, history):
    panel = shown(GradientPlot, played=310)
    panel.show_face(1)
    x = 299.5 / panel.face._steps.high
    for place, name in panel.face.chart().rows:
        assert panel.face.read(x, place).startswith(f"{name} · step 300 · ")
    assert panel.face.read(0.999, 0.5) == ""


def test_map_readings_of_a_band_are_what_its_layer_had_at_that_step(shown, history):
    panel = shown(GradientPlot, played=310)
    panel.show_face(1)
    x, count = 299.5 / panel.face._steps.high, len(history.layers.names)
    low, high = panel.face._span.exponents
    kept = history.layers.grad_bins.means(int(299.5 // history.layers.grad_bins.span))
    for row in range(count):
        top = row / count
        told = [
            panel.face.read(x, top + (i + 0.5) / (high - low) / count)
            for i in range(high - low)
        ]
        shares = [
            float(re.search(r"· ([0-9.]+)\u202f%", text)[1]) / 100 for text in told
        ]
        first = low + 127 - MAP_EXPONENTS.start
        wanted = kept[0].reshape(count, -1)[row][first : first + high - low][::-1]
        assert shares == pytest.approx(np.nan_to_num(wanted).tolist(), abs=6e-4)


def test_panel_without_measurements_says_what_to_do(shown):
    panel = shown(GradientPlot)
    assert panel.face.chart() is None
    panel.grab()
    panel.show_face(1)
    panel.grab()


def test_new_run_with_other_layers_is_drawn_anew(shown, history):
    panel = shown(GradientPlot, played=100)
    panel.show_face(1)
    layers = ("a", "b")
    history.begin(frames.run_started(layers, run="next"), Names())
    panel.catch_up()
    panel.grab()
    assert panel.face.chart() is None
    for told in frames.frames(50, layers=layers):
        history.add(told)
    for face in (0, 1):
        panel.show_face(face)
        panel.catch_up()
        panel.grab()
        assert [name for _, name in panel.face.chart().rows] == ["a", "b"]


def test_table_holds_the_shown_shares(shown):
    panel = shown(GradientPlot, played=50)
    header, rows = panel.table()
    assert header == ["gradient from", "gradient to", *frames.NAMES]
    np.testing.assert_array_equal(np.array(rows)[:, 2:], panel.faces[0].shares.T)
    panel.show_face(1)
    header, rows = panel.table()
    assert [row[0] for row in rows] == list(range(10, 51, 10))


def test_notes_keep_their_room_beside_layers_that_were_not_measured(shown, history):
    panel = shown(GradientPlot, played=10)
    zeros = np.array([0.3, *[np.nan] * (len(newest().grad_zeros) - 1)])
    told = list(frames.frames(20))[-1]
    history.add(
        dataclasses.replace(
            told, sample=dataclasses.replace(told.sample, grad_zeros=zeros)
        )
    )
    panel.catch_up()
    assert panel.face.chart().right_px == NOTE_PX
