"""Metrics against numpy over the whole set, however it is cut into batches."""

import math

import numpy as np
import pytest
import torch

from engine.compile.modules.metrics import build_metric
from engine.errors import UnknownLayerError
from engine.layers import registry

CUTS = [[60], [1, 59], [7, 13, 40], [59, 1]]


def metric(type_id, inputs, cuts, **params):
    made = build_metric(type_id, registry.get(type_id).complete(params))
    for parts in zip(*(torch.split(x, cuts) for x in inputs), strict=True):
        made.update(parts)
    return made.value()


@pytest.fixture
def scores():
    rng = np.random.default_rng(1)
    y, t = rng.normal(size=(60, 6)).astype(np.float32), rng.integers(0, 6, 60)
    y[np.arange(60), t] += 1.0
    return y, t


@pytest.fixture
def numbers():
    rng = np.random.default_rng(2)
    t = rng.normal(loc=500, size=(60, 1)).astype(np.float32)
    return (t + 0.3 * rng.normal(size=(60, 1))).astype(np.float32), t


def both(pair):
    return tuple(torch.tensor(x) for x in pair)


def counts(answers, t, classes):
    right = np.array([((answers == c) & (t == c)).sum() for c in range(classes)])
    false_pos = np.array([((answers == c) & (t != c)).sum() for c in range(classes)])
    false_neg = np.array([((answers != c) & (t == c)).sum() for c in range(classes)])
    return right, false_pos, false_neg


@pytest.mark.parametrize("cuts", CUTS)
def test_accuracy_counts_right_answers(scores, cuts):
    y, t = scores
    expected = (y.argmax(1) == t).mean()
    assert metric("accuracy", both(scores), cuts) == pytest.approx(expected)


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("classes", [(0, 1, 2), (5, 3), (4,)])
def test_masked_accuracy_lets_only_some_classes_be_the_answer(scores, cuts, classes):
    y, t = scores
    hidden = np.full_like(y, -np.inf)
    hidden[:, list(classes)] = y[:, list(classes)]
    expected = (hidden.argmax(1) == t).mean()
    found = metric("accuracy", both(scores), cuts, classes=classes)
    assert found == pytest.approx(expected)
    assert found != metric("accuracy", both(scores), cuts)


def test_masked_accuracy_finds_the_classes_where_they_stand():
    y = np.random.default_rng(4).normal(size=(8, 5, 3)).astype(np.float32)
    t = y[:, 1:4].argmax(1) + 1
    wrong = t.copy()
    wrong[0, 0] = 0
    chosen = {"classes": (1, 2, 3), "class_dim": "1"}
    assert metric("accuracy", both((y, t)), [8], **chosen) == 1.0
    assert metric("accuracy", both((y, wrong)), [8], **chosen) == 23 / 24


@pytest.mark.parametrize("cuts", CUTS)
def test_top_k_counts_classes_among_the_best(scores, cuts):
    y, t = scores
    best = np.argsort(-y, axis=1)[:, :3]
    expected = (best == t[:, None]).any(1).mean()
    assert metric("top_k", both(scores), cuts, k=3) == pytest.approx(expected)


@pytest.mark.parametrize("cuts", CUTS)
def test_class_metrics_average_over_classes(scores, cuts):
    y, t = scores
    right, false_pos, false_neg = counts(y.argmax(1), t, 6)
    f1 = (2 * right / (2 * right + false_pos + false_neg)).mean()
    assert metric("f1", both(scores), cuts) == pytest.approx(f1)
    precision = (right / (right + false_pos)).mean()
    assert metric("precision", both(scores), cuts) == pytest.approx(precision)
    recall = (right / (right + false_neg)).mean()
    assert metric("recall", both(scores), cuts) == pytest.approx(recall)
    micro = metric("f1", both(scores), cuts, average="micro")
    assert micro == pytest.approx((y.argmax(1) == t).mean())


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_binary_metrics_use_the_threshold(threshold):
    rng = np.random.default_rng(3)
    y = rng.normal(size=(60, 1)).astype(np.float32)
    t = rng.integers(0, 2, 60)
    answers = (y[:, 0] >= threshold).astype(int)
    inputs = both((y, t))
    right, false_pos, false_neg = (c[1] for c in counts(answers, t, 2))
    got = metric("accuracy", inputs, [20, 40], threshold=threshold)
    assert got == pytest.approx((answers == t).mean())
    got = metric("f1", inputs, [20, 40], threshold=threshold)
    assert got == pytest.approx(2 * right / (2 * right + false_pos + false_neg))


@pytest.mark.parametrize("cuts", CUTS)
def test_number_metrics_are_exact_over_the_set(numbers, cuts):
    y, t = (x.astype(np.float64) for x in numbers)
    inputs = both(numbers)
    expected = 1 - ((y - t) ** 2).sum() / ((t - t.mean()) ** 2).sum()
    assert metric("r2", inputs, cuts) == pytest.approx(expected, rel=1e-6)
    assert metric("mae", inputs, cuts) == pytest.approx(abs(y - t).mean())
    rmse = math.sqrt(((y - t) ** 2).mean())
    assert metric("rmse", inputs, cuts) == pytest.approx(rmse)


def test_perplexity_of_text_is_exp_of_the_mean_surprise():
    rng = np.random.default_rng(4)
    y, t = rng.normal(size=(60, 5, 7)), rng.integers(0, 7, (60, 5))
    p = np.exp(y) / np.exp(y).sum(-1, keepdims=True)
    surprise = -np.log(np.take_along_axis(p, t[..., None], -1)).mean()
    got = metric("perplexity", both((y.astype(np.float32), t)), [1, 59])
    assert got == pytest.approx(np.exp(surprise), rel=1e-5)


@pytest.mark.parametrize("type_id", ["accuracy", "f1", "r2", "rmse", "perplexity"])
def test_metric_without_batches_is_nan(type_id):
    made = build_metric(type_id, registry.get(type_id).defaults())
    assert math.isnan(made.value())


def test_every_metric_of_the_catalogue_can_be_built():
    for spec in registry.all_specs():
        if spec.category == "metric":
            assert build_metric(spec.id, spec.defaults())
    with pytest.raises(UnknownLayerError, match="accuracy"):
        build_metric("acuracy", {})
