"""Numbers that come late from a device, tried with a device that is played."""

from typing import ClassVar

import numpy as np
import pytest
import torch

from engine.measure import readback
from engine.measure.budget import Budget
from engine.measure.readback import DeviceClock, Readback
from engine.training.parts import monitor
from engine.training.parts.monitor import Monitor


class Event:
    """Is passed when the test says so; each took ten milliseconds longer."""

    passed = False
    made: ClassVar[list] = []

    def __init__(self, *_device, **_options):
        self.at, self.is_recorded = 0.0, False
        Event.made.append(self)

    def record(self):
        self.is_recorded, self.at = True, 10.0 * len(Event.made)

    def query(self):
        return Event.passed

    def synchronize(self):
        Event.passed = True

    def elapsed_time(self, other):
        return other.at - self.at


@pytest.fixture
def device(monkeypatch):
    """Let the processor be a device with events, of which none is passed."""
    monkeypatch.setattr(readback.torch, "Event", Event)
    monkeypatch.setattr(readback, "EVENTS", frozenset({"cpu"}))
    Event.passed, Event.made = False, []


def test_copy_is_waited_for_only_when_it_is_read(device):
    found = Readback(torch.arange(5.0))
    assert not found.is_there
    np.testing.assert_array_equal(found.read(), np.arange(5.0))
    assert found.is_there


def test_time_of_a_device_is_that_between_its_events(device):
    clock = DeviceClock(torch.device("cpu"))
    for _ in range(2):
        clock.start()
        clock.stop()
    assert all(event.is_recorded for event in Event.made)
    spans = [
        b.at - a.at for a, b in zip(Event.made[::2], Event.made[1::2], strict=True)
    ]
    assert clock.seconds() == pytest.approx(sum(spans) / 1000)
    assert clock.seconds() == 0


def test_processor_has_its_numbers_at_once_and_counts_nothing():
    clock = DeviceClock(torch.device("cpu"))
    clock.start()
    clock.stop()
    assert clock.seconds() == 0
    assert Readback(torch.ones(2)).is_there


def watched():
    weights = torch.nn.Parameter(torch.ones(4))
    told = Monitor(
        {"layer": [weights]}, [[weights]], Budget(clock=lambda: 0.0), enabled=True
    )
    return told, weights


def step(told, weights, number, stored, judged, total=10**6):
    told.start_step(number, total)
    if told.sampling:
        weights.grad = torch.full((4,), float(number))
        told.before_update(0)
        told.after_update(0)
        told.end_step(number, stored.append, judged.append)


def test_sample_comes_when_the_device_has_it_and_no_other_is_taken_before(
    device, monkeypatch
):
    monkeypatch.setattr(monitor.schedule, "due", lambda _step, _total: False)
    told, weights = watched()
    stored, judged = [], []
    for number in (5, 7):
        step(told, weights, number, stored, judged)
        assert not stored
        assert told.take() == ()
    Event.passed = True
    told.start_step(9, 10**6)
    assert [sample.step for sample in stored] == [5]
    assert stored[0].grad_norm[0] == pytest.approx(10.0)
    assert [sample.step for sample in told.take()] == [5]
    assert not judged


def test_samples_of_the_schedule_are_waited_for(device):
    told, weights = watched()
    stored, judged = [], []
    step(told, weights, 1, stored, judged)
    assert [sample.step for sample in judged] == [1]


def test_last_sample_is_waited_for_when_no_step_comes_after(device, monkeypatch):
    monkeypatch.setattr(monitor.schedule, "due", lambda _step, _total: False)
    told, weights = watched()
    stored = []
    step(told, weights, 5, stored, [])
    told.settle()
    told.settle()
    assert [sample.step for sample in stored] == [5]


def test_cost_is_what_the_device_has_spent(device, monkeypatch):
    monkeypatch.setattr(monitor.schedule, "due", lambda _step, _total: False)
    told, weights = watched()
    step(told, weights, 5, [], [])
    told.settle()
    spent = (
        Event.made[1].at - Event.made[0].at + Event.made[3].at - Event.made[2].at
    ) / 1000
    assert told.budget.spent_s == pytest.approx(spent, abs=0.02)
    assert told.budget.cost_s >= spent
