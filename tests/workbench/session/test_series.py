import math

import numpy as np
import pytest

from workbench.session.curves.series import Series


def smooth_by_hand(values):
    """Weighted means with Hann's window over 9 steps on either side, one by one."""
    out = []
    for middle in range(len(values)):
        total = weight = 0.0
        for other in range(max(middle - 9, 0), min(middle + 10, len(values))):
            share = 0.5 + 0.5 * math.cos(math.pi * (other - middle) / 10)
            total, weight = total + share * values[other], weight + share
        out.append(total / weight)
    return np.array(out)


@pytest.mark.parametrize("blocks", [[500], [1, 2, 300, 197], [1] * 40 + [460]])
def test_smoothing_in_pieces_equals_the_window_over_all(blocks):
    values = np.random.default_rng(1).lognormal(size=500) * 10
    series, done = Series(), 0
    for size in blocks:
        steps = np.arange(done + 1, done + size + 1)
        series.extend(steps, values[done : done + size])
        done += size
        expected = smooth_by_hand(values[:done])
        np.testing.assert_allclose(series.smooth, expected, rtol=1e-10)
        assert series.newest == pytest.approx(expected[-1])
    assert series.at(200).smooth == pytest.approx(smooth_by_hand(values)[199])
    assert series.at(498).smooth == pytest.approx(smooth_by_hand(values)[497])


def test_a_line_that_falls_evenly_is_not_moved_by_smoothing():
    series = Series()
    series.extend(np.arange(1, 101), np.linspace(2, 1, 100))
    np.testing.assert_allclose(series.smooth[9:-9], np.linspace(2, 1, 100)[9:-9])


def test_series_drops_nan_and_remembers_where_it_was_infinite():
    series = Series()
    series.extend(np.arange(1, 6), np.array([1.0, np.nan, 3.0, np.inf, 5.0]))
    assert series.steps.values.tolist() == [1, 3, 5]
    assert series.values.values.tolist() == [1.0, 3.0, 5.0]
    assert series.nonfinite_steps == [4]
    np.testing.assert_allclose(series.smooth, smooth_by_hand([1.0, 3.0, 5.0]))


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
    values = np.random.default_rng(0).normal(size=4009)
    series.extend(np.arange(1, 4010), values)
    steps, line = series.smooth_line(0, 5000)
    smooth = smooth_by_hand(values)
    means = smooth[:4000].reshape(1000, 4).mean(axis=1)
    np.testing.assert_allclose(line, [*means, *smooth[4000:]], atol=1e-12)
    np.testing.assert_array_equal(steps[:1000], np.arange(1000) * 4 + 2)
    np.testing.assert_array_equal(steps[1000:], np.arange(4001, 4010))


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


def test_rates_are_kept_once_and_read_as_they_are():
    series, plain = Series(smooth=False), Series()
    rng = np.random.default_rng(4)
    steps, values = np.arange(1, 40_001), rng.normal(size=40_000)
    for each in (series, plain):
        for part in np.array_split(np.arange(40_000), 17):
            each.extend(steps[part], values[part])
    assert series.settled is series.values
    assert (series.newest, series.smooth.tolist()) == (values[-1], values.tolist())
    reading = series.at(12_345)
    assert (reading.value, reading.smooth) == (values[12_344], values[12_344])
    where, means = series.smooth_line(1, 40_000, limit=100)
    size = where[1] - where[0]
    np.testing.assert_allclose(means[0], values[:size].mean())
    for line, other in zip(
        series.raw_line(5, 39_000, 300), plain.raw_line(5, 39_000, 300), strict=True
    ):
        np.testing.assert_array_equal(line, other)
    assert where.dtype == np.int64


def test_steps_beyond_32_bits_are_kept_exactly():
    series = Series()
    first = 2**31 - 3
    for start in range(first, first + 12, 4):
        steps = np.arange(start, start + 4)
        series.extend(steps, steps * 0.5)
    whole = np.arange(first, first + 12)
    np.testing.assert_array_equal(series.steps.values, whole)
    assert series.at(2**31 + 2).step == 2**31 + 2
    assert series.at(2**40).step == first + 11
    steps, values = series.raw_line(first + 2, first + 8, 100)
    np.testing.assert_array_equal(values, steps * 0.5)
    narrow = Series()
    narrow.extend(np.array([1, 2]), np.array([0.0, 1.0]))
    assert narrow.at(2**40).step == 2
