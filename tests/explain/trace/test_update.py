"""Terms of an update against the step that torch itself makes, in float64."""

import itertools

import pytest
import torch
from torch import optim

from engine.explain.trace.update import Forces, clip_factor, split

SETTINGS = [
    ("sgd", optim.SGD, options)
    for options in (
        {"lr": 0.1},
        {"lr": 0.1, "weight_decay": 0.01},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    )
]
SETTINGS += [
    ("adagrad", optim.Adagrad, {"lr": 0.1, "lr_decay": d, "weight_decay": w})
    for d, w in itertools.product((0.0, 0.2), (0.0, 0.01))
]
SETTINGS += [
    ("rmsprop", optim.RMSprop, {"lr": 0.1, "momentum": m, "weight_decay": w})
    for m, w in itertools.product((0.0, 0.8), (0.0, 0.01))
]
SETTINGS += [
    (name, kind, {"lr": 0.1, "weight_decay": w, "betas": betas})
    for name, kind in (("adam", optim.Adam), ("adamw", optim.AdamW),
                       ("nadam", optim.NAdam))
    for w, betas in itertools.product((0.0, 0.01), ((0.9, 0.999), (0.0, 0.5)))
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "options"), SETTINGS)
def test_terms_add_up_to_torchs_own_step(name, kind, options):
    torch.manual_seed(5)
    w = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    optimizer = kind([w], **options)
    for number in range(6):
        # Adam's memory must be told from a fresh gradient: in one step there is none.
        w.grad = torch.randn_like(w) if number != 3 else torch.zeros_like(w)
        memory = {k: torch.as_tensor(v).clone()
                  for k, v in optimizer.state[w].items() if v is not None}  # fmt: skip
        told = split(name, optimizer.param_groups[0], w, Forces(w.grad), memory)
        before = w.detach().clone()
        optimizer.step()
        assert torch.equal(told.before, before)
        assert torch.allclose(told.step, w.detach() - before, rtol=0, atol=1e-12)
        assert torch.allclose(told.after, w.detach(), rtol=0, atol=1e-12)
        if number == 3:
            assert not told.terms["batch"].any()  # no gradient; what moves is memory
            assert ("momentum" in told.terms) == bool(
                memory.keys() & {"exp_avg", "momentum_buffer"}
            )
        decays = told.terms.keys() & {"decay", "decay_l2"}
        wanted = {"decay"} if name == "adamw" else {"decay_l2"}
        assert decays == (wanted if options.get("weight_decay") else set())


def test_first_step_of_adam_is_the_sign_of_the_gradient():
    g = torch.tensor([0.5, -2.0], dtype=torch.float64)
    hyper = {"lr": 0.1, "betas": (0.9, 0.999), "eps": 0.0, "weight_decay": 0.0}
    told = split("adam", hyper, torch.zeros(2), Forces(g), {})
    assert told.step.tolist() == pytest.approx([-0.1, 0.1], abs=1e-15)


def test_penalties_stand_apart_and_clipping_is_a_factor():
    w = torch.tensor([0.3, -0.2], dtype=torch.float64, requires_grad=True)
    batch = torch.tensor([3.0, 4.0], dtype=torch.float64)
    l1, ewc = 0.5 * w.detach().sign(), torch.tensor([0.1, 0.0], dtype=torch.float64)
    raw = batch + l1 + ewc
    factor = clip_factor(raw, float(raw.norm()), 1.0, None)
    hyper = {"lr": 0.1, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0}
    told = split("sgd", hyper, w, Forces(batch, l1, ewc, factor), {})
    w.grad = raw.clone()
    torch.nn.utils.clip_grad_norm_([w], 1.0)
    optim.SGD([w], lr=0.1).step()
    assert torch.allclose(told.after, w.detach(), rtol=0, atol=1e-12)
    assert set(told.terms) == {"batch", "l1", "ewc"}
    assert torch.allclose(told.terms["l1"] / told.terms["batch"], l1 / batch)


@pytest.mark.parametrize(("norm", "value"), [(1.0, None), (None, 0.5), (2.0, 0.3)])
def test_clip_factor_is_what_torch_does(norm, value):
    raw = torch.tensor([3.0, 0.0, -0.1, 4.0], dtype=torch.float64)
    w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    w.grad = raw.clone()
    if norm is not None:
        torch.nn.utils.clip_grad_norm_([w], norm)
    if value is not None:
        torch.nn.utils.clip_grad_value_([w], value)
    factor = clip_factor(raw, float(raw.norm()), norm, value)
    assert torch.allclose(raw * factor, w.grad, rtol=0, atol=1e-12)
    assert clip_factor(raw, 5.0, None, None) is None
