"""What is drawn of counted numbers, against the density of the numbers themselves."""

import numpy as np
import pytest

from tests.helpers import frames
from workbench.plots.parts.density import Density


def drawn(values, points=41, share=0.999):
    """Return density as drawn and by numpy, both as shares of numpy's peak."""
    values = np.asarray(values, np.float32)
    density = Density(frames.histogram(values))
    end = density.magnitude(share)
    edges = np.linspace(-end, end, points)
    truth = np.histogram(values, edges)[0] / len(values) / np.diff(edges)
    return density.average(edges) / truth.max(), truth / truth.max()


@pytest.mark.parametrize("sigma", [0.013, 0.07, 0.1, 1.0, 1.3, 40.0])
def test_a_normal_is_a_bell_within_seven_percent_of_its_peak(sigma):
    values = np.random.default_rng(3).normal(0, sigma, 200_000)
    ours, truth = drawn(values)
    np.testing.assert_allclose(ours, truth, atol=0.07)


@pytest.mark.parametrize("kind", ["laplace", "logistic"])
def test_other_hills_are_as_numpy_counts_them(kind):
    values = getattr(np.random.default_rng(3), kind)(0, 0.05, 200_000)
    np.testing.assert_allclose(*drawn(values), atol=0.07)


@pytest.mark.parametrize("sigma", [0.07, 1.0, 1.3])
def test_a_normal_has_one_hill_only(sigma):
    quantiles = (np.arange(200_000) + 0.5) / 200_000
    random = np.random.default_rng(0).standard_normal(2_000_000)
    values = sigma * np.quantile(random, quantiles)
    values = (values - values[::-1]) / 2  # as regular as can be: no noise
    ours, _ = drawn(values, points=121)
    left, right = ours[:60], ours[60:]
    assert (np.diff(left) > -5e-3).all()
    assert (np.diff(right) < 5e-3).all()


@pytest.mark.parametrize("bound", [0.25, 1 / 16])
def test_a_uniform_with_a_power_of_two_as_its_bound_ends_like_a_wall(bound):
    values = np.random.default_rng(3).uniform(-bound, bound, 200_000)
    density = Density(frames.histogram(values))
    edges = np.linspace(-1.5 * bound, 1.5 * bound, 31)
    expected = (np.abs(edges[1:] + edges[:-1]) / 2 < bound) / (2 * bound)
    np.testing.assert_allclose(density.average(edges), expected, rtol=0.06)


def test_no_uniform_gets_horns_or_a_valley():
    for bound in np.linspace(0.5, 1.0, 26):
        values = np.linspace(-bound, bound, 100_001)
        ours = Density(frames.histogram(values)).average(np.linspace(-1, 1, 81))
        assert ours.max() <= 1.02 / (2 * bound)
        assert (np.diff(ours[:40]) > -0.02).all()


def test_the_area_over_each_bin_is_its_counted_share():
    random = np.random.default_rng(5)
    values = np.concatenate([random.normal(0.3, 0.1, 999), random.normal(-2, 1, 300)])
    values = np.append(values, [0.0, 0.0, 1e-20]).astype(np.float32)
    density = Density(frames.histogram(values))
    counted = np.histogram(values, density.edges)[0] / len(values)
    np.testing.assert_allclose(density.shares, counted, atol=1e-12)
    for low, high, share in zip(
        density.edges[:-1], density.edges[1:], counted, strict=True
    ):
        x = np.linspace(low, high, 50)
        parts = density.average(x)
        assert (parts >= -1e-12).all()
        assert parts.sum() * (x[1] - x[0]) == pytest.approx(share, abs=1e-9)


def test_magnitude_holds_the_share_within_a_quarter():
    values = np.random.default_rng(3).normal(0, 0.2, 100_000)
    size = Density(frames.histogram(values)).magnitude(0.999)
    assert size == pytest.approx(np.quantile(np.abs(values), 0.999), rel=0.25)


@pytest.mark.parametrize("values", [[], [0.0] * 9, [np.nan, np.inf], [3.0], [1e-38]])
def test_odd_rows_have_a_finite_density(values):
    density = Density(frames.histogram(np.array(values)))
    found = density.average(np.linspace(-4, 4, 30))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert density.magnitude(0.999) >= 0
