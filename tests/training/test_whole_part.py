"""Early stopping, schedules and the best checkpoint believe the value of the whole."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine.data import catalog
from engine.graph.model import Node
from engine.layers import registry
from engine.training.evaluation import evaluation
from engine.training.loop.steps import Steps
from engine.training.loop.trainer import Trainer
from tests.training.projects import mlp, phase, project

WEIGHTS = (10.0, 1.0, 0.25)


def weighted(**params):
    document = mlp(phase(values={"lr": 0.05}, schedule="plateau"), **params)
    loss = document.graph.node("loss").with_param("class_weights", WEIGHTS)
    document.graph.replace_node(loss)
    return document


def finished(document):
    trainer = Trainer(document)
    for _ in trainer.steps():
        pass
    return trainer


def whole_loss(trainer, state):
    params = registry.get("data").complete({"source": "iris"})
    part = catalog.load(params).validation
    x, labels = (torch.tensor(part[name]).double() for name in ("features", "label"))
    for name, act in (("hidden", torch.tanh), ("scores", lambda values: values)):
        w, b = (state[f"{name}.{kind}"].double() for kind in ("weight", "bias"))
        x = act(F.linear(x, w, b))
    factors = torch.tensor(WEIGHTS, dtype=torch.float64)
    return float(F.cross_entropy(x, labels.long(), factors))


def test_all_that_judges_uses_the_loss_of_the_whole_part(monkeypatch):
    monkeypatch.setattr(evaluation, "BATCH_SIZE", 7)
    document = weighted(steps=60, evaluate_every=5, keep_best=True)
    trainer = Trainer(document)
    believed, real = [], Steps._evaluated

    def evaluated(steps, values, train_values):
        state = trainer.parts.program.modules.state_dict()
        believed.append((values["loss"], whole_loss(trainer, state)))
        real(steps, values, train_values)

    monkeypatch.setattr(Steps, "_evaluated", evaluated)
    for _ in trainer.steps():
        pass
    told, expected = np.array(believed).T
    assert len(told) == 12
    assert told == pytest.approx(expected, abs=1e-6)
    told_of = trainer.drain().evaluations
    assert [e.best for e in told_of] == [
        x == min(expected[: n + 1]) for n, x in enumerate(expected)
    ]
    assert trainer.parts.stopping.best == pytest.approx(expected.min(), abs=1e-6)
    assert trainer.parts.phases[0].schedule.state()["best"] == pytest.approx(
        expected.min(), abs=1e-6
    )
    kept = trainer.parts.program.modules.state_dict()
    assert whole_loss(trainer, kept) == pytest.approx(expected.min(), abs=1e-6)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_noise_of_an_evaluation_does_not_depend_on_the_batches(monkeypatch, size):
    nodes = [
        Node("data", "data", {"source": "gaussians8", "samples": 300}),
        Node("z", "noise", {"shape": (2,)}),
        Node("guess", "linear", {"out_features": 2}),
        Node("loss", "mse"),
    ]
    wires = "z.out>guess.input guess.out>loss.input data.point>loss.target"
    document = project(nodes, wires, steps=1, device="cpu", threads=1)

    def values():
        told = finished(document).drain().evaluations[-1]
        return told.values["loss"], told.train_values["loss"]

    expected = values()
    monkeypatch.setattr(evaluation, "BATCH_SIZE", size)
    assert values() == pytest.approx(expected, rel=1e-6)


def test_views_leave_out_what_the_loss_ignores():
    nodes = [
        Node("data", "data", {"source": "dates"}),
        Node("emb", "embedding", {"num_embeddings": 41, "embedding_dim": 8}),
        Node("scores", "linear", {"out_features": 41}),
        Node("loss", "cross_entropy", {"ignore_index": 0}),
        Node("table", "confusion_matrix"),
        Node("shown", "predictions", {"count": 3}),
    ]
    wires = "data.written>emb.input emb.out>scores.input " + " ".join(
        f"scores.out>{end}.input data.written>{end}.target"
        for end in ("loss", "table", "shown")
    )
    trainer = Trainer(project(nodes, wires, steps=1, device="cpu", threads=1))
    trainer.viewing.watched = True
    for _ in trainer.steps():
        pass
    views = {view.node: view for view in trainer.viewing.take()} or {
        view.node: view for view in trainer.drain().views
    }
    params = registry.get("data").complete({"source": "dates"})
    labels = catalog.load(params).validation["written"]
    counts = views["table"].arrays["counts"]
    assert (labels == 0).any()
    assert counts.sum() == (labels != 0).sum()
    assert counts[0].sum() == 0
    state = trainer.parts.program.modules.state_dict()
    table = F.linear(state["emb.weight"], state["scores.weight"], state["scores.bias"])
    surprise = -table.log_softmax(1)[torch.arange(41), torch.arange(41)].numpy()
    means = [surprise[row[row != 0]].mean() for row in labels.astype(int)]
    assert views["shown"].arrays["losses"] == pytest.approx(
        np.sort(means)[::-1][:3], rel=1e-5
    )
