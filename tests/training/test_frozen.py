"""Frozen means frozen: weights and running statistics, against torch in eval mode."""

from dataclasses import replace

import pytest
import torch

from engine.graph.model import Block, Endpoint, Node
from engine.training.loop.trainer import Trainer
from tests.training.projects import cnn, graph, phase, twice

KINDS = {"batch_norm2d": {}, "instance_norm2d": {"track_running_stats": True}}


def frozen(document, *names, **params):
    for name in names:
        old = document.graph.node(name)
        new = replace(old, trainable=False, params={**old.params, **params})
        document.graph.replace_node(new)
    return document


def with_norm(kind, params):
    document = cnn(phase(values={"lr": 0.01}), steps=200, ema=0.9)
    document.graph.replace_node(Node("norm", kind, params))
    return document


def trained(document):
    trainer = Trainer(document)
    modules = trainer.parts.program.modules
    before = {name: t.clone() for name, t in modules.state_dict().items()}
    for _ in trainer.steps():
        pass
    return trainer, before, modules.state_dict()


@pytest.mark.parametrize("kind", KINDS)
def test_frozen_norm_keeps_everything_over_200_steps(kind):
    document = frozen(with_norm(kind, KINDS[kind]), "conv", "norm")
    trainer, before, after = trained(document)
    assert (after["norm.running_mean"] == 0).all()
    assert (after["norm.running_var"] == 1).all()
    kept = [name for name in before if name.startswith(("norm.", "conv."))]
    assert len(kept) >= 5
    for name in kept:
        assert torch.equal(before[name], after[name])
        average = trainer.parts.averaged.tensors.get(name)
        assert average is None or torch.equal(average, before[name])
    assert not torch.equal(before["scores.weight"], after["scores.weight"])


@pytest.mark.parametrize("kind", KINDS)
def test_switch_lets_the_statistics_of_a_frozen_norm_follow(kind):
    document = frozen(with_norm(kind, KINDS[kind]), "norm", update_when_frozen=True)
    _, before, after = trained(document)
    assert not torch.equal(before["norm.running_mean"], after["norm.running_mean"])
    if "norm.weight" in before:
        assert torch.equal(before["norm.weight"], after["norm.weight"])


def test_norm_that_is_not_frozen_follows_its_batches():
    _, before, after = trained(with_norm("batch_norm2d", {}))
    assert not torch.equal(before["norm.running_mean"], after["norm.running_mean"])


def test_step_with_a_frozen_norm_is_torchs_with_the_norm_in_eval_mode():
    document = frozen(cnn(phase("sgd", values={"lr": 0.1}), steps=3), "norm")
    trainer = Trainer(document)
    modules = trainer.parts.program.modules
    start = {name: t.clone() for name, t in modules.state_dict().items()}
    batches, draw = [], trainer.parts.feeds.next
    trainer.parts.feeds.next = lambda: batches.append(draw()) or batches[-1]
    for _ in trainer.steps():
        pass
    conv, norm = torch.nn.Conv2d(1, 6, 3), torch.nn.BatchNorm2d(6)
    head = torch.nn.Linear(6 * 9, 10)
    for name, layer in (("conv", conv), ("norm", norm), ("scores", head)):
        own = {k.partition(".")[2]: v for k, v in start.items() if k.startswith(name)}
        layer.load_state_dict(own)
    norm.requires_grad_(requires_grad=False).eval()
    sgd = torch.optim.SGD([*conv.parameters(), *head.parameters()], lr=0.1)
    for batch in batches:
        hidden = torch.relu(norm(conv(batch["data.image"])))
        flat = torch.nn.functional.max_pool2d(hidden, 2).flatten(1)
        loss = torch.nn.functional.cross_entropy(head(flat), batch["data.label"])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    after = modules.state_dict()
    assert torch.allclose(after["conv.weight"], conv.weight, atol=1e-6)
    assert torch.allclose(after["scores.weight"], head.weight, atol=1e-6)


def in_block(**instance):
    inside = graph(
        [Node("c", "conv2d", {"out_channels": 4}), Node("bn", "batch_norm2d")],
        "c.out>bn.input",
    )
    block = Block(
        inside, {"x": (Endpoint("c", "input"),)}, {"out": Endpoint("bn", "out")}
    )
    return twice(block, instance)


def test_shared_norm_is_frozen_where_one_of_its_blocks_is():
    _, _, after = trained(in_block(trainable=False))
    assert (after["one.bn.running_mean"] == 0).all()
    _, _, after = trained(in_block())
    assert not (after["one.bn.running_mean"] == 0).all()


def test_dropout_in_a_frozen_block_still_drops_in_training():
    document = cnn(steps=1)
    document.graph.replace_node(Node("act", "dropout", {"p": 0.9}, trainable=False))
    modules = Trainer(document).parts.program.modules
    assert modules.at("act").training
    assert not frozen_norm_of(document).training


def frozen_norm_of(document):
    return Trainer(frozen(document, "norm")).parts.program.modules.at("norm")


def test_looking_and_evaluating_leave_frozen_and_other_modes_as_they_were():
    trainer = Trainer(frozen(cnn(steps=2, evaluate_every=1), "norm"))
    modules = trainer.parts.program.modules
    trainer.viewing.watched = True
    for _ in trainer.steps():
        assert not modules.at("norm").training
    assert modules.at("conv").training
