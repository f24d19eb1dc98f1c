"""Scaling against numpy on the raw arrays, fitted on the training part alone."""

import numpy as np
import pytest

from engine.data.catalog import load
from engine.data.folder import read_arrays
from engine.data.scaling import fit

KINDS = pytest.mark.parametrize("kind", ["none", "standardise", "unit"])


def _by_numpy(kind, train, other):
    if kind == "none":
        return other
    if kind == "standardise":
        return (other - train.mean(axis=0)) / train.std(axis=0)
    return (other - train.min(axis=0)) / (train.max(axis=0) - train.min(axis=0))


@KINDS
def test_table_is_scaled_by_its_training_part(kind):
    raw = load({"source": "wine", "scaling": "none"})
    scaled = load({"source": "wine", "scaling": kind})
    table = read_arrays("wine")["features"]
    rows = [
        [
            np.flatnonzero((table.astype(np.float32) == row).all(axis=1))[0]
            for row in part
        ]
        for part in (raw.train["features"], raw.validation["features"])
    ]
    train, validation = table[rows[0]], table[rows[1]]
    for got, other in (
        (scaled.train["features"], train),
        (scaled.validation["features"], validation),
    ):
        expected = _by_numpy(kind, train, other)
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)


def test_validation_part_has_no_say_in_the_scaling():
    steps = [
        load({"source": "wine", "validation": share}).scaling["features"].shift
        for share in (0.1, 0.5)
    ]
    assert not np.allclose(*steps)


def test_images_share_one_step_for_all_pixels():
    raw = load({"source": "digits", "scaling": "none"})
    scaled = load({"source": "digits", "scaling": "standardise"})
    train = raw.train["image"].astype(np.float64)
    expected = (raw.validation["image"] - train.mean()) / train.std()
    np.testing.assert_allclose(scaled.validation["image"], expected, atol=1e-6)
    assert scaled.scaling["image"].shift == pytest.approx(train.mean())


def test_images_are_scaled_to_one_by_default():
    dataset = load({"source": "mnist"})
    raw = load({"source": "mnist", "scaling": "none"})
    assert raw.train["image"].max() == 255
    assert np.array_equal(dataset.train["image"], raw.train["image"] / np.float32(255))


def test_series_is_scaled_by_its_training_values_once_each():
    values = read_arrays("sunspots")["value"]
    train = values[: len(values) - 62]
    dataset = load({"source": "sunspots"})
    for port in ("window", "next"):
        assert dataset.scaling[port].shift == pytest.approx(train.mean())
        assert dataset.scaling[port].scale == pytest.approx(train.std())
    expected = (values[-1] - train.mean()) / train.std()
    assert dataset.validation["next"][-1, 0] == pytest.approx(expected, rel=1e-6)


def test_target_stays_in_its_units_when_asked():
    dataset = load({"source": "diabetes", "scale_target": False})
    both = np.concatenate([dataset.train["target"], dataset.validation["target"]])
    assert (both.min(), both.max()) == (25.0, 346.0)
    assert dataset.scaling["target"].kind == "none"
    assert dataset.scaling["features"].kind == "standardise"


def test_r_squared_does_not_depend_on_the_scaling_of_the_target():
    def r_squared(params):
        dataset = load({"source": "diabetes", **params})
        design = [
            np.column_stack([part["features"], np.ones(len(part["features"]))])
            for part in (dataset.train, dataset.validation)
        ]
        weights = np.linalg.lstsq(design[0], dataset.train["target"], rcond=None)[0]
        target = dataset.validation["target"]
        errors = target - design[1] @ weights
        return 1 - (errors**2).sum() / ((target - target.mean()) ** 2).sum()

    assert r_squared({}) == pytest.approx(r_squared({"scale_target": False}), abs=1e-5)
    assert r_squared({}) > 0.42


def test_invert_gives_the_raw_values_back():
    raw = read_arrays("breast_cancer")["features"]
    step = fit("standardise", raw)
    np.testing.assert_allclose(step.invert(step.apply(raw)), raw, rtol=1e-4, atol=1e-5)


@KINDS
def test_constant_feature_stays_finite(kind):
    raw = np.array([[1.0, 5.0], [2.0, 5.0]])
    step = fit(kind, raw)
    assert np.isfinite(step.apply(raw)).all()
    assert step.scale[1] == 1.0


def test_lookup_of_grey_levels_equals_the_formula():
    raw = np.arange(256, dtype=np.uint8).reshape(4, 1, 8, 8)
    step = fit("standardise", raw)
    expected = ((raw.astype(np.float64) - step.shift) / step.scale).astype(np.float32)
    assert np.array_equal(step.apply(raw), expected)


def test_step_can_be_written_down():
    step = fit("unit", np.array([[1.0, -2.0], [3.0, 2.0]]))
    expected = {"kind": "unit", "shift": [1.0, -2.0], "scale": [2.0, 4.0]}
    assert step.as_dict() == expected
