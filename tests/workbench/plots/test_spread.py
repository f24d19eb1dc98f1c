"""The weights' densities as drawn, against numpy's of the same weights."""

import csv
import dataclasses
import io

import numpy as np
import pytest

from tests.helpers import frames
from workbench.plots.panels import export
from workbench.plots.panels.weights import WeightChangePlot
from workbench.plots.parts.weight_histogram import signed

SPREAD = 2


@pytest.fixture
def spread(shown, history):
    """Show the histograms of these weights, a row a layer."""

    def show(*layers):
        weights = [np.asarray(values, np.float32) for values in layers]
        weights += weights[-1:] * (len(frames.NAMES) - len(weights))
        counts = np.array([frames.histogram(values) for values in weights])
        sample = dataclasses.replace(frames.sample(10), weight_histogram=counts)
        history.layers.add(sample)
        history.samples_seen += 1
        panel = shown(WeightChangePlot)
        panel.show_face(SPREAD)
        panel.catch_up()
        panel.grab()
        return panel

    return show


def normal(sigma, count=100_000):
    return np.random.default_rng(7).normal(0, sigma, count)


def test_a_standard_normal_is_drawn_as_a_bell_over_a_linear_axis(spread):
    values = normal(1.0, 400_000)
    face = spread(values).face
    axis = face.chart().x
    weights = axis.low + face.ridges.x * (axis.high - axis.low)
    width = weights[1] - weights[0]
    edges = np.append(weights - width / 2, weights[-1] + width / 2)
    density = np.histogram(values, edges)[0] / len(values) / width
    drawn = face.ridges.heights[0]
    np.testing.assert_allclose(drawn, density * np.sqrt(2 * np.pi), atol=0.09)
    np.testing.assert_allclose(drawn, np.exp(-(weights**2) / 2), atol=0.08)


def test_ticks_stand_at_their_weights_and_nearly_all_weights_are_in_view(spread):
    values = normal(0.07)
    axis = spread(values).face.chart().x
    for place, words in axis.ticks:
        assert place == pytest.approx(float(words.replace("−", "-")), abs=1e-9)
    assert axis.low == -axis.high
    assert np.mean(np.abs(values) <= axis.high) > 0.998
    assert axis.high < 5 * 0.07


def test_layers_of_unlike_size_have_a_range_each_that_is_told(spread):
    face = spread(normal(1.0), normal(0.02)).face
    assert not face.is_shared
    bells = face.ridges.heights[:2]
    places = face.ridges.x * 2 - 1
    for bell, sigma, size in zip(bells, (1.0, 0.02), face.ranges, strict=False):
        expected = np.exp(-((places * size / sigma) ** 2) / 2)
        np.testing.assert_allclose(bell, expected, atol=0.08)
    assert "%" in face.chart().x.ticks[0][1]


def test_ranges_stand_still_while_the_weights_move_a_little(spread):
    before = spread(normal(0.05)).face.ranges[0]
    assert spread(normal(0.047)).face.ranges[0] == before
    assert spread(normal(0.5)).face.ranges[0] > before


def test_reading_is_the_counted_share_of_the_bin(spread):
    values = np.array([-3.0, -0.3, 0.3, 0.26, 1.5, 1.6, 1.7, 3.5])
    panel = spread(values)
    size = panel.face.ranges[0]
    text = panel.face.read((1.6 / size + 1) / 2, 0.1)
    assert text.startswith("conv1 · 37.5\u202f% at 1…2")


def test_table_holds_what_was_counted(spread):
    values = np.array([-3.0, -0.3, 0.0, 0.0, 0.3, 0.26, 1.5, 0.6], np.float32)
    table = csv.reader(io.StringIO(export.csv_bytes(spread(values)).decode()))
    header, *rows = table
    assert header[:3] == ["weight from", "weight to", "conv1"]
    for low, high, share in ([float(cell) for cell in row[:3]] for row in rows):
        inside = (values >= low) & (values < high) if high > 0 else (values >= low)
        if low == high == 0:
            inside = values == 0
        elif high <= 0:
            inside = (values > low) & (values <= high)
        assert share == np.mean(inside)
    assert sum(float(row[2]) for row in rows) == 1


def test_counted_bins_are_those_of_numpy():
    values = np.array([-3.0, -0.3, 0.0, 0.0, 0.3, 0.26, 1.5, 2.5])
    edges, shares = signed(frames.histogram(values)[None])
    # −4…−2, −2…−1, −1…−½, −½…−¼, 0, ¼…½, ½…1, 1…2, 2…4
    np.testing.assert_allclose(shares[0], np.array([1, 0, 0, 1, 2, 2, 0, 1, 1]) / 8)
    assert edges[0].tolist() == [-4, -2]
    assert edges[4].tolist() == [0, 0]
    assert edges[-1].tolist() == [2, 4]


@pytest.mark.parametrize("first", [True, False])
def test_weights_that_are_no_numbers_any_more_have_no_density(spread, first):
    if not first:
        spread(normal(0.05))
    gone = np.full(1000, np.nan)
    face = spread(gone, normal(0.05)).face
    assert face.ridges is not None
    assert np.isfinite(face.ranges).all()
    assert (face.ranges > 0).all()
    assert np.isfinite(spread(gone).face.ranges).all()
