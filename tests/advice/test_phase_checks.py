"""What phases do, and what they leave to nobody."""

from dataclasses import replace

import pytest

import presets
from engine.advice.analysis import Analyser
from engine.compile.program import compile_project
from engine.graph.edits import apply_all
from engine.graph.model import Edge, Node
from tests.training.projects import gan, mlp, phase
from tests.training.test_nested_updates import tower


def analysed(document):
    return Analyser().analyse(document)


def with_phases(document, *phases):
    document.training = replace(document.training, phases=phases).checked()
    return document


def told(document):
    return [(p.severity, p.node, p.phase) for p in analysed(document).problems]


def test_gan_phases_are_described():
    judge, forge = analysed(gan()).phases
    assert judge.losses == ("loss_real", "loss_fake")
    assert judge.updates == ("d_real.a", "d_real.b", "d_fake.a", "d_fake.b")
    assert judge.weights == ("d_real.a", "d_real.b")
    assert forge.losses == ("loss_fool",)
    assert forge.updates == forge.weights == ("gen.a", "gen.b")


def test_repeats_are_one_place_and_each_has_its_weights():
    info = analysed(tower(phase(update=("layers.1", "decoder.head")))).phases[0]
    assert info.updates == ("layers.norm", "layers.fc", "decoder.head")
    assert info.weights == ("decoder.head", "layers.1.fc", "layers.1.norm")


@pytest.mark.parametrize("preset", [p.id for p in presets.all_presets()])
def test_presets_have_healthy_phases(preset):
    analysis = analysed(presets.load(preset))
    assert len(analysis.phases) >= 1
    assert not [p for p in analysis.problems if "phase" in p.text.lower()]


def test_loss_that_no_phase_minimises_is_told_with_a_way_out():
    document = gan()
    judge, forge = document.training.phases
    with_phases(document, replace(judge, minimise=("loss_real",)), forge)
    assert told(document) == [("warning", "loss_fake", "*")]
    problem = analysed(document).problems[0]
    assert [fix.label for fix in problem.fixes] == [
        "Minimise it in “d”",
        "Minimise it in “g”",
    ]
    apply_all(document, problem.fixes[0].edits)
    assert document.training.phases[0].minimise == ("loss_real", "loss_fake")
    assert told(document) == []


def test_weights_that_no_phase_updates_are_told_once_for_a_block():
    document = tower(phase(update=("decoder",)))
    assert told(document) == [("warning", "layers", "*")]
    problem = analysed(document).problems[0]
    assert [f.label for f in problem.fixes] == [
        "Update it in “training”",
        "Freeze it",
    ]
    for fix in problem.fixes:
        healed = tower(phase(update=("decoder",)))
        apply_all(healed, fix.edits)
        assert told(healed) == []


def test_weights_inside_a_block_are_told_where_they_are():
    document = tower(phase(update=("layers", "decoder.head")))
    assert told(document) == [("warning", "decoder.hidden", "*")]
    fixes = analysed(document).problems[0].fixes
    assert [f.label for f in fixes] == ["Update it in “training”", "Freeze it"]
    apply_all(document, fixes[1].edits)
    assert not document.blocks["decoder"].graph.node("hidden").trainable
    assert told(document) == []


def test_a_repeat_that_nobody_updates_is_told():
    document = tower(phase(update=("layers.0", "layers.1", "decoder")))
    places = ("layers.norm", "layers.fc")
    assert told(document) == [("warning", place, "*") for place in places]


def test_frozen_weights_are_no_mistake():
    document = tower(phase(update=("decoder",)))
    node = document.graph.node("layers")
    document.graph.replace_node(replace(node, trainable=False))
    assert told(document) == []


def test_phase_without_weights_keeps_from_training_and_can_be_mended():
    document = gan()
    judge, forge = document.training.phases
    with_phases(document, judge, replace(forge, minimise=("loss_real",)))
    kinds = [k for k in told(document) if k[0] == "error"]
    assert kinds == [("error", "", "g")]
    problem = next(p for p in analysed(document).problems if p.phase == "g")
    labels = [fix.label for fix in problem.fixes]
    assert labels == ["Update all weights that its losses need", "Remove the phase"]
    apply_all(document, problem.fixes[1].edits)
    assert [p.name for p in document.training.phases] == ["d"]


def test_frozen_network_says_that_nothing_can_be_trained():
    document = mlp()
    for name in ("hidden", "scores"):
        node = document.graph.node(name)
        document.graph.replace_node(replace(node, trainable=False))
    (problem,) = analysed(document).problems
    assert problem.text == "There are no weights to train"
    assert problem.severity == "error"


@pytest.mark.parametrize("enabled", [True, False])
def test_weights_that_no_gradient_reaches_are_not_trained(enabled):
    document = mlp()
    document.graph.add_node(Node("stop", "stop_gradient", {"enabled": enabled}))
    document.graph.disconnect(Edge.parse("scores.out", "loss.input"))
    document.graph.connect(Edge.parse("scores.out", "stop.input"))
    document.graph.connect(Edge.parse("stop.out", "loss.input"))
    errors = [p for p in analysed(document).problems if p.severity == "error"]
    texts = [problem.text for problem in errors]
    assert texts == (["There are no weights to train"] if enabled else [])
    for problem in errors:
        (fix,) = problem.fixes
        assert fix.label == "Let gradients through StopGradient"
        apply_all(document, fix.edits)
        assert not analysed(document).problems


def test_weights_that_no_gradient_reaches_stay_in_checkpoints():
    document = mlp()
    document.graph.add_node(Node("stop", "stop_gradient"))
    document.graph.disconnect(Edge.parse("hidden.out", "act.input"))
    document.graph.connect(Edge.parse("hidden.out", "stop.input"))
    document.graph.connect(Edge.parse("stop.out", "act.input"))
    (phase_program,) = compile_project(document, seed=0).phases
    assert len(phase_program.parameters) == 4  # as in runs of before
