"""What is different between two projects, told by hand."""

from dataclasses import replace

from engine.graph.compare.differences import differences
from engine.graph.compare.score import score
from engine.graph.model import Edge, Node
from engine.graph.settings import Choice
from tests.training.projects import mlp, phase


def words(old, new):
    return [each.words for each in differences(old, new)]


def test_equal_projects_have_no_differences():
    assert words(mlp(), mlp()) == []
    other = mlp()
    other.name, other.layout = "Other", {"": {"hidden": (1.0, 2.0)}}
    assert words(mlp(), other) == []


def test_settings_of_the_training_are_told_with_their_new_values():
    new = mlp(batch_size=7, epochs=3, device="cpu")
    new.training = new.training.with_phase(
        0, replace(new.training.phases[0], optimizer=Choice("adam", {"lr": 0.125}))
    )
    found = {each.name: (each.old, each.new) for each in differences(mlp(), new)}
    assert found["Learning rate"] == ("0.001", "0.125")
    assert found["Batch size"][1] == "7"
    assert found["Epochs"][1] == "3"
    assert set(found) == {"Learning rate", "Batch size", "Epochs"}


def test_another_optimizer_is_told_with_what_both_have():
    new = mlp()
    chosen = replace(new.training.phases[0], optimizer=Choice("sgd", {"lr": 0.5}))
    new.training = new.training.with_phase(0, chosen)
    assert words(mlp(), new)[:2] == ["Optimizer SGD", "Learning rate 0.5"]


def test_nodes_and_wires_are_told():
    new = mlp()
    new.graph.replace_node(
        replace(new.graph.node("hidden"), params={"out_features": 8})
    )
    for edge in [*new.graph.edges_into("drop"), *new.graph.edges_out_of("drop")]:
        new.graph.disconnect(edge)
    new.graph.remove_node("drop")
    new.graph.add_node(Node("norm", "layer_norm"))
    new.graph.connect(Edge.parse("act.out", "norm.input"))
    new.graph.connect(Edge.parse("norm.out", "scores.input"))
    found = words(mlp(), new)
    assert "+ LayerNorm" in found
    assert "− Dropout" in found
    assert any(w.startswith("Linear 1: ") and w.endswith(" 8") for w in found)


def test_frozen_weights_and_a_rate_of_their_own_are_told():
    new = mlp()
    hidden = replace(new.graph.node("hidden"), trainable=False, lr_factor=0.1)
    new.graph.replace_node(hidden)
    assert words(mlp(), new) == [
        "Linear 1: Trainable off", "Linear 1: Rate factor 0.1"
    ]  # fmt: skip
    started = mlp()
    started.weights = "before.safetensors"
    assert words(mlp(), started) == ["Weights from a file"]


def test_phases_are_told_by_name():
    one = mlp(phase(name="first"), phase(name="second"))
    other = mlp(phase(name="first"), phase(name="third"))
    assert words(one, other) == ["+ Phase “third”", "− Phase “second”"]


def test_score_is_that_of_the_goal_else_the_first_metric_else_the_loss():
    project = mlp()
    assert score(project, {"loss": 0.5}) == ("loss", "", True)
    project.graph.add_node(Node("rmse", "rmse"))
    values = {"loss": 0.5, "rmse": float("nan"), "accuracy": 0.25}
    assert score(project, values) == ("accuracy", "accuracy", False)
    only = {"loss": 0.5, "rmse": 2.0}
    assert score(project, only) == ("rmse", "rmse", True)
    goal = {"metric": "loss", "comparison": "<", "value": 1, "text": "low"}
    project.extra = {"preset": {"target": goal}}
    assert score(project, values) == ("loss", "", True)
    assert score(project, {}) is None
