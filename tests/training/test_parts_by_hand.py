"""Counting and timing of a training, on clocks and parts that are made up."""

import math
import threading
from types import SimpleNamespace

import pytest
import torch

from engine.training.loop import recorder as recorders
from engine.training.loop.recorder import Recorder
from engine.training.loop.throughput import Throughput
from engine.training.parts import schedules, threads
from engine.training.parts.run_length import Length
from engine.training.parts.run_plan import Costs, kinds, num_evaluations
from engine.training.parts.stopping import EarlyStopping


class Clock:
    def __init__(self, now=100.0):
        self.now = now

    def __call__(self):
        return self.now


# What a run consists of.


class Phase:
    def __init__(self, first=1, last=math.inf, every=1):
        self.every = every
        self.borders = [first, last + 1] if math.isfinite(last) else [first]
        self._first, self._last = first, last

    def due(self, number):
        inside = self._first <= number <= self._last
        return inside and (number - 1) % self.every == 0


@pytest.mark.parametrize(
    "phases",
    [
        [Phase()],
        [Phase(), Phase(every=3)],
        [Phase(1, 40), Phase(41)],
        [Phase(1, 10, every=2), Phase(8, 30, every=3), Phase(25)],
        [Phase(5, 7)],
    ],
)
def test_kinds_of_steps_are_those_that_one_counts_one_by_one(phases):
    counted, first = {}, {}
    for number in range(1, 61):
        due = tuple(i for i, phase in enumerate(phases) if phase.due(number))
        counted[due] = counted.get(due, 0) + 1
        first.setdefault(due, number)
    found = kinds(phases, 60)
    assert {kind.phases: kind.count for kind in found} == counted
    assert {kind.phases: kind.number for kind in found} == first
    assert [kind.number for kind in found] == sorted(first.values())


def test_a_very_long_pattern_is_taken_as_even():
    found = kinds([Phase(every=7000), Phase(every=2)], 100_000)
    counts = {kind.phases: kind.count for kind in found}
    assert sum(counts.values()) == pytest.approx(100_000)
    assert counts[(1,)] == pytest.approx(20 * 2499)


def test_the_time_of_a_run_is_the_sum_of_its_parts():
    bare = Costs([(100, 0.01), (50, 0.02)], (3, 0.5))
    assert bare.total_s == pytest.approx(2.0 + 1.5)
    # A step takes 2 s / 150; the first after 0.05 s is the fourth.
    watched = Costs([(100, 0.01), (50, 0.02)], (3, 0.5), 0.008, 0.05)
    assert watched.total_s == pytest.approx(3.5 + 150 / 4 * 0.008)
    often = Costs([(100, 0.01), (50, 0.02)], (3, 0.5), 0.008, 0.001)
    assert often.total_s == pytest.approx(3.5 + 150 * 0.008)
    shown = Costs([(100, 0.01)], (2, 1.0), views_s=0.1, views_apart_s=1.4)
    assert shown.total_s == pytest.approx(3.0 + (2 + 2) * 0.1)
    assert Costs([], (0, 1.0), 0.1).total_s == 0


# Its length.


class Training:
    def __init__(self, **values):
        self.values = values

    def number(self, name):
        return self.values.get(name)


def order(epoch=0, left=8, per_epoch=10, at_start=False):
    return SimpleNamespace(
        epoch=epoch, batches_left=left, batches_per_epoch=per_epoch,
        at_epoch_start=at_start,
    )  # fmt: skip


def test_steps_are_those_set_or_those_of_the_epochs_left():
    assert Length(Training(steps=70), order()).total_steps == 70
    assert Length(Training(epochs=3), order(left=10)).total_steps == 30
    assert Length(Training(), order(left=10)).total_steps == 100
    later = Length(Training(epochs=3), order(epoch=1, left=4))
    later.plan(16)
    assert later.total_steps == 16 + 4 + 10
    over = Length(Training(epochs=3), order(epoch=5, left=4))
    over.plan(56)
    assert over.total_steps == 60


def test_evaluations_come_as_set_or_at_the_ends_of_epochs():
    every = Length(Training(steps=70, evaluate_every=20), order())
    due = [step for step in range(75) if every.evaluation_due(step, -1)]
    assert due == [20, 40, 60, 70, 71, 72, 73, 74]
    assert not every.evaluation_due(40, 40)
    assert every.steps_apart == 20
    assert num_evaluations(every) == 4
    ends = Length(Training(epochs=10), order(at_start=True))
    assert [s for s in range(1, 60) if ends.evaluation_due(s, 10)] == list(
        range(35, 60)
    )
    assert ends.steps_apart == 30
    assert not Length(Training(epochs=10), order()).evaluation_due(90, 10)
    assert Length(Training(epochs=9), order(per_epoch=25)).steps_apart == 25
    assert Length(Training(epochs=9), order(per_epoch=26)).steps_apart == 26
    assert Length(Training(epochs=9), order(per_epoch=24)).steps_apart == 48


# Its pace.


def trainer(step, epoch, total=1000):
    feeds = SimpleNamespace(num_samples=500)
    return SimpleNamespace(
        step=step, epoch=epoch, total_steps=total, parts=SimpleNamespace(feeds=feeds)
    )


def test_pace_is_that_of_the_last_second():
    clock = Clock()
    pace = Throughput(clock)
    pace.start(trainer(0, 0.0))
    assert pace.samples_per_s == 0
    assert math.isnan(pace.eta_s(trainer(0, 0.0)))
    clock.now += 0.5
    pace.tick(trainer(10, 0.2))
    assert pace.samples_per_s == pytest.approx(0.2 * 500 / 0.5)
    assert pace.eta_s(trainer(10, 0.2)) == pytest.approx(990 / 20)
    clock.now += 1.0
    pace.tick(trainer(20, 0.4))  # the mark of 1 s ago still counts
    assert pace.samples_per_s == pytest.approx(0.4 * 500 / 1.5)
    clock.now += 0.1
    pace.tick(trainer(30, 0.6))
    assert pace.samples_per_s == pytest.approx(0.4 * 500 / 1.1)
    pace.pause()
    assert pace.samples_per_s == 0
    pace.start(trainer(30, 0.6))
    pace.tick(trainer(40, 0.8))  # no time has passed
    assert pace.samples_per_s == 0


# Its thread count.


def test_the_fastest_count_is_tried_within_the_budget():
    clock, used = Clock(), []
    seconds = {4: 0.02, 1: 0.01, 2: 0.008}

    def once():
        clock.now += seconds[used[-1]]

    assert threads.candidates(4) == [4, 1, 2]
    assert threads.candidates(5) == [5, 1, 2, 4]
    assert threads.fastest(once, 4, use=used.append, clock=clock) == 2
    assert 0.3 < clock.now - 100 < 0.3 + 0.06
    seconds[2] = 0.0098  # within 3 % of one thread
    assert threads.fastest(once, 4, use=used.append, clock=clock) == 1


def test_quick_work_is_repeated_and_slow_work_is_not():
    clock, calls = Clock(), []

    def work(seconds):
        def once():
            calls.append(1)
            clock.now += seconds

        return once

    assert threads._timed(work(0.06), clock) == pytest.approx(0.06)
    assert len(calls) == 1
    calls.clear()
    assert threads._timed(work(0.05), clock) == pytest.approx(0.05)
    assert len(calls) == 2
    calls.clear()
    assert threads._timed(work(0.002), clock) == pytest.approx(0.002)
    assert len(calls) == 1 + 3
    calls.clear()
    threads._timed(work(0.0001), clock)
    assert len(calls) == 1 + 20


# Stopping and plateaus.


def test_patience_counts_evaluations_without_a_lower_loss():
    stopping = EarlyStopping(2)
    told = [stopping.evaluated(loss) for loss in (1.0, 1.0, 0.9, 0.95)]
    assert told == [True, False, True, False]
    assert (stopping.best, stopping.bad, stopping.finished) == (0.9, 1, False)
    stopping.evaluated(0.91)
    assert stopping.finished
    assert stopping.state() == {"best": 0.9, "bad": 2}
    other = EarlyStopping(0)
    other.restore({"best": 0.5, "bad": 7.0})
    assert (other.best, other.bad, other.finished) == (0.5, 7, False)


def test_a_plateau_is_lower_by_one_part_in_ten_thousand():
    plateau = schedules.Plateau(0.5, 1)
    for loss in (1.0, 0.99995, 0.9999):
        plateau.evaluated(loss)
    assert (plateau.best, plateau.bad, plateau.factor) == (1.0, 0, 0.5)
    plateau.evaluated(0.9998)
    assert (plateau.best, plateau.bad) == (0.9998, 0)


# Checkpoints.


class Run:
    has_checkpoint = False
    folder = "folder"
    changes = ()

    def __init__(self):
        self.saved, self.marked = [], []
        self.metrics = SimpleNamespace(
            commit=lambda: None, add_steps=lambda *told: None,
            add_sample=self.saved.append,
        )  # fmt: skip

    def save_checkpoint(self, tensors, state, *, loss):
        self.saved.append((state["step"], loss))

    def mark_best(self, loss):
        self.marked.append(loss)

    def note(self, **fields):
        assert set(fields) == {"took_s"}


@pytest.fixture
def recording(monkeypatch):
    clock, run = Clock(), Run()
    monkeypatch.setattr(recorders.time, "perf_counter", clock)
    state = {"step": 0}
    made = Recorder(run, 1, lambda: ({"w": torch.zeros(3)}, dict(state)))
    return made, run, clock, state


def test_checkpoints_come_after_a_second_or_fifty_times_their_cost(recording):
    made, run, clock, state = recording
    clock.now += 0.99
    assert not made.checkpoint_due(5)
    clock.now += 0.02
    assert made.checkpoint_due(5)
    state["step"] = 5
    made.checkpoint(5)
    made.settle()
    assert run.saved == [(5, None)]
    assert not made.checkpoint_due(5)
    made._cost_s, made._waited_s = 0.1, 0.02
    clock.now += 4.9
    assert not made.checkpoint_due(6)
    clock.now += 0.2
    assert made.checkpoint_due(6)
    made._cost_s, made._waited_s = 0.01, 0.1
    assert not made.checkpoint_due(6)
    clock.now += 5.0
    assert made.checkpoint_due(6)
    made.checkpoint_every_steps = 4
    assert [step for step in range(6, 14) if made.checkpoint_due(step)] == [8, 12]


def test_a_saved_step_is_saved_again_only_when_asked(recording):
    made, run, _, state = recording
    state["step"] = 7
    made.checkpoint(7)
    made.checkpoint(7)
    made.settle()
    assert len(run.saved) == 1
    made.checkpoint(7, again=True)
    made.settle()
    assert len(run.saved) == 2


def test_the_best_is_marked_or_saved_with_its_loss(recording):
    made, run, clock, state = recording
    assert not made.best_evaluated(3, math.nan)
    state["step"] = 3
    made.checkpoint(3)
    assert not made.best_evaluated(3, 0.5)
    assert run.marked == [0.5]
    assert not made.best_evaluated(4, 0.4)  # too soon after the start
    clock.now += 1.01
    assert made.best_evaluated(5, 0.3)
    assert not made.best_evaluated(6, 0.2)
    state["step"] = 6
    made.checkpoint(6)
    made.settle()
    assert run.saved[-1] == (6, 0.2)
    state["step"] = 7
    made.checkpoint(7)
    made.settle()
    assert run.saved[-1] == (7, None)
    made._cost_s = 0.05
    clock.now += 4.9
    assert not made.best_evaluated(9, 0.1)
    clock.now += 0.2
    assert made.best_evaluated(9, 0.1)
    clock.now += 9
    made.checkpoint_every_steps = 5
    assert not made.best_evaluated(10, 0.05)


def test_samples_are_kept_four_times_a_second_at_most(recording):
    made, run, clock, _ = recording
    for wait in (0.0, 0.1, 0.14, 0.02, 0.25):
        clock.now += wait
        made.add_sample(clock.now)
    made.commit()
    assert run.saved == pytest.approx([100.0, 100.26, 100.51])


def test_a_large_state_is_lent_and_a_small_one_copied(recording):
    made, run, _, _ = recording
    seen = []
    run.save_checkpoint = lambda tensors, state, *, loss: seen.append(type(tensors))
    made.checkpoint(1)
    made.settle()
    made._take = lambda: ({"w": torch.zeros(2 * 2**20 // 4 + 1)}, {"step": 2})
    made.checkpoint(2)
    made.settle()
    assert seen == [dict, recorders.Lent]
    made._take = lambda: ({"w": torch.zeros(2 * 2**20 // 4)}, {"step": 3})
    made.checkpoint(3)
    made.settle()
    assert seen[-1] is dict
    assert threading.active_count() == 1
