"""What is said of tensors that a file has not."""

from dataclasses import replace

import pytest
import safetensors.torch
import torch

import presets
from engine.errors import TrainingError
from engine.training.loop.trainer import Trainer
from engine.training.weights import initial_weights
from tests.training.projects import mlp


def test_own_tensors_of_an_adapter_are_new_and_not_missing(tmp_path):
    document = mlp()
    node = replace(document.graph.node("hidden"), type="lora_linear")
    document.graph.replace_node(node)
    tensors = {
        f"{name}.{key}": tensor
        for name, sizes in (("hidden", (4, 16)), ("scores", (16, 3)))
        for key, tensor in torch.nn.Linear(*sizes).state_dict().items()
    }
    safetensors.torch.save_file(tensors, tmp_path / "net")
    found = initial_weights.preview(document, str(tmp_path / "net"))
    assert {t.name for t in found.tensors if t.is_new} == {"hidden.down", "hidden.up"}
    assert (found.count("matched"), found.count("missing"), found.num_new) == (4, 0, 2)
    assert found.is_whole
    assert ", 2 new" in initial_weights.sentence(found)


def test_file_that_is_not_there_is_called_missing(tmp_path):
    with pytest.raises(TrainingError, match="There is no such file"):
        initial_weights.preview(mlp(), str(tmp_path / "no.pt"))


@pytest.mark.parametrize(
    "value",
    [
        torch.full((4, 2), torch.inf),
        torch.full((4, 2), 1e300, dtype=torch.float64),
    ],
    ids=["infinite", "too large for the weights"],
)
def test_infinite_weights_are_told_with_their_file(tmp_path, value):
    path = tmp_path / "w.safetensors"
    safetensors.torch.save_file({"hidden.weight": value}, path)
    project = presets.load("xor")
    project.weights = str(path)
    with pytest.raises(TrainingError, match=r"hidden\.weight.*infinite") as told:
        Trainer(project)
    assert str(path) in str(told.value)
