"""Wires that open for a node and close behind one."""

import pytest

from engine.errors import GraphError
from engine.graph.blocks.rewire import heal, splice
from engine.graph.edits import AddNode, Connect, apply_all
from engine.graph.files import serialize
from engine.graph.model import Edge, Node, Project


def chain() -> Project:
    project = Project()
    ids = {
        "x": "data",
        "flat": "flatten",
        "fc": "linear",
        "act": "relu",
        "loss": "cross_entropy",
    }
    wires = ["x.image flat.input", "flat.out fc.input", "fc.out act.input"]
    wires += ["act.out loss.input", "x.label loss.target"]
    edits = [AddNode(Node(i, t)) for i, t in ids.items()]
    apply_all(project, [*edits, *(Connect(Edge.parse(*w.split())) for w in wires)])
    return project


def wires_of(project: Project) -> list[str]:
    return [f"{e.source} {e.target}" for e in project.graph.edges]


def test_splice_puts_the_node_between_and_undoes() -> None:
    project = chain()
    before = serialize.dumps(project)
    edge = Edge.parse("flat.out", "fc.input")
    inverses = apply_all(project, splice(project, edge, Node("d", "dropout"), (9, 9)))
    wires = wires_of(project)
    assert wires[1] == "d.out fc.input"
    assert "flat.out d.input" in wires
    assert "flat.out fc.input" not in wires
    apply_all(project, inverses)
    assert serialize.dumps(project) == before


def test_splice_of_a_node_that_does_not_fit_is_refused() -> None:
    project = chain()
    with pytest.raises(GraphError, match="fit"):
        splice(project, Edge.parse("flat.out", "fc.input"), Node("z", "noise"))


def test_heal_joins_over_a_whole_selection() -> None:
    project = chain()
    before = serialize.dumps(project)
    inverses = apply_all(project, heal(project, ["fc", "act"]))
    assert wires_of(project) == [
        "x.image flat.input",
        "flat.out loss.input",
        "x.label loss.target",
    ]
    apply_all(project, inverses)
    assert serialize.dumps(project) == before


def test_heal_asks_whether_the_joined_wire_is_allowed() -> None:
    project = chain()
    apply_all(project, heal(project, ["fc"], allowed=lambda _edge: False))
    assert "flat.out act.input" not in wires_of(project)
