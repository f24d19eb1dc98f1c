"""Faults that show in what comes of a training, with numbers put in by hand."""

import numpy as np
import pytest
import torch

import presets
from engine.explain.diagnose import spread
from engine.explain.diagnose.rules import adversaries
from engine.explain.diagnose.rules.outcomes import (
    modes,
    relapse,
    stalled,
    underfit,
    unrelated,
)
from engine.graph.edits import apply_all
from engine.protocol.baselines import Baseline
from engine.protocol.messages import Evaluation
from engine.training.loop.trainer import Trainer
from tests.explain.diagnose.made_up import blank, record_of, values

GUESS = {
    "loss": Baseline(2.0, "shares"),
    "accuracy": Baseline(0.1, "class", higher=True),
}


def told(*pairs, name="loss", **more):
    """Return evaluations of (validation, training) values."""
    return [
        Evaluation(10 * n, n / 10, {name: new, **more}, {name: known, **more})
        for n, (new, known) in enumerate(pairs, 1)
    ]


def heart(*pairs, accuracy=0.1):
    evaluations = told(*pairs)
    for each in evaluations:
        each.values["accuracy"] = accuracy
    return unrelated.check(
        record_of("digits-mlp", evaluations=evaluations, baselines=GUESS)
    )


def test_learning_by_heart_alone_is_told_with_its_losses():
    finding = heart((2.1, 1.9), (2.2, 1.5), (2.4, 1.0))
    assert values(finding) == [
        (pytest.approx(0.5), "≤", 0.995),
        (pytest.approx(1.05), "≥", 1.0),
        (pytest.approx(0.7), "≥", 0.02),
    ]


@pytest.mark.parametrize(
    "pairs",
    [
        ((1.99, 1.9), (2.2, 1.5), (2.4, 1.0)),  # it was better than guessing once
        ((2.1, 2.0), (2.1, 2.0), (2.1, 2.0)),  # nothing is learnt
        ((2.0, 1.99), (2.0, 1.98), (2.01, 1.975)),  # too near to each other
        ((2.2, 1.5), (2.4, 1.0)),  # too few evaluations
    ],
)
def test_what_holds_for_new_samples_is_not_by_heart(pairs):
    assert heart(*pairs) is None


def test_right_answers_count_whatever_the_loss_is():
    assert heart((2.1, 1.9), (2.2, 1.5), (2.4, 1.0), accuracy=0.16) is None
    assert heart((2.1, 1.9), (2.2, 1.5), (2.4, 1.0), accuracy=0.14)


def run_out(sound, faded, *, left=0.5, steps=40, schedule="step"):
    """Return the finding of a run whose steps fade after so many."""
    rows = [
        ([1.0] * 3, [1.0] * 3, [0.1 if n < sound else 0.1 * faded] * 3)
        for n in range(steps)
    ]
    losses = np.linspace(1.0, left, 200)
    made = record_of(
        "digits-mlp", f"schedule={schedule}", losses=losses, samples=rows, step=steps,
        total_steps=40,
    )  # fmt: skip
    return stalled.check(made)


def test_a_rate_that_has_run_out_is_told_with_its_numbers():
    finding = run_out(20, 0.005)
    ratio, idle, left = values(finding)
    assert ratio == (pytest.approx(0.005), "≤", 0.01)
    assert idle == (pytest.approx(0.5), "≥", 0.25)
    assert left[0] == pytest.approx(np.linspace(1, 0.5, 200)[180:].mean())
    project = presets.load("digits-mlp")
    apply_all(project, finding.fixes[0].edits)
    assert project.training.phases[0].schedule.type == "cosine"


def test_a_rate_that_falls_at_the_end_or_not_so_far_is_fine():
    assert run_out(31, 0.005) is None
    assert run_out(30, 0.005)
    assert run_out(20, 0.02) is None
    assert run_out(20, 0.005, left=0.2) is None


def test_a_schedule_that_knows_the_end_of_the_run_does_not_run_out():
    assert run_out(20, 0.005, schedule="plateau")
    assert run_out(20, 0.005, schedule="cosine") is None
    assert run_out(20, 0.005, schedule="constant") is None


def relapsed(*tenths, grown=3.0, words=()):
    """Return the finding of a run of these losses, 20 steps each."""
    losses = np.repeat(np.array(tenths, float), 20)
    rows = [([1.0] * 3, [size] * 3, [0.01] * 3) for size in (1.0, grown)]
    made = record_of("digits-mlp", *words, losses=losses, samples=rows)
    return relapse.check(made)


def test_a_relapse_is_told_with_its_numbers():
    finding = relapsed(2, 1, 0.8, 0.5, 0.6, 1.5, 1, 1, 1, 1)
    assert values(finding) == [
        (pytest.approx(1.5 / 0.5), "≥", 1.3), (pytest.approx(3.0), "≥", 2.0)
    ]  # fmt: skip
    project = presets.load("digits-mlp")
    apply_all(project, finding.fixes[0].edits)
    assert project.training.phases[0].value("clip_norm") == 1


def test_who_has_got_over_it_or_wanders_about_the_goal_has_no_relapse():
    assert relapsed(2, 1, 0.8, 0.5, 0.6, 1.5, 1, 0.8, 0.7, 0.6) is None
    assert relapsed(2, 1, 0.8, 0.5, 0.6, 0.6, 0.64, 0.64, 0.64, 0.64) is None
    assert relapsed(2, 1, 0.8, 0.5, 0.6, 1.5, 1, 1, 1, 1, grown=1.9) is None
    assert relapsed(2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2) is None


@pytest.mark.parametrize(("momentum", "is_told"), [(0.9, True), (0.95, False)])
def test_steps_that_pile_up_are_a_fault_of_their_own(momentum, is_told):
    words = ("optimizer=sgd", f"momentum={momentum}")
    finding = relapsed(2, 1, 0.8, 0.5, 0.6, 1.5, 1, 1, 1, 1, words=words)
    assert (finding is not None) == is_told


def few_right(train, *, fall=0.0, step=200):
    pairs = ((train, train),) * 3
    found = [
        Evaluation(10, 0.1, {"accuracy": new}, {"accuracy": known - 1e-6})
        for new, known in pairs
    ]
    losses = np.concatenate([np.full(140, 1.0), np.linspace(1.0, 1.0 - fall, 60)])
    made = record_of("digits-mlp", "linear2.out_features=1", losses=losses,
                     evaluations=found, baselines=GUESS, step=step,
                     total_steps=200)  # fmt: skip
    return underfit.check(made)


def test_a_network_that_is_too_narrow_is_told_and_widened():
    finding = few_right(0.3)
    way, fell = values(finding)
    assert way == (pytest.approx((0.3 - 0.1) / 0.9, abs=1e-5), "≤", 0.5)
    assert fell == (pytest.approx(0.0), "≤", 0.05)
    assert finding.nodes == ("linear2",)
    project = presets.load("digits-mlp")
    apply_all(project, finding.fixes[0].edits)
    assert project.graph.node("linear2").params["out_features"] == 64


def test_who_gets_half_right_or_still_learns_or_has_just_begun_does_not_underfit():
    assert few_right(0.54)
    assert few_right(0.56) is None
    assert few_right(0.3, fall=0.3) is None
    assert few_right(0.3, step=99) is None


def made_of(share, *, step=400):
    looks = [] if share is None else [(step, share)]
    return modes.check(record_of("gan-2d", spreads=looks, step=step, total_steps=800))


def test_samples_that_hardly_differ_are_told():
    finding = made_of(0.2)
    assert values(finding) == [(0.2, "≤", 0.25)]
    assert "20 %" in finding.text
    record = blank("gan-2d")
    movers = dict(zip(record.layers, record.movers, strict=True))
    assert set(finding.nodes) == set(record.places(p for p, m in movers.items() if m))


@pytest.mark.parametrize(("share", "step"), [(0.3, 400), (None, 400), (0.2, 99)])
def test_samples_that_differ_enough_or_nobody_has_looked_at_are_fine(share, step):
    assert made_of(share, step=step) is None


def test_deviation_is_the_root_of_all_variances():
    samples = torch.randn(50, 3, 2, generator=torch.Generator().manual_seed(1))
    truth = np.sqrt(samples.numpy().reshape(50, 6).var(axis=0).sum())
    assert spread.deviation(samples) == pytest.approx(truth, rel=1e-5)


def test_made_samples_stand_beside_real_ones_as_plain_torch_finds():
    project = presets.load("gan-2d")
    trainer = Trainer(project, threads=1, seed=0)
    real, made = adversaries.shown(blank("gan-2d"))
    assert (real.path, made.path) == ("d_real.linear1", "d_fake.linear1")
    parts = trainer.parts
    found = [each for each in spread.look(parts.evaluator, parts.feeds, real, made)
             if each is not None]  # fmt: skip
    batch = next(parts.feeds.spread_batches(spread.SAMPLES, spread.SAMPLES))
    state = parts.program.modules.state_dict()
    hidden = next(v for k, v in batch.items() if k.startswith("z"))
    for name in ("linear1", "linear2", "linear3", "point"):
        hidden = hidden @ state[f"gen.{name}.weight"].T + state[f"gen.{name}.bias"]
        hidden = hidden if name == "point" else hidden.relu()
    sizes = [
        np.sqrt(x.numpy().var(axis=0).sum()) for x in (hidden, batch["real.point"])
    ]
    assert found == [pytest.approx(sizes[0] / sizes[1], rel=1e-4)]
    trainer.close("stopped")
