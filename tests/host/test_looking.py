"""Looking at a run while it trains, in a pause, after its end, and from its folder."""

import safetensors.torch
import torch

import presets
from engine.graph.files import serialize
from engine.host import connect
from engine.protocol import commands
from engine.protocol.messages import (
    EngineReady,
    Exported,
    Failed,
    Frame,
    Outcome,
    RunStarted,
    View,
    Views,
)
from tests.helpers.waiting import until, wait_for


def engine_of(request):
    client = connect()
    request.addfinalizer(lambda: client.close(20.0))
    wait_for(client, EngineReady)
    return client


def document(steps: int) -> str:
    project = presets.load("digits-mlp")
    project.training = project.training.with_value("steps", steps)
    return serialize.dumps(project)


def test_a_run_answers_in_a_pause_at_its_end_and_from_its_folder(request, tmp_path):
    engine = engine_of(request)
    engine.send(commands.Train(document(40), str(tmp_path), threads=1, paused=True))
    folder = wait_for(engine, RunStarted).body.run
    asked = engine.send(commands.OpenCell("confusion", 3, 3))
    first = wait_for(engine, View)
    assert (first.number, first.body.step) == (asked, 0)
    engine.send(commands.Resume())
    wait_for(engine, Outcome)
    engine.send(commands.OpenCell("confusion", 3, 3))
    after = wait_for(engine, View).body
    assert after.step == 40
    engine.send(commands.OpenCell("confusion", 3, 3, run=folder))
    assert wait_for(engine, View).body.words == after.words
    engine.send(commands.Look({"nothing": {}}))
    assert "nothing" in wait_for(engine, Failed).body.text
    other = engine_of(request)
    other.send(commands.Look(run=folder))
    (matrix,) = wait_for(other, Views).body.views
    assert (matrix.kind, matrix.step) == ("confusion_matrix", 40)
    other.send(commands.OpenCell("confusion", 3, 3, run=folder))
    again = wait_for(other, View).body
    assert again.arrays["samples"].tolist() == after.arrays["samples"].tolist()


def test_looking_does_not_change_what_is_learnt(request, tmp_path):
    engine, weights = engine_of(request), []
    for looks in (False, True):
        engine.send(commands.Train(document(60), str(tmp_path), threads=1, paused=True))
        wait_for(engine, RunStarted)
        engine.send(commands.Resume())
        if looks:
            for _ in range(3):
                engine.send(commands.OpenCell("confusion", 1, 1))
                engine.send(commands.Look())
        end = wait_for(engine, Outcome).body
        path = tmp_path / "weights.safetensors"
        engine.send(commands.Export(end.run, "safetensors", str(path)))
        wait_for(engine, Exported)
        weights.append(safetensors.torch.load_file(path))
    one, two = weights
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_whoever_asks_while_it_trains_is_answered_once(request, tmp_path):
    engine = engine_of(request)
    engine.send(commands.Train(document(200_000), str(tmp_path), threads=1))
    wait_for(engine, Frame)
    asked = [engine.send(commands.OpenCell("confusion", n, n)) for n in range(4)]
    answers = [wait_for(engine, View).number for _ in asked]
    assert answers == asked
    late = engine.send(commands.OpenCell("confusion", 0, 0))
    engine.send(commands.Stop())
    messages = until(engine, Outcome)
    last = engine.send(commands.OpenCell("confusion", 0, 0))
    while not any(message.number == last for message in messages):
        messages += until(engine, View)
    told = [m for m in messages if m.number == late]
    assert len(told) == 1
    assert isinstance(told[0].body, View)


def test_nothing_to_look_at_is_said(request):
    engine = engine_of(request)
    engine.send(commands.Look())
    assert wait_for(engine, Failed)
