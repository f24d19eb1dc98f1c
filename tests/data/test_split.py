"""The split: seeded, complete, and with the same share of every class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.catalog import load
from engine.data.split import generator, stratified_split, subset
from engine.layers.datasets.catalogue import DATASETS

CLASSIFIED = [spec.id for spec in DATASETS.values() if spec.task == "classification"]


@settings(deadline=None, max_examples=60)
@given(
    labels=st.lists(st.integers(0, 4), min_size=2, max_size=200),
    fraction=st.floats(0.01, 0.9),
    seed=st.integers(0, 2**31),
)
def test_split_is_a_partition_with_classes_in_proportion(labels, fraction, seed):
    labels = np.array(labels)
    train, validation = stratified_split(labels, fraction, generator(seed))
    both = np.concatenate([train, validation])
    assert sorted(both) == list(range(len(labels)))
    assert len(train) >= 1
    assert len(validation) >= 1
    share = len(validation) / len(labels)
    for label in np.unique(labels):
        expected = share * (labels == label).sum()
        assert abs((labels[validation] == label).sum() - expected) <= 1


@pytest.mark.parametrize("source", CLASSIFIED)
def test_sets_hold_back_the_same_share_of_every_class(source):
    dataset = load({"source": source})
    train = np.bincount(dataset.train["label"])
    validation = np.bincount(dataset.validation["label"])
    assert np.abs(validation - 0.2 * (train + validation)).max() <= 1


def test_mnist_validates_on_100_of_each_digit():
    dataset = load({"source": "mnist"})
    assert np.bincount(dataset.validation["label"]).tolist() == [100] * 10
    assert np.bincount(dataset.train["label"]).tolist() == [400] * 10


def test_equal_seeds_split_equally_and_others_differ():
    first = load({"source": "iris"}).fingerprint
    assert load({"source": "iris", "split_seed": 1}).fingerprint != first
    assert load({"source": "iris"}, seed_offset=1).fingerprint != first
    again = load({"source": "iris", "split_seed": 1}, seed_offset=-1)
    assert again.fingerprint == first


def test_split_is_the_same_on_every_machine():
    _, validation = stratified_split(np.arange(20) % 2, 0.25, generator(0))
    assert validation.tolist() == [2, 3, 11, 13, 18]


def test_fraction_sets_the_size_of_the_validation_part():
    dataset = load({"source": "digits", "validation": 0.5})
    assert (dataset.num_train, dataset.num_validation) == (899, 898)


def test_subset_keeps_classes_in_proportion():
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    kept = subset({"label": labels}, 20, generator(3))["label"]
    assert np.bincount(kept).tolist() == [12, 6, 2]


def test_samples_keeps_part_of_a_stored_set():
    dataset = load({"source": "mnist", "samples": 200})
    assert np.bincount(dataset.train["label"]).tolist() == [16] * 10
    assert np.bincount(dataset.validation["label"]).tolist() == [4] * 10


def test_class_with_a_single_sample_trains():
    labels = np.array([0] * 30 + [1])
    train, _ = stratified_split(labels, 0.2, generator(0))
    assert 30 in train
