"""Every number of a finding, against a training written by hand in plain torch."""

import json
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import presets
from engine.explain.diagnose.rules import adversaries, exploding
from engine.explain.diagnose.watch import attach
from engine.graph.files import serialize
from engine.graph.settings_text import assign
from engine.measure import schedule
from engine.training.loop.trainer import Trainer

STEPS = 150
NAMES = ("hidden", "hidden2", "scores")


def run(project):
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis, losses = attach(trainer, project), []
    for _ in trainer.steps():
        if trainer.at_border:
            losses += trainer.drain().losses.tolist()
    losses += trainer.drain().losses.tolist()
    return trainer, diagnosis, np.array(losses)


def mlp(*words):
    project = presets.load("too-fast")
    assign(project, (*words, f"steps={STEPS}"))
    return project


class ByHand:
    """The net of the preset in plain torch: norms of every step of the schedule."""

    def __init__(self, project, optimizer, clip=None):
        fresh = Trainer(project, threads=1, seed=0)
        state = fresh.parts.program.modules.state_dict()
        self.layers = [nn.Linear(*state[f"{n}.weight"].shape[::-1]) for n in NAMES]
        for layer, name in zip(self.layers, NAMES, strict=True):
            layer.load_state_dict(
                {part: state[f"{name}.{part}"].clone() for part in ("weight", "bias")}
            )
        self.grads, self.weights, self.ratios, self.losses = [], [], [], []
        self.train(fresh.parts.feeds, optimizer(self.parameters()), clip)
        fresh.close("stopped")

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def train(self, feeds, optimizer, clip):
        for step in range(1, STEPS + 1):
            batch = feeds.next()
            x = batch["data.image"].flatten(1)
            for layer in self.layers[:-1]:
                x = torch.relu(layer(x))
            loss = F.cross_entropy(self.layers[-1](x), batch["data.label"])
            optimizer.zero_grad()
            loss.backward()
            self.losses.append(loss.item())
            before = [p.detach().clone() for p in self.parameters()]
            grads = [p.grad.clone() for p in self.parameters()]
            if clip:
                nn.utils.clip_grad_norm_(self.parameters(), clip)
            optimizer.step()
            if schedule.due(step, STEPS):
                self.measure(before, grads)

    def measure(self, before, grads):
        def size(tensors):
            return float(torch.cat([t.detach().flatten() for t in tensors]).norm())

        moved = [
            new.detach() - old
            for new, old in zip(self.parameters(), before, strict=True)
        ]
        pairs = [slice(2 * n, 2 * n + 2) for n in range(len(self.layers))]
        self.ratios.append(np.median([size(moved[p]) / size(before[p]) for p in pairs]))
        self.grads.append(size(grads))
        self.weights.append(size(before))


def numbers(diagnosis, fault):
    assert [finding.fault for finding in diagnosis.findings] == [fault]
    return [evidence.value for evidence in diagnosis.findings[0].evidence]


def test_exploding_force_is_the_gradient_over_the_weights_before_the_first_step():
    project = presets.load("exploding")
    _, diagnosis, _ = run(project)
    fresh = Trainer(project, threads=1, seed=0)
    state = fresh.parts.program.modules.state_dict()
    names = ["first", *(f"layers.{n}.linear" for n in range(8)), "scores"]
    weights = [
        state[f"{n}.{part}"].clone() for n in names for part in ("weight", "bias")
    ]
    for each in weights:
        each.requires_grad_()
    batch = fresh.parts.feeds.next()
    hidden = F.linear(batch["data.image"].flatten(1), *weights[:2])
    for n in range(1, 9):
        hidden = torch.relu(6.0 * F.linear(hidden, *weights[2 * n : 2 * n + 2]))
    loss = F.cross_entropy(F.linear(hidden, *weights[-2:]), batch["data.label"])
    grads = torch.autograd.grad(loss, weights)
    squares = [
        sum(float(t.detach().double().square().sum()) for t in ts)
        for ts in (grads, weights)
    ]
    (force,) = numbers(diagnosis, "exploding_gradients")
    assert force == pytest.approx(math.sqrt(squares[0] / squares[1]), rel=1e-4)
    fresh.close("stopped")


def test_a_jump_is_the_last_gradient_over_the_usual_one():
    _, diagnosis, _ = run(mlp("lr=0.001"))
    record = diagnosis.record
    record.ending = "diverged"
    usual = np.median(np.sqrt((record.column("grad_norm") ** 2).sum(axis=1)))
    record.last_gradients = np.array([3.0, 4.0, 12.0]) * 100 * usual
    found = exploding.check(record)
    assert found.evidence[0].value == pytest.approx(13.0 * 100, rel=1e-9)


def test_a_rate_too_high_is_told_with_the_ratio_of_its_largest_step():
    project = mlp()
    by_hand = ByHand(project, lambda p: torch.optim.Adam(p, lr=1.0))
    _, diagnosis, losses = run(project)
    ratio, share = numbers(diagnosis, "learning_rate_too_high")
    assert ratio == pytest.approx(max(by_hand.ratios), rel=1e-3)
    tenth = np.array_split(losses[:, 0], 10)[-1].mean()
    assert share == pytest.approx(tenth / losses[0, 0], rel=1e-9)


def test_a_rate_too_low_is_told_with_the_ratio_of_its_largest_step():
    project = mlp("lr=0.000003")
    by_hand = ByHand(project, lambda p: torch.optim.Adam(p, lr=3e-6))
    _, diagnosis, _ = run(project)
    ratio, share = numbers(diagnosis, "learning_rate_too_low")
    assert ratio == pytest.approx(max(by_hand.ratios), rel=1e-2)
    tenth = np.array_split(np.array(by_hand.losses), 10)[-1].mean()
    assert share == pytest.approx(tenth / by_hand.losses[0], rel=1e-4)


def test_decay_is_told_with_what_is_left_of_the_weights():
    words = ("optimizer=sgd", "lr=0.1", "weight_decay=0.3")
    project = mlp(*words)
    by_hand = ByHand(project, lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.3))
    _, diagnosis, _ = run(project)
    left, share = numbers(diagnosis, "weight_decay_too_high")
    assert left == pytest.approx(by_hand.weights[-1] / by_hand.weights[0], rel=1e-4)
    tenth = np.array_split(np.array(by_hand.losses), 10)[-1].mean()
    assert share == pytest.approx(tenth / by_hand.losses[0], rel=1e-4)


def test_clipping_is_told_with_how_much_it_takes():
    project = mlp("optimizer=sgd", "lr=0.1", "clip_norm=0.0001")
    by_hand = ByHand(project, lambda p: torch.optim.SGD(p, lr=0.1), clip=1e-4)
    _, diagnosis, _ = run(project)
    cut, _ = numbers(diagnosis, "clipped_too_small")
    assert cut == pytest.approx(np.median(by_hand.grads) / 1e-4, rel=1e-3)


def test_the_gradient_of_the_first_layer_over_the_last_is_the_middle_of_all_steps():
    project = presets.load("vanishing")
    assign(project, ("steps=60",))
    trainer, diagnosis, _ = run(project)
    grads = diagnosis.record.column("grad_norm")
    steps = [s for s in range(1, 61) if schedule.due(s, 60)]
    assert len(grads) == len(steps)
    (share,) = numbers(diagnosis, "vanishing_gradients")
    assert share == pytest.approx(np.median(grads[:, 0]) / np.median(grads[:, -1]))
    assert trainer.parts.rows[0][0] == "first"


def test_a_code_without_content_is_told_with_its_divergence_from_the_prior():
    project = presets.load("vae")
    assign(project, ("reconstruction.weight=1", "steps=300"))
    trainer, diagnosis, _ = run(project)
    (kl,) = numbers(diagnosis, "posterior_collapse")
    parts = trainer.parts
    means, logs = [], []
    kept = {"mean": means, "log_variance": logs}
    for node in parts.program.nodes:
        if node.type == "kl_gaussian":
            home = parts.program.modules.at(node.home)
            home.register_forward_hook(
                lambda _m, inputs, _out: [
                    list_.append(x)
                    for list_, x in zip(kept.values(), inputs, strict=True)
                ]
            )
    for piece in parts.evaluator.validation():
        parts.evaluator.forward(piece)
    mean, log = torch.cat(means).double(), torch.cat(logs).double()
    by_hand = 0.5 * (mean**2 + log.exp() - log - 1).sum(dim=1).mean()
    assert kl == pytest.approx(float(by_hand), rel=1e-3, abs=1e-6)


def test_a_lost_game_is_told_with_the_mean_losses_of_the_last_tenth():
    project = presets.load("gan-2d")
    words = ("discriminator.lr=0.01", "generator.lr=0.00001", "steps=400")
    assign(project, words)
    _, diagnosis, losses = run(project)
    judge, maker = numbers(diagnosis, "discriminator_won")
    expected = np.array_split(losses, 10)[-1].mean(axis=0)
    assert [judge, maker] == pytest.approx(expected, rel=1e-9)


def test_the_least_loss_of_a_softened_target_is_its_entropy():
    record = json.loads(serialize.dumps(presets.load("gan-2d")))
    for node in record["graph"]["nodes"]:
        if node["id"] == "loss_real":
            node["params"]["target"] = 0.9
    project = serialize.loads(json.dumps(record))
    trainer = Trainer(project, threads=1, seed=0)
    pair = adversaries.pair_of(attach(trainer, project).record)
    logit = torch.tensor(math.log(9.0))
    least = F.binary_cross_entropy_with_logits(logit, torch.tensor(0.9))
    assert pair[:2] == (0, 1)
    assert pair.least == pytest.approx(float(least), rel=1e-5)
    trainer.close("stopped")


@pytest.mark.parametrize(
    ("judge", "maker", "fault"),
    [
        (0.05, 6.0, "discriminator_won"),
        (6.0, 0.05, "generator_won"),
        (1.3, 0.8, None),
        (0.05, 0.7, None),
    ],
)
def test_who_has_won_is_read_from_both_losses(judge, maker, fault):
    project = presets.load("gan-2d")
    trainer = Trainer(project, threads=1, seed=0)
    record = attach(trainer, project).record
    record.step = record.total_steps // 2
    record.add_losses(np.tile([judge, maker], (500, 1)))
    found = adversaries.check_discriminator(record) or adversaries.check_generator(
        record
    )
    assert (found.fault if found else None) == fault
    if found:
        # Both rates are the same: nothing is known to help, and nothing is offered.
        assert found.fixes == ()
        assert "No single setting" in found.advice
        assert found.nodes[0].startswith("d_real" if judge < 1 else "gen")
    trainer.close("stopped")
