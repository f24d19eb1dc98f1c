"""The course of a number of a finding, against plain numpy."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.explain.diagnose import course, spread
from engine.explain.diagnose.curve import Curve
from engine.explain.diagnose.rules import decay, overfit, too_slow
from engine.explain.diagnose.watch import attach
from engine.protocol.findings import MOST_POINTS, Evidence
from engine.protocol.messages import Evaluation
from engine.protocol.wire import encoding, finding_records
from engine.training.loop.trainer import Trainer
from tests.explain.diagnose.made_up import record_of, row
from tests.training.projects import mlp, phase


@pytest.mark.parametrize(("sign", "best"), [("≥", np.max), ("≤", np.min)])
def test_of_each_part_that_point_is_kept_that_is_nearest_to_the_fault(sign, best):
    steps = np.arange(1.0, 1001)
    values = np.random.default_rng(3).normal(size=1000)
    found = course.along(steps, values, sign)
    assert len(found) == MOST_POINTS
    parts = np.array_split(values[:-1], MOST_POINTS - 1)
    assert [y for _, y in found[:-1]] == [best(part) for part in parts]
    assert found[-1] == (1000, values[-1])
    assert all(values[step - 1] == y for step, y in found)


def test_what_is_no_number_is_left_out_and_one_point_is_no_course():
    values = np.array([1.0, np.nan, np.inf, 3.0])
    assert course.along(np.arange(4.0), values, "≥") == ((0, 1.0), (3, 3.0))
    assert course.along(np.arange(2.0), np.array([1.0, np.nan]), "≥") == ()


def test_a_loss_is_told_at_the_steps_of_its_means():
    losses = np.random.default_rng(0).uniform(1, 2, 1000)
    record = record_of("too-fast", losses=losses)
    curve = Curve()
    curve.extend(losses)
    ends, means = curve.points()
    width = int(ends[0])
    expected = [losses[i : i + width].mean() for i in range(0, 1000, width)]
    np.testing.assert_allclose(means, expected)
    assert ends[-1] == 1000
    found = dict(course.of_share(record))
    for step, value in found.items():
        assert value == pytest.approx(losses[step - width : step].mean() / losses[0])


def test_a_run_that_goes_on_counts_its_own_steps():
    record = replace(record_of("too-fast"), first_step=500, step=700)
    found = course.of_share(record)
    assert 500 < found[0][0] < found[-1][0] == 700


def test_decay_shows_how_the_weights_have_shrunk():
    sizes = [4.0, 3.0, 2.0, 0.5]
    samples = [(row(1.0), row(size), row(0.01)) for size in sizes]
    record = record_of("too-fast", "optimizer=sgd", "weight_decay=0.3", samples=samples)
    shrunk, loss = (each.course for each in decay.check(record).evidence)
    np.testing.assert_allclose(shrunk, [(n, s / 4) for n, s in enumerate(sizes, 1)])
    assert loss[-1] == (200, 1.0)


def test_steps_that_are_too_small_are_shown_over_the_steps():
    ratios = [1e-6, 5e-5, 2e-5, 1e-5, 4e-5]
    samples = [(row(1.0), row(1.0), row(ratio)) for ratio in ratios]
    record = record_of(
        "too-fast", "lr=0.0001", samples=samples, step=200, total_steps=200
    )
    evidence = too_slow.check(record).evidence[0]
    assert evidence.course == tuple(enumerate(ratios, 1))
    assert evidence.value == max(y for _, y in evidence.course)


def test_overfitting_shows_where_the_curves_part():
    new, old = [2.0, 1.0, 1.2, 1.5, 1.8, 2.2], [2.0, 0.9, 0.6, 0.4, 0.2, 0.1]
    told = [
        Evaluation(10 * n, n, {"loss": a, "accuracy": 0.5},
                   {"loss": b, "accuracy": 1.0}, best=False)
        for n, (a, b) in enumerate(zip(new, old, strict=True), 1)
    ]  # fmt: skip
    record = replace(record_of("overfit", losses=[2.0] * 60), evaluations=told)
    risen, apart, _ = overfit.check(record).evidence
    assert [s for s, _ in risen.course] == [10, 20, 30, 40, 50, 60]
    assert [y for _, y in risen.course] == pytest.approx(new)
    expected = [(a - b) / 2 for a, b in zip(new, old, strict=True)]
    assert [y for _, y in apart.course] == pytest.approx(expected)


def test_a_fault_keeps_the_step_at_which_it_was_first_told():
    project = mlp(phase("adam", values={"lr": 1e-7}), steps=600, evaluate_every=100)
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis = attach(trainer, project)
    told = []
    for _ in trainer.steps():
        if trainer.step % 20 == 0:
            trainer.drain()
            told += [each.step for each in diagnosis.findings]
    trainer.drain()
    (finding,) = diagnosis.findings
    assert finding.fault == "learning_rate_too_low"
    assert {finding.step} == set(told)
    assert 0 < finding.step < 600
    steps = [step for step, _ in finding.evidence[0].course]
    assert steps[0] <= finding.step < steps[-1] <= 600


POINTS = ((1, 0.5), (9, 2.0))


def test_a_course_is_kept_in_the_run_and_crosses():
    finding = too_slow_of(POINTS)
    record = json.loads(json.dumps(finding_records.record_of(finding)))
    (back,) = finding_records.read([record], mlp())
    assert back.evidence[0].course == POINTS
    assert encoding.decode(encoding.encode(finding)) == finding


@pytest.mark.parametrize(
    "points",
    [7, "x", [[1, 2, 3]], [[1, "x"]], [["x", 1]], [[1.5, 1]], [[5, 1], [4, 1]],
     [[-1, 1]], [[2**60, 1]], [[1, 1]] * 99, [[1, None]], {"a": 1}],
)  # fmt: skip
def test_an_odd_course_is_left_out_and_the_number_stays(points):
    record = finding_records.record_of(too_slow_of(POINTS))
    record["evidence"][0]["course"] = points
    (back,) = finding_records.read([record], mlp())
    assert back.evidence == (Evidence("x", 0.5, "≤", 1.0),)


def too_slow_of(points):
    samples = [(row(1.0), row(1.0), row(1e-5))] * 5
    record = record_of(
        "too-fast", "lr=0.0001", samples=samples, step=200, total_steps=200
    )
    made = too_slow.check(record)
    return replace(made, evidence=(Evidence("x", 0.5, "≤", 1.0, points),))


def test_the_distance_of_two_samples_is_that_of_all_pairs():
    dice = np.random.default_rng(1)
    one, two = dice.normal(size=(40, 3)), 2 + dice.normal(size=(50, 3))

    def mean(a, b):
        return np.mean([np.linalg.norm(x - y) for x in a for y in b])

    expected = 2 * mean(one, two) - mean(one, one) - mean(two, two)
    found = spread.distance(torch.tensor(one), torch.tensor(two))
    assert found == pytest.approx(expected, rel=1e-4)
    assert spread.distance(torch.tensor(one), torch.tensor(one)) == pytest.approx(
        0, abs=1e-5
    )
