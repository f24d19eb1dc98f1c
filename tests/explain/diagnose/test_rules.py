"""The rules against runs of real networks: each fires on its fault, and only there."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

import presets
from engine.data import catalog
from engine.explain.diagnose.watch import attach
from engine.graph.edits import apply_all
from engine.graph.presets import preset_fix
from engine.graph.settings_text import assign
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.training.projects import mlp, phase

BROKEN = {
    "exploding": ("exploding_gradients", 0),
    "vanishing": ("vanishing_gradients", 150),
    "dead-relu": ("dead_relu", 100),
    "too-fast": ("learning_rate_too_high", 150),
    "too-slow": ("learning_rate_too_low", 150),
    "overfit": ("overfitting", 0),
    "bad-labels": ("bad_labels", 150),
    "unscaled": ("unscaled_inputs", 50),
}
HEALTHY = {
    "xor": 0,
    "spirals": 0,
    "sine": 600,
    "digits-mlp": 0,
    "mnist-cnn": 80,
    "diabetes": 0,
    "breast-cancer": 0,
}


def trained(project, steps=0, seed=0):
    """Train in small bites, as a window does, and return trainer and diagnosis."""
    if steps:
        project.training = project.training.with_value("steps", steps)
    trainer = Trainer(project, threads=1, seed=seed)
    diagnosis = attach(trainer, project)
    told = trainer.step
    for _ in trainer.steps():
        if trainer.step >= told + 20:
            told = trainer.step
            trainer.drain()
    trainer.drain()
    return trainer, diagnosis.findings


@cache
def of_preset(name, steps=0):
    return trained(presets.load(name), steps)


def variant(name, *words):
    project = presets.load(name)
    assign(project, words)
    return project


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_preset_is_told_by_name_first(name):
    fault, steps = BROKEN[name]
    assert preset_fix.fault_of(presets.load(name)) == fault
    _, findings = of_preset(name, steps)
    assert [finding.fault for finding in findings] == [fault]
    finding = findings[0]
    assert finding.nodes
    assert finding.text
    assert finding.advice
    assert finding.source
    known = {"≤": np.less_equal, "≥": np.greater_equal}
    assert finding.evidence
    for each in finding.evidence:
        assert known[each.comparison](each.value, each.limit), each


@pytest.mark.parametrize("name", BROKEN)
def test_the_first_fix_is_that_of_the_preset(name):
    _, steps = BROKEN[name]
    _, findings = of_preset(name, steps)
    project = presets.load(name)
    assert findings[0].fixes[0] == preset_fix.fix_of(project)
    assert len(findings[0].fixes) > 1  # what helps any network stands behind it


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_preset_raises_no_alarm(name):
    trainer, findings = trained(presets.load(name), HEALTHY[name])
    assert trainer.ending.kind in {"finished", "early"}
    assert findings == ()


@pytest.mark.parametrize("name", BROKEN)
def test_the_mended_preset_raises_no_alarm(name):
    project = presets.load(name)
    apply_all(project, preset_fix.fix_of(project).edits)
    _, findings = trained(
        project, {"bad-labels": 300, "vanishing": 200, "exploding": 200}.get(name, 0)
    )
    assert findings == ()


@pytest.mark.parametrize(
    ("name", "words", "fault"),
    [
        ("digits-mlp", ("lr=1",), "learning_rate_too_high"),
        ("digits-mlp", ("optimizer=sgd", "lr=10"), "learning_rate_too_high"),
        ("digits-mlp", ("lr=0.000002", "schedule=constant"), "learning_rate_too_low"),
        ("digits-mlp", ("data.label_noise=0.5",), "bad_labels"),
        ("diabetes", ('data.scaling="none"',), "unscaled_inputs"),
        ("breast-cancer", ('data.scaling="none"',), "unscaled_inputs"),
    ],
)
def test_a_fault_put_into_a_healthy_network_is_found_first(name, words, fault):
    project = variant(name, *words)
    if fault != "bad_labels":
        project.training = project.training.with_value("epochs", 12)
    _, findings = trained(project)
    assert findings[0].fault == fault
    assert findings[0].fixes


@pytest.mark.parametrize(
    "name", ["exploding", "vanishing", "dead-relu", "too-fast", "too-slow", "unscaled"]
)
def test_the_general_fix_mends_as_well_as_the_preset_does(name):
    _, steps = BROKEN[name]
    _, findings = of_preset(name, steps)
    project = presets.load(name)
    apply_all(project, findings[0].fixes[1].edits)
    trainer, after = trained(project)
    assert after == ()
    target = preset_fix.read(presets.load(name).extra["preset"]["cure"]).target
    final = trainer.observer.record.evaluations[-1]
    assert target.met(final.values[target.metric])


def test_vanishing_is_the_ratio_that_plain_torch_finds():
    project = presets.load("vanishing")
    trainer, findings = of_preset("vanishing", BROKEN["vanishing"][1])
    fresh = Trainer(project, threads=1, seed=0)
    state = trainer.parts.program.modules.state_dict()
    names = ["first", *(f"layers.{n}.linear" for n in range(12)), "scores"]
    layers = [nn.Linear(*state[f"{n}.weight"].shape[::-1]) for n in names]
    for layer, name in zip(layers, names, strict=True):
        layer.load_state_dict(
            {part: state[f"{name}.{part}"].clone() for part in ("weight", "bias")}
        )
    batch = fresh.parts.feeds.first()
    hidden = layers[0](batch["data.image"].flatten(1))
    for layer in layers[1:-1]:
        hidden = torch.sigmoid(layer(hidden))
    loss = nn.functional.cross_entropy(layers[-1](hidden), batch["data.label"])
    loss.backward()
    norms = [
        torch.cat([weight.grad.flatten() for weight in layer.parameters()]).norm()
        for layer in (layers[0], layers[-1])
    ]
    ratio = float(norms[0] / norms[1])
    value = findings[0].evidence[0].value
    assert 0.01 < value / ratio < 100  # the middle of the run beside its end
    assert ratio <= 1e-3


def test_labels_are_told_by_the_accuracies_of_the_evaluations():
    trainer, findings = of_preset("bad-labels", BROKEN["bad-labels"][1])
    known = trainer.observer.record.evaluations
    gaps = [e.values["accuracy"] - e.train_values["accuracy"] for e in known]
    assert findings[0].evidence[0].value == max(gaps)


def test_unscaled_is_told_before_there_is_a_step():
    project = presets.load("unscaled")
    trainer = Trainer(project, threads=1, seed=0)
    attach(trainer, project)
    found = trainer.drain().findings
    assert [finding.fault for finding in found] == ["unscaled_inputs"]
    known = catalog.load(project.graph.nodes["data"].params).train["features"]
    assert len(known) < 1024  # all of it is seen
    largest = np.sqrt((known.astype(float) ** 2).mean(axis=0)).max()
    assert found[0].evidence[0].value == pytest.approx(largest, rel=1e-6)
    assert trainer.drain().findings is None
    trainer.close("stopped")


def test_a_resumed_run_is_not_judged_by_a_beginning_that_nobody_saw(tmp_path):
    project = mlp(phase("sgd", values={"lr": 10.0}), steps=60)
    run = runs.create(tmp_path, project)
    first = Trainer(project, run=run, threads=1)
    for _ in first.steps():
        if first.step == 40:
            first.request_stop()
    again = Trainer.resume(runs.open_run(run.folder))
    diagnosis = attach(again, project)
    for _ in again.steps():
        pass
    again.drain()
    assert not diagnosis.record.is_whole
    assert diagnosis.findings == ()
