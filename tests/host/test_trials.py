"""Trainings that answer a question, beside the others."""

import pytest

import presets
from engine.graph.files import serialize
from engine.host import connect
from engine.protocol import commands
from engine.protocol.bench.better import Compare, Compared, Seeded
from engine.protocol.bench.preflight import (
    CalledOff,
    CallOff,
    LookAhead,
    Preflight,
    Trying,
)
from engine.protocol.bench.race import RaceSizes, RaceTold, SizeRace, StartRace
from engine.protocol.messages import EngineReady, Failed, Outcome, Pong
from tests.helpers.waiting import until, wait_for


@pytest.fixture(scope="module")
def engine():
    client = connect()
    wait_for(client, EngineReady)
    yield client
    client.close(30.0)


@pytest.fixture
def xor() -> str:
    return serialize.dumps(presets.load("xor"))


def test_a_look_ahead_says_how_far_it_is_and_what_it_found(engine, xor):
    number = engine.send(LookAhead(xor, 7))
    told = until(engine, Preflight)
    assert {each.number for each in told} == {number}
    assert told[-1].body.revision == 7
    assert told[-1].body.findings == ()
    shares = [each.body.share for each in told if isinstance(each.body, Trying)]
    assert shares == sorted(shares)
    assert shares[0] == 0


def test_it_is_called_off_and_the_engine_answers_meanwhile(engine):
    document = serialize.dumps(presets.load("tiny-gpt"))
    engine.send(LookAhead(document))
    wait_for(engine, Trying)
    engine.send(commands.Ping())
    wait_for(engine, Pong)
    engine.send(CallOff())
    wait_for(engine, CalledOff)


def test_two_projects_are_compared(engine, xor):
    short = xor.replace('"epochs"', '"steps": 5, "epochs"')
    engine.send(Compare(short, short, seeds=3))
    told = until(engine, Compared)
    assert told[-1].body.outcome == "same"
    assert sum(isinstance(each.body, Seeded) for each in told) == 6


def test_four_ways_race_and_are_called_off(engine, xor):
    engine.send(SizeRace(xor))
    assert 17 in wait_for(engine, RaceSizes).body.weights
    engine.send(StartRace(xor, evaluations=100_000))
    assert not wait_for(engine, RaceTold).body.ended
    engine.send(CallOff())
    wait_for(engine, CalledOff)


def test_a_training_comes_first(engine, xor, tmp_path):
    engine.send(LookAhead(serialize.dumps(presets.load("tiny-gpt"))))
    wait_for(engine, Trying)
    engine.send(commands.Train(xor, str(tmp_path), steps=3, threads=1))
    told = until(engine, Outcome)
    assert any(isinstance(each.body, CalledOff) for each in told)


def test_a_forecast_gives_way(engine, xor):
    engine.send(LookAhead(serialize.dumps(presets.load("tiny-gpt"))))
    wait_for(engine, Trying)
    engine.send(commands.Estimate(xor, 1))
    assert "trial" in wait_for(engine, Failed).body.text
    engine.send(CallOff())
    wait_for(engine, CalledOff)


def test_what_cannot_be_trained_is_refused(engine):
    engine.send(LookAhead(serialize.dumps(presets.load("xor"))[:9]))
    wait_for(engine, Failed)
