import math

import pytest

from engine.errors import ConfigError, ShapeError
from engine.graph.model import Node
from engine.training.evaluation import evaluation
from engine.training.loop.trainer import Trainer
from tests.training.projects import project


def normed(**norm):
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("hidden", "linear", {"out_features": 8}),
        Node("norm", "batch_norm1d", norm),
        Node("scores", "linear", {"out_features": 3}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.features>hidden.input hidden.out>norm.input norm.out>scores.input "
        "scores.out>loss.input data.label>loss.target"
    )
    return project(nodes, wires, device="cpu", threads=1, epochs=2, batch_size=17)


def test_batch_norm_never_sees_a_single_sample():
    trainer = Trainer(normed())
    assert trainer.parts.feeds.num_samples % 17 == 1
    assert trainer.total_steps == 2 * (trainer.parts.feeds.num_samples // 17)
    for _ in trainer.steps():
        pass
    assert trainer.ending.kind == "finished"
    assert trainer.epoch == 2


def test_single_sample_batches_for_batch_norm_are_refused_before_training():
    document = normed()
    document.training = document.training.with_value("batch_size", 1)
    with pytest.raises(ShapeError, match="BatchNorm"):
        Trainer(document)
    trainer = Trainer(normed())
    with pytest.raises(ConfigError, match="BatchNorm"):
        trainer.set_hyper("batch_size", 1)
    assert trainer.parts.feeds.order.batch_size == 17


def test_batch_norm_without_running_statistics_evaluates_any_number(monkeypatch):
    document = normed(track_running_stats=False)
    count = Trainer(document).parts.feeds.extent().num_validation
    monkeypatch.setattr(evaluation, "BATCH_SIZE", count - 1)
    trainer = Trainer(document)
    for _ in trainer.steps():
        pass
    assert math.isfinite(trainer.drain().evaluations[-1].values["loss"])
