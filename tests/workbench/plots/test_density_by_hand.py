"""The density between bins, the blur and the ranges of histograms, number by number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import frames
from workbench.plots.panels.weights import WeightChangePlot
from workbench.plots.parts import ridges
from workbench.plots.parts.density import Density, _parabolas
from workbench.plots.parts.weight_histogram import BLUR, POINTS, WeightSpread, smoothed
from workbench.session.curves.phase_rows import PhaseView
from workbench.session.names import Names

VALUES = np.array([-3.0, -0.3, 0.3, 0.26, 1.5, 1.6, 1.7, 3.5], np.float32)


@pytest.fixture
def density():
    return Density(frames.histogram(VALUES))


def test_bins_are_powers_of_two_around_one_at_zero(density):
    # The mean size, each bin's taken at its middle: (3·0.375 + 3·1.5 + 2·3) / 8 = 1.45;
    # a quarter of that is 0.36, so the innermost edge is ¼.
    assert density.edges.tolist() == [-4, -2, -1, -0.5, -0.25, 0.25, 0.5, 1, 2, 4]
    assert (density.shares * 8).tolist() == [1, 0, 0, 1, 0, 2, 0, 3, 1]


def test_numbers_near_zero_share_a_bin_with_zero():
    values = np.array([0.0, 0.0, 1e-6, -1e-6, 1.0, -1.5, 1.2, 1.9])
    density = Density(frames.histogram(values))
    # Mean size (2·1.5·2⁻²⁰ + 4·1.5) / 6 = 1, a quarter of it is ¼.
    assert density.edges.tolist() == [-2, -1, -0.5, -0.25, 0.25, 0.5, 1, 2]
    assert (density.shares * 8).tolist() == [1, 0, 0, 4, 0, 0, 3]


def test_the_bin_at_zero_is_never_finer_than_a_64th_of_the_largest():
    values = np.array([2.0**-12] * 4000 + [1.0])
    assert Density(frames.histogram(values)).edges.max() == 2
    inner = Density(frames.histogram(values)).edges
    assert inner[inner > 0].min() == 2 / 64


def test_what_is_no_number_counts_in_the_whole():
    values = np.array([1.0, 1.0, np.nan, np.inf])
    assert Density(frames.histogram(values)).shares.sum() == 0.5


def test_shares_below_an_edge_are_those_counted(density):
    counted = [np.mean(edge > VALUES) for edge in density.edges]
    np.testing.assert_allclose(density.below(density.edges), counted, atol=1e-12)
    assert density.below(np.array([-99.0, 99.0])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("x", "index"),
    [(-9, 0), (-4, 0), (-3, 0), (-1.5, 1), (-0.26, 3), (0, 4), (0.25, 5), (0.3, 5),
     (1, 7), (3.9, 8), (4, 8), (99, 8)],
)  # fmt: skip
def test_a_number_is_in_the_bin_between_whose_edges_it_lies(density, x, index):
    assert density.bin_at(x) == index


def test_magnitude_is_the_first_of_128_steps_that_holds_the_share(density):
    for share in (0.3, 0.6, 0.99):
        size = density.magnitude(share)
        steps = np.linspace(0, 4, 129)
        held = density.below(steps) - density.below(-steps)
        index = int(np.argmin(np.abs(steps - size)))
        assert size == steps[index]
        assert held[index] >= share * held[-1]
        assert held[index - 1] < share * held[-1]
    assert density.magnitude(0.0) == 0


widths = np.array([8.0, 4, 2, 1, 1, 2, 4, 8])
places = np.concatenate([[0], np.cumsum(widths)])


def test_a_density_that_rises_evenly_is_a_straight_line():
    line = 20 + places  # its value at each edge
    mean = (line[:-1] + line[1:]) / 2
    start, rise, bend = _parabolas(mean * widths, widths)
    inside = slice(1, -1)
    np.testing.assert_allclose(start[inside], line[1:-2])
    np.testing.assert_allclose((start + rise)[inside], line[2:-1])
    np.testing.assert_allclose(bend[inside], 0, atol=1e-12)


def test_an_edge_is_at_most_three_times_its_lower_side():
    mean = np.array([0.3, 1.0, 6.0, 9.6, 12.0])
    start, rise, _ = _parabolas(mean, np.ones(5))
    assert start[2] == pytest.approx(3)  # the middle of 1 and 6 would be 3.5
    assert (start + rise)[2] == pytest.approx(7.8)


@given(st.lists(st.floats(0, 100), min_size=8, max_size=8))
def test_each_bin_keeps_its_share_and_only_rises_or_only_falls(found):
    mean = np.array(found)
    start, rise, bend = _parabolas(mean * widths, widths)
    t = np.linspace(0, 1, 65)[:, None]
    curve = start + t * (rise + bend * (1 - t))
    steps = np.diff(curve, axis=0)
    small = 1e-9 + 1e-9 * mean.max()
    assert ((steps >= -small).all(axis=0) | (steps <= small).all(axis=0)).all()
    assert (curve >= -small).all()
    np.testing.assert_allclose(start + rise / 2 + bend / 6, mean, atol=small)


# The blur.


def test_a_single_point_becomes_a_bell_of_the_same_area():
    rows = np.zeros((2, POINTS))
    rows[0, 100], rows[1, :] = 1.0, 0.7
    bell, level = smoothed(rows)
    sigma = 22 / 6  # points; 3 % of the 120 on either side are 3.6
    assert sigma == pytest.approx(BLUR * (POINTS - 1) / 2, rel=0.03)
    away = np.arange(POINTS) - 100
    expected = np.where(np.abs(away) <= 11, np.exp(-((away / sigma) ** 2) / 2), 0)
    np.testing.assert_allclose(bell, expected / expected.sum(), atol=1e-12)
    np.testing.assert_allclose(level, 0.7)


# Ranges.


class Held:
    def __init__(self, size):
        self.size = size

    def magnitude(self, share):
        assert share == 0.999
        return self.size


@pytest.fixture
def fitted(history):
    spread = WeightSpread(PhaseView(history))

    def fit(*sizes):
        spread.densities = [Held(size) for size in sizes]
        spread._fit_ranges()
        return spread

    return fit


def test_a_range_is_a_round_number_above_nearly_all_weights(fitted):
    assert fitted(0.95, 0.7).ranges.tolist() == [1, 1]
    assert fitted(0.95, 0.7)._own.tolist() == [1, 0.8]


def test_a_range_shrinks_when_weights_fill_less_than_four_tenths(fitted):
    assert fitted(0.95, 0.95)._own.tolist() == [1, 1]
    assert fitted(0.41, 1.0)._own.tolist() == [1, 1]
    assert fitted(0.39, 1.01)._own.tolist() == [pytest.approx(0.4), 1.5]


def test_layers_part_at_six_times_and_join_again_at_four(fitted):
    assert fitted(1.0, 6.0).is_shared
    apart = fitted(1.0, 6.1)
    assert not apart.is_shared
    assert apart.ranges.tolist() == [1, 8]
    assert not fitted(1.5, 8.0).is_shared
    assert fitted(2.0, 8.0).is_shared
    assert fitted(2.0, 8.0).ranges.tolist() == [8, 8]


def test_rows_of_nothing_have_the_range_of_the_others(fitted):
    assert fitted(0.0, 0.95)._own.tolist() == [1, 1]
    assert fitted(0.0, 0.0)._own.tolist() == [1, 1]


def test_another_run_begins_with_ranges_of_its_own(fitted, history):
    assert not fitted(1.0, 8.0).is_shared
    history.begin(frames.run_started(run="next"), Names())
    assert fitted(0.2, 0.2).ranges.tolist() == pytest.approx([0.2, 0.2])


def test_ticks_of_layers_with_a_range_each_are_shares_of_it(shown):
    panel = shown(WeightChangePlot, played=100)
    panel.show_face(2)
    face = panel.face
    face.is_shared, face._own = False, np.array([1.0, 2, 3, 4, 5])
    plan = face.chart()
    assert (plan.x.low, plan.x.high) == (-1, 1)
    assert plan.x.ticks == (
        (-1, "−100\u202f%"), (-0.5, "−50\u202f%"), (0, "0\u202f%"),
        (0.5, "50\u202f%"), (1, "100\u202f%"),
    )  # fmt: skip
    assert plan.right_px == 54
    face.is_shared = True
    plan = face.chart()
    assert (plan.x.low, plan.x.high) == (-5, 5)
    assert plan.right_px != 54
    assert [text for _, text in plan.rows] == list(frames.NAMES)
    assert plan.rows[1][0] == ridges.baseline(1, 5)


@pytest.mark.parametrize("row", range(5))
def test_every_layer_is_read_at_its_own_height(shown, history, row):
    panel = shown(WeightChangePlot, played=100)
    panel.show_face(2)
    face, sample = panel.face, history.sample
    y = ridges.baseline(row, 5) - 0.01
    size = float(face.ranges[row])
    for weight in (-0.3 * size, 0.02 * size, 0.55 * size):
        text = face.read((weight / size + 1) / 2, y)
        density = Density(sample.weight_histogram[row])
        index = int(np.searchsorted(density.edges, weight)) - 1
        index = min(max(index, 0), len(density.shares) - 1)
        low, high = density.edges[index : index + 2]
        assert text == (
            f"{frames.NAMES[row]} · {100 * density.shares[index]:.1f}\u202f% at "
            f"{low:.2g}…{high:.2g} · norm {sample.weight_norm[row]:.3g}"
        ).replace("-", "−")
