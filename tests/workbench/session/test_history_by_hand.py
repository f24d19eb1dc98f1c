"""What a history keeps beside its curves: ages, marks, broken steps, results."""

import dataclasses
import math
import time

import numpy as np
import pytest

from engine.protocol.baselines import Baseline
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import Evaluation, Frame, View
from tests.helpers import frames
from workbench.session.curves.history import History
from workbench.session.names import Names


def frame(step, losses=(), **rest):
    steps = np.arange(step - len(losses) + 1, step + 1)
    values = np.array(losses, float).reshape(len(steps), 1)
    return Frame(step, step / 10, "training", steps, values, values / 100, **rest)


@pytest.fixture
def history():
    made = History()
    made.begin(frames.run_started(), Names())
    return made


def test_a_picture_is_old_after_two_seconds_and_fifty_steps(history, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    history.add_views((View("n", "curve", 10, {}, {}),))
    for step, later, age in ((59, 9, 0), (60, 1.9, 0), (60, 2.0, 2), (90, 7.8, 7)):
        history.step, now[0] = step, 100 + later
        assert history.age_s("n", 10) == age
    assert history.age_s("other", 10) == 0


def test_only_the_newest_hundred_changes_are_marked(history):
    for step in range(1, 131):
        history.add(frame(step, changes=(step,)))
    assert history.changes == list(range(31, 131))


def test_broken_steps_are_the_newest_eight_of_each_curve_and_the_last(history):
    for step in range(1, 13):
        history.add(frame(step, [math.inf]))
    assert history.broken_steps == tuple(range(5, 13))
    seen = history.losses_seen
    history.diverge(99)
    assert history.broken_steps == (*range(5, 13), 99)
    assert history.losses_seen == seen + 1


def test_frames_are_counted_by_what_is_in_them(history):
    history.add(frame(3, [1.0, 2.0, 3.0], samples_per_s=5.0, overhead=0.1, eta_s=7.0))
    assert (history.losses_seen, history.samples_seen) == (3, 0)
    assert (history.step, history.epoch) == (3, 0.3)
    assert (history.samples_per_s, history.overhead, history.eta_s) == (5, 0.1, 7)
    assert history.losses[0].values.values.tolist() == [1, 2, 3]
    assert history.rates[0].values.values.tolist() == [0.01, 0.02, 0.03]
    history.add(frame(4, [1.0], sample=frames.sample(4)))
    assert history.samples_seen == 1
    told = tuple(Evaluation(n, 0.0, {"loss": 1.0}) for n in (1, 2))
    history.add(frame(5, evaluations=told))
    assert history.evaluations_seen == 2
    history.add_log(("a", "b"))
    assert (history.log_seen, [line.text for line in history.log]) == (2, ["a", "b"])


def test_values_that_are_no_numbers_are_left_out_of_an_evaluated_curve(history):
    told = (
        Evaluation(10, 0.0, {"loss": 1.0}, {"loss": 5.0}),
        Evaluation(20, 0.0, {"loss": math.nan}, {"loss": 6.0}),
        Evaluation(30, 0.0, {"other": 2.0}, {}),
        Evaluation(40, 0.0, {"loss": 3.0}, {"loss": math.inf}),
    )
    history.add(frame(40, evaluations=told))
    assert history.evaluated("loss").tolist() == [[10, 40], [1, 3]]
    assert history.evaluated("loss", training=True).tolist() == [[10, 20], [5, 6]]
    assert history.evaluated("nothing").shape == (2, 0)


def test_a_phase_is_validated_while_it_is_active():
    history = History()
    goals = (PhaseGoal({"a": 2.0}, 1, 20), PhaseGoal({"a": 1.0, "b": 3.0}, 21))
    history.begin(frames.run_started(phases=("one", "two"), goals=goals), Names())
    told = tuple(
        Evaluation(step, 0.0, {"a": step / 10, "b": 1.0}) for step in (10, 20, 30, 40)
    )
    history.add(frame(40, evaluations=told))
    assert history.validated(0).tolist() == [[10, 20], [2, 4]]
    assert history.validated(1).tolist() == [[30, 40], [6, 7]]


def test_the_result_is_the_best_only_where_the_best_is_kept(history):
    told = [Evaluation(n, 0.0, {}, best=n in {1, 3}) for n in (1, 2, 3, 4)]
    assert history.result is None
    history.add(frame(4, evaluations=tuple(told)))
    assert history.result.step == 4
    history.names = dataclasses.replace(history.names, keeps_best=True)
    assert history.result.step == 3


def test_a_run_that_goes_on_keeps_its_curves(history):
    history.add(frame(3, [1.0, 2.0, 3.0]))
    seen = history.runs_seen
    history.begin(dataclasses.replace(history.run, step=3), Names())
    assert (history.runs_seen, len(history.losses[0])) == (seen, 3)
    history.begin(dataclasses.replace(history.run, step=2), Names())
    assert (history.runs_seen, len(history.losses[0])) == (seen + 1, 0)
    history.clear()
    assert history.run is None
    assert history.runs_seen == seen + 2
    assert math.isnan(history.eta_s)


def test_a_baseline_of_a_phase_is_that_of_its_sum():
    history = History()
    assert history.baselines == {}
    base = {"loss": Baseline(2.0, "mean")}
    history.begin(frames.run_started(baselines=base), Names())
    assert history.baselines_of_losses() == [base["loss"]]
