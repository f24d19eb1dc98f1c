"""Drawn sets against their formulas, written out here once more."""

import math

import numpy as np
import pytest

from engine.data import signals
from engine.data.catalog import load
from engine.data.split import generator
from engine.layers.datasets.catalogue import DATASETS

DRAWN = [spec.id for spec in DATASETS.values() if spec.family == "maths"]


def _clean(source, **params):
    """Return all points (and labels) of a set drawn without noise."""
    dataset = load({"source": source, "noise": 0.0, **params})
    parts = (dataset.train, dataset.validation)
    point = np.concatenate([part["point"] for part in parts]).astype(np.float64)
    label = [part["label"] for part in parts if "label" in part]
    return point, np.concatenate(label) if label else None


def _polar(point):
    return np.hypot(*point.T), np.arctan2(point[:, 1], point[:, 0])


@pytest.mark.parametrize("source", DRAWN)
def test_samples_sets_the_number_drawn(source):
    dataset = load({"source": source, "samples": 120})
    validation = 4 if source == "xor" else 24
    train = 120 if source == "xor" else 96
    assert (dataset.num_train, dataset.num_validation) == (train, validation)


@pytest.mark.parametrize("source", sorted({*DRAWN} - {"xor", "dates"}))
def test_seed_and_noise_change_what_is_drawn(source):
    first = load({"source": source}).fingerprint
    assert load({"source": source, "split_seed": 5}).fingerprint != first
    assert load({"source": source, "noise": 0.3}).fingerprint != first


def test_xor_trains_and_validates_on_its_four_points():
    dataset = load({"source": "xor", "samples": 40})
    table = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
    for part, times in ((dataset.train, 10), (dataset.validation, 1)):
        rows = [tuple(map(int, point)) for point in part["point"]]
        assert sorted(rows) == sorted([*table] * times)
        assert [table[row] for row in rows] == part["target"][:, 0].tolist()


def test_xor_noise_moves_the_training_points_alone():
    noisy = load({"source": "xor", "noise": 0.1})
    clean = load({"source": "xor"})
    deviation = (noisy.train["point"] - clean.train["point"]).std()
    assert deviation == pytest.approx(0.1, rel=0.1)
    assert np.array_equal(noisy.validation["point"], clean.validation["point"])


def test_spirals_lie_on_their_arms():
    point, label = _clean("spirals")
    radius = np.hypot(*point.T)
    angle = 3.5 * math.pi * radius / 2 + math.pi * label
    expected = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    np.testing.assert_allclose(point, expected, atol=1e-5)
    assert radius.max() == pytest.approx(2, abs=0.02)


def test_moons_lie_on_half_circles():
    point, label = _clean("moons")
    upper, lower = point[label == 0], point[label == 1]
    np.testing.assert_allclose(np.hypot(*(upper - [-0.5, -0.25]).T), 1, atol=1e-6)
    np.testing.assert_allclose(np.hypot(*(lower - [0.5, 0.25]).T), 1, atol=1e-6)
    assert upper[:, 1].min() >= -0.25 - 1e-6
    assert lower[:, 1].max() <= 0.25 + 1e-6


def test_circles_have_their_radii():
    point, label = _clean("circles")
    radius, angle = _polar(point)
    np.testing.assert_allclose(radius, np.where(label == 0, 1.5, 0.75), atol=1e-6)
    assert np.histogram(angle, bins=4)[0].min() > 200


@pytest.mark.parametrize(
    ("source", "first", "apart", "count"),
    [("blobs", 90, 120, 3), ("gaussians8", 0, 45, 8)],
)
def test_centres_lie_on_a_circle(source, first, apart, count):
    point, label = _clean(source)
    radius, angle = _polar(point)
    np.testing.assert_allclose(radius, 2, atol=1e-6)
    which = (np.degrees(angle) - first) / apart
    np.testing.assert_allclose(which, np.round(which), atol=1e-4)
    index = np.round(which).astype(int) % count
    size = len(point) // count
    assert np.bincount(index, minlength=count).tolist() == [size] * count
    assert label is None or np.array_equal(index, label)


def test_noise_is_the_width_of_a_gaussian():
    point = load({"source": "gaussians8", "samples": 8000, "noise": 0.2}).train["point"]
    angles = np.arange(8) * np.pi / 4
    centres = 2 * np.column_stack([np.cos(angles), np.sin(angles)])
    away = point[:, np.newaxis] - centres
    nearest = np.hypot(away[..., 0], away[..., 1]).argmin(axis=1)
    width = away[np.arange(len(point)), nearest].std(axis=0)
    assert width == pytest.approx([0.2, 0.2], rel=0.03)


def test_swiss_roll_is_a_spiral():
    point, _ = _clean("swiss_roll")
    t = np.hypot(*point.T) * 4.5 * math.pi / 2
    np.testing.assert_allclose(t * np.cos(t), point[:, 0] * 2.25 * math.pi, atol=1e-4)
    np.testing.assert_allclose(t * np.sin(t), point[:, 1] * 2.25 * math.pi, atol=1e-4)
    assert (t.min() / math.pi, t.max() / math.pi) == pytest.approx((1.5, 4.5), abs=0.01)


def test_sine_without_noise_is_the_sine():
    dataset = load({"source": "sine", "noise": 0.0})
    x, y = dataset.train["x"], dataset.train["y"]
    np.testing.assert_allclose(y, np.sin(x), atol=1e-6)
    assert -math.pi <= x.min() < -3.1
    assert 3.1 < x.max() <= math.pi
    assert dataset.noise_variance == 0


@pytest.mark.parametrize("scaling", ["none", "standardise", "unit"])
def test_noise_variance_is_what_the_true_sine_leaves(scaling):
    params = {"source": "sine", "samples": 100_000, "scaling": scaling}
    dataset = load(params)
    raw = load({**params, "scaling": "none"})
    truth = (np.sin(raw.train["x"]) - dataset.scaling["y"].shift) / (
        dataset.scaling["y"].scale
    )
    left = ((dataset.train["y"] - truth) ** 2).mean()
    assert left == pytest.approx(dataset.noise_variance, rel=0.02)


def test_noise_variance_is_known_for_the_sine_alone():
    known = {source for source in DATASETS if load({"source": source}).noise_variance}
    assert known == {"sine"}


def test_chirp_frequency_grows_threefold_around_its_mean():
    time = np.linspace(0, 1, 10_001)
    (turns,) = signals.chirp_turns(np.array([4.0]), time)
    frequency = np.gradient(turns, time)
    assert turns[-1] == pytest.approx(4.0)
    assert frequency[-1] / frequency[0] == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_waveforms_have_their_shape(kind):
    count, length = 50, 512
    got = signals.waveforms(np.full(count, kind), length, generator(7))
    draws = np.random.Generator(np.random.PCG64(7))
    for signal, u, v, w in zip(
        got, draws.random(count), draws.random(count), draws.random(count), strict=True
    ):
        periods, amplitude = 2 + 3 * u, 0.5 + v
        t = np.arange(length) / length
        chirp = periods / 2 * (t + t**2)
        turns = (chirp if kind == 3 else periods * t) + w
        swing = np.sin(2 * np.pi * turns)
        expected = {
            0: swing,
            1: np.where(turns % 1 < 0.5, 1.0, -1.0),
            2: 2 * (turns - np.floor(turns)) - 1,
            3: swing,
        }[kind]
        np.testing.assert_allclose(signal, amplitude * expected, atol=1e-9)


def test_waveforms_follow_the_context():
    dataset = load({"source": "waveforms", "context": 96, "samples": 40})
    assert dataset.train["signal"].shape == (32, 1, 96)
