"""Watching: what it costs, what it leaves alone, and when it speaks."""

import numpy as np
import pytest
import torch

import presets
from engine.explain.diagnose.activations import dead_share
from engine.explain.diagnose.curve import MOST_BINS, Curve
from engine.explain.diagnose.record import MOST_SAMPLES
from engine.explain.diagnose.watch import Diagnosis, attach
from engine.protocol import frame, wire
from engine.protocol.findings import Evidence, number
from engine.training.launch import launch
from engine.training.trainer import Trainer
from tests.training import projects


@pytest.mark.parametrize("document", [projects.mlp, projects.cnn])
def test_diagnosis_does_not_change_a_bit(document):
    weights = []
    for is_watched in (True, False):
        project = document(steps=40, evaluate_every=5)
        trainer = Trainer(project, threads=1, seed=3)
        if is_watched:
            attach(trainer, project)
        for _ in trainer.steps():
            if trainer.step % 7 == 0:
                trainer.drain()
        trainer.drain()
        state = trainer.parts.program.modules.state_dict()
        weights.append({name: tensor.clone() for name, tensor in state.items()})
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_no_hook_stays_on_a_module():
    project = projects.cnn(steps=20, evaluate_every=5)
    trainer = Trainer(project, threads=1, seed=0)
    attach(trainer, project)
    for _ in trainer.steps():
        trainer.drain()
    assert trainer.watcher.record.dead.keys() == {"act"}
    hooks = [m._forward_hooks for m in trainer.parts.program.modules.modules()]
    assert not any(hooks)


def test_findings_cross_the_process_border_with_their_fixes():
    project = presets.load("unscaled")
    trainer = Trainer(project, threads=1, seed=0)
    attach(trainer, project)
    progress = trainer.drain()
    trainer.close("stopped")
    told = frame.Frame(step=0, epoch=0.0, state="training", **vars(progress))
    back = wire.decode(wire.encode(frame.Message(1, told))).body
    assert back.findings == progress.findings
    assert back.findings[0].fixes[0].edits


def test_a_fault_is_told_when_two_looks_in_a_row_find_it(monkeypatch):
    now = [0.0]
    project = presets.load("vanishing")
    trainer = Trainer(project, threads=1, seed=0)
    watcher = trainer.watcher = Diagnosis(trainer, project, lambda: now[0])
    sample = frame.LayerSample
    num = len(watcher.record.layers)
    grads = np.geomspace(1e-9, 1.0, num)
    empty = np.zeros((num, 512), dtype=np.int64)
    for step in range(3):
        rest = [np.full(num, 0.01) for _ in range(4)]
        watcher.sampled(sample(step, empty, empty, grads, *rest))
    none = np.zeros(0, dtype=np.int64), np.zeros((0, 1))
    assert watcher.judge(*none, None) is None  # the first look
    assert watcher.judge(*none, None) is None  # too soon for another
    now[0] += 60
    found = watcher.judge(*none, None)
    assert [finding.fault for finding in found] == ["vanishing_gradients"]
    now[0] += 60
    assert watcher.judge(*none, None) is None  # as before
    trainer.close("stopped")


def test_the_record_stays_small():
    project = projects.mlp(steps=10)
    trainer = Trainer(project, threads=1, seed=0)
    record = attach(trainer, project).record
    num = len(record.layers)
    empty = np.zeros((num, 512), dtype=np.int64)
    for step in range(5000):
        rest = [np.full(num, float(step)) for _ in range(5)]
        record.add_sample(frame.LayerSample(step, empty, empty, *rest))
    steps = record.column("grad_norm")[:, 0]
    assert len(steps) == record.num_samples == len(record.moving_ratio())
    assert record.num_samples <= MOST_SAMPLES + 1
    assert list(steps[:3]) == [0, 1, 2]
    assert steps[-1] > 4900
    assert (np.diff(steps) > 0).all()
    trainer.close("stopped")


def test_a_curve_of_any_length_keeps_its_means():
    rng = np.random.default_rng(0)
    losses = rng.normal(size=100_000).cumsum()
    curve = Curve()
    for part in np.array_split(losses, 333):
        curve.extend(part)
    assert curve.first == losses[0]
    assert curve.count == len(losses)
    assert len(curve._means) < MOST_BINS
    expected = [part.mean() for part in np.array_split(losses, 10)]
    assert np.allclose(curve.tenths(), expected, atol=0.02 * np.ptp(losses))


def test_a_curve_passes_over_steps_without_a_loss():
    curve = Curve()
    curve.extend(np.array([np.nan, 2.0, np.nan, 4.0]))
    assert (curve.first, curve.count, curve.nonfinite) == (2.0, 2, False)
    curve.extend(np.array([np.inf]))
    assert curve.nonfinite


@pytest.mark.parametrize("shape", [(40, 6), (40, 6, 5, 5)])
def test_dead_units_are_those_that_no_sample_opens(shape):
    rng = np.random.default_rng(1)
    values = rng.normal(size=shape)
    values[:, 2] = -1.0
    values[:, 4] = 0.0
    axes = (0,) if len(shape) == 2 else (0, 2, 3)
    expected = (np.maximum(values, 0) == 0).all(axis=axes).mean()
    found = dead_share(torch.relu(torch.tensor(values)))
    assert found == pytest.approx(expected) == pytest.approx(2 / 6)


def test_few_samples_or_units_say_nothing():
    assert dead_share(torch.zeros(8, 100)) is None
    assert dead_share(torch.zeros(100, 3)) is None
    assert dead_share(torch.zeros(100)) is None


def test_units_of_a_sequence_are_counted_on_its_quieter_side():
    values = torch.zeros(64, 5, 8)
    values[:, :, 3] = 1.0  # of 8 features one is open: 7/8 are dead; no time is
    assert dead_share(values) == 0.0


def test_evidence_is_written_with_its_limit():
    assert Evidence("x", 3.7161e-11, "≤", 1e-3).text == "3.7 × 10⁻¹¹ ≤ 0.001"
    assert Evidence("x", 48_612.0, "≥", 10.0).text == "48,612 ≥ 10"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.479, "0.479"),
        (3.68e-5, "3.7 × 10⁻⁵"),
        (1e-4, "0.0001"),
        (486.9, "487"),
        (2.15e10, "2.2 × 10¹⁰"),
        (1e10, "1 × 10¹⁰"),
        (-2e-7, "-2 × 10⁻⁷"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_steps_without_a_phase_are_no_steps_without_loss():
    sgd = projects.phase("sgd", values={"lr": 10.0}, every=2)
    project = projects.mlp(sgd, steps=60)
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis, seen = attach(trainer, project), []
    for _ in trainer.steps():
        if trainer.at_border:
            progress = trainer.drain()
            seen += progress.losses[:, 0].tolist()
    trainer.drain()
    ran = [loss for loss in seen if not np.isnan(loss)]
    assert len(seen) == 2 * len(ran)
    assert diagnosis.record.loss.count == len(ran)
    assert diagnosis.record.loss.first == ran[0] > 0
    faults = [finding.fault for finding in diagnosis.findings]
    assert faults == ["learning_rate_too_high"]


def test_kept_weights_are_no_reason_to_learn_faster(tmp_path):
    first, run = launch(tmp_path, projects.mlp(steps=400), name="first")
    for _ in first.steps():
        pass
    slow = projects.phase(values={"lr": 1e-6})
    project = projects.mlp(slow, steps=300)
    faults = {}
    for kept in ("", str(run.folder)):
        trainer, _ = launch(tmp_path, project, weights_from=kept)
        diagnosis = attach(trainer, project)
        for _ in trainer.steps():
            trainer.drain()
        trainer.drain()
        faults[bool(kept)] = [finding.fault for finding in diagnosis.findings]
    assert faults == {False: ["learning_rate_too_low"], True: []}
