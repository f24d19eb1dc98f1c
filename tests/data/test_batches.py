"""The order of batches, its exact position, and tensors on the device."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.batches import BatchOrder, ResidentData
from engine.data.catalog import load
from engine.errors import ConfigError, DataError


def _epoch(order):
    batches = [order.next()]
    while not order.at_epoch_start:
        batches.append(order.next())
    return batches


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 200), size=st.integers(1, 250), seed=st.integers(0, 2**40))
def test_epoch_visits_every_sample_once(count, size, seed):
    order = BatchOrder(count, size, seed)
    for number in range(2):
        assert order.epoch == number
        batches = _epoch(order)
        assert len(batches) == order.batches_per_epoch
        assert sorted(torch.cat(batches).tolist()) == list(range(count))
        assert {len(batch) for batch in batches[:-1]} <= {size}


def test_indices_are_int64_on_the_cpu():
    indices = BatchOrder(10, 4, 0).next()
    assert indices.dtype == torch.int64
    assert indices.device.type == "cpu"


def test_epochs_and_seeds_have_different_orders():
    order = BatchOrder(50, 50, 0)
    first, second = order.next(), order.next()
    other = BatchOrder(50, 50, 1).next()
    assert not torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(first, BatchOrder(50, 50, 0).next())


def test_order_is_the_same_on_every_machine():
    assert BatchOrder(8, 8, 0).next().tolist() == [3, 2, 1, 6, 0, 7, 4, 5]


def test_orders_are_uniform():
    counts = np.zeros((6, 6))
    for seed in range(3000):
        counts[np.arange(6), BatchOrder(6, 6, seed).next().numpy()] += 1
    assert np.abs(counts / 500 - 1).max() < 0.2


@settings(deadline=None, max_examples=40)
@given(before=st.integers(0, 25), size=st.integers(1, 12))
def test_restored_order_goes_on_exactly(before, size):
    original = BatchOrder(37, size, 5)
    for _ in range(before):
        original.next()
    restored = BatchOrder(37, 3, 99)
    restored.restore(original.state())
    for _ in range(30):
        assert torch.equal(original.next(), restored.next())
        assert (original.epoch, original.position) == (
            restored.epoch,
            restored.position,
        )


def test_state_is_not_changed_by_going_on():
    order = BatchOrder(10, 3, 0)
    order.next()
    state = order.state()
    kept = {name: torch.as_tensor(value).clone() for name, value in state.items()}
    for _ in range(9):
        order.next()
    for name, value in state.items():
        assert torch.equal(torch.as_tensor(value), kept[name])


def test_position_of_another_data_set_is_refused():
    with pytest.raises(DataError, match="expected 10 samples, got 11"):
        BatchOrder(11, 2, 0).restore(BatchOrder(10, 2, 0).state())


def test_batch_size_changes_from_the_next_batch_on():
    order = BatchOrder(20, 4, 0)
    whole = BatchOrder(20, 20, 0).next()
    batches = [order.next()]
    order.set_batch_size(7)
    batches += [order.next(), order.next(), order.next()]
    assert [len(batch) for batch in batches] == [4, 7, 7, 2]
    assert torch.equal(torch.cat(batches), whole)
    assert (order.epoch, order.position) == (1, 0)


@given(samples=st.integers(2, 40), size=st.integers(2, 12), skip=st.integers(0, 30))
def test_single_rest_joins_the_batch_before(samples, size, skip):
    order = BatchOrder(samples, size, 1, least=2)
    for _ in range(skip):
        order.next()
    left, seen = order.batches_left, []
    epoch = order.epoch
    while order.epoch == epoch:
        seen.append(order.next())
    assert len(seen) == left
    assert all(2 <= len(batch) <= size + 1 for batch in seen)
    whole = [order.next() for _ in range(order.batches_per_epoch)]
    assert order.position == 0
    assert sorted(torch.cat(whole).tolist()) == list(range(samples))


@pytest.mark.parametrize(("samples", "size"), [(10, 1), (1, 5)])
def test_batches_under_the_least_are_refused(samples, size):
    with pytest.raises(ConfigError, match="at least 2 samples"):
        BatchOrder(samples, size, 1, least=2)


@pytest.mark.parametrize("source", ["digits", "diabetes", "python_help", "sunspots"])
def test_batch_holds_the_samples_asked_for(source):
    dataset = load({"source": source})
    resident = ResidentData(dataset, "cpu")
    indices = BatchOrder(dataset.num_train, 9, 0).next()
    batch = resident.batch(indices)
    assert list(batch) == [port.port.name for port in dataset.ports]
    for name, tensor in batch.items():
        expected = dataset.train[name][indices.numpy()]
        assert tensor.numpy().dtype == expected.dtype
        assert np.array_equal(tensor.numpy(), expected)


@pytest.mark.parametrize("size", [1, 100, 359, 1000])
def test_validation_batches_cover_the_part_in_order(size):
    dataset = load({"source": "digits"})
    batches = list(ResidentData(dataset, "cpu").validation_batches(size))
    for name, array in dataset.validation.items():
        joined = torch.cat([batch[name] for batch in batches])
        assert np.array_equal(joined.numpy(), array)
    assert all(len(batch["label"]) == size for batch in batches[:-1])


def test_writing_to_a_batch_leaves_the_data_alone():
    dataset = load({"source": "iris"})
    resident = ResidentData(dataset, "cpu")
    indices = torch.tensor([0, 1])
    resident.batch(indices)["features"].zero_()
    again = resident.batch(indices)["features"].numpy()
    assert np.array_equal(again, dataset.train["features"][:2])


def test_tensors_live_on_the_device_asked_for():
    resident = ResidentData(load({"source": "iris"}), "meta")
    assert resident.batch(torch.tensor([0, 5]))["features"].device.type == "meta"
