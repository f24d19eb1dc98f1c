"""Curves, columns and rows of phases on numbers that one can add up in one's head."""

import math

import numpy as np
import pytest

from tests.helpers import frames
from workbench.session.curves.columns import Column
from workbench.session.curves.history import History
from workbench.session.curves.phase_rows import ALL, PhaseView, shortened
from workbench.session.curves.pyramid import Envelope, Means, bucket_size
from workbench.session.curves.series import Series
from workbench.session.curves.timebins import COLUMNS, TimeBins, columns_for
from workbench.session.names import Names


def series(steps, values):
    made = Series()
    made.extend(np.array(steps), np.array(values, float))
    return made


# Series.


def test_the_span_in_view_has_one_more_point_on_either_side():
    made = series(range(10, 110, 10), range(10))
    for low, high, first, last in (
        (30, 60, 20, 70), (30.5, 59.5, 30, 60), (0, 5, 10, 10), (95, 999, 90, 100),
        (-9, 999, 10, 100),
    ):  # fmt: skip
        steps, values = made.raw_line(low, high, 100)
        assert (steps[0], steps[-1]) == (first, last)
        assert values[0] == first / 10 - 1
    assert made.bounds(30, 60) == (1, 6)
    assert made.bounds(0, 5) == (0, 0)


def test_a_line_of_many_steps_has_their_extremes_in_turn():
    values = np.arange(1000.0)
    made = series(range(1, 1001), values)
    steps, line = made.raw_line(0, 2000, 100)
    assert line[:4].tolist() == [0, 9, 10, 19]
    assert steps[:4].tolist() == [1, 1, 11, 11]
    assert len(line) == 200
    whole, _ = made.raw_line(0, 2000, 500)
    assert len(whole) == 1000  # two a pixel are enough for each
    fewer, _ = made.raw_line(0, 2000, 499)
    assert len(fewer) < 1000


def test_a_smooth_line_without_points_is_empty():
    steps, line = Series().smooth_line(0, 10)
    assert (len(steps), len(line)) == (0, 0)


@pytest.mark.parametrize(
    ("step", "found"), [(14, 10), (15, 10), (15.1, 20), (30, 20), (30.1, 40), (40, 40)]
)
def test_the_cursor_takes_the_earlier_of_two_equally_near_steps(step, found):
    made = series([10, 20, 40], [1, 2, 4])
    reading = made.at(step)
    assert (reading.step, reading.value) == (found, found / 10)


def test_smoothed_values_are_read_beside_the_raw_ones():
    made = series([1, 2], [1.0, 3.0])
    # Hann's window over ±9 steps, cut off at both ends: w(k) = cos²(πk/20).
    near = math.cos(math.pi / 20) ** 2
    assert made.at(1).smooth == pytest.approx((1.0 + 3.0 * near) / (1 + near))
    assert made.at(2).smooth == pytest.approx((3.0 + 1.0 * near) / (1 + near))


# Buckets.


@pytest.mark.parametrize(
    ("count", "limit", "size"),
    [(10, 10, 1), (11, 10, 2), (150, 10, 15), (160, 10, 16), (161, 10, 32),
     (320, 10, 32), (321, 10, 48), (2560, 10, 256), (2561, 10, 512), (5, 0, 5),
     (1, 9, 1)],
)  # fmt: skip
def test_buckets_are_multiples_that_the_levels_can_answer(count, limit, size):
    assert bucket_size(count, limit) == size


def test_buckets_begin_at_multiples_of_their_size():
    column = Column(np.float64)
    column.extend(np.arange(100.0))
    envelope, means = Envelope(column), Means(column)
    envelope.update()
    means.update()
    index, low, high = envelope.query(13, 47, 9)  # 4 values each, from 12 on
    assert index.tolist() == [12, 16, 20, 24, 28, 32, 36, 40, 44]
    assert low.tolist() == index.tolist()
    assert high.tolist() == [15, 19, 23, 27, 31, 35, 39, 43, 46]
    middle, mean = means.query(13, 47, 9)
    assert middle.tolist() == [13, 17, 21, 25, 29, 33, 37, 41, 45]
    assert mean.tolist() == [13.5, 17.5, 21.5, 25.5, 29.5, 33.5, 37.5, 41.5, 45]


# Columns of steps.


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (1, COLUMNS),
        (23_437, 512),
        (23_438, 510),
        (100_000, 120),
        (10**7, 16),
        (0, COLUMNS),
    ],
)
def test_very_many_rows_have_fewer_columns(rows, columns):
    assert columns_for(rows) == columns


def test_columns_hold_means_and_repeat_the_last_known():
    bins = TimeBins(2, 4)
    nan = np.nan
    assert bins.columns == 4
    bins.put(1, np.array([1.0, nan]))
    bins.put(3, np.array([nan, 6.0]))
    np.testing.assert_array_equal(bins.means(), [[1, nan], [1, nan], [1, 6]])
    assert bins.measured().tolist() == [True, False, True]
    bins.put(5, np.array([5.0, np.inf]))  # past the fourth column: pairs are merged
    assert (bins.span, bins.used, bins.merges) == (2, 3, 1)
    np.testing.assert_array_equal(bins.means(), [[1, nan], [1, 6], [5, 6]])
    bins.put(6, np.array([8.0, 2.0]))
    np.testing.assert_array_equal(bins.means(1), [[1, 6], [6.5, 2]])
    bins.put(8, np.array([0.0, 0.0]))
    assert (bins.span, bins.used) == (2, 4)
    bins.put(17, np.array([3.0, 3.0]))
    assert (bins.span, bins.used, bins.merges) == (8, 3, 3)
    # 1, 5, 8 and 0 lie in the first eight steps.
    np.testing.assert_allclose(bins.means()[0], [14 / 4, 8 / 3])
    np.testing.assert_array_equal(bins.means()[2], [3, 3])


def test_a_row_is_repeated_from_at_most_64_columns_before():
    bins = TimeBins(2, 512)
    bins.put(1, np.array([1.0, 1.0]))
    for step in range(2, 200):
        bins.put(step, np.array([float(step), np.nan]))
    assert bins.means(64)[0].tolist() == [65, 1]
    assert np.isnan(bins.means(65)[0][1])
    assert bins.means(65)[0][0] == 66


def test_columns_grow_without_losing_anything():
    column = Column(np.int64, width=2, capacity=1)
    for n in range(5):
        column.extend([[n, -n]])
    assert column.values.tolist() == [[n, -n] for n in range(5)]
    assert (len(column), column.room) == (5, 8)
    column.extend(np.zeros((20, 2), int))
    assert (len(column), column.room) == (25, 25)
    assert Column(np.int64, capacity=0).room == 1


# Rows of phases.


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Net · a", "Net · b"), ("a", "b")),
        (("Net · In · a", "Net · In · b"), ("a", "b")),
        (("Net · a", "Other · b"), ("Net · a", "Other · b")),
        (("Net · a", "Net"), ("Net · a", "Net")),
        (("Net · a",), ("Net · a",)),
        ((), ()),
    ],
)
def test_a_block_around_all_layers_is_left_out(names, found):
    assert shortened(names) == found


@pytest.fixture
def phases():
    history = History()
    layers = ("a", "b", "a", "c")
    history.begin(
        frames.run_started(
            layers, phases=("first", "second"), layer_phases=(0, 0, 1, 1)
        ),
        Names(),
    )
    return history, PhaseView(history)


def told(history, step, zeros):
    sample = frames.sample(step, history.layers.paths)
    values = dict(vars(sample), grad_zeros=np.array(zeros, float))
    history.layers.add(type(sample)(**values))
    return history.layers.newest


def test_a_phase_shows_the_rows_that_it_moves(phases):
    history, view = phases
    assert view.phases == ("first", "second")
    sample = told(history, 10, [0, 0, 0, 0])
    assert view.layers.names == ("a · first", "b", "a · second", "c")
    assert view.phase == ALL
    view.phase = 1
    assert view.layers.names == ("a", "c")
    assert view.sample.grad_norm.tolist() == sample.grad_norm[2:].tolist()
    assert view.sample.step == 10
    assert view.layers.grad_norm.values.tolist() == [sample.grad_norm[2:].tolist()]
    assert view.layers.update_ratio.values.tolist() == [
        sample.update_ratio[2:].tolist()
    ]
    np.testing.assert_allclose(
        view.layers.ratio_bins.means(9)[0], np.log10(sample.update_ratio[2:])
    )
    wide = history.layers.grad_bins_per_layer
    whole = history.layers.grad_bins.means(9)[0]
    np.testing.assert_array_equal(view.layers.grad_bins.means(9)[0], whole[2 * wide :])
    bins = view.layers.ratio_bins
    assert (bins.span, bins.used, bins.merges) == (1, 10, 0)


def test_rows_of_a_phase_to_come_are_left_out(phases):
    history, view = phases
    assert len(view.layers.names) == 4
    assert view.sample is None
    told(history, 10, [0, 0, np.nan, np.nan])
    assert view.layers.names == ("a", "b")
    view.phase = 1
    assert view.layers.names == ("a", "c")
    assert view.sample is None
    told(history, 20, [np.nan, np.nan, 0, 0])
    assert view.sample.step == 20
    view.phase = ALL
    assert len(view.layers.names) == 4
