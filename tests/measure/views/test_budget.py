"""Views stay within their share of the time."""

import itertools

import pytest

from engine.measure.views.budget import MAX_HZ, SHARE, ViewBudget


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("cost_s", [0.001, 0.09, 2.0])
def test_views_cost_at_most_their_share_and_keep_their_distance(cost_s):
    clock = Clock()
    budget = ViewBudget(clock)
    starts, spent = [], 0.0
    while len(starts) < 8:
        if budget.due():
            starts.append(clock.now)
            clock.now += cost_s
            spent += cost_s
            budget.spent(cost_s)
        clock.now += 0.01
    gaps = [b - a for a, b in itertools.pairwise(starts)]
    assert min(gaps) >= 1 / MAX_HZ
    assert (spent - cost_s) / (starts[-1] - starts[0]) <= SHARE
    assert max(gaps) <= max(1 / MAX_HZ, cost_s / SHARE * 1.6) + 0.1 + cost_s
