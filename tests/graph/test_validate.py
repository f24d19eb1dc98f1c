"""Mistakes that show without shapes: each is said at its node, with a fix."""

import pytest

import presets
from engine.advice.document.validate import validate
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Rename,
    SetBlock,
    SetParam,
    SetTraining,
    apply_all,
    removal,
)
from engine.graph.model import Block, Edge, Graph, Node, Project
from engine.graph.settings import Phase, Training


def healthy() -> Project:
    project = Project()
    nodes = [
        Node("x", "data", {"source": "digits"}),
        Node("flat", "flatten"),
        Node("fc", "linear", {"out_features": 10}),
        Node("loss", "cross_entropy"),
    ]
    wires = [
        ("x.image", "flat.input"),
        ("flat.out", "fc.input"),
        ("fc.out", "loss.input"),
        ("x.label", "loss.target"),
    ]
    edits: list[Edit] = [AddNode(node) for node in nodes]
    edits += [Connect(Edge.parse(*wire)) for wire in wires]
    apply_all(project, edits)
    return project


def wire(source: str, target: str) -> Edge:
    return Edge.parse(source, target)


def recursive_block() -> Block:
    graph = Graph()
    graph.add_node(Node("inner", "block", {"of": "loop"}))
    return Block(graph, {}, {})


MISTAKES: dict[str, tuple[list[Edit], str, str]] = {
    "missing input": ([Disconnect(wire("flat.out", "fc.input"))], "fc", "Nothing"),
    "labels into a layer": (
        [
            Disconnect(wire("flat.out", "fc.input")),
            Connect(wire("x.label", "fc.input")),
        ],
        "fc",
        "wrong kind",
    ),
    "two wires": ([Connect(wire("x.image", "fc.input"))], "fc", "Two wires"),
    "port gone": ([SetParam("x", "source", "iris")], "flat", "no port"),
    "bad value": ([SetParam("fc", "out_features", -3)], "fc", "value"),
    "unknown setting": ([SetParam("fc", "colour", 3)], "fc", "no setting"),
    "block without definition": (
        [AddNode(Node("b", "block", {"of": "none"}))],
        "b",
        "no definition",
    ),
    "recursive block": ([SetBlock("loop", recursive_block())], "", "contains itself"),
    "phase without loss": (
        [SetTraining(Training(phases=(Phase(minimise=("fc",)),)))],
        "",
        "minimises",
    ),
    "phase of nothing": (
        [SetTraining(Training(phases=(Phase(update=("nobody",)),)))],
        "",
        "updates",
    ),
    "phase of nothing inside a layer": (
        [SetTraining(Training(phases=(Phase(update=("flat.inner",)),)))],
        "",
        "updates",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistake_is_said_at_its_node(case: str) -> None:
    edits, node, words = MISTAKES[case]
    project = healthy()
    apply_all(project, edits)
    found = [p for p in validate(project) if p.node == node and words in p.text]
    assert found
    assert found[0].severity == "error"
    assert found[0].expected or found[0].got


def test_healthy_project_has_no_problem() -> None:
    assert validate(healthy()) == []


@pytest.mark.parametrize(
    "case", ["missing input", "labels into a layer", "two wires", "bad value"]
)
def test_first_fixes_lead_back_to_no_problem_at_the_node(case: str) -> None:
    edits, node, _ = MISTAKES[case]
    project = healthy()
    apply_all(project, edits)
    for _attempt in range(4):
        problems = [p for p in validate(project) if p.node == node]
        if not problems:
            return
        apply_all(project, problems[0].fixes[0].edits)
    raise AssertionError(validate(project))


def test_layer_without_loss_is_a_warning() -> None:
    project = healthy()
    apply_all(project, [AddNode(Node("r", "relu")), Connect(wire("fc.out", "r.input"))])
    (problem,) = validate(project)
    assert problem.severity == "warning"
    assert problem.node == "r"


def test_empty_canvas_and_missing_loss_are_said() -> None:
    assert "empty" in validate(Project())[0].text
    project = Project()
    apply_all(project, [AddNode(Node("x", "data")), Rename("half")])
    assert "minimise" in validate(project)[-1].text


def test_weightless_layer_before_a_view_is_no_mistake() -> None:
    project = healthy()
    edits: list[Edit] = [
        AddNode(Node("share", "softmax")),
        AddNode(Node("show", "predictions")),
        Connect(wire("fc.out", "share.input")),
        Connect(wire("share.out", "show.input")),
        Connect(wire("x.label", "show.target")),
    ]
    apply_all(project, edits[:1])
    assert [problem.node for problem in validate(project)] == ["share", "share"]
    apply_all(project, edits[1:])
    assert validate(project) == []


def without_data() -> Project:
    project = healthy()
    apply_all(project, removal(project, ["x"]))
    return project


def fixes_at(project: Project, node: str) -> list[str]:
    (problem,) = [p for p in validate(project) if p.node == node]
    return [fix.label for fix in problem.fixes]


def test_network_without_data_is_offered_a_data_node_first() -> None:
    project = without_data()
    assert fixes_at(project, "flat") == ["Add Data"]
    assert fixes_at(project, "loss") == ["Add Data"]
    (problem,) = [p for p in validate(project) if p.node == "flat"]
    apply_all(project, problem.fixes[0].edits)
    assert fixes_at(project, "loss")[0] == "Connect Data · label"
    (problem,) = validate(project)
    apply_all(project, problem.fixes[0].edits)
    assert validate(project) == []


def test_target_is_offered_labels_before_images_and_no_layer() -> None:
    project = healthy()
    apply_all(project, [Disconnect(wire("x.label", "loss.target"))])
    assert fixes_at(project, "loss") == [
        "Connect Data · label",
        "Connect Data · image",
    ]


def test_target_of_a_regression_is_offered_the_data_first() -> None:
    project = healthy()
    apply_all(
        project,
        [
            AddNode(Node("mse", "mse")),
            Connect(wire("flat.out", "mse.input")),
        ],
    )
    assert fixes_at(project, "mse")[0] == "Connect Data · image"


def test_phase_may_update_what_stands_inside_a_block() -> None:
    project = presets.load("forgetting")
    phase = project.training.phases[1].with_update(("net_b.scores",))
    project.training = project.training.with_phase(1, phase)
    assert validate(project) == []
    phase = phase.with_update(("net_b.nobody", "net_b.scores.deeper"))
    project.training = project.training.with_phase(1, phase)
    assert [problem.got for problem in validate(project)] == [
        "net_b.nobody",
        "net_b.scores.deeper",
    ]
