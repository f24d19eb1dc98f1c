"""Trials in the engine: each answer belongs to the trial that it was asked for."""

import numpy as np
import pytest

from engine.protocol.bench.preflight import CalledOff
from engine.protocol.bench.proof import Prove, Proved, Proving
from engine.protocol.bench.race import RaceSizes, RaceTold, StartRace
from engine.protocol.messages import EngineGone, Failed
from tests.workbench.session.conftest import READY

PROVING = Proving(0, 5, 10, "loss", np.zeros((0, 2)))
PROVED = Proved("helps", "It helps.", "loss", False, 2.0, 1.0, 0)


@pytest.fixture
def trials(session, engines):
    """Trials of a session, with a list of all that they tell."""
    session.start_engine()
    engines.last.answer(READY, 0)
    session._on_tick()
    trials, told = session.trials, []
    for signal in (trials.proving, trials.proved, trials.race_sized, trials.raced):
        signal.connect(told.append)
    trials.called_off.connect(lambda: told.append("called off"))
    session.request_failed.connect(lambda asked, _failed: told.append(asked))
    trials.told = told
    return trials


def test_answers_of_a_trial_before_are_never_those_of_the_next(
    trials, session, engines
):
    trials.prove(Prove("a", "b"))
    first = len(engines.last.sent)
    trials.call_off()
    trials.prove(Prove("a", "c"))
    second = len(engines.last.sent)
    for body in (PROVING, PROVED, CalledOff()):
        engines.last.answer(body, first)
    engines.last.answer(PROVING, second)
    session._on_tick()
    assert trials.told == [PROVING]


def test_a_failure_in_the_middle_names_its_trial(trials, session, engines):
    wish = Prove("a", "b")
    trials.prove(wish)
    for body in (PROVING, PROVING, Failed("no memory")):
        engines.last.answer(body)
        session._on_tick()
    assert trials.told[:2] == [PROVING, PROVING]
    assert trials.told[2] is wish


def test_the_failure_of_an_older_trial_is_known_as_such(trials):
    first, second = Prove("a", "b"), StartRace("a")
    trials.prove(first)
    assert not trials.is_old(first)
    trials.race(second)
    assert trials.is_old(first)
    assert not trials.is_old(second)


def test_another_engine_counts_anew(trials, session, engines):
    trials.prove(Prove("a", "b"))
    number = len(engines.last.sent)
    engines.last.answer(EngineGone("killed"), 0)
    session._on_tick()
    session.start_engine()
    while len(engines.last.sent) < number:
        trials.size_race("own")
    engines.last.answer(RaceSizes((1.0,), (9,)))
    engines.last.answer(PROVED, number - 1)
    session._on_tick()
    assert PROVED not in trials.told
    assert RaceSizes((1.0,), (9,)) in trials.told


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        (PROVING, False),
        (PROVED, True),
        (RaceSizes((1.0,), (9,)), True),
        (RaceTold(9, 100, ()), False),
        (RaceTold(9, 100, (), True), True),
        (CalledOff(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_forecast_waits_for_the_end_of_a_trial(
    trials, session, engines, body, ends
):
    """While one goes on the engine refuses to look ahead, so it is asked again."""
    seen = []
    trials.over.connect(lambda: seen.append(True))
    trials.prove(Prove("a", "b"))
    engines.last.answer(body)
    session._on_tick()
    assert seen == [True] * ends
