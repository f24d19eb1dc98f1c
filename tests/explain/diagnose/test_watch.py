"""Watching: what it costs, what it leaves alone, and when it speaks."""

import json

import numpy as np
import pytest
import torch

import presets
from engine.data import catalog
from engine.explain.diagnose import activations
from engine.explain.diagnose.activations import Shut
from engine.explain.diagnose.curve import MOST_BINS, Curve
from engine.explain.diagnose.record import MOST_SAMPLES
from engine.explain.diagnose.watch import Diagnosis, attach
from engine.graph.files import serialize
from engine.measure import schedule
from engine.measure.budget import Budget
from engine.protocol import messages
from engine.protocol.findings import Evidence, number
from engine.protocol.wire import encoding
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
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
    assert trainer.observer.record.dead.shares.keys() == {"act"}
    hooks = [m._forward_hooks for m in trainer.parts.program.modules.modules()]
    assert not any(hooks)


@pytest.mark.parametrize("scarce", [True, False])
def test_a_look_that_fails_is_told_once_in_words_and_the_training_goes_on(
    monkeypatch, scarce
):
    words = "mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)"

    def broken(*_args):
        raise MemoryError if scarce else RuntimeError(words)
        yield None

    monkeypatch.setattr(activations, "look", broken)
    project = projects.cnn(steps=40, evaluate_every=5)
    trainer = Trainer(project, threads=1, seed=0)
    watcher = attach(trainer, project)
    watcher._seems_shut = lambda _sample: True
    for _ in trainer.steps():
        pass
    said = [each for each in trainer.drain().log if "diagnosis could not" in each]
    assert len(said) == 1
    assert "mat1" not in said[0]
    assert ("too little memory" in said[0]) == scarce
    assert trainer.ending.kind == "finished"
    assert trainer.step == 40


def test_findings_cross_the_process_border_with_their_fixes():
    project = presets.load("unscaled")
    trainer = Trainer(project, threads=1, seed=0)
    attach(trainer, project)
    progress = trainer.drain()
    trainer.close("stopped")
    told = messages.Frame(step=0, epoch=0.0, state="training", **vars(progress))
    back = encoding.decode(encoding.encode(messages.Message(1, told))).body
    assert back.findings == progress.findings
    assert back.findings[0].fixes[0].edits


def test_a_fault_is_told_when_two_looks_in_a_row_find_it():
    project = presets.load("vanishing")
    trainer = Trainer(project, threads=1, seed=0)
    watcher = trainer.observer = Diagnosis(trainer, project)
    num = len(watcher.record.layers)
    grads = np.geomspace(1e-9, 1.0, num)
    empty = np.zeros((num, 512), dtype=np.int64)

    def sampled(step):
        rest = [np.full(num, 0.01) for _ in range(4)]
        watcher.sampled(messages.LayerSample(step, empty, empty, grads, *rest))
        return watcher.judge(*none, None)

    none = np.zeros(0, dtype=np.int64), np.zeros((0, 1))
    assert [sampled(step) for step in (1, 2, 3)] == [None] * 3  # too few, then a look
    found = sampled(4)
    assert [finding.fault for finding in found] == ["vanishing_gradients"]
    assert sampled(6) is None  # as before
    trainer.close("stopped")


@pytest.mark.parametrize("apart", [1, 7, 150])
def test_the_same_is_told_however_seldom_somebody_asks(apart):
    """Drained at every step, now and then, or only at the end: equal to the digit."""

    def told(every):
        project = presets.load("too-fast")
        project.training = project.training.with_value("steps", 150)
        trainer = Trainer(project, threads=1, seed=0)
        diagnosis = attach(trainer, project)
        for _ in trainer.steps():
            if trainer.at_border and trainer.step % every == 0:
                trainer.drain()
        trainer.drain()
        return diagnosis.findings

    assert told(apart) == told(3)


def test_a_busy_machine_measures_the_same_steps(monkeypatch):
    """Budgets that measure always or never leave what is judged as it is."""

    def record(is_due):
        monkeypatch.setattr(Budget, "due", lambda _self: is_due)
        project = presets.load("digits-mlp")
        project.training = project.training.with_value("steps", 200)
        trainer = Trainer(project, threads=1, seed=0)
        diagnosis = attach(trainer, project)
        for _ in trainer.steps():
            pass
        trainer.drain()
        return diagnosis.record

    idle, busy = record(is_due=True), record(is_due=False)
    assert idle.num_samples == busy.num_samples > 20
    for name in ("grad_norm", "weight_norm", "update_ratio"):
        assert np.array_equal(idle.column(name), busy.column(name), equal_nan=True)
    assert idle.dead == busy.dead
    assert np.array_equal(idle.loss.tenths(), busy.loss.tenths())


def test_the_schedule_depends_on_numbers_of_steps_alone():
    chosen = [n for n in range(1, 1001) if schedule.due(n, 1000)]
    assert chosen[:8] == [1, 2, 3, 4, 6, 8, 12, 16]
    assert {1000 * k // 16 + (1000 * k % 16 > 0) for k in range(1, 17)} <= set(chosen)
    assert chosen[-1] == 1000
    assert sum(schedule.due(n, 10**5) for n in range(1, 10**5 + 1)) < 70


def test_the_record_stays_small():
    project = projects.mlp(steps=10)
    trainer = Trainer(project, threads=1, seed=0)
    record = attach(trainer, project).record
    num = len(record.layers)
    empty = np.zeros((num, 512), dtype=np.int64)
    for step in range(5000):
        rest = [np.full(num, float(step)) for _ in range(5)]
        record.add_sample(messages.LayerSample(step, empty, empty, *rest))
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
    shut = Shut()
    for part in np.array_split(values, 3):  # in batches, as a look does
        shut.add(torch.relu(torch.tensor(part)))
    assert shut.samples == 40
    assert shut.share == pytest.approx(expected) == pytest.approx(2 / 6)


def test_few_samples_or_units_say_nothing():
    assert share(torch.zeros(8, 100)) is None
    assert share(torch.zeros(100, 3)) is None
    assert share(torch.zeros(100)) is None


def test_units_of_a_sequence_are_counted_on_its_quieter_side():
    values = torch.zeros(64, 5, 8)
    values[:, :, 3] = 1.0  # of 8 features one is open: 7/8 are dead; no time is
    assert share(values) == 0.0


def share(output):
    shut = Shut()
    shut.add(output)
    return shut.share


def test_dead_units_of_a_sorted_set_are_those_of_all_of_it():
    """MNIST is sorted by label; against plain torch over the whole training part."""
    project = presets.load("mnist-cnn")
    graph = json.loads(serialize.dumps(project))
    graph["graph"] = {
        "nodes": [
            {"id": "data", "type": "data", "params": {"source": "mnist"}},
            {"id": "f", "type": "flatten"},
            {"id": "h", "type": "linear", "params": {"out_features": 64}},
            {"id": "r", "type": "relu"},
            {"id": "c", "type": "linear", "params": {"out_features": 10}},
            {"id": "loss", "type": "cross_entropy"},
        ],
        "edges": [
            ["data.image", "f.input"],
            ["f.out", "h.input"],
            ["h.out", "r.input"],
            ["r.out", "c.input"],
            ["c.out", "loss.input"],
            ["data.label", "loss.target"],
        ],
    }
    project = serialize.loads(json.dumps(graph))
    trainer = Trainer(project, threads=1, seed=0)
    weight = trainer.parts.program.modules.at("h")
    with torch.no_grad():
        weight.bias -= 0.45  # so that many units open for some digits only
    *_, found = activations.look(trainer.parts.evaluator, trainer.parts.feeds)
    data = catalog.load({"source": "mnist"})
    images = torch.tensor(data.train["image"]).flatten(1)
    outputs = torch.relu(images @ weight.weight.T + weight.bias).detach()
    chosen = np.random.default_rng(0).permutation(len(outputs))[:1024]
    parts = outputs, outputs[chosen], outputs[:64]
    all_of_it, as_many, first = (float((p <= 0).all(0).float().mean()) for p in parts)
    assert found.samples == 1024
    assert found.shares["r"] == pytest.approx(as_many, abs=0.05)
    assert all_of_it <= found.shares["r"] < first - 0.2
    trainer.close("stopped")


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
