from dataclasses import replace

import presets
from engine.graph.edits import Move, ReplaceNode, SetParam
from workbench.session.live_settings import LiveSettings, training_fingerprint


def changed(project, **values):
    training = project.training
    phase = training.phases[0]
    params = {**phase.optimizer.params, **values}
    optimizer = replace(phase.optimizer, params=params)
    return training.with_phase(0, replace(phase, optimizer=optimizer))


def test_follow_sends_only_what_changed():
    sent = []
    project = presets.load("digits-mlp")
    live = LiveSettings(lambda *values: sent.append(values))
    live.begin(project.training)
    assert live.follow(project.training) == []
    name = project.training.phases[0].name
    live.follow(changed(project, lr=0.5))
    live.follow(changed(project, lr=0.5))
    assert sent == [("lr", 0.5, name)]


def test_other_optimizer_is_not_sent():
    sent = []
    project = presets.load("digits-mlp")
    live = LiveSettings(lambda *values: sent.append(values))
    live.begin(project.training)
    phase = project.training.phases[0]
    sgd = replace(phase, optimizer=replace(phase.optimizer, type="sgd", params={}))
    live.follow(project.training.with_phase(0, sgd))
    assert sent == []


def test_fingerprint_ignores_places_names_and_rates():
    project, other = presets.load("digits-mlp"), presets.load("digits-mlp")
    Move((("linear1", (1.0, 2.0)),)).apply(other)
    node = other.graph.node("linear1")
    ReplaceNode(replace(node, name="First")).apply(other)
    other.training = changed(other, lr=0.7, weight_decay=0.3)
    assert training_fingerprint(other) == training_fingerprint(project)


def test_fingerprint_sees_params_and_other_settings():
    project = presets.load("digits-mlp")
    before = training_fingerprint(project)
    SetParam("linear1", "out_features", 3).apply(project)
    assert training_fingerprint(project) != before
    other = presets.load("digits-mlp")
    other.training = other.training.with_value("epochs", 99)
    assert training_fingerprint(other) != before
