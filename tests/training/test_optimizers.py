import copy

import pytest
import torch
from torch import nn, optim

from engine.errors import ConfigError
from engine.graph.options import OPTIMIZERS
from engine.graph.settings import Choice
from engine.training.parts.optimizers import LiveOptimizer

CPU = torch.device("cpu")
CASES = [
    ("sgd", {}, optim.SGD, {"lr": 0.1}),
    ("sgd", {"momentum": 0.9}, optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    (
        "sgd",
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
        optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ),
    ("sgd", {"nesterov": True}, optim.SGD, {"lr": 0.1}),
    ("adagrad", {"lr_decay": 0.1}, optim.Adagrad, {"lr": 0.01, "lr_decay": 0.1}),
    ("rmsprop", {"momentum": 0.5}, optim.RMSprop, {"lr": 0.01, "momentum": 0.5}),
    (
        "adam",
        {"beta1": 0.5, "weight_decay": 0.1},
        optim.Adam,
        {"lr": 1e-3, "betas": (0.5, 0.999), "weight_decay": 0.1},
    ),
    ("adamw", {}, optim.AdamW, {"lr": 1e-3, "weight_decay": 0.01}),
    ("nadam", {}, optim.NAdam, {"lr": 2e-3}),
]


def make_net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1)).double()


def steps(net, optimizer, count=20):
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        batch = torch.randn(16, 6, generator=generator).double()
        optimizer.zero_grad()
        (net(batch) - batch.sum(1, keepdim=True)).square().mean().backward()
        optimizer.step()


def parameters(net):
    return torch.cat([weights.detach().flatten() for weights in net.parameters()])


def live(net, type_id, values):
    groups = [(1.0, list(net.parameters()))]
    return LiveOptimizer(Choice(type_id, values), groups, CPU)


@pytest.mark.parametrize(("type_id", "values", "reference", "settings"), CASES)
def test_optimizer_equals_torch(type_id, values, reference, settings):
    ours, theirs = make_net(), make_net()
    optimizer = live(ours, type_id, values)
    optimizer.apply(1.0, 0.0)
    steps(ours, optimizer.torch)
    plain = {"foreach": False}
    steps(theirs, reference(theirs.parameters(), **settings, **plain))
    assert torch.allclose(parameters(ours), parameters(theirs), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("type_id", OPTIMIZERS)
def test_every_optimizer_changes_live_as_if_made_so(type_id):
    """Changed after a warm-up, it goes on as torch's own with the state taken over."""
    ours = make_net()
    optimizer = live(ours, type_id, {})
    optimizer.apply(1.0, 0.0)
    steps(ours, optimizer.torch, 5)
    theirs = copy.deepcopy(ours)
    values = {"lr": 0.02, "weight_decay": 0.1}
    if "momentum" in optimizer.hyper:
        values["momentum"] = 0.7
    other = live(theirs, type_id, {k: v for k, v in values.items() if k != "momentum"})
    other.torch.load_state_dict(
        {
            "state": copy.deepcopy(optimizer.torch.state_dict()["state"]),
            "param_groups": other.torch.state_dict()["param_groups"],
        }
    )
    for name, value in values.items():
        optimizer.set(name, value)
    if type_id == "rmsprop":  # torch itself makes them before the first step only
        for state in other.torch.state.values():
            state["momentum_buffer"] = torch.zeros_like(state["square_avg"])
    if "momentum" in values:
        for group in other.torch.param_groups:
            key = "momentum" if "momentum" in group else "betas"
            group[key] = 0.7 if key == "momentum" else (0.7, group["betas"][1])
    optimizer.apply(1.0, 0.0)
    steps(ours, optimizer.torch, 5)
    steps(theirs, other.torch, 5)
    assert torch.allclose(parameters(ours), parameters(theirs), rtol=1e-12)
    assert optimizer.hyper == pytest.approx({**optimizer.hyper, **values})


def test_rate_is_scaled_by_schedule_and_group():
    net = make_net()
    groups = [(1.0, list(net[0].parameters())), (0.1, list(net[2].parameters()))]
    optimizer = LiveOptimizer(Choice("sgd", {"lr": 0.5}), groups, CPU)
    assert optimizer.apply(0.5, 0.0) == 0.25
    rates = [group["lr"] for group in optimizer.torch.param_groups]
    assert rates == pytest.approx([0.25, 0.025])


def test_momentum_shift_moves_beta1_but_never_invents_momentum():
    adam = live(make_net(), "adam", {})
    adam.apply(1.0, -0.1)
    assert adam.torch.param_groups[0]["betas"] == pytest.approx((0.8, 0.999))
    sgd = live(make_net(), "sgd", {})
    sgd.apply(1.0, -0.1)
    assert sgd.torch.param_groups[0]["momentum"] == 0.0


def test_optimizer_refuses_a_setting_it_does_not_have():
    adagrad = live(make_net(), "adagrad", {})
    with pytest.raises(ConfigError, match="Adagrad has no “momentum”"):
        adagrad.set("momentum", 0.9)
    with pytest.raises(ConfigError):
        adagrad.set("lr", float("nan"))
    assert adagrad.hyper["lr"] == 0.01
