"""Every set as the table promises it: shapes, dtypes, sizes, time, refusals."""

import subprocess
import sys

import numpy as np
import pytest

from engine.data import catalog, images
from engine.data.catalog import load
from engine.data.parts import Parts
from engine.errors import ConfigError, DataError
from engine.layers.datasets.catalogue import DATASETS

EVERY_SET = pytest.mark.parametrize("source", DATASETS)
STORED_SIZES = {
    "mnist": 5000,
    "digits": 1797,
    "iris": 150,
    "wine": 178,
    "breast_cancer": 569,
    "diabetes": 442,
}


@EVERY_SET
def test_arrays_are_what_the_table_says(source):
    dataset = load({"source": source})
    for part, count in (
        (dataset.train, dataset.num_train),
        (dataset.validation, dataset.num_validation),
    ):
        assert list(part) == [port.port.name for port in dataset.ports]
        for port in dataset.ports:
            array = part[port.port.name]
            assert array.shape == (count, *port.shape)
            kinds = {"float": np.float32, "int": np.int64}
            assert array.dtype == kinds[port.port.kind]
            assert array.flags.c_contiguous
            assert np.isfinite(array).all()


@EVERY_SET
def test_every_class_occurs(source):
    dataset = load({"source": source})
    for port in dataset.ports:
        if port.port.name == "label":
            for part in (dataset.train, dataset.validation):
                counts = np.bincount(part["label"], minlength=len(port.classes))
                assert len(counts) == len(port.classes)
                assert counts.min() > 0


@pytest.mark.parametrize(("source", "count"), STORED_SIZES.items())
def test_stored_sets_are_complete(source, count):
    dataset = load({"source": source})
    assert dataset.num_train + dataset.num_validation == count
    assert dataset.spec.num_samples == count


@pytest.mark.parametrize(
    "source", ["spirals", "moons", "circles", "blobs", "waveforms"]
)
def test_drawn_classes_are_balanced(source):
    dataset = load({"source": source})
    label = np.concatenate([dataset.train["label"], dataset.validation["label"]])
    assert np.ptp(np.bincount(label)) <= 1


def test_every_set_loads_in_time_without_torch_and_pandas():
    code = """
import sys, time
from engine.data.catalog import load
from engine.layers.datasets.catalogue import DATASETS
for source in DATASETS:
    start = time.process_time()
    load({"source": source})
    print(source, time.process_time() - start)
sys.exit(bool({"torch", "pandas", "scipy", "sklearn"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    seconds = dict(line.split() for line in done.stdout.splitlines())
    assert set(seconds) == set(DATASETS)
    assert max(map(float, seconds.values())) < 0.3


def test_equal_params_share_one_dataset():
    assert load({"source": "iris"}) is load({"source": "iris", "noise": None})


def test_loaded_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        load({"source": "iris"}).train["features"][0, 0] = 1


def test_fingerprint_is_a_sha256_that_the_arrays_decide():
    fingerprints = {load({"source": source}).fingerprint for source in DATASETS}
    assert len(fingerprints) == len(DATASETS)
    assert all(len(bytes.fromhex(text)) == 32 for text in fingerprints)
    scaled = load({"source": "iris", "scaling": "unit"}).fingerprint
    assert scaled not in fingerprints


@pytest.mark.parametrize(
    ("source", "start"),
    [("digits", "32a7bdceb1a89aa2"), ("python_help", "8e22999181ea3b57")],
)
def test_arrays_are_the_same_on_every_machine(source, start):
    assert load({"source": source}).fingerprint.startswith(start)


def test_default_set_is_mnist():
    assert load({}).spec.id == "mnist"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"source": "minst"}, "Data set"),
        ({"validation": 0.0}, "Validation part.*≥ 0.01"),
        ({"source": "moons", "samples": 2}, "Samples.*≥ 4"),
        ({"scaling": "log"}, "none, standardise, unit"),
    ],
)
def test_params_out_of_range_are_refused(params, message):
    with pytest.raises(ConfigError, match=message):
        load(params)


def test_more_samples_than_stored_are_refused():
    with pytest.raises(DataError, match=r"Iris: .*at most 150, got 200"):
        load({"source": "iris", "samples": 200})


def _digits_with(monkeypatch, **arrays):
    good = {
        "image": np.zeros((6, 1, 8, 8), dtype=np.float64),
        "label": np.array([0, 1, 0, 1, 0, 1]),
    }
    parts = Parts({**good, **arrays}, good)
    monkeypatch.setitem(catalog._READERS, "images", lambda _settings: parts)
    catalog._load.cache_clear()


@pytest.mark.parametrize("wrong", [-100, -1, 10])
def test_label_that_is_no_class_is_refused(monkeypatch, wrong):
    _digits_with(monkeypatch, label=np.array([0, 1, wrong, 1, 0, 1]))
    with pytest.raises(DataError, match=rf"Digits 8 × 8: .*0\.\.9, got {wrong}"):
        load({"source": "digits"})


def test_value_that_is_no_number_is_refused(monkeypatch):
    image = np.zeros((6, 1, 8, 8))
    image[2, 0, 3, 3] = np.nan
    _digits_with(monkeypatch, image=image)
    with pytest.raises(DataError, match=r"expected finite numbers, got 1 other\)"):
        load({"source": "digits", "scaling": "none"})


def test_digits_equal_the_stored_images():
    stored = images.read_arrays("digits")
    dataset = load({"source": "digits", "scaling": "none"})
    got = np.concatenate([dataset.train["image"], dataset.validation["image"]])
    rows = {(image.tobytes()) for image in got.astype(np.uint8)}
    assert rows == {image.tobytes() for image in stored["image"]}
