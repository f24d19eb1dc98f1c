"""Wires that close behind a node."""

from engine.graph.blocks.rewire import heal
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
