"""A layer that two phases update is measured in each of them, against plain torch."""

from functools import partial
from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from engine.graph.model import Node
from engine.measure.budget import Budget
from engine.training.loop.trainer import Trainer
from engine.training.parts.monitor import PATIENCE, Monitor
from tests.training.projects import phase, project


def shared_trunk():
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("trunk", "linear", {"out_features": 6}),
        Node("scores", "linear", {"out_features": 3}),
        Node("copy", "linear", {"out_features": 4}),
        Node("fixed", "linear", {"out_features": 4}, trainable=False),
        Node("loss", "cross_entropy"),
        Node("again", "mse"),
    ]
    wires = (
        "data.features>fixed.input fixed.out>trunk.input trunk.out>scores.input "
        "trunk.out>copy.input scores.out>loss.input data.label>loss.target "
        "copy.out>again.input data.features>again.target"
    )
    phases = (
        phase("sgd", values={"lr": 0.1}, name="one", minimise=("loss",)),
        phase("sgd", values={"lr": 0.02}, name="two", minimise=("again",)),
    )
    settings = {"batch_size": 16, "steps": 1, "device": "cpu", "threads": 1}
    return project(nodes, wires, phases, **settings)


def by_hand(weights, batch):
    """Return the gradient norms and update ratios of both phases of one step."""

    def linear(name, x):
        return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    told = {}
    for turn, (head, rate) in enumerate((("scores", 0.1), ("copy", 0.02))):
        found = linear(head, linear("trunk", linear("fixed", batch["data.features"])))
        if head == "scores":
            loss = F.cross_entropy(found, batch["data.label"])
        else:
            loss = F.mse_loss(found, batch["data.features"])
        names = [f"{n}.{w}" for n in ("trunk", head) for w in ("weight", "bias")]
        grads = torch.autograd.grad(loss, [weights[name] for name in names])
        for layer, pair in (("trunk", grads[:2]), (head, grads[2:])):
            norm = torch.cat([g.flatten() for g in pair]).norm()
            old = [weights[f"{layer}.{w}"].flatten() for w in ("weight", "bias")]
            told[layer, turn] = (
                norm.item(),
                (rate * norm / torch.cat(old).norm()).item(),
            )
        with torch.no_grad():
            for name, grad in zip(names, grads, strict=True):
                weights[name] -= rate * grad
    return told


def test_each_phase_has_its_own_row_of_a_layer_that_both_update():
    parts = Trainer(shared_trunk()).parts
    named = parts.program.modules.named_parameters()
    weights = {name: w.detach().clone().requires_grad_() for name, w in named}
    expected = by_hand(weights, parts.feeds.next())
    trainer = Trainer(shared_trunk())
    trainer.monitor.budget.due = lambda: True
    for _ in trainer.steps():
        pass
    started, sample = trainer.started(), trainer.drain().sample
    rows = list(zip(started.layers, started.layer_phases, strict=True))
    assert set(rows) == {*expected, ("fixed", -1)}
    assert len(sample.grad_norm) == len(rows)
    for row, key in enumerate(rows):
        if key in expected:
            norm, ratio = expected[key]
            assert sample.grad_norm[row] == pytest.approx(norm, rel=1e-5)
            assert sample.update_ratio[row] == pytest.approx(ratio, rel=1e-4)
    assert started.layer_parameters[rows.index(("trunk", 1))] == 4 * 6 + 6


_LONG = 10**9
"""Steps of a run of which hardly one is measured by its schedule."""


@pytest.mark.parametrize("every", [2, 3, 7])
def test_every_phase_has_its_turn_though_it_comes_seldom(every):
    """A budget that allows a measurement at each so many steps misses none."""
    for apart in (1, 2, 3, 4, 6):
        now = [0.0]
        clock = partial(now.__getitem__, 0)
        monitor = shared_monitor(Budget(share=1.0, max_hz=1 / apart, clock=clock))
        measured = {0: [], 1: []}
        for step in range(1, 400):
            now[0] += 1.0
            phases = [0] if step % every else [0, 1]
            monitor.start_step(step, _LONG, phases)
            if monitor.sampling:
                _measure(monitor, phases)
                for phase in phases:
                    measured[phase].append(step)
        gaps = [
            b - a for seen in measured.values() for a, b in pairwise([0, *seen, 399])
        ]
        assert max(gaps) <= 50, (apart, measured)


def test_a_phase_that_is_over_is_not_waited_for():
    now = [0.0]
    monitor = shared_monitor(Budget(share=1.0, max_hz=1.0, clock=lambda: now[0]))
    measured = []
    for step in range(1, 300):
        now[0] += 1.0
        phases = [0] if step < 20 else [1]
        monitor.start_step(step, _LONG, phases)
        if monitor.sampling:
            _measure(monitor, phases)
            measured.append(step)
    assert max(b - a for a, b in pairwise(measured)) <= PATIENCE + 1
    assert len(measured) > 200


def _measure(monitor, phases):
    for each in phases:
        monitor.before_update(each)
        monitor.after_update(each)


def shared_monitor(budget):
    weights = torch.zeros(2)
    return Monitor({"layer": [weights]}, [[weights], [weights]], budget, enabled=True)
