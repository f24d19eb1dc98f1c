"""A step held still in the engine: asked beside a training, which goes on unchanged."""

import numpy as np
import safetensors.torch
import torch

import presets
from engine.graph.files import serialize
from engine.host import connect
from engine.protocol import commands, tracing
from engine.protocol.messages import (
    EngineReady,
    Exported,
    Failed,
    Outcome,
    RunStarted,
)
from tests.helpers.waiting import wait_for
from workbench.explain.walk import stops


def engine_of(request):
    client = connect()
    request.addfinalizer(lambda: client.close(20.0))
    wait_for(client, EngineReady)
    return client


def document(steps: int, name: str = "digits-mlp") -> str:
    project = presets.load(name)
    project.training = project.training.with_value("steps", steps)
    return serialize.dumps(project)


def asked(engine, command, kind):
    engine.send(command)
    return wait_for(engine, kind).body


def piece(opened, name):
    return next(p for p in opened.pieces if p.name == name)


def test_an_untrained_document_is_held_with_all_its_numbers(request):
    engine = engine_of(request)
    held = asked(engine, tracing.HoldStep(document(5)), tracing.StepHeld)
    assert (held.step, held.phase, held.phases) == (1, 0, ("training",))
    node = next(n for n in held.nodes if n.path == "scores")
    assert node.type == "linear"
    opened = asked(engine, tracing.OpenMoment("scores", 3), tracing.MomentOpened)
    x_F, w_KF = piece(opened, "input0").values, piece(opened, "weight:weight").values
    z_K, bias_K = piece(opened, "output0").values, piece(opened, "weight:bias").values
    np.testing.assert_allclose(w_KF @ x_F + bias_K, z_K, atol=1e-5)
    delta_K = piece(opened, "upstream0").values
    gradient_KF = piece(opened, "gradient:weight").values
    np.testing.assert_allclose(gradient_KF, np.outer(delta_K, x_F), atol=1e-7)


def test_shares_of_samples_add_up_and_terms_are_the_step(request):
    engine = engine_of(request)
    held = asked(engine, tracing.HoldStep(document(5)), tracing.StepHeld)
    command = tracing.ExplainWeight("scores", "weight", (2, 5), paths=True)
    why = asked(engine, command, tracing.WeightExplained)
    assert len(why.samples) == held.samples
    np.testing.assert_allclose(why.samples.sum(), why.gradient, rtol=1e-4)
    np.testing.assert_allclose(
        sum(why.terms.values()), why.after - why.before, rtol=1e-9
    )
    along = sum(path.gradient for path in why.paths)
    np.testing.assert_allclose(along, why.gradient, rtol=1e-4)
    shown = asked(engine, tracing.ShowBatch(), tracing.BatchShown)
    assert len(shown.pixels) == len(shown.labels) == held.samples
    np.testing.assert_allclose(shown.losses.mean(), held.total, rtol=1e-5)


def test_a_training_that_is_held_ends_as_one_that_is_not(request, tmp_path):
    engine, weights = engine_of(request), []
    for holds in (False, True):
        text = document(60, "mnist-cnn")
        engine.send(commands.Train(text, str(tmp_path), threads=1, paused=True))
        wait_for(engine, RunStarted)
        engine.send(commands.Step(3))
        if holds:
            held = asked(engine, tracing.HoldStep(), tracing.StepHeld)
            assert held.samples
            asked(engine, tracing.OpenMoment("scores"), tracing.MomentOpened)
            asked(engine, tracing.ReadStrips(1), tracing.StripsRead)
        engine.send(commands.Resume())
        if holds:
            asked(engine, tracing.HoldStep(), tracing.StepHeld)
        end = wait_for(engine, Outcome).body
        path = tmp_path / "weights.safetensors"
        engine.send(commands.Export(end.run, "safetensors", str(path)))
        wait_for(engine, Exported)
        weights.append(safetensors.torch.load_file(path))
    one, two = weights
    assert all(torch.equal(one[name], two[name]) for name in one)
    past = asked(engine, tracing.HoldStep(run=end.run), tracing.StepHeld)
    assert past.step == 61


def test_phases_of_a_gan_are_held_one_after_the_other_and_back(request):
    engine = engine_of(request)
    text = document(5, "gan-2d")
    first = asked(engine, tracing.HoldStep(text), tracing.StepHeld)
    assert len(first.phases) == 2
    other = asked(engine, tracing.HoldStep(phase=1, anew=False), tracing.StepHeld)
    assert other.losses.keys() != first.losses.keys()
    again = asked(engine, tracing.HoldStep(phase=0, anew=False), tracing.StepHeld)
    assert again.total == first.total


def test_a_large_tensor_crosses_by_blocks(request):
    engine = engine_of(request)
    project = presets.load("digits-mlp")
    node = project.graph.nodes["linear2"]
    node.params["out_features"] = 3000
    asked(engine, tracing.HoldStep(serialize.dumps(project)), tracing.StepHeld)
    whole = asked(engine, tracing.OpenMoment("linear2"), tracing.MomentOpened)
    weight = piece(whole, "weight:weight")
    assert weight.values.size <= 32_768 < np.prod(weight.shape)
    assert weight.largest.max() == max(-weight.figures.low, weight.figures.high)
    command = tracing.OpenMoment("linear2", part={"weight:weight": "0:8, ::2"})
    some = piece(asked(engine, command, tracing.MomentOpened), "weight:weight")
    assert some.values.shape == (8, -(-weight.shape[1] // 2))


def test_what_is_not_there_is_refused(request):
    engine = engine_of(request)
    assert asked(engine, tracing.ShowBatch(), Failed).text
    asked(engine, tracing.HoldStep(document(5)), tracing.StepHeld)
    wrong = (
        tracing.OpenMoment("nothing"),
        tracing.OpenMoment("scores", 10_000),
        tracing.OpenMoment("scores", 0, {"weight:weight": "77:99"}),
        tracing.ExplainWeight("scores", "weight", (99, 0)),
        tracing.WriteCell("scores", "output7", (0,)),
        tracing.HoldStep(phase=9, anew=False),
    )
    for command in wrong:
        assert "mistake" not in asked(engine, command, Failed).text


def test_losses_of_samples_are_smoothed_and_weighted_as_the_mean_is(request):
    engine = engine_of(request)
    project = presets.load("mnist-cnn")
    loss = project.graph.nodes["loss"]
    loss.params["class_weights"] = [1.0, 2.0, 0.5] + [1.0] * 7
    held = asked(engine, tracing.HoldStep(serialize.dumps(project)), tracing.StepHeld)
    shown = asked(engine, tracing.ShowBatch(), tracing.BatchShown)
    np.testing.assert_allclose(shown.losses.mean(), held.total, rtol=1e-5)


def test_a_tensor_that_two_nodes_share_is_moved_once(request):
    engine = engine_of(request)
    project = presets.load("gan-2d")
    held = asked(engine, tracing.HoldStep(serialize.dumps(project)), tracing.StepHeld)
    again = {n.path: [w.again for w in n.weights] for n in held.nodes if n.weights}
    assert again["d_real.score"] == [False, False]
    assert again["d_fake.score"] == [True, True]
    updates = [stop.path for stop in stops(held) if stop.part == "update"]
    assert updates
    assert not any(path.startswith("d_fake") for path in updates)
