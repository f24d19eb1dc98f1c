"""Linear layers become LoRALinear ones and back; everything else stays."""

import dataclasses

import pytest
import torch
from safetensors.torch import save_file

from engine.graph.edits import AddNode, ReplaceNode, SetParam
from engine.graph.files import serialize
from engine.graph.model import Node
from engine.training.weights import initial_weights
from tests.workbench.canvas import nets
from workbench.document import Document, blocks, replacing


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


def linear(document):
    return document.project.graph.node("linear")


def test_only_the_type_changes_and_undo_brings_the_text_back(document):
    node = Node(
        "linear",
        "linear",
        {"out_features": 10, "bias": False},
        name="Head",
        lr_factor=0.5,
        weights="net.safetensors#linear",
    )
    document.apply([ReplaceNode(node)], "Prepare")
    before, wires = document.text(), document.project.graph.edges
    place = document.project.position("", "linear")
    assert replacing.adapt(document, ["linear"]) == ["linear"]
    assert linear(document) == dataclasses.replace(node, type="lora_linear")
    assert document.project.graph.edges == wires
    assert document.project.position("", "linear") == place
    assert document.undo_stack.undoText() == "Fine-tune Head with LoRA"
    document.undo_stack.undo()
    assert document.text() == before


def test_the_way_back_leaves_the_settings_of_the_correction_behind(document):
    before = document.text()
    replacing.adapt(document, ["linear"])
    document.apply([SetParam("linear", "rank", 2)], "Rank")
    assert replacing.restore(document, ["linear"]) == ["linear"]
    assert document.text() == before
    assert document.undo_stack.undoText() == "Back to a plain Linear"


def test_several_are_one_step_and_others_stay_as_they_are(document):
    document.apply([AddNode(Node("linear_2", "linear"))], "Add")
    count = document.undo_stack.count()
    assert replacing.adapt(document, ["conv", "linear", "linear_2"]) == [
        "linear",
        "linear_2",
    ]
    assert document.undo_stack.count() == count + 1
    assert document.undo_stack.undoText() == "Fine-tune 2 layers with LoRA"
    types = {i: n.type for i, n in document.project.graph.nodes.items()}
    assert (types["conv"], types["linear_2"]) == ("conv2d", "lora_linear")


def test_nothing_to_change_is_no_step(document):
    assert replacing.adapt(document, ["conv", "relu"]) == []
    assert replacing.restore(document, ["linear"]) == []
    assert document.undo_stack.count() == 0


def test_a_frozen_layer_is_let_go_so_that_its_correction_trains(document):
    frozen = dataclasses.replace(linear(document), trainable=False)
    document.apply([ReplaceNode(frozen)], "Freeze")
    replacing.adapt(document, ["linear"])
    assert linear(document).trainable


def test_inside_a_block(document):
    blocks.group(document, ["flatten", "linear"], "head")
    replacing.adapt(document, ["linear"], "head")
    graph = document.project.blocks["head"].graph
    assert graph.node("linear").type == "lora_linear"


def test_weights_of_the_earlier_run_match_by_name(document, tmp_path):
    """The names are those that torch.nn.Linear gives its own state_dict."""
    plain = torch.nn.Linear(8 * 6 * 6, 10).state_dict()
    file = tmp_path / "net.safetensors"
    save_file({f"linear.{name}": tensor for name, tensor in plain.items()}, file)
    replacing.adapt(document, ["linear"])
    project = serialize.loads(document.text())
    found = initial_weights.preview(project, str(file))
    fits = {t.name: t.fit for t in found.tensors if t.node == "linear"}
    assert fits["linear.weight"] == fits["linear.bias"] == "matched"
    assert "linear" in found.nodes
