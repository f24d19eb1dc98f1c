"""Losses against numpy or torch written out by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine.compile.build import build
from engine.layers import registry


def loss(type_id, *inputs, **params):
    complete = registry.get(type_id).complete(params)
    shapes = tuple(tuple(x.shape) for x in inputs)
    module = build(type_id, complete, shapes, tuple(x.dtype for x in inputs))
    return float(module(*inputs))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def tensor(array):
    return torch.tensor(np.asarray(array, dtype=np.float32))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


NUMBERS = {
    "mse": lambda d: d**2,
    "l1": np.abs,
    "huber": lambda d: np.where(abs(d) < 0.5, d * d / 2, 0.5 * (abs(d) - 0.25)),
    "smooth_l1": lambda d: np.where(abs(d) < 0.5, d * d, abs(d) - 0.25),
    "log_cosh": lambda d: np.log(np.cosh(d)),
}


@pytest.mark.parametrize("type_id", NUMBERS)
def test_number_loss_equals_its_formula(type_id, rng):
    y, t = rng.normal(size=(2, 6, 3))
    params = {"huber": {"delta": 0.5}, "smooth_l1": {"beta": 0.5}}.get(type_id, {})
    expected = NUMBERS[type_id](y - t).mean()
    assert loss(type_id, tensor(y), tensor(t), **params) == pytest.approx(
        expected, rel=1e-5
    )


def test_log_cosh_of_large_differences_is_finite():
    expected = 1000 - np.log(2)
    assert loss("log_cosh", torch.tensor([1000.0]), torch.zeros(1)) == pytest.approx(
        expected
    )


def test_gaussian_nll_equals_the_log_density(rng):
    y, t = rng.normal(size=(2, 6, 3))
    v = rng.uniform(0.5, 2, size=(6, 3))
    density = np.exp(-((y - t) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v)
    got = loss("gaussian_nll", tensor(y), tensor(t), tensor(v), full=True)
    assert got == pytest.approx(-np.log(density).mean(), rel=1e-5)


def test_poisson_nll_equals_the_log_probability(rng):
    y = rng.normal(size=(6, 3))
    t = rng.integers(0, 5, size=(6, 3))
    expected = (np.exp(y) - t * y).mean()
    assert loss("poisson_nll", tensor(y), tensor(t)) == pytest.approx(
        expected, rel=1e-5
    )


def test_kl_gaussian_equals_torch_distributions(rng):
    mean, log_variance = rng.normal(size=(2, 6, 3))
    normal = torch.distributions.Normal(
        tensor(mean), (tensor(log_variance) / 2).exp(), validate_args=False
    )
    standard = torch.distributions.Normal(0.0, 1.0, validate_args=False)
    expected = torch.distributions.kl_divergence(normal, standard).sum(1).mean()
    got = loss("kl_gaussian", tensor(mean), tensor(log_variance))
    assert got == pytest.approx(float(expected), rel=1e-5)


def test_minimise_is_the_mean(rng):
    x = rng.normal(size=(6, 3))
    assert loss("minimise", tensor(x)) == pytest.approx(x.mean(), rel=1e-4)


def test_cross_entropy_equals_numpy(rng):
    y, t = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    expected = -np.log(softmax(y)[np.arange(6), t]).mean()
    assert loss("cross_entropy", tensor(y), torch.tensor(t)) == pytest.approx(
        expected, rel=1e-5
    )


def test_cross_entropy_smoothing_equals_mixed_targets(rng):
    y, t = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    mixed = 0.8 * np.eye(4)[t] + 0.2 / 4
    expected = -(mixed * np.log(softmax(y))).sum(1).mean()
    got = loss("cross_entropy", tensor(y), torch.tensor(t), label_smoothing=0.2)
    assert got == pytest.approx(expected, rel=1e-5)
    soft = loss("cross_entropy", tensor(y), tensor(mixed))
    assert soft == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_class_weights_make_a_weighted_mean(rng):
    y, t = rng.normal(size=(6, 3)), np.array([0, 1, 2, 0, 1, 1])
    weights = np.array([1.0, 3.0, 0.5])
    each = -np.log(softmax(y)[np.arange(6), t])
    expected = (each * weights[t]).sum() / weights[t].sum()
    got = loss("cross_entropy", tensor(y), torch.tensor(t), class_weights=(1, 3, 0.5))
    assert got == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_ignores_a_label(rng):
    y, t = rng.normal(size=(6, 3)), np.array([0, 1, 2, 0, 1, 1])
    kept = t != 1
    expected = -np.log(softmax(y)[np.arange(6), t])[kept].mean()
    got = loss("cross_entropy", tensor(y), torch.tensor(t), ignore_index=1)
    assert got == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(2, 5, 4), (2, 4, 5, 3)])
def test_cross_entropy_finds_the_classes(rng, shape):
    last = len(shape) == 3
    y = rng.normal(size=shape)
    labels = shape[:-1] if last else (shape[0], *shape[2:])
    t = rng.integers(0, 4, labels)
    rows = (y if last else np.moveaxis(y, 1, -1)).reshape(-1, 4)
    expected = -np.log(softmax(rows)[np.arange(t.size), t.reshape(-1)]).mean()
    assert loss("cross_entropy", tensor(y), torch.tensor(t)) == pytest.approx(
        expected, rel=1e-5
    )


def test_nll_of_log_softmax_equals_cross_entropy_by_hand(rng):
    y, t = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    logs = np.log(softmax(y))
    assert loss("nll", tensor(logs), torch.tensor(t)) == pytest.approx(
        -logs[np.arange(6), t].mean(), rel=1e-5
    )


def test_binary_losses_equal_numpy(rng):
    y, t = rng.normal(size=(6, 3)), rng.integers(0, 2, (6, 3))
    p = 1 / (1 + np.exp(-y))
    expected = -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()
    assert loss("bce", tensor(p), tensor(t)) == pytest.approx(expected, rel=1e-4)
    whole = torch.tensor(t)
    assert loss("bce_with_logits", tensor(y), whole) == pytest.approx(
        expected, rel=1e-5
    )
    weighted = -(3 * t * np.log(p) + (1 - t) * np.log(1 - p)).mean()
    assert loss("bce_with_logits", tensor(y), whole, pos_weight=3.0) == pytest.approx(
        weighted, rel=1e-5
    )


@pytest.mark.parametrize("target", [0.0, 0.9, 1.0])
def test_bce_with_logits_against_a_constant(rng, target):
    y = rng.normal(size=(6, 1))
    p = 1 / (1 + np.exp(-y))
    expected = -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean()
    assert loss("bce_with_logits", tensor(y), target=target) == pytest.approx(
        expected, rel=1e-5
    )


def test_kl_div_equals_numpy(rng):
    y, t = softmax(rng.normal(size=(6, 4))), softmax(rng.normal(size=(6, 4)))
    expected = (t * (np.log(t) - np.log(y))).sum() / 6
    assert loss("kl_div", tensor(np.log(y)), tensor(t)) == pytest.approx(
        expected, rel=1e-4
    )


def test_margin_losses_equal_numpy(rng):
    y, other = rng.normal(size=(2, 6))
    t = np.array([1, -1, 1, -1, 1, 1])
    hinge = np.maximum(0, 1 - t * y).mean()
    soft = np.log(1 + np.exp(-t * y)).mean()
    ranking = np.maximum(0, -t * (y - other) + 0.5).mean()
    signs = torch.tensor(t)
    assert loss("hinge", tensor(y), signs) == pytest.approx(hinge, rel=1e-5)
    assert loss("soft_margin", tensor(y), signs) == pytest.approx(soft, rel=1e-5)
    got = loss("margin_ranking", tensor(y), tensor(other), signs, margin=0.5)
    assert got == pytest.approx(ranking, rel=1e-5)


def test_ctc_equals_the_sum_over_all_alignments():
    """Two steps, target “1”: the alignments are 11, 01 and 10 (0 is the blank)."""
    p = np.array([[0.3, 0.7], [0.6, 0.4]])
    total = p[0, 1] * p[1, 1] + p[0, 0] * p[1, 1] + p[0, 1] * p[1, 0]
    got = loss("ctc", tensor(np.log(p))[None], torch.tensor([[1]]))
    assert got == pytest.approx(-np.log(total), rel=1e-5)


def test_ctc_takes_lengths():
    logs = F.log_softmax(torch.randn(2, 8, 5), dim=2)
    target, lengths = torch.randint(1, 5, (2, 3)), torch.tensor([3, 2])
    expected = F.ctc_loss(logs.transpose(0, 1), target, torch.tensor([8, 8]), lengths)
    assert loss("ctc", logs, target, lengths) == pytest.approx(float(expected))


def test_triplet_and_cosine_equal_numpy(rng):
    a, p, n = rng.normal(size=(3, 6, 4))
    near = np.linalg.norm(a - p, axis=1)
    far = np.linalg.norm(a - n, axis=1)
    expected = np.maximum(0, near - far + 1).mean()
    got = loss("triplet_margin", tensor(a), tensor(p), tensor(n))
    assert got == pytest.approx(expected, rel=1e-4)
    cos = (a * p).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(p, axis=1)
    ones = torch.ones(6, dtype=torch.int64)
    got = loss("cosine_embedding", tensor(a), tensor(p), ones)
    assert got == pytest.approx((1 - cos).mean(), rel=1e-4)


def test_multi_margin_equals_numpy(rng):
    y, t = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    right = y[np.arange(6), t][:, None]
    each = np.maximum(0, 1 - right + y)
    each[np.arange(6), t] = 0
    assert loss("multi_margin", tensor(y), torch.tensor(t)) == pytest.approx(
        each.sum(1).mean() / 4, rel=1e-5
    )


@pytest.mark.parametrize("name", ["cross_entropy", "nll"])
def test_labels_that_are_all_ignored_cost_nothing(name):
    scores = torch.randn(4, 3, requires_grad=True)
    logs = scores.log_softmax(1)
    labels = torch.ones(4, dtype=torch.int64)
    params = registry.get(name).complete({"ignore_index": 1})
    module = build(name, params, ((4, 3), (4,)), (torch.float32, torch.int64))
    total = module(logs, labels)
    total.backward()
    assert total.item() == 0
    assert not scores.grad.any()
