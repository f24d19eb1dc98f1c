"""Faults of settings and data, told whatever the training does."""

import pytest

import presets
from engine.graph.edits import apply_all
from engine.graph.settings_text import assign
from tests.explain.diagnose.test_rules import trained


def digits(*words):
    project = presets.load("digits-mlp")
    assign(project, words)
    return project


def named(project, steps=30):
    return {f.fault: f for f in trained(project, steps)[1]}


@pytest.mark.parametrize(
    ("share", "is_told"), [(0.95, True), (0.93, True), (0.9, False)]
)
def test_dropout_is_told_when_it_leaves_too_little(share, is_told):
    found = named(digits(f"dropout.p={share}"))
    assert ("dropout_too_high" in found) == is_told
    if is_told:
        assert found["dropout_too_high"].nodes == ("dropout",)
        assert found["dropout_too_high"].evidence[0].value == share


def test_the_fix_of_dropout_mends_it():
    project = digits("dropout.p=0.95")
    apply_all(project, named(project)["dropout_too_high"].fixes[0].edits)
    assert project.graph.node("dropout").params.get("p", 0.5) == 0.5
    assert "dropout_too_high" not in named(project)


def test_one_class_that_is_nearly_all_is_told(tmp_path):
    rows = ["x,y,kind"]
    rows += [f"{n % 7},{n % 5},{'odd' if n % 50 == 0 else 'even'}" for n in range(600)]
    file = tmp_path / "rare.csv"
    file.write_text("\n".join(rows), "utf-8")
    from engine.cli.main import main
    from engine.graph.files import serialize
    from engine.graph.model import Edge, Endpoint, Node

    made = tmp_path / "rare.bpw"
    words = ["data", str(file), "--target", "kind", "--project", str(made)]
    assert main(words) == 0
    project = serialize.load(made)
    graph = project.graph
    params = {**graph.node("data").params, "path": str(file)}
    graph.replace_node(Node("data", "data", params))
    ports = {"x": "input"}
    graph.add_node(Node("scores", "linear", {"out_features": 2}))
    graph.add_node(Node("loss", "cross_entropy"))
    graph.add_node(Node("accuracy", "accuracy"))
    name = next(p for p in _inputs(params))
    graph.connect(Edge(Endpoint("data", name), Endpoint("scores", ports["x"])))
    for end in ("loss", "accuracy"):
        graph.connect(Edge(Endpoint("scores", "out"), Endpoint(end, "input")))
        graph.connect(Edge(Endpoint("data", _target(params)), Endpoint(end, "target")))
    found = named(project)["imbalanced_classes"]
    assert found.evidence[0].value >= 0.95
    assert "even" in found.text


def _ports(params):
    from engine.layers.datasets.catalogue import spec_of

    return spec_of(params).ports(params)


def _inputs(params):
    return [p.port.name for p in _ports(params) if not p.is_target]


def _target(params):
    return next(p.port.name for p in _ports(params) if p.is_target)
