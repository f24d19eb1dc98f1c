"""Lines and heat on the cards, counted and measured by hand."""

import dataclasses

import numpy as np
import pytest

from engine.protocol.histogram import HISTOGRAM_BINS
from tests.helpers import frames
from workbench.canvas.geometry import sizes
from workbench.canvas.live.histogram_bars import grouped, heats, heights, line


def counted(*pairs):
    """A row of counts of 2 to the power of each exponent; every second is negative."""
    row = np.zeros(HISTOGRAM_BINS, int)
    for index, (exponent, count) in enumerate(pairs):
        row[exponent + 127 + 256 * (index % 2)] += count
    return row[None]


def test_a_bar_holds_an_octave_and_the_fullest_is_one():
    found = heights(counted((-25, 3), (-24, 5), (-22, 4), (-21, 1), (-4, 2), (-4, 8)))
    assert found.shape == (1, 25)
    full = np.flatnonzero(found[0])
    # The first one holds all that is smaller than 2⁻²³.
    assert full.tolist() == [0, 2, 3, 20]
    assert (found[0, full] * 10).tolist() == [8, 4, 1, 10]


@pytest.mark.parametrize(
    ("exponent", "bar"),
    [(-126, 0), (-25, 0), (-24, 0), (-23, 1), (-22, 2), (-1, 23), (0, 24), (1, 24),
     (100, 24)],
)  # fmt: skip
def test_each_magnitude_is_in_the_bar_of_its_octave(exponent, bar):
    assert np.flatnonzero(heights(counted((exponent, 7)))[0]).tolist() == [bar]


def test_zeros_and_what_is_no_number_are_in_no_bar():
    row = np.zeros(HISTOGRAM_BINS, int)
    row[[0, 255, 256, 511]] = 9
    assert heights(row[None]).max() == 0


@pytest.mark.parametrize("exponent", [-20, -12, -5, -1])
def test_the_line_peaks_where_the_shared_axis_says(exponent):
    found = line(heights(counted((exponent, 7)))[0])
    (peak,) = [point for point in found if point.y() == 0]
    # Halfway through the octave, on an axis from 10⁻⁷ to 1.
    share = (np.log10(2.0**exponent * 2**0.5) + 7) / 7
    assert peak.x() == pytest.approx(share * sizes.SPARK_WIDTH)
    assert all(p.y() == sizes.SPARK_HEIGHT for p in found if p != peak)
    assert found[0].x() == 0
    assert found[-1].x() == sizes.SPARK_WIDTH


def test_heat_is_one_for_the_largest_and_zero_four_decades_below():
    norms = np.array([10.0, 1.0, 0.1, 1e-3, 1e-5, 0.0, np.nan, np.inf])
    np.testing.assert_allclose(heats(norms), [1, 0.75, 0.5, 0, 0, 0, 0, 0], atol=1e-12)
    assert heats(np.zeros(3)).tolist() == [0, 0, 0]
    assert heats(np.zeros(0)).tolist() == []


def test_layers_of_a_block_count_together():
    layers = ("block.a", "block.b", "lone")
    sample = dataclasses.replace(
        frames.sample(5, layers),
        grad_norm=np.array([3.0, 4.0, 7.0]),
        grad_nonfinite=np.array([0.0, 0.5, 0.0]),
    )
    names, histogram, norms, broken = grouped(sample, layers)
    assert names == ["block", "lone"]
    np.testing.assert_allclose(norms, [5, 7])
    assert broken.tolist() == [True, False]
    both = sample.grad_histogram[0] + sample.grad_histogram[1]
    assert histogram[0].tolist() == both.tolist()
    assert histogram[1].tolist() == sample.grad_histogram[2].tolist()


def test_layers_outside_of_blocks_are_taken_as_they_are():
    layers = ("a", "b")
    sample = dataclasses.replace(
        frames.sample(5, layers), grad_nonfinite=np.array([0.0, 0.1])
    )
    names, histogram, norms, broken = grouped(sample, layers)
    assert names == ["a", "b"]
    assert histogram is sample.grad_histogram
    assert norms.tolist() == sample.grad_norm.tolist()
    assert broken.tolist() == [False, True]
