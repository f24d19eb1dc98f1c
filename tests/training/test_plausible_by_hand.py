"""What is believed of a checkpoint, number by number."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine.errors import TrainingError
from engine.training.parts import plausible


class Training:
    def number(self, name):
        return None


@pytest.mark.parametrize(
    ("value", "good"),
    [(0, True), (5, True), (2**53 - 1, True), (2**53, False), (-1, False), (1.0, False),
     (True, False), (None, False), ("3", False)],
)  # fmt: skip
def test_a_count_is_a_whole_number_from_zero(value, good):
    if good:
        assert plausible.count({"n": value}, "n") == value
        return
    with pytest.raises(TrainingError):
        plausible.count({"n": value}, "n")


@pytest.mark.parametrize(
    ("value", "good"),
    [(0, True), (-3, True), (0.5, True), (math.inf, True), (math.nan, False),
     (True, False),
     (None, False), (2**53, False), (-(2**53), False), (2**53 - 1, True)],
)  # fmt: skip
def test_a_number_is_neither_nan_nor_a_word_nor_yes(value, good):
    assert plausible._is_number(value) == good


@pytest.mark.parametrize(
    ("name", "tensor", "good"),
    [("step", torch.tensor(5.0), True), ("step", torch.tensor([10.0]), True),
     ("step", torch.tensor(11.0), False), ("step", torch.tensor(-1.0), False),
     ("step", torch.zeros(2), False), ("mu_product", torch.tensor(99.0), True),
     ("exp_avg", torch.zeros(2, 3), True), ("exp_avg", torch.zeros(3, 2), False),
     ("exp_avg", torch.zeros(2, 3, dtype=torch.int64), False),
     ("exp_avg", torch.zeros(2, 3, dtype=torch.complex64), False)],
)  # fmt: skip
def test_a_moment_is_of_its_weight_and_its_step(name, tensor, good):
    weights = torch.zeros(2, 3)
    if good:
        plausible._check_moment(name, tensor, weights, 10)
        return
    with pytest.raises(TrainingError):
        plausible._check_moment(name, tensor, weights, 10)


@pytest.mark.parametrize(
    ("position", "visited", "batch", "good"),
    [(0, [2, 0, 1], 1, True), (2, [2, 0, 1], 4, True), (3, [2, 0, 1], 1, False),
     (0, [2, 0, 0], 1, False), (0, [1, 2, 3], 1, False), (0, [0, 1], 1, False),
     (0, [2, 0, 1], 0, False)],
)  # fmt: skip
def test_an_order_visits_every_sample_once(position, visited, batch, good):
    place = {"position": position, "epoch": 0, "seed": 0, "batch_size": batch}
    tensors = {"order/order": torch.tensor(np.array(visited))}
    if good:
        plausible._check_order(tensors, place, 3)
        return
    with pytest.raises(TrainingError):
        plausible._check_order(tensors, place, 3)


def position(**changes):
    numbers = {
        "step": 10, "total_steps": 100, "evaluated_at": 10, "num_changes": 0,
        "stopping": {"bad": 0, "best": 0.5},
    }  # fmt: skip
    parts = SimpleNamespace(
        length=SimpleNamespace(total_steps=100, is_longer=False),
        feeds=SimpleNamespace(order=SimpleNamespace(batch_size=8)),
        training=Training(),
    )
    plausible._check_position(parts, numbers | changes)


@pytest.mark.parametrize(
    ("changes", "good"),
    [({}, True), ({"step": 100, "evaluated_at": 0}, True), ({"step": 101}, False),
     ({"evaluated_at": 11}, False), ({"total_steps": 99}, False),
     ({"total_steps": 101}, False), ({"total_steps": 99, "num_changes": 1}, True),
     ({"total_steps": 800, "num_changes": 1}, True),
     ({"total_steps": 801, "num_changes": 1}, False), ({"stopping": 3}, False),
     ({"stopping": {"bad": -1, "best": 0.5}}, False),
     ({"stopping": {"bad": 0, "best": None}}, False)],
)  # fmt: skip
def test_steps_are_those_of_a_run_of_this_length(changes, good):
    if good:
        position(**changes)
        return
    with pytest.raises(TrainingError):
        position(**changes)
