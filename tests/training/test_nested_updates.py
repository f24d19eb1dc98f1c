"""Phases that update nodes inside blocks: only these weights move, by a hand's loop."""

import pytest
import torch
from torch.nn import functional as F

from engine.graph.blocks.grouping import group
from engine.graph.blocks.ungrouping import unpack
from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.graph.model import Block, Edge, Endpoint, Node
from engine.training.loop.trainer import Trainer
from tests.training.projects import graph, phase, project

STEPS = 6
FEATURES = 4


def block(nodes, wires, start, end):
    inside = graph(nodes, wires)
    outputs = {"out": Endpoint(end, "out")}
    return Block(inside, {"x": (Endpoint(start, "input"),)}, outputs)


def tower(*phases):
    """Iris → layers (norm, fc, tanh) × 3 → decoder (hidden, tanh, head) → loss."""
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("layers", "block", {"of": "layer", "repeat": 3}),
        Node("decoder", "block", {"of": "decoder"}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.features>layers.x layers.out>decoder.x decoder.out>loss.input "
        "data.label>loss.target"
    )
    layer = block(
        [
            Node("norm", "layer_norm"),
            Node("fc", "linear", {"out_features": FEATURES}),
            Node("act", "tanh"),
        ],
        "norm.out>fc.input fc.out>act.input",
        "norm",
        "act",
    )
    decoder = block(
        [
            Node("hidden", "linear", {"out_features": 8}),
            Node("act", "tanh"),
            Node("head", "linear", {"out_features": 3}),
        ],
        "hidden.out>act.input act.out>head.input",
        "hidden",
        "head",
    )
    settings = {"batch_size": 16, "steps": STEPS, "device": "cpu", "threads": 1}
    blocks = {"layer": layer, "decoder": decoder}
    return project(nodes, wires, phases, blocks, **settings)


def loss_by_hand(weights, batch):
    """Return the loss of `tower`, written out."""

    def linear(name, x):
        return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    x = batch["data.features"]
    for index in range(3):
        scale = weights[f"layers.{index}.norm.weight"]
        shift = weights[f"layers.{index}.norm.bias"]
        x = F.layer_norm(x, (FEATURES,), scale, shift)
        x = linear(f"layers.{index}.fc", x).tanh()
    scores = linear("decoder.head", linear("decoder.hidden", x).tanh())
    return F.cross_entropy(scores, batch["data.label"])


def trained(document):
    """Return the first weights, the batches and the weights after training."""
    parts = Trainer(document).parts
    named = parts.program.modules.named_parameters()
    first = {name: weight.detach().clone() for name, weight in named}
    batches = [parts.feeds.next() for _ in range(STEPS)]
    trainer = Trainer(document)
    for _ in trainer.steps():
        pass
    last = dict(trainer.parts.program.modules.named_parameters())
    return first, batches, last


CASES = {
    "decoder.head": {"decoder.head"},
    "decoder": {"decoder.hidden", "decoder.head"},
    "layers.norm": {"layers.0.norm", "layers.1.norm", "layers.2.norm"},
    "layers.2": {"layers.2.norm", "layers.2.fc"},
    "layers.1.fc": {"layers.1.fc"},
}


@pytest.mark.parametrize("path", CASES)
def test_only_the_named_weights_move_and_as_by_hand(path):
    document = tower(phase("sgd", values={"lr": 0.3, "momentum": 0.9}, update=(path,)))
    first, batches, last = trained(document)
    weights = {name: weight.clone() for name, weight in first.items()}
    mine = [
        weight.requires_grad_()
        for name, weight in weights.items()
        if name.rpartition(".")[0] in CASES[path]
    ]
    optimizer = torch.optim.SGD(mine, lr=0.3, momentum=0.9)
    for batch in batches:
        optimizer.zero_grad()
        loss_by_hand(weights, batch).backward()
        optimizer.step()
    for name, weight in last.items():
        if name.rpartition(".")[0] in CASES[path]:
            assert not torch.equal(weight, first[name]), name
            torch.testing.assert_close(weight, weights[name], rtol=1e-6, atol=1e-6)
        else:
            assert torch.equal(weight, first[name]), name


def test_two_phases_share_a_block_between_them():
    head = phase("sgd", values={"lr": 0.1}, name="head", update=("decoder.head",))
    rest = phase(
        "adam",
        values={"lr": 0.01},
        name="rest",
        update=("layers", "decoder.hidden"),
        every=2,
    )
    first, batches, last = trained(tower(head, rest))
    weights = {name: w.clone().requires_grad_() for name, w in first.items()}
    heads = [w for name, w in weights.items() if name.startswith("decoder.head")]
    others = [w for name, w in weights.items() if not name.startswith("decoder.head")]
    by_sgd, by_adam = torch.optim.SGD(heads, lr=0.1), torch.optim.Adam(others, lr=0.01)
    for number, batch in enumerate(batches, 1):
        for optimizer in (by_sgd, by_adam)[: 2 - number % 2]:
            optimizer.zero_grad()
            loss_by_hand(weights, batch).backward()
            optimizer.step()
    for name, weight in last.items():
        torch.testing.assert_close(weight, weights[name], rtol=1e-6, atol=1e-6)


def test_weights_that_are_shared_move_when_either_user_is_named():
    document = tower(phase("sgd", name="a", update=("twin.head",)))
    document.graph.add_node(Node("twin", "block", {"of": "decoder", "share": "s"}))
    document.graph.connect(Edge.parse("layers.out", "twin.x"))
    old = document.graph.node("decoder")
    document.graph.replace_node(old.with_param("share", "s"))
    first, _, last = trained(document)
    moved = {n for n, weight in last.items() if not torch.equal(weight, first[n])}
    assert moved == {"decoder.head.weight", "decoder.head.bias"}


def test_nested_paths_survive_saving():
    document = tower(phase(update=("layers.norm", "layers.2", "decoder.head")))
    again = serialize.loads(serialize.dumps(document))
    assert again.training == document.training


def moved_shapes(document):
    return [tuple(w.shape) for w in Trainer(document).parts.phases[0].parameters]


def test_phases_follow_nodes_out_of_blocks_and_into_them():
    document = tower(phase(update=("decoder.head", "layers.1.fc")))
    before = moved_shapes(document)
    apply_all(document, unpack(document, "layers").edits)
    assert document.training.phases[0].update == ("decoder.head", "fc_2")
    apply_all(document, unpack(document, "decoder").edits)
    assert document.training.phases[0].update == ("head", "fc_2")
    assert sorted(moved_shapes(document)) == sorted(before)
    apply_all(document, group(document, ["norm_2", "fc_2", "act_2"], "middle"))
    assert document.training.phases[0].update == ("head", "middle.fc_2")
    apply_all(document, group(document, ["head"], "end"))
    assert document.training.phases[0].update == ("end", "middle.fc_2")
    assert sorted(moved_shapes(document)) == sorted(before)


def test_phases_follow_nodes_that_change_their_place_inside_a_block():
    document = tower(phase(update=("decoder.head", "layers.1.fc")))
    apply_all(document, group(document, ["hidden", "act"], "front", "decoder"))
    assert document.training.phases[0].update == ("decoder.head", "layers.1.fc")
    apply_all(document, group(document, ["head"], "back", "decoder"))
    assert document.training.phases[0].update == ("decoder.back.head", "layers.1.fc")
    apply_all(document, unpack(document, "back", "decoder").edits)
    assert document.training.phases[0].update == ("decoder.head", "layers.1.fc")


def test_grouping_inside_a_block_leaves_namesakes_outside_alone():
    document = tower(phase(update=("head",)))
    document.graph.add_node(Node("head", "linear"))
    apply_all(document, group(document, ["head"], "back", "decoder"))
    assert document.training.phases[0].update == ("head",)
