"""Grouping: ports found by themselves, order kept, undone to the letter."""

import pytest

from engine.errors import GraphError
from engine.graph.blocks.grouping import group
from engine.graph.edits import AddNode, Connect, Move, SetTraining, apply_all
from engine.graph.files import serialize
from engine.graph.model import Edge, Endpoint, Node, Project
from engine.graph.settings import Phase, Training


def residual() -> Project:
    """Data → fc1 → relu → add(fc1, relu) → cat(x, add, fc1) → fc2 → loss."""
    project = Project()
    nodes = ["data", "flatten", "linear", "relu", "add", "concat", "mse"]
    ids = ["x", "flat", "fc", "act", "plus", "cat", "loss"]
    wires = [
        ("x.image", "flat.input"),
        ("flat.out", "fc.input"),
        ("fc.out", "act.input"),
        ("fc.out", "plus.inputs"),
        ("act.out", "plus.inputs"),
        ("flat.out", "cat.inputs"),
        ("plus.out", "cat.inputs"),
        ("fc.out", "cat.inputs"),
        ("cat.out", "loss.input"),
    ]
    edits = [AddNode(Node(i, t)) for i, t in zip(ids, nodes, strict=True)]
    edits += [Connect(Edge.parse(*wire)) for wire in wires]
    places = tuple((node_id, (200.0 * n, 0.0)) for n, node_id in enumerate(ids))
    apply_all(project, [*edits, Move(places)])
    return project


def test_group_finds_ports_and_keeps_the_order_of_wires() -> None:
    project = residual()
    apply_all(project, group(project, ["fc", "act", "plus"], "part"))
    block = project.blocks["part"]
    assert set(block.graph.nodes) == {"fc", "act", "plus"}
    assert block.inputs == {"input": (Endpoint("fc", "input"),)}
    assert set(block.outputs.values()) == {
        Endpoint("fc", "out"),
        Endpoint("plus", "out"),
    }
    names = {end: name for name, end in block.outputs.items()}
    into_cat = [str(e.source) for e in project.graph.edges_into("cat")]
    assert into_cat == [
        "flat.out",
        f"part.{names[Endpoint('plus', 'out')]}",
        f"part.{names[Endpoint('fc', 'out')]}",
    ]
    assert project.position("", "part") == (600.0, 0.0)
    assert project.position("part", "fc") == (0.0, 0.0)


def test_group_entering_a_port_with_several_wires_keeps_its_place() -> None:
    project = residual()
    apply_all(project, group(project, ["act", "plus", "cat"], "tail"))
    block = project.blocks["tail"]
    first, second, third = (e.source.node for e in block.graph.edges_into("cat"))
    feeders = {end.node: name for name, ends in block.inputs.items() for end in ends}
    outer = {e.target.port: str(e.source) for e in project.graph.edges_into("tail")}
    assert outer[feeders[first]] == "flat.out"
    assert second == "plus"
    assert outer[feeders[third]] == "fc.out"


def test_group_is_undone_to_the_letter() -> None:
    project = residual()
    training = Training(phases=(Phase(update=("fc",)),))
    apply_all(project, [SetTraining(training)])
    before = serialize.dumps(project)
    inverses = apply_all(project, group(project, ["fc", "act", "plus"], "part"))
    assert project.training.phases[0].update == ("part",)
    grouped = serialize.dumps(project)
    assert serialize.dumps(serialize.loads(grouped)) == grouped
    apply_all(project, inverses)
    assert serialize.dumps(project) == before


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([], "Nothing"),
        (["x", "flat"], "inside a block"),
        (["loss"], "inside a block"),
        (["fc", "plus"], "comes back"),
    ],
)
def test_group_of_a_bad_selection_says_why(ids: list[str], words: str) -> None:
    project = residual()
    before = serialize.dumps(project)
    with pytest.raises(GraphError, match=words):
        group(project, ids, "part")
    assert serialize.dumps(project) == before


def test_loose_ends_become_ports_that_can_be_connected_later() -> None:
    project = Project()
    nodes = [Node("a", "linear"), Node("act", "relu"), Node("b", "linear")]
    edges = [Edge.parse("a.out", "act.input"), Edge.parse("act.out", "b.input")]
    apply_all(project, [AddNode(n) for n in nodes] + [Connect(e) for e in edges])
    apply_all(project, group(project, ["a", "act", "b"], "net"))
    block = project.blocks["net"]
    assert block.inputs == {"input": (Endpoint("a", "input"),)}
    assert block.outputs == {"out": Endpoint("b", "out")}
