import json
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

import presets
from engine.export import FORMATS
from engine.graph.edits import Disconnect
from engine.graph.files import serialize
from engine.graph.model import Edge
from engine.host import connect
from engine.protocol import commands
from engine.protocol.device import Devices
from engine.protocol.messages import (
    Analysis,
    EngineReady,
    Exported,
    Failed,
    Forecast,
    Frame,
    Outcome,
    RunStarted,
)
from engine.protocol.weights import WeightsPreview
from tests.helpers.waiting import until, wait_for


@pytest.fixture(scope="module")
def engine():
    client = connect()
    wait_for(client, EngineReady)
    yield client
    client.close(20.0)


@pytest.fixture
def xor() -> str:
    return serialize.dumps(presets.load("xor"))


def frames(messages) -> list[Frame]:
    return [m.body for m in messages if isinstance(m.body, Frame)]


def train(engine, document: str, folder: Path, **settings) -> list:
    """Train to the end and return all messages of the run."""
    command = commands.Train(document, str(folder), threads=1, **settings)
    number = engine.send(command)
    messages = until(engine, Outcome)
    assert {message.number for message in messages} == {number}
    return messages


def test_an_engine_says_which_formats_it_writes():
    client = connect()
    told = wait_for(client, EngineReady).body.formats
    client.close(20.0)
    assert {each.id: each.suffix for each in told} == {
        "safetensors": ".safetensors",
        "pt": ".pt",
        "trained": ".safetensors",
    }
    assert [each.id for each in told] == list(FORMATS)


def test_xor_trains_for_twenty_steps_and_tells_every_loss(engine, xor, tmp_path):
    started, *rest, end = train(engine, xor, tmp_path, steps=20, seed=7)
    assert isinstance(started.body, RunStarted)
    assert started.body.layers == ("hidden", "output")
    assert started.body.total_steps == 20
    assert started.body.parameters == 17
    steps = np.concatenate([frame.steps for frame in frames(rest)])
    losses = np.concatenate([frame.losses for frame in frames(rest)])
    assert steps.tolist() == list(range(1, 21))
    assert losses.shape == (20, 1)
    assert np.isfinite(losses).all()
    assert end.body.kind == "finished"
    assert end.body.step == 20
    info = json.loads((Path(end.body.run) / "run.json").read_text("utf-8"))
    assert info["state"] == "finished"
    assert serialize.loads(info["document"]).training.value("seed") == 7


def test_the_same_seed_gives_the_same_weights_whatever_is_watched(
    engine, xor, tmp_path
):
    first = train(engine, xor, tmp_path, steps=30, monitor=True)[-1].body
    second = train(engine, xor, tmp_path, steps=30, monitor=False)[-1].body
    one, two = (weights(engine, end.run, tmp_path) for end in (first, second))
    assert one.keys() == two.keys() == {
        *("hidden.weight", "hidden.bias", "output.weight", "output.bias"),
    }  # fmt: skip
    assert all(torch.equal(one[name], two[name]) for name in one)


def weights(engine, run: str, folder: Path) -> dict:
    path = folder / "weights.safetensors"
    engine.send(commands.Export(run, "safetensors", str(path)))
    assert wait_for(engine, Exported).body.tensors == 4
    return safetensors.torch.load_file(path)


def test_averaged_and_raw_weights_of_a_running_and_an_ended_run_are_exported(
    engine, tmp_path
):
    project = presets.load("xor")
    project.training = project.training.with_value("ema", 0.9)
    document = serialize.dumps(project)
    engine.send(commands.Train(document, str(tmp_path), threads=1, paused=True))
    assert wait_for(engine, RunStarted).body.averaged
    engine.send(commands.Step(20))
    while (last := wait_for(engine, Frame).body).step < 20 or last.state != "paused":
        pass
    during = [_exported(engine, tmp_path, "", averaged) for averaged in (True, False)]
    engine.send(commands.Stop())
    run = wait_for(engine, Outcome).body.run
    after = [_exported(engine, tmp_path, run, averaged) for averaged in (True, False)]
    for one, two in zip(during, after, strict=True):
        assert all(torch.equal(one[name], two[name]) for name in one)
    mean, raw = after
    assert not torch.equal(mean["hidden.weight"], raw["hidden.weight"])
    newest = max((tmp_path / run).glob("checkpoints/*"))
    held = safetensors.torch.load_file(newest)
    assert torch.equal(held["average/hidden.weight"], mean["hidden.weight"])
    assert torch.equal(held["model/hidden.weight"], raw["hidden.weight"])


def _exported(engine, folder: Path, run: str, averaged: bool) -> dict:
    path = folder / "weights.safetensors"
    engine.send(commands.Export(run, "safetensors", str(path), averaged))
    wait_for(engine, Exported)
    return safetensors.torch.load_file(path)


def test_pause_step_and_stop_are_obeyed_and_other_questions_answered(
    engine, xor, tmp_path
):
    number = engine.send(commands.Train(xor, str(tmp_path), threads=1, paused=True))
    wait_for(engine, RunStarted)
    engine.send(commands.Step(3))
    while (last := wait_for(engine, Frame).body).step < 3 or last.state != "paused":
        pass
    assert last.step == 3
    engine.send(commands.ListDevices())
    wait_for(engine, Devices)
    path = tmp_path / "now.pt"
    engine.send(commands.Export("", "pt", str(path)))
    assert wait_for(engine, Exported).body.step == 3
    second = engine.send(commands.Train(xor, str(tmp_path)))
    refused = wait_for(engine, Failed)
    assert refused.number == second
    assert "Stop it" in refused.body.text
    hyper = engine.send(commands.SetHyper("lr", -1.0))
    assert wait_for(engine, Failed).number == hyper
    engine.send(commands.Stop())
    end = wait_for(engine, Outcome)
    assert end.number == number
    assert (end.body.kind, end.body.step) == ("stopped", 3)


def test_a_stopped_run_goes_on_where_it_was(engine, xor, tmp_path):
    whole = train(engine, xor, tmp_path, steps=40)[-1].body
    command = commands.Train(xor, str(tmp_path), threads=1, steps=40, paused=True)
    engine.send(command)
    engine.send(commands.Step(13))
    while wait_for(engine, Frame).body.step < 13:
        pass
    engine.send(commands.Stop())
    half = wait_for(engine, Outcome).body
    assert half.step == 13
    engine.send(commands.ResumeRun(half.run))
    assert wait_for(engine, RunStarted).body.step == 13
    rest = wait_for(engine, Outcome).body
    assert (rest.kind, rest.run, rest.step) == ("finished", half.run, 40)
    one = weights(engine, whole.run, tmp_path)
    two = weights(engine, rest.run, tmp_path)
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_finished_run_is_trained_longer(engine, xor, tmp_path):
    whole = train(engine, xor, tmp_path, steps=40)[-1].body
    short = train(engine, xor, tmp_path, steps=25)[-1].body
    engine.send(commands.ResumeRun(short.run, more=15))
    begun = wait_for(engine, RunStarted).body
    assert (begun.step, begun.total_steps) == (25, 40)
    rest = wait_for(engine, Outcome).body
    assert (rest.kind, rest.run, rest.step) == ("finished", short.run, 40)
    one = weights(engine, whole.run, tmp_path)
    two = weights(engine, rest.run, tmp_path)
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_nothing_to_pause_or_export_is_said(engine, tmp_path):
    engine.send(commands.Pause())
    assert "Nothing is being trained" in wait_for(engine, Failed).body.text
    path = tmp_path / "x.pt"
    engine.send(commands.Export(str(tmp_path), "pt", str(path)))
    assert "no run" in wait_for(engine, Failed).body.text
    assert not path.exists()


def test_a_broken_graph_is_analysed_and_leaves_no_run_behind(engine, tmp_path):
    project = presets.load("xor")
    Disconnect(Edge.parse("data.point", "hidden.input")).apply(project)
    document = serialize.dumps(project)
    engine.send(commands.Check(document, 5))
    analysis = wait_for(engine, Analysis).body
    assert analysis.revision == 5
    assert not analysis.trainable
    assert {problem.node for problem in analysis.problems} >= {"hidden"}
    engine.send(commands.Train(document, str(tmp_path / "runs")))
    assert wait_for(engine, Failed).body.details == ""
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_mistake_of_ours_is_answered_with_its_traceback(engine):
    engine.send("not a command")
    failed = wait_for(engine, Failed).body
    assert "Traceback" in failed.details


def test_export_that_fails_leaves_the_training_alone(
    engine, xor, tmp_path, monkeypatch
):
    def full(*_arguments):
        raise MemoryError("no room for a copy")

    monkeypatch.setattr("engine.host.job.of_modules", full)
    engine.send(commands.Train(xor, str(tmp_path), threads=1, steps=10**8))
    wait_for(engine, RunStarted)
    engine.send(commands.Export("", "pt", str(tmp_path / "x.pt")))
    assert "no room for a copy" in wait_for(engine, Failed).body.text
    engine.send(commands.Stop())
    assert wait_for(engine, Outcome).body.kind == "stopped"


def test_closing_while_training_stops_with_a_checkpoint(tmp_path):
    client = connect()
    document = serialize.dumps(presets.load("digits-mlp"))
    client.send(commands.Train(document, str(tmp_path), threads=1, steps=10**6))
    while wait_for(client, Frame).body.step < 20:
        pass
    begin = time.monotonic()
    client.close(10.0)
    assert time.monotonic() - begin < 3.0
    end = [m.body for m in client.drain() if isinstance(m.body, Outcome)][-1]
    info = json.loads((Path(end.run) / "run.json").read_text("utf-8"))
    assert end.kind == info["state"] == "stopped"
    assert info["checkpoint"]["step"] == end.step


def test_weights_are_previewed_and_kept_in_a_new_run(engine, xor, tmp_path):
    first = train(engine, xor, tmp_path, steps=5)[-1].body.run
    number = engine.send(commands.PreviewWeights(xor, first))
    answer = wait_for(engine, WeightsPreview)
    assert answer.number == number
    assert answer.body.nodes == ("hidden", "output")
    assert answer.body.count("matched") == 4
    command = commands.Train(
        xor, str(tmp_path), threads=1, paused=True, seed=3, weights_from=first
    )
    engine.send(command)
    second = wait_for(engine, RunStarted).body.run
    path = tmp_path / "kept.safetensors"
    engine.send(commands.Export("", "safetensors", str(path)))
    wait_for(engine, Exported)
    kept, old = safetensors.torch.load_file(path), weights(engine, first, tmp_path)
    assert all(torch.equal(kept[name], old[name]) for name in old)
    info = json.loads((Path(second) / "run.json").read_text("utf-8"))
    assert list(info["weights"]) == [first]
    engine.send(commands.Stop())
    until(engine, Outcome)


def test_preview_of_a_missing_file_is_refused_in_one_sentence(engine, xor, tmp_path):
    engine.send(commands.PreviewWeights(xor, str(tmp_path / "no.pt")))
    text = wait_for(engine, Failed).body.text
    assert "no.pt" in text
    assert "\n" not in text


def test_estimate_is_answered_and_gives_way_to_a_run(engine, xor, tmp_path):
    number = engine.send(commands.Estimate(xor, revision=4))
    (answer,) = [m for m in until(engine, Forecast) if isinstance(m.body, Forecast)]
    assert answer.number == number
    assert answer.body.total_steps > 0
    other = xor.replace('"seed": 1', '"seed": 2')
    engine.send(commands.Estimate(other + "\n", revision=5))
    engine.send(commands.Train(xor, str(tmp_path), threads=1, steps=5))
    end = until(engine, Outcome)[-1]
    assert end.body.kind == "finished"
