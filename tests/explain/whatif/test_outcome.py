"""What is said to follow from a change, against plain torch that makes the change."""

import copy

import numpy as np
import pytest
import torch

import presets
from engine.errors import ConfigError
from engine.explain.answers.trials import tried
from engine.explain.trace.held import coming
from engine.explain.whatif import landscape, outcome
from engine.protocol.tracing.trials import TryWeight
from engine.training.loop.trainer import Trainer
from engine.training.parts import snapshot, state


def begun(name):
    trainer = Trainer(presets.load(name), threads=1, monitor=False)
    trainer.begin()
    trainer.close("stopped")
    return trainer


def held_of(trainer):
    return next(coming(trainer.parts, trainer.position))


def plain_loss(held, feeds=None, change=lambda: None):
    """Return the loss by the program itself, with the step's random numbers."""
    torch.set_rng_state(held.recording.random["cpu"])
    program = held.recording.phase
    change()
    return program.total(program.run(feeds or dict(held.recording.feeds))).item()


@pytest.mark.parametrize("name", ["xor", "digits-mlp", "mnist-cnn", "digits-lstm"])
def test_another_weight_gives_the_loss_of_plain_torch(name):
    trainer = begun(name)
    held = held_of(trainer)
    parameter = held.run.parameters[0]
    cell = (0,) * parameter.dim()
    value = float(parameter.detach()[cell]) + 0.25
    found = outcome.weight(held, parameter, cell, value)
    slope = float(held.recording.gradients[0][cell])
    assert found.before == pytest.approx(plain_loss(held), rel=1e-6)
    assert found.predicted == pytest.approx(found.before + 0.25 * slope, rel=1e-5)
    with torch.no_grad():
        parameter[cell] = value
    assert found.after == pytest.approx(plain_loss(held), rel=1e-5)


def test_another_number_of_a_sample_gives_the_loss_of_plain_torch():
    held = held_of(begun("xor"))
    feeds = {name: x.clone() for name, x in held.recording.feeds.items()}
    feed = next(name for name, x in feeds.items() if x.dim() == 2 and x.shape[1] == 2)
    was = float(feeds[feed][2, 1])
    found = outcome.number(held, feed, (2, 1), was + 0.01)
    feeds[feed][2, 1] = was + 0.01
    assert found.after == pytest.approx(plain_loss(held, feeds), rel=1e-6)
    assert found.predicted == pytest.approx(found.after, abs=1e-4)
    assert float(held.recording.feeds[feed][2, 1]) == was


def test_differences_stand_behind_the_change_alone():
    held = held_of(begun("mnist-cnn"))
    weight = next(
        w
        for w in held.run.parameters
        if w is held.recording.moments["conv2"].module.weight
    )
    found = outcome.weight(held, weight, (0, 0, 1, 1), 2.0)
    assert next(iter(found.nodes)) == "conv2"
    assert "conv1" not in found.nodes
    before, after = found.nodes["conv2"].before, found.nodes["conv2"].after
    moved = (before != after).flatten(2).any(2).any(0)
    assert moved.tolist() == [True] + [False] * (len(moved) - 1)
    wanted = (after - before).double().norm() / before.double().norm()
    assert found.nodes["conv2"].change == pytest.approx(float(wanted))


@pytest.mark.parametrize("name", ["xor", "digits-mlp"])
def test_the_step_that_would_come_is_the_optimizers_own(name):
    trainer = begun(name)
    held = held_of(trainer)
    factors = [0.0, 0.5, 1.0, 3.0]
    found = outcome.rates(held, factors)
    weights = [w.detach().clone() for w in held.run.parameters]
    for factor, loss in zip(factors, found, strict=True):
        own = copy.deepcopy(held.run.optimizer.torch.state_dict())
        phase = held.run
        batch = dict(held.recording.feeds)
        torch.set_rng_state(held.recording.random["cpu"])
        phase.backward(phase.loss(phase.forward(batch)))
        for group in phase.optimizer.torch.param_groups:
            group["lr"] = group["lr"] * factor
        phase.optimizer.torch.step()
        assert loss == pytest.approx(plain_loss(held), rel=1e-5)
        phase.optimizer.torch.load_state_dict(own)
        with torch.no_grad():
            for w, was in zip(phase.parameters, weights, strict=True):
                w.copy_(was)


def test_nothing_has_happened_afterwards():
    trainer = begun("digits-lstm")
    tensors, numbers = snapshot.take(trainer.parts, trainer.position)
    kept = state.copied(tensors)
    random = torch.get_rng_state()
    walk = coming(trainer.parts, trainer.position)
    held = next(walk)
    parameter = held.run.parameters[0]
    outcome.weight(held, parameter, (0, 0), 3.0)
    outcome.rates(held, [2.0])
    landscape.along(held, parameter, (0, 0), [0.0, 1.0])
    surface = landscape.grid(held, landscape.plane(held), [-1.0, 0.0, 1.0])
    next(surface)
    surface.close()
    walk.close()
    after, numbers_after = snapshot.take(trainer.parts, trainer.position)
    assert numbers == numbers_after
    assert all(torch.equal(kept[name], after[name]) for name in kept)
    assert torch.equal(random, torch.get_rng_state())


def test_slices_are_losses_of_plain_torch():
    held = held_of(begun("xor"))
    parameter = held.run.parameters[0]
    values = [-1.0, 0.0, 2.0]
    found = landscape.along(held, parameter, (1, 0), values)
    for value, loss in zip(values, found, strict=True):
        with torch.no_grad():
            parameter[1, 0] = value
        assert loss == pytest.approx(plain_loss(held), rel=1e-6)


def test_directions_are_as_long_as_each_filter_and_spare_biases():
    held = held_of(begun("mnist-cnn"))
    found = landscape.plane(held, seed=3)
    for w, a, b in zip(held.run.parameters, found.first, found.second, strict=True):
        if w.dim() < 2:
            assert not a.any()
            assert not b.any()
            continue
        own = w.detach().flatten(1).norm(dim=1)
        assert torch.allclose(a.flatten(1).norm(dim=1), own, rtol=1e-5)
        assert torch.allclose(b.flatten(1).norm(dim=1), own, rtol=1e-5)
        assert not torch.allclose(a, b)
    moved = [0.3 * a - 0.7 * b for a, b in zip(found.first, found.second, strict=True)]
    assert found.place(moved) == pytest.approx((0.3, -0.7), abs=1e-6)


def test_a_grid_is_the_loss_at_each_place():
    held = held_of(begun("xor"))
    plane = landscape.plane(held)
    found = list(landscape.grid(held, plane, [-0.5, 0.0, 0.5]))
    assert found[4] == pytest.approx(plain_loss(held), rel=1e-6)
    with torch.no_grad():
        for w, a, b in zip(held.run.parameters, plane.first, plane.second, strict=True):
            w.add_(0.5 * a - 0.5 * b)
    assert found[2] == pytest.approx(plain_loss(held), rel=1e-5)


def test_the_plane_of_a_path_holds_the_path():
    """Three points span a plane: each is found again where it is said to be."""
    held = held_of(begun("xor"))
    now = [w.detach().clone() for w in held.run.parameters]
    torch.manual_seed(2)
    path = [[w + torch.randn_like(w) for w in now] for _ in range(2)]
    found = landscape.plane_of(held, path)
    for weights in path:
        moved = [a - b for a, b in zip(weights, now, strict=True)]
        x, y = found.place(moved)
        for m, a, b in zip(moved, found.first, found.second, strict=True):
            assert torch.allclose(x * a + y * b, m, atol=1e-5)
        assert max(abs(x), abs(y)) <= 1 + 1e-6


def test_the_axes_of_a_path_are_those_of_a_singular_value_decomposition():
    held = held_of(begun("xor"))
    now = [w.detach().clone() for w in held.run.parameters]
    torch.manual_seed(4)
    path = [[w + (k + 1) * torch.randn_like(w) for w in now] for k in range(5)]
    found = landscape.plane_of(held, path)
    moved = [
        np.concatenate([(a - b).double().numpy().ravel()
                        for a, b in zip(weights, now, strict=True)])
        for weights in path
    ]  # fmt: skip
    axes = np.linalg.svd(np.array(moved), full_matrices=False)[2][:2]
    for axis, own in zip(axes, (found.first, found.second), strict=True):
        flat = np.concatenate([w.double().numpy().ravel() for w in own])
        along = np.abs(np.array(moved) @ axis)
        assert np.linalg.norm(flat) == pytest.approx(along.max(), rel=1e-5)
        assert abs(flat @ axis) == pytest.approx(np.linalg.norm(flat), rel=1e-5)


def test_what_the_window_is_told_of_another_weight_is_that_of_plain_torch():
    held = held_of(begun("xor"))
    weight = held.recording.moments["hidden"].module.weight
    now = float(weight.detach()[0, 1])
    found = tried(held, TryWeight("hidden", "weight", (0, 1), 0.5, along=True))
    assert (found.now, found.value) == (now, 0.5)
    assert list(found.changes) == ["hidden", "tanh", "output", "loss"]
    assert found.before == pytest.approx(plain_loss(held), rel=1e-6)
    for value, loss in zip(found.values, found.losses, strict=True):
        with torch.no_grad():
            weight[0, 1] = value
        assert loss == pytest.approx(plain_loss(held), rel=1e-6)
    with torch.no_grad():
        weight[0, 1] = 0.5
    assert found.after == pytest.approx(plain_loss(held), rel=1e-6)


def test_a_weight_that_is_not_there_is_not_tried():
    held = held_of(begun("xor"))
    for asked in (
        ("hidden", "w", (0, 1)),
        ("hidden", "weight", (9, 1)),
        ("tanh", "", ()),
    ):
        with pytest.raises(ConfigError):
            tried(held, TryWeight(*asked))
