"""Weights that don't fit are a problem exactly where training would refuse them."""

from dataclasses import replace

import pytest
import safetensors.torch
import torch

from engine.advice.analysis import Analyser
from engine.errors import TrainingError
from engine.graph.blocks import grouping
from engine.graph.edits import apply_all
from engine.training.loop.trainer import Trainer
from tests.training.projects import mlp


def starting(document, text, node_id="hidden", **changes):
    node = replace(document.graph.node(node_id), weights=text, **changes)
    document.graph.replace_node(node)
    return document


def problems(document, folder=""):
    return Analyser().analyse(document, folder=str(folder)).problems


def refuses(document):
    """Return whether the trainer itself, which loads the tensors, refuses."""
    try:
        Trainer(document)
    except TrainingError:
        return True
    return False


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "net.safetensors"
    made = torch.nn.ModuleDict(
        {"hidden": torch.nn.Linear(4, 16), "scores": torch.nn.Linear(16, 3)}
    )
    safetensors.torch.save_file(made.state_dict(), path)
    return path


def test_weights_that_fit_are_no_problem(file):
    document = starting(mlp(), str(file))
    assert problems(document) == ()
    assert not refuses(document)


def test_a_layer_that_was_widened_is_told_with_both_shapes_and_a_way_out(file):
    document = starting(mlp(), str(file))
    node = document.graph.node("hidden")
    document.graph.replace_node(node.with_param("out_features", 32))
    (problem,) = problems(document)
    assert refuses(document)
    assert (problem.node, problem.severity) == ("hidden", "error")
    assert problem.text == "The weights in “net.safetensors” don't fit this layer"
    assert problem.expected == "weight 32×4, bias 32"
    assert problem.got == "weight 16×4, bias 16"
    (fix,) = problem.fixes
    assert fix.label == "Let “Linear 1” start anew"
    apply_all(document, fix.edits)
    assert document.graph.node("hidden").weights == ""
    assert problems(document) == ()
    assert not refuses(document)


def test_a_name_that_the_file_lacks_is_told(file):
    document = starting(mlp(), f"{file}#nope")
    (problem,) = problems(document)
    assert refuses(document)
    assert problem.got == "weight nothing, bias nothing"


def test_own_tensors_of_an_adapter_may_lack(file):
    document = starting(mlp(), str(file), type="lora_linear")
    assert problems(document) == ()
    assert not refuses(document)


def test_whole_numbers_are_no_weights(tmp_path):
    path = tmp_path / "net.safetensors"
    whole = {
        "hidden.weight": torch.zeros(16, 4, dtype=torch.int64),
        "hidden.bias": torch.zeros(16),
    }
    safetensors.torch.save_file(whole, path)
    document = starting(mlp(), str(path))
    (problem,) = problems(document)
    assert refuses(document)
    assert problem.expected == "weight 16×4 (real numbers)"
    assert problem.got == "weight 16×4 (whole numbers, I64)"


def test_relative_paths_count_from_the_folder_of_the_document(file):
    document = starting(mlp(), f"{file.name}#scores")
    (problem,) = problems(document, file.parent)
    assert problem.node == "hidden"


def test_in_a_block_that_starts_from_a_file_the_block_starts_anew(file):
    document = mlp()
    apply_all(document, grouping.group(document, ["hidden"], "stem"))
    (instance,) = (n for n in document.graph.nodes.values() if n.type == "block")
    document = starting(document, f"{file}#nope", instance.id)
    (problem,) = problems(document)
    assert refuses(document)
    assert problem.node == f"{instance.id}.hidden"
    apply_all(document, problem.fixes[0].edits)
    assert document.graph.node(instance.id).weights == ""
    assert problems(document) == ()


def test_of_a_state_dict_it_is_told_before_training_too(tmp_path):
    path = tmp_path / "net.pt"
    torch.save({"hidden.weight": torch.zeros(1)}, path)
    document = starting(mlp(), str(path))
    (problem,) = problems(document)
    assert problem.node == "hidden"
    assert refuses(document)


def test_without_a_folder_no_file_is_looked_at(file):
    assert Analyser().analyse(starting(mlp(), f"{file}#nope")).problems == ()
