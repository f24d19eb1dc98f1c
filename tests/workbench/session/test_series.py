from itertools import pairwise

import numpy as np
import pytest

from workbench.session.curves.series import Series
from workbench.session.curves.smoothing import DECAY, Ema


def ema_by_hand(values, decay=DECAY):
    mean, out = 0.0, []
    for count, value in enumerate(values, 1):
        mean = decay * mean + (1 - decay) * value
        out.append(mean / (1 - decay**count))
    return np.array(out)


@pytest.mark.parametrize("blocks", [[5000], [1, 2, 300, 4697], [1] * 40 + [4960]])
def test_ema_in_blocks_equals_the_recursion(blocks):
    values = np.random.default_rng(1).lognormal(size=5000) * 10
    ema = Ema()
    edges = np.cumsum([0, *blocks])
    found = [ema.extend(values[a:b]) for a, b in pairwise(edges)]
    np.testing.assert_allclose(
        np.concatenate(found), ema_by_hand(values), rtol=1e-10, atol=1e-12
    )


def test_series_drops_nan_and_remembers_where_it_was_infinite():
    series = Series()
    series.extend(np.arange(1, 6), np.array([1.0, np.nan, 3.0, np.inf, 5.0]))
    assert series.steps.values.tolist() == [1, 3, 5]
    assert series.values.values.tolist() == [1.0, 3.0, 5.0]
    assert series.nonfinite_steps == [4]
    np.testing.assert_allclose(series.smooth.values, ema_by_hand([1.0, 3.0, 5.0]))


def test_short_raw_line_is_the_values_themselves():
    series = Series()
    values = np.random.default_rng(0).normal(size=300)
    series.extend(np.arange(1, 301), values)
    steps, line = series.raw_line(0, 400, 200)
    np.testing.assert_array_equal(steps, np.arange(1, 301))
    np.testing.assert_array_equal(line, values)


def test_long_raw_line_keeps_every_peak_with_two_points_a_pixel():
    series = Series()
    values = np.random.default_rng(0).normal(size=50_000)
    values[[123, 49_999]] = 99.0, -99.0
    series.extend(np.arange(1, 50_001), values)
    steps, line = series.raw_line(0, 60_000, 400)
    assert len(steps) <= 802
    assert line.max() == 99.0
    assert line.min() == -99.0
    assert line[-2] == -99.0


def test_smooth_line_is_the_mean_of_the_smoothed_values():
    series = Series()
    values = np.random.default_rng(0).normal(size=4000)
    series.extend(np.arange(1, 4001), values)
    steps, line = series.smooth_line(0, 5000)
    smooth = ema_by_hand(values)
    assert len(line) == 1000
    np.testing.assert_allclose(line, smooth.reshape(1000, 4).mean(axis=1), atol=1e-12)
    np.testing.assert_array_equal(steps, np.arange(1000) * 4 + 2)


def test_bounds_are_those_of_the_steps_in_view():
    series = Series()
    values = np.random.default_rng(0).normal(size=5000)
    series.extend(np.arange(1, 5001), values)
    low, high = series.bounds(1, 5000)
    assert (low, high) == (values.min(), values.max())
    assert Series().bounds(0, 10) is None


def test_cursor_reads_the_nearest_recorded_step():
    series = Series()
    series.extend(np.array([10, 20, 40]), np.array([1.0, 2.0, 4.0]))
    assert series.at(-5).step == 10
    assert series.at(29).step == 20
    assert series.at(31).step == 40
    assert series.at(99).value == 4.0
    assert Series().at(1) is None
