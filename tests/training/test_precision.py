import pytest
import torch
from torch.nn import functional

from engine.graph.model import Node
from engine.training.loop.trainer import Trainer
from tests.training.projects import project


def test_losses_compute_in_float32_under_bf16_as_torch_wants_it():
    nodes = [
        Node("data", "data", {"source": "xor"}),
        Node("out", "linear", {"out_features": 1}),
        Node("act", "sigmoid"),
        Node("loss", "bce"),
    ]
    wires = (
        "data.point>out.input out.out>act.input act.out>loss.input "
        "data.target>loss.target"
    )
    settings = {"device": "cpu", "threads": 1, "steps": 1, "precision": "bf16"}
    trainer = Trainer(project(nodes, wires, **settings))
    seen = []
    loss = trainer.parts.program.modules.at("loss")
    function = loss.function

    def watched(y, target):
        seen.append((y.dtype, torch.is_autocast_enabled("cpu")))
        return function(y, target)

    loss.function = watched
    batch = trainer.parts.feeds.first()
    value = trainer.parts.phases[0].loss(trainer.parts.phases[0].forward(batch))
    weights_FO = trainer.parts.program.modules.at("out")
    with torch.autocast("cpu", torch.bfloat16):
        y = torch.sigmoid(weights_FO(batch["data.point"]))
    target = batch["data.target"].float()
    assert y.dtype == torch.bfloat16
    expected = functional.binary_cross_entropy(y.float(), target)
    assert value.item() == pytest.approx(expected.item(), rel=1e-6)
    evaluator = trainer.parts.evaluator
    evaluator.forward(next(evaluator.validation())._replace(batch=batch))
    assert seen == [(torch.float32, False)] * 2
