"""After an exception the node and its input shapes are named."""

import pytest
import torch

from engine.compile.failure import locate
from engine.compile.program import compile_project
from tests.helpers.projects import chain


@pytest.fixture
def phase():
    layers = ["flatten", ("linear", {"out_features": 10}), ("log", {"eps": 0.0})]
    return compile_project(chain(*layers), seed=0).phases[0]


def feeds(label: int = 3):
    return torch.rand(2, 1, 8, 8), torch.full((2,), label)


def test_label_out_of_range_is_blamed_on_the_loss(phase):
    found = locate(phase.graph_module, feeds(label=77))
    assert found.node == "loss"
    assert found.input_shapes == ((2, 10), (2,))
    assert isinstance(found.error, IndexError)


def test_wrong_feed_shape_is_blamed_on_the_first_layer_that_refuses(phase):
    found = locate(phase.graph_module, (torch.rand(2, 1, 4, 4), feeds()[1]))
    assert found.node == "n1"
    assert found.input_shapes == ((2, 16),)


def test_nothing_is_blamed_when_nothing_fails(phase):
    found = locate(phase.graph_module, feeds())
    assert found.node == ""
    assert found.error is None
