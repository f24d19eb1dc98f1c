import math

import pytest
import torch
from torch.optim import lr_scheduler

from engine.graph.settings import Choice
from engine.training.loop.trainer import Trainer
from engine.training.parts.schedules import Plateau, build
from tests.training.projects import mlp, phase

TOTAL = 40


def torch_rates(make, momentum=0.9):
    """Return what torch's scheduler does with a rate of 1, and the momenta."""
    weights = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weights], lr=1.0, momentum=momentum)
    scheduler = make(optimizer)
    rates, momenta = [], []
    for step in range(TOTAL):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if step < TOTAL - 1:  # OneCycleLR refuses a step past its end
            scheduler.step()
    return rates, momenta


def our_rates(type_id, params):
    schedule = build(Choice(type_id, params))
    return [schedule.rate(step, TOTAL) for step in range(TOTAL)]


def test_constant_stays():
    assert our_rates("constant", {}) == [1.0] * TOTAL


def test_step_equals_torch():
    expected, _ = torch_rates(lambda o: lr_scheduler.StepLR(o, 7, gamma=0.3))
    assert our_rates("step", {"every": 7, "gamma": 0.3}) == pytest.approx(expected)


@pytest.mark.parametrize("final", [0.0, 0.1])
def test_cosine_equals_torch(final):
    expected, _ = torch_rates(
        lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL, eta_min=final)
    )
    assert our_rates("cosine", {"final": final}) == pytest.approx(expected)


def test_cosine_warms_up_linearly_and_then_falls():
    rates = our_rates("cosine", {"warmup": 10})
    assert rates[:10] == pytest.approx([(t + 1) / 10 for t in range(10)])
    expected = [(1 + math.cos(math.pi * (t - 10) / 30)) / 2 for t in range(10, TOTAL)]
    assert rates[10:] == pytest.approx(expected)


@pytest.mark.parametrize("rise", [0.3, 0.5])
def test_one_cycle_equals_torch_in_rate_and_momentum(rise):
    expected, momenta = torch_rates(
        lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer,
            1.0,
            total_steps=TOTAL,
            pct_start=rise,
            base_momentum=0.8,
            max_momentum=0.9,
        )
    )
    schedule = build(Choice("one_cycle", {"rise": rise}))
    found = [schedule.rate(step, TOTAL) for step in range(TOTAL)]
    assert found == pytest.approx(expected, abs=1e-9)
    shifts = [0.9 + schedule.momentum(step, TOTAL) for step in range(TOTAL)]
    assert shifts == pytest.approx(momenta)


@pytest.mark.parametrize("rise", [0.0, 1.0])
@pytest.mark.parametrize("total", [1, 2, 3, 40])
def test_one_cycle_is_finite_at_its_limits(rise, total):
    schedule = build(Choice("one_cycle", {"rise": rise}))
    rates = [schedule.rate(step, total) for step in range(total + 2)]
    assert all(0 <= rate <= 1.0 for rate in rates)


def test_plateau_equals_torch():
    losses = [
        1.0,
        0.9,
        0.9,
        0.89999,
        0.9,
        0.95,
        0.8,
        0.8,
        0.8,
        0.8,
        0.8,
        0.7,
        float("nan"),
    ]
    weights = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weights], lr=1.0)
    theirs = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    ours = build(Choice("plateau", {"gamma": 0.5, "patience": 2}))
    for loss in losses:
        theirs.step(loss)
        ours.evaluated(loss)
        assert ours.rate(0, 1) == optimizer.param_groups[0]["lr"]


def test_plateau_goes_on_from_its_state():
    one = Plateau(0.5, 1)
    for loss in (1.0, 1.0):
        one.evaluated(loss)
    other = Plateau(0.5, 1)
    other.restore(one.state())
    other.evaluated(1.0)
    assert other.factor == 0.5


def test_schedule_of_a_phase_goes_from_its_first_step_to_its_last():
    warm = {"warmup": 5, "final": 0.0}
    late = phase("sgd", "cosine", warm, name="late", first=11, last=30)
    trainer = Trainer(mlp(late, steps=40))
    for _ in trainer.steps():
        pass
    rates = trainer.drain().rates[:, 0]
    expected = [
        (t + 1) / 5 if t < 5 else 0.5 * (1 + math.cos(math.pi * (t - 5) / 15))
        for t in range(20)
    ]
    base = rates[14]
    assert rates[10:30] == pytest.approx([base * share for share in expected])


def test_plateau_of_a_phase_looks_at_its_own_steps_alone(monkeypatch):
    plateau = phase("sgd", "plateau", {"patience": 1}, name="late", first=31, last=40)
    trainer, seen = Trainer(mlp(plateau, steps=60, evaluate_every=5)), []
    schedule = trainer.parts.phases[0].schedule
    monkeypatch.setattr(schedule, "evaluated", lambda _loss: seen.append(trainer.step))
    for _ in trainer.steps():
        pass
    assert seen == [35, 40]
