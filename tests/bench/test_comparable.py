"""What one score can't prove is said in words, and no score is read upside down."""

import pytest

from engine.bench.better import race
from engine.bench.better.proof import Proof
from engine.graph.model import Edge, Node
from engine.graph.settings_text import assign
from engine.layers import registry
from tests.training import projects

HIGHER = {"accuracy", "top_k", "f1", "precision", "recall", "r2", "exact_match",
          "mode_coverage"}  # fmt: skip
LOWER = {"perplexity", "mae", "rmse"}


def test_of_every_metric_it_is_known_which_way_is_better(monkeypatch):
    kinds = {s.id for s in registry.all_specs() if s.category == "metric"}
    assert kinds == HIGHER | LOWER
    for kind in kinds:
        names = {"m": kind, "loss": ""}
        monkeypatch.setattr(race, "_names", lambda _project, names=names: names)
        assert race.score_for((projects.mlp(),), "") == ("m", kind in HIGHER)
        assert race.score_for((projects.mlp(),), "loss") == ("loss", False)


def without_metric(*words):
    project = projects.mlp(projects.phase("sgd"), steps=30)
    for edge in list(project.graph.edges_into("accuracy")):
        project.graph.disconnect(edge)
    project.graph.remove_node("accuracy")
    assign(project, words)
    return project


def said(before, after):
    *_, answer = Proof(before, after, 0).run()
    return answer.verdict, answer.text


def test_another_loss_proves_nothing_but_a_metric_does():
    verdict, text = said(without_metric("loss.weight=9"), without_metric())
    assert verdict == "unproved"
    assert "changes the loss itself" in text
    before = projects.mlp(projects.phase("sgd"), steps=30)
    assign(before, ("loss.weight=9",))
    verdict, text = said(before, projects.mlp(projects.phase("sgd"), steps=30))
    assert verdict != "unproved"
    assert text.startswith("The cure")


def test_other_samples_that_are_judged_prove_nothing():
    before = projects.mlp(steps=30, data={"samples": 90})
    verdict, text = said(before, projects.mlp(steps=30))
    assert verdict == "unproved"
    assert "different questions" in text


def test_other_scales_of_the_inputs_do_not_matter():
    before = projects.mlp(steps=30, data={"scaling": "none"})
    verdict, _ = said(before, projects.mlp(steps=30))
    assert verdict != "unproved"


@pytest.mark.parametrize("leaks", [True, False])
def test_an_answer_that_is_taken_out_of_the_inputs_is_not_judged_by_the_score(leaks):
    before = projects.mlp(projects.phase("adam"), steps=30)
    if leaks:
        graph = before.graph
        (old,) = [e for e in graph.edges if str(e.target) == "hidden.input"]
        graph.disconnect(old)
        graph.add_node(Node("hot", "one_hot", {"num_classes": 3}))
        graph.add_node(Node("both", "concat", {"dim": 1}))
        wires = ("data.label>hot.input", "data.features>both.inputs",
                 "hot.out>both.inputs", "both.out>hidden.input")  # fmt: skip
        for wire in wires:
            graph.connect(Edge.parse(*wire.split(">")))
    verdict, text = said(before, projects.mlp(projects.phase("adam"), steps=30))
    assert (verdict == "unproved") == leaks
    assert ("among the inputs" in text) == leaks
