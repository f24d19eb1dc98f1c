"""What is said of tensors that a file has not."""

from dataclasses import replace

import pytest
import safetensors.torch
import torch

from engine.errors import TrainingError
from engine.training import initial
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
    found = initial.preview(document, str(tmp_path / "net"))
    assert {t.name for t in found.tensors if t.is_new} == {"hidden.down", "hidden.up"}
    assert (found.count("matched"), found.count("missing"), found.num_new) == (4, 0, 2)
    assert found.is_whole
    assert ", 2 new" in initial.sentence(found)


def test_file_that_is_not_there_is_called_missing(tmp_path):
    with pytest.raises(TrainingError, match="There is no such file"):
        initial.preview(mlp(), str(tmp_path / "no.pt"))
