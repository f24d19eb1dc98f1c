"""Modules for generating, adapting and translating against plain torch and numpy."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.compile.build import build
from engine.compile.modules.metrics import build_metric
from engine.errors import EngineError
from engine.layers import registry


def made(type_id, *inputs, **params):
    torch.manual_seed(0)
    return build(
        type_id,
        registry.get(type_id).complete(params),
        tuple(tuple(x.shape) for x in inputs),
        tuple(x.dtype for x in inputs),
    )


def normal(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_lora_starts_as_its_frozen_layer_and_trains_only_the_correction():
    x = normal(3, 8)
    module = made("lora_linear", x, out_features=5, rank=2, alpha=6.0)
    frozen = functional.linear(x, module.weight, module.bias)
    assert torch.equal(module(x), frozen)
    assert {name for name, _ in module.named_parameters()} == {"down", "up"}
    torch.nn.init.normal_(module.up)
    whole = module.weight + 3.0 * module.up @ module.down
    expected = functional.linear(x, whole, module.bias)
    torch.testing.assert_close(module(x), expected)


def test_low_rank_is_the_correction_of_lora_alone():
    x = normal(3, 7, 8)
    module = made("low_rank", x, out_features=5, rank=2, alpha=6.0)
    assert torch.equal(module(x), torch.zeros(3, 7, 5))
    assert {name for name, _ in module.named_parameters()} == {"down", "up"}
    torch.nn.init.normal_(module.up)
    expected = np.einsum(
        "btf,rf,or->bto",
        x.numpy(),
        *(w.detach().numpy() for w in (module.down, module.up)),
    )
    np.testing.assert_allclose(module(x).detach().numpy(), 3.0 * expected, atol=1e-5)


def test_lora_has_the_names_of_linear():
    x = normal(3, 8)
    module = made("lora_linear", x, out_features=5)
    plain = torch.nn.Linear(8, 5)
    found = module.load_state_dict(plain.state_dict(), strict=False)
    assert set(found.missing_keys) == {"down", "up"}
    assert torch.equal(module(x), plain(x))


def test_gradient_reversal_turns_the_gradient_alone():
    x = normal(3, 8).requires_grad_()
    y = made("gradient_reversal", x, factor=0.5)(x)
    assert torch.equal(y, x)
    upstream = normal(3, 8, seed=2)
    y.backward(upstream)
    assert torch.equal(x.grad, -0.5 * upstream)


def test_rotary_turns_pairs_by_their_angle():
    x = normal(2, 6, 8).double()
    got = made("rotary_embedding", x, base=100.0)(x).numpy()
    values = x.numpy()
    for place in range(6):
        for pair in range(4):
            turn = np.exp(1j * place * 100.0 ** (-pair / 4))
            expected = (values[:, place, pair] + 1j * values[:, place, pair + 4]) * turn
            np.testing.assert_allclose(got[:, place, pair], expected.real, atol=1e-6)
            np.testing.assert_allclose(
                got[:, place, pair + 4], expected.imag, atol=1e-6
            )


def test_rotary_products_depend_on_the_distance_alone():
    one, other = normal(8), normal(8, seed=2)
    turn = made("rotary_embedding", normal(1, 9, 8))
    queries, keys = turn(one.expand(1, 9, 8)), turn(other.expand(1, 9, 8))
    products = (queries @ keys.transpose(1, 2))[0]
    for distance in range(-3, 4):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(
            diagonal, diagonal[:1].expand_as(diagonal), atol=1e-5, rtol=0
        )


def test_attention_with_rotary_places_equals_the_written_out_one():
    x = normal(2, 5, 8)
    module = made("multihead_attention", x, num_heads=2, rotary=True, causal=True)
    turn = made("rotary_embedding", x)
    joint = functional.linear(x, module.in_proj_weight, module.in_proj_bias)
    query, key, value = (
        part.reshape(2, 5, 2, 4).transpose(1, 2) for part in joint.chunk(3, -1)
    )
    scores = turn(query) @ turn(key).transpose(-1, -2) / 2.0
    mask = torch.full((5, 5), -math.inf).triu(1)
    mixed = (scores + mask).softmax(-1) @ value
    expected = module.out_proj(mixed.transpose(1, 2).reshape(2, 5, 8))
    torch.testing.assert_close(module(x), expected)


def test_rotary_attention_refuses_odd_heads():
    with pytest.raises(EngineError, match="even number"):
        made("multihead_attention", normal(2, 5, 6), num_heads=2, rotary=True)


def test_token_shift_puts_the_start_first():
    tokens = torch.tensor([[3, 1, 4], [1, 5, 9]])
    shifted = made("token_shift", tokens, start=7)(tokens)
    assert shifted.tolist() == [[7, 3, 1], [7, 1, 5]]


def test_reparameterise_draws_from_the_named_distribution():
    mean, variance = torch.full((50_000, 1), 3.0), torch.full((50_000, 1), 4.0)
    module = made("reparameterise", mean, mean, mean)
    drawn = module(mean, variance.log(), normal(50_000, 1)).double()
    assert drawn.mean().item() == pytest.approx(3.0, abs=0.03)
    assert drawn.var().item() == pytest.approx(4.0, rel=0.03)


def alpha_bars(steps, schedule):
    if schedule == "linear":
        betas = np.linspace(1e-4, 0.02, steps)
        return np.cumprod(1 - betas)
    f = np.cos((np.arange(steps + 1) / steps + 0.008) / 1.008 * np.pi / 2) ** 2
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    return np.cumprod(1 - betas)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_noise_schedule_equals_the_papers(schedule):
    x, noise = normal(4, 3), normal(4, 3, seed=2)
    time = torch.tensor([[0.0], [0.25], [0.5], [0.9999]])
    module = made("noise_schedule", x, noise, time, steps=1000, schedule=schedule)
    noisy, step, target = module(x, noise, time)
    assert step.flatten().tolist() == [0, 250, 500, 999]
    left = alpha_bars(1000, schedule)[[0, 250, 500, 999], None]
    expected = np.sqrt(left) * x.numpy() + np.sqrt(1 - left) * noise.numpy()
    np.testing.assert_allclose(noisy.numpy(), expected, atol=1e-5)
    assert torch.equal(target, noise)


@pytest.mark.parametrize("predict", ["noise", "sample", "velocity"])
def test_every_target_gives_the_sample_back(predict):
    x, noise, time = normal(4, 3), normal(4, 3, seed=2), torch.rand(4, 1)
    noisy, step, target = made(
        "noise_schedule", x, noise, time, steps=50, schedule="cosine", predict=predict
    )(x, noise, time)
    left = torch.tensor(alpha_bars(50, "cosine"))[step.long()].float()
    signal, spoilt = left.sqrt(), (1 - left).sqrt()
    back = {
        "noise": (noisy - spoilt * target) / signal,
        "sample": target,
        "velocity": signal * noisy - spoilt * target,
    }[predict]
    torch.testing.assert_close(back, x, atol=1e-3, rtol=1e-3)


def test_exact_match_counts_whole_sequences():
    target = torch.tensor([[0, 1], [2, 2], [1, 0]])
    scores = functional.one_hot(torch.tensor([[0, 1], [2, 1], [1, 0]]), 3).float()
    metric = build_metric("exact_match", registry.get("exact_match").defaults())
    metric.update((scores[:2], target[:2]))
    metric.update((scores[2:], target[2:]))
    assert metric.value() == pytest.approx(2 / 3)


def test_mode_coverage_counts_points_and_centres():
    centres = np.array([[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.0, -2.0]])
    points = np.concatenate([centres[:3] + 0.2, [[0.0, 0.0]], centres[:1] + 0.31])
    near = [np.linalg.norm(centres - p, axis=1).min() <= 0.3 for p in points]
    values = {}
    for measure in ("within", "modes"):
        params = registry.get("mode_coverage").complete(
            {"measure": measure, "modes": 4}
        )
        metric = build_metric("mode_coverage", params)
        for part in (points[:2], points[2:]):
            metric.update((torch.tensor(part, dtype=torch.float32),))
        values[measure] = metric.value()
    assert values == {"within": pytest.approx(sum(near) / 5), "modes": 3.0}
