"""Unpacking a block; the network computes the same before and after."""

import pytest
import torch

from engine.compile.program import compile_project
from engine.errors import GraphError
from engine.graph.blocks.grouping import group
from engine.graph.blocks.ungrouping import unpack
from engine.graph.edits import AddNode, Connect, ReplaceNode, apply_all
from engine.graph.files import serialize
from engine.graph.model import Edge, Node, Project


def network() -> Project:
    """Build digits → flatten → [fc → tanh → fc2 + skip] → head → cross-entropy."""
    project = Project()
    nodes = [
        Node("x", "data", {"source": "digits"}),
        Node("flat", "flatten"),
        Node("fc", "linear", {"out_features": 64}),
        Node("act", "tanh"),
        Node("plus", "add"),
        Node("cat", "concat"),
        Node("head", "linear", {"out_features": 10}),
        Node("loss", "cross_entropy"),
    ]
    wires = "x.image flat.input,flat.out fc.input,fc.out act.input,flat.out plus.inputs"
    wires += ",act.out plus.inputs,flat.out cat.inputs,plus.out cat.inputs"
    wires += ",fc.out cat.inputs,cat.out head.input,head.out loss.input"
    wires += ",x.label loss.target"
    edges = [Edge.parse(*pair.split()) for pair in wires.split(",")]
    apply_all(project, [AddNode(n) for n in nodes] + [Connect(e) for e in edges])
    return project


def loss_with(project: Project, weights: dict[str, torch.Tensor]) -> float:
    program = compile_project(project, seed=0)
    program.modules.load_state_dict(weights)
    feeds = {
        "x.image": torch.linspace(-1, 1, 5 * 64).reshape(5, 1, 8, 8),
        "x.label": torch.arange(5),
    }
    phase = program.phases[0]
    out = phase.graph_module(*[feeds[name] for name in phase.feed_names])
    return out["loss"].item()


def moved(weights: dict[str, torch.Tensor], names: dict[str, str]) -> dict:
    def rename(key: str) -> str:
        path, _, leaf = key.rpartition(".")
        return f"{names.get(path, path)}.{leaf}"

    return {rename(key): value for key, value in weights.items()}


@pytest.mark.parametrize("ids", [["fc", "act", "plus"], ["act", "plus", "cat"]])
def test_group_then_unpack_computes_the_same_loss(ids: list[str]) -> None:
    project = network()
    weights = compile_project(project, seed=3).modules.state_dict()
    expected = loss_with(project, weights)
    apply_all(project, group(project, ids, "part"))
    grouped = moved(weights, {node_id: f"part.{node_id}" for node_id in ids})
    assert loss_with(project, grouped) == expected
    before = serialize.dumps(project)
    result = unpack(project, "part")
    inverses = apply_all(project, result.edits)
    assert "part" not in project.graph.nodes
    assert loss_with(project, moved(grouped, result.names)) == expected
    apply_all(project, inverses)
    assert serialize.dumps(project) == before


def test_unpack_of_a_repeated_block_chains_the_copies() -> None:
    project = network()
    apply_all(project, group(project, ["fc", "act"], "part"))
    block = project.blocks["part"]
    part = project.graph.node("part")
    outputs = list(block.outputs)
    assert block.outputs[outputs[0]].node in {"fc", "act"}
    apply_all(project, [ReplaceNode(part.with_param("repeat", 3))])
    weights = compile_project(project, seed=1).modules.state_dict()
    expected = loss_with(project, weights)
    result = unpack(project, "part")
    apply_all(project, result.edits)
    assert {"fc", "fc_2", "fc_3"} <= set(project.graph.nodes)
    assert loss_with(project, moved(weights, result.names)) == expected


def test_unpack_of_a_layer_is_refused() -> None:
    with pytest.raises(GraphError, match="block"):
        unpack(network(), "fc")
