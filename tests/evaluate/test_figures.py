"""Figures of an evaluation against plain definitions, loops and known tables."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.evaluate.figures import (
    calibration,
    classes,
    comparison,
    intervals,
    residuals,
)


@pytest.mark.parametrize(("right", "total"), [(8, 10), (1, 3), (450, 1000)])
def test_ends_of_a_share_are_where_the_score_test_gives_up(right, total):
    found = intervals.wilson(right, total)
    assert found.value == right / total
    assert found.low < found.value < found.high
    for end in (found.low, found.high):
        z = abs(found.value - end) / math.sqrt(end * (1 - end) / total)
        assert z == pytest.approx(1.959963985)


def test_share_of_none_or_all_stays_inside():
    none, every = intervals.wilson(0, 20), intervals.wilson(20, 20)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1.959963985**2 / (20 + 1.959963985**2))
    assert every.low == pytest.approx(1 - none.high)


def test_wilsons_interval_covers_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(1).binomial(60, 0.3, size=4000)
    inside = [w.low <= 0.3 <= w.high for w in (intervals.wilson(k, 60) for k in draws)]
    assert 0.93 < np.mean(inside) < 0.97


@pytest.mark.parametrize(("confidence", "z"), [(0.95, 1.960), (0.8, 1.282)])
def test_bootstrap_of_a_mean_is_as_wide_as_theory_has_it(confidence, z):
    values = np.random.default_rng(2).normal(5.0, 2.0, 400)

    def mean(rows):
        return values[rows].mean(1)

    half = z * values.std() / math.sqrt(400)
    drawn = [
        intervals.bootstrap(400, mean, seed=seed, confidence=confidence)
        for seed in range(8)
    ]
    assert drawn[0].value == pytest.approx(values.mean(), abs=1e-12)
    low, high = (np.mean([found[end] for found in drawn]) for end in (1, 2))
    assert values.mean() - low == pytest.approx(half, rel=0.05)
    assert high - values.mean() == pytest.approx(half, rel=0.05)


def test_intervals_are_of_95_percent_and_the_same_each_time():
    values = np.random.default_rng(2).normal(5.0, 2.0, 400)
    found = intervals.mean(values)
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)
    assert intervals.mean(values) == found


def test_nothing_has_no_interval():
    assert not intervals.wilson(0, 0).is_known
    assert not intervals.mean(np.zeros(0)).is_known


labels_and_answers = st.integers(1, 5).flatmap(
    lambda c: st.lists(
        st.tuples(st.integers(0, c - 1), st.integers(0, c - 1)), min_size=1
    ).map(lambda pairs: (c, np.array(pairs)))
)


@given(labels_and_answers)
def test_figures_of_classes_equal_their_definitions(drawn):
    count, pairs = drawn
    labels, answers = pairs.T
    found = classes.confusion(labels, answers, count)
    each = classes.per_class(found)
    for one in range(count):
        for two in range(count):
            assert found[one, two] == sum(
                a == one and b == two for a, b in zip(labels, answers, strict=True)
            )
        hit = int(((labels == one) & (answers == one)).sum())
        given_, has = int((answers == one).sum()), int((labels == one).sum())
        precision = hit / given_ if given_ else 0.0
        recall = hit / has if has else 0.0
        both = precision + recall
        assert each.precision[one] == pytest.approx(precision)
        assert each.recall[one] == pytest.approx(recall)
        f1 = 2 * precision * recall / both if both else 0.0
        assert each.f1[one] == pytest.approx(f1)
        assert each.support[one] == has
    assert classes.accuracy(labels, answers).value == np.mean(labels == answers)


scored = st.lists(
    st.tuples(st.integers(-6, 6), st.booleans()), min_size=2, max_size=40
).map(
    lambda pairs: (np.array([s for s, _ in pairs]) / 4, np.array([p for _, p in pairs]))
)


@given(scored)
def test_area_under_roc_is_the_share_of_pairs_in_order(drawn):
    scores, positive = drawn
    high, low = scores[positive], scores[~positive]
    area = classes.roc(scores, positive.astype(int)).value
    if not len(high) or not len(low):
        assert math.isnan(area)
        return
    pairs = [(a > b) + 0.5 * (a == b) for a in high for b in low]
    assert area == pytest.approx(np.mean(pairs))


@given(scored)
def test_curves_go_through_every_threshold(drawn):
    scores, positive = drawn
    curve = classes.precision_recall(scores, positive.astype(int))
    if not positive.any():
        assert math.isnan(curve.value)
        return
    edges = sorted(set(scores), reverse=True)
    recall = [positive[scores >= edge].sum() / positive.sum() for edge in edges]
    precision = [positive[scores >= edge].mean() for edge in edges]
    assert curve.x == pytest.approx(recall)
    assert curve.y == pytest.approx(precision)
    steps = zip([0.0, *recall], recall, precision, strict=False)
    assert curve.value == pytest.approx(sum((b - a) * p for a, b, p in steps))


def test_sure_answers_fall_into_bins_with_their_upper_edge():
    sure = np.array([0.05, 0.1, 0.11, 0.95, 1.0, 0.0])
    right = np.array([0, 1, 0, 1, 1, 0])
    found = calibration.reliability(sure, right, bins=10)
    assert found.places.tolist() == [3, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found.confidence[0] == pytest.approx(0.05)
    assert found.accuracy[0] == pytest.approx(1 / 3)
    gaps = 3 * abs(1 / 3 - 0.05) + 1 * 0.11 + 2 * abs(1 - 0.975)
    assert found.error == pytest.approx(gaps / 6)
    assert found.bias == pytest.approx(sure.mean() - right.mean())


def test_network_that_is_as_often_right_as_it_is_sure_is_calibrated():
    draw = np.random.default_rng(3)
    sure = draw.uniform(0.5, 1.0, 200_000)
    right = (draw.uniform(size=len(sure)) < sure).astype(int)
    assert calibration.reliability(sure, right).error < 0.01
    shy = calibration.reliability(0.5 * sure, right)
    assert shy.bias == pytest.approx(-0.375, abs=0.01)


def test_brier_score_of_two_shares_by_hand():
    shares = np.array([[0.7, 0.3], [0.2, 0.8]])
    expected = (0.3**2 + 0.3**2 + 0.8**2 + 0.8**2) / 2
    assert calibration.brier(shares, np.array([0, 0])) == pytest.approx(expected)


rows = arrays.arrays(
    np.float64, st.tuples(st.integers(3, 30), st.integers(1, 3)),
    elements=st.floats(-100, 100, width=32),
)  # fmt: skip


@given(rows, st.integers(0, 2**32 - 1))
def test_figures_of_numbers_equal_their_definitions(targets, seed):
    answers = targets + np.random.default_rng(seed).normal(size=targets.shape)
    found = residuals.figures(answers, targets)
    rest = answers - targets
    assert found.mae.value == pytest.approx(np.abs(rest).mean())
    assert found.rmse.value == pytest.approx(math.sqrt((rest**2).mean()))
    assert found.bias.value == pytest.approx(rest.mean(), abs=1e-9)
    around = ((targets - targets.mean(0)) ** 2).sum(0)
    if (around > 1e-6).all():
        r2 = (1 - (rest**2).sum(0) / around).mean()
        assert found.r2.value == pytest.approx(r2, rel=1e-6, abs=1e-6)
    assert found.mae.low <= found.mae.high


def test_constant_target_has_no_share_of_variance_to_explain():
    found = residuals.figures(np.ones((5, 1)), np.zeros((5, 1)))
    assert math.isnan(found.r2.value)
    assert found.bias.value == 1.0


@pytest.mark.parametrize(
    ("only_first", "only_second", "chance"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (10, 2, 0.03857421875), (7, 7, 1.0)],
)
def test_disagreement_has_the_chance_of_a_fair_coin(only_first, only_second, chance):
    first = np.array([1] * only_first + [0] * only_second + [1, 0])
    second = np.array([0] * only_first + [1] * only_second + [1, 0])
    found = comparison.mcnemar(first, second)
    assert (found.first, found.second) == (only_first, only_second)
    assert found.chance == pytest.approx(chance)


def test_difference_of_pairs_is_narrow_where_the_samples_differ_and_the_nets_do_not():
    hard = np.random.default_rng(4).normal(0, 10, 300)
    found = comparison.difference(hard, hard + 0.5)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_exchanged_labels_lead_round_in_a_circle():
    rotated = np.array([[1, 30, 0, 0], [0, 2, 40, 1], [50, 0, 0, 0], [0, 0, 0, 9]])
    assert classes.exchanged(rotated) == [0, 1, 2]
    one_way = np.array([[2, 30, 0], [0, 40, 1], [0, 3, 30]])  # a class is not known
    assert classes.exchanged(one_way) == []
    few = np.array([[1, 3], [3, 1]])  # chance
    assert classes.exchanged(few) == []
    half = np.array([[18, 22], [22, 18]])
    assert classes.exchanged(half) == []
