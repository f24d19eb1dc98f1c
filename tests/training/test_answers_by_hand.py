"""Lazy answers to scores that are made up, without a network."""

import math
from types import SimpleNamespace

import pytest
import torch

from engine.compile.modules.losses import BCEWithLogits
from engine.training.baselines import answers
from engine.training.baselines.answers import Asked


def asked(kind, shape, loss=None, inputs=2, **params):
    node = SimpleNamespace(type=kind, params=params, inputs=[None] * inputs)
    return Asked(node, shape, loss)


def given(kind, shape, targets, **rest):
    return answers.learnt(asked(kind, shape, **rest), torch.tensor(targets))


def only(found):
    (answer,) = found
    scores, target = answer.inputs[:2]
    assert target is None
    return answer.kind, scores.flatten().tolist(), answer.chosen


def approx(values):
    return pytest.approx(values, rel=1e-6)


def test_nothing_is_learnt_of_unknown_scores_or_of_no_or_broken_targets():
    assert given("cosine", (1,), [[1.0]]) == []
    assert given("mse", (1,), torch.zeros(0, 1).tolist()) == []
    assert given("mse", (1,), [[1.0], [math.nan]]) == []
    assert given("mse", (1,), [[1.0], [math.inf]]) == []


def test_mean_and_median_of_each_place():
    targets = [[1.0, 10.0], [2.0, 20.0], [6.0, 90.0]]
    assert only(given("mse", (2,), targets)) == ("mean", approx([3, 40]), -1)
    assert only(given("mae", (2,), targets)) == ("median", approx([2, 20]), -1)
    even = [*targets, [8.0, 100.0]]
    assert only(given("l1", (2,), even)) == ("median", approx([4, 55]), -1)
    whole = [[1], [2], [6], [8]]
    assert only(given("l1", (1,), whole)) == ("median", approx([4]), -1)
    kinds = [answer.kind for answer in given("huber", (2,), targets)]
    assert kinds == ["mean", "median"]


def test_means_of_many_samples_are_those_of_all():
    targets = torch.arange(1000.0)[:, None]
    found = answers.learnt(asked("rmse", (1,)), targets)
    assert only(found)[1] == approx([499.5])


def test_counts_have_a_rate_or_its_logarithm():
    targets = [[0.0], [4.0]]
    assert only(given("poisson_nll", (1,), targets, log_input=False))[1] == approx([2])
    logs = only(given("poisson_nll", (1,), targets, log_input=True))[1]
    assert logs == approx([math.log(2)])
    assert given("poisson_nll", (1,), [[-1.0], [4.0]], log_input=False) == []
    never = only(given("poisson_nll", (1,), [[0.0]] * 4, log_input=False))[1]
    assert never == approx([1 / 10])


def test_a_spread_is_the_variance_of_all():
    (answer,) = given("gaussian_nll", (1,), [[1.0], [5.0]], inputs=3)
    mean, target, variance = answer.inputs
    assert (float(mean), target, float(variance)) == (3, None, 4)
    assert given("gaussian_nll", (1,), [[1.0], [5.0]], inputs=2) == []


@pytest.mark.parametrize("kind", ["bce", "bce_with_logits", "multilabel_soft_margin"])
def test_a_share_of_yes_or_its_logit(kind):
    targets = [[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    name, scores, _ = only(given(kind, (2,), targets))
    least = 1 / 10
    shares = [0.75, least]
    logits = [math.log(p / (1 - p)) for p in shares]
    assert name == "shares"
    assert scores == approx(shares if kind == "bce" else logits)
    assert given(kind, (1,), [[1.5]]) == []
    assert given(kind, (1,), [[-0.5]]) == []
    assert only(given(kind, (1,), [[0.5], [0.7]]))[0] == "mean"


def test_yes_that_weighs_more_is_answered_more():
    loss = BCEWithLogits(0.0, pos_weight=3.0)
    targets = [[1.0], [0.0], [0.0], [0.0]]
    scores = only(given("bce_with_logits", (1,), targets, loss=loss))[1]
    assert scores == approx([math.log(3 * 0.25 / 0.75)])


def test_signs_are_those_of_the_majority():
    targets = [[1.0, -1.0], [1.0, -1.0], [-1.0, -1.0]]
    name, scores, _ = only(given("hinge", (2,), targets, margin=2.0))
    assert (name, scores) == ("class", [2, -2])
    name, scores, _ = only(given("soft_margin", (2,), targets))
    least = 1 / 8
    assert name == "shares"
    assert scores == approx([math.log(2), math.log(least / (1 - least))])
    assert given("hinge", (1,), [[1.0], [0.0]], margin=1.0) == []


def test_the_most_frequent_class_is_ahead_by_the_margin():
    name, scores, chosen = only(given("multi_margin", (3,), [2, 0, 2], margin=1.5))
    assert (name, scores, chosen) == ("class", [0, 0, 1.5], 2)


def metric(kind, shape, targets, **rest):
    rest = {"class_dim": "automatic", "threshold": 0.5, **rest}
    return given(kind, shape, targets, **rest)


def test_class_counts_are_the_scores_of_a_metric():
    name, scores, chosen = only(metric("accuracy", (3,), [2, 0, 2, 1, 2]))
    assert (name, scores, chosen) == ("class", [1, 1, 3], 2)
    some = only(metric("accuracy", (3,), [2, 0, 2, 1, 1], classes=(0, 1)))
    assert some[2] == 1
    assert only(metric("top_k", (3,), [2, 0, 2]))[2] == -1
    ignored = only(metric("f1", (3,), [2, 0, 2, 1, 2, 0, 0], ignore_index=2))
    assert (ignored[1], ignored[2]) == ([3, 1, 0], 0)


def test_labels_that_are_no_class_have_no_answer():
    assert metric("accuracy", (2,), [0, 1, 2]) == []
    assert metric("accuracy", (2,), [0, 1, -1]) == []
    assert metric("accuracy", (2,), [1, 1], ignore_index=1) == []


@pytest.mark.parametrize(
    ("targets", "score", "chosen"),
    [([1, 1, 0], 1.5, 1), ([0, 0, 1], -0.5, 0), ([1, 0], -0.5, 0)],
)
def test_a_single_score_says_yes_where_more_than_half_do(targets, score, chosen):
    found = only(metric("accuracy", (1,), [[t] for t in targets]))
    assert found == ("class", [score], chosen)


def test_places_with_different_majorities_have_no_common_answer():
    targets = [[1, 0], [1, 0], [0, 0]]
    assert only(metric("accuracy", (2,), targets))[1:] == ([1.5, -0.5], -1)
    assert only(metric("accuracy", (2,), [[1, 1]] * 3))[2] == 1


def test_shares_are_log_probabilities_with_room_for_the_unseen():
    _, scores, _ = only(metric("perplexity", (3,), [0, 0, 1]))
    total = 4  # two, one, and one for the class that was never seen
    assert scores == approx([math.log(n / total) for n in (2, 1, 1)])
    _, scores, _ = only(metric("perplexity", (4,), [0, 0]))
    assert scores == approx([math.log(n / 3) for n in (2, 1 / 3, 1 / 3, 1 / 3)])


def test_texts_are_counted_over_all_places():
    found = metric("perplexity", (5, 3), [[0, 0, 1, 2, 0]], class_dim="last")
    (answer,) = found
    scores = answer.inputs[0]
    assert scores.shape == (5, 3)
    expected = [math.log(n / 5) for n in (3, 1, 1)]
    assert all(row == approx(expected) for row in scores.tolist())


def test_pictures_are_counted_at_every_place():
    targets = [[[0, 1]], [[0, 1]], [[1, 1]]]  # three pictures of 1 × 2
    (answer,) = metric("perplexity", (2, 1, 2), targets)
    scores = answer.inputs[0]
    assert scores.shape == (2, 1, 2)
    assert scores[:, 0, 0].tolist() == approx([math.log(2 / 3), math.log(1 / 3)])
    assert scores[:, 0, 1].tolist() == approx([math.log(1 / 4), math.log(3 / 4)])
