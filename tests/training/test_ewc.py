"""Elastic weight consolidation against loops written out in plain torch."""

import pytest
import torch
from torch.nn import functional as F

from engine.errors import ConfigError
from engine.graph.model import Block, Endpoint, Node
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.training.projects import graph, phase, project
from tests.training.test_resume import assert_bit_identical, go, killed, weights

LIMIT = 1e-6
STRENGTH, SAMPLES, FIRST = 30.0, 40, 8


def two_tasks(*, second=None, optimizer="sgd", dropout=0.0, **params):
    """Digits 0 to 4, then 5 to 9, with one network in two blocks that share it."""
    nodes = [
        Node("a", "data", {"source": "digits", "classes": (0, 1, 2, 3, 4)}),
        Node("b", "data", {"source": "digits", "classes": (5, 6, 7, 8, 9)}),
        *(
            Node(f"{kind}_{task}", *rest)
            for task in "ab"
            for kind, *rest in (
                ("flat", "flatten"),
                ("net", "block", {"of": "net", "share": "n"}),
                ("loss", "cross_entropy"),
            )
        ),
    ]
    wires = " ".join(
        f"{t}.image>flat_{t}.input flat_{t}.out>net_{t}.x "
        f"net_{t}.out>loss_{t}.input {t}.label>loss_{t}.target"
        for t in "ab"
    )
    held = {"ewc": STRENGTH, "ewc_samples": SAMPLES} | (second or {})
    values = {"lr": 0.05}
    phases = (
        phase(optimizer, name="A", minimise=("loss_a",), last=FIRST, values=values),
        phase(
            optimizer,
            name="B",
            minimise=("loss_b",),
            first=FIRST + 1,
            values=values,
            **held,
        ),
    )
    settings = {"batch_size": 32, "steps": 20, "device": "cpu", "threads": 1}
    blocks = {"net": net(dropout)}
    return project(nodes, wires, phases, blocks, **(settings | params))


def net(dropout):
    nodes = [
        Node("one", "linear", {"out_features": 12}),
        Node("act", "tanh"),
        Node("drop", "dropout", {"p": dropout}),
        Node("two", "linear", {"out_features": 10}),
    ]
    inside = graph(nodes, "one.out>act.input act.out>drop.input drop.out>two.input")
    return Block(
        inside, {"x": (Endpoint("one", "input"),)}, {"out": Endpoint("two", "out")}
    )


NAMES = ["net_a.one.weight", "net_a.one.bias", "net_a.two.weight", "net_a.two.bias"]


def scores(values, images):
    hidden = torch.tanh(F.linear(images.flatten(1), values[0], values[1]))
    return F.linear(hidden, values[2], values[3])


def images_of(trainer, task):
    """Return all training images and labels of a task, from the data itself."""
    feeds = trainer.parts.feeds
    batch = feeds._training_batch(range(feeds.num_samples))
    return batch[f"{task}.image"], batch[f"{task}.label"]


def by_hand(values, images, labels, count):
    """Return the mean of the squared gradients of single samples."""
    total = [torch.zeros_like(v) for v in values]
    chosen = [number * len(images) // count for number in range(count)]
    for index in chosen:
        one = [v.detach().clone().requires_grad_() for v in values]
        loss = F.cross_entropy(scores(one, images[index : index + 1]), labels[[index]])
        found = torch.autograd.grad(loss, one)
        total = [t + g**2 for t, g in zip(total, found, strict=True)]
    return [t / count for t in total]


def looked_back(document):
    """Return a trainer that has just looked back, before the second phase's step."""
    trainer = Trainer(document)
    for _ in trainer.steps():
        if trainer.parts.phases[1].ewc.is_ready:
            return trainer
    raise AssertionError


def values_of(trainer):
    named = dict(trainer.parts.program.modules.named_parameters())
    return [named[name] for name in NAMES]


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_importance_is_the_mean_squared_gradient_of_single_samples(dropout):
    trainer = looked_back(two_tasks(dropout=dropout))
    assert trainer.step == FIRST
    held = trainer.parts.phases[1].ewc
    now = [v.detach() for v in values_of(trainer)]
    expected = by_hand(now, *images_of(trainer, "a"), SAMPLES)
    for found, wanted in zip(held.fisher, expected, strict=True):
        assert wanted.abs().max() > 1e-5
        assert torch.allclose(found, wanted, rtol=1e-5, atol=1e-9)
    for anchor, value in zip(held.anchor, now, strict=True):
        assert torch.equal(anchor, value)


def test_second_phase_equals_a_loop_by_hand():
    trainer = looked_back(two_tasks())
    mine = [v.detach().clone().requires_grad_() for v in values_of(trainer)]
    fisher = by_hand(mine, *images_of(trainer, "a"), SAMPLES)
    anchor = [v.detach().clone() for v in mine]
    batches = record_batches(trainer)
    other = Trainer(two_tasks())
    go(other, 20)
    optimizer = torch.optim.SGD(mine, lr=0.05)
    for batch in batches:
        loss = F.cross_entropy(scores(mine, batch["b.image"]), batch["b.label"])
        parts = zip(fisher, mine, anchor, strict=True)
        penalty = sum((f * (w - w0) ** 2).sum() for f, w, w0 in parts)
        optimizer.zero_grad()
        (loss + STRENGTH / 2 * penalty).backward()
        optimizer.step()
    for found, wanted in zip(values_of(other), mine, strict=True):
        assert (found - wanted).abs().max() <= LIMIT


def record_batches(trainer):
    """Return the batches of the second phase, from a feed at the same place."""
    return [trainer.parts.feeds.next() for _ in range(20 - FIRST)]


def test_gradient_equals_central_differences():
    trainer = looked_back(two_tasks())
    held = trainer.parts.phases[1].ewc
    generator = torch.Generator().manual_seed(3)
    for w in held._ours.parameters:
        w.data += torch.randn(w.shape, generator=generator) * 0.1
        w.grad = None
    held.add_gradient()
    w, fisher = held._ours.parameters[0], held.fisher[0].double()
    anchor, place = held.anchor[0].double(), tuple(torch.nonzero(held.fisher[0])[5])

    def penalty(by):
        moved = w.detach().double().clone()
        moved[place] += by
        return STRENGTH / 2 * (fisher * (moved - anchor) ** 2).sum().item()

    slope = (penalty(1e-4) - penalty(-1e-4)) / 2e-4
    assert slope != 0
    assert w.grad[place].item() == pytest.approx(slope, rel=1e-5)


def test_looking_back_leaves_no_trace():
    """Without strength the same steps follow, with dropout drawing the same."""
    whole = two_tasks(second={"ewc": 0.0}, dropout=0.5)
    barely = two_tasks(second={"ewc": 1e-30}, dropout=0.5)
    one, other = Trainer(whole), Trainer(barely)
    go(one, 10**9)
    go(other, 10**9)
    assert other.parts.phases[1].ewc.is_ready
    assert_bit_identical(weights(one), weights(other))


def test_curve_shows_the_loss_without_the_penalty():
    trainer = looked_back(two_tasks(second={"ewc": 1e3}))
    phase_b = trainer.parts.phases[1]
    for w in phase_b.parameters:
        w.data += 0.05
    batch = trainer.parts.feeds.first()
    total = phase_b.loss(phase_b.forward(batch))
    now = [v.detach() for v in values_of(trainer)]
    plain = F.cross_entropy(scores(now, batch["b.image"]), batch["b.label"])
    assert total.item() == pytest.approx(plain.item(), rel=1e-6)


@pytest.mark.parametrize("killed_at", [7, 11, 14])
def test_resume_is_bit_identical(tmp_path, killed_at):
    document = two_tasks(optimizer="adam", dropout=0.3)
    whole = Trainer(document)
    go(whole, 10**9)
    trainer = Trainer(document, run=runs.create(tmp_path, document, name="run"))
    trainer.recorder.checkpoint_every_steps = 3
    left = go(trainer, killed_at)
    second = Trainer.resume(killed(trainer, tmp_path))
    assert second.step == killed_at // 3 * 3
    was_ready = second.parts.phases[1].ewc.is_ready
    assert was_ready == (second.step > FIRST)
    kept = [f.clone() for f in second.parts.phases[1].ewc.fisher]
    go(second, 10**9)
    assert_bit_identical(weights(whole), weights(second))
    after = second.parts.phases[1].ewc.fisher
    assert all(torch.equal(a, b) for a, b in zip(kept, after, strict=False))
    left.close()


def test_damaged_importance_does_not_belong_to_the_run(tmp_path):
    document = two_tasks()
    trainer = Trainer(document, run=runs.create(tmp_path, document, name="run"))
    go(trainer, 10**9)
    run = runs.open_run(tmp_path / "run")
    tensors, state = run.load_checkpoint()
    assert "ewc1/fisher/0" in tensors
    del tensors["ewc1/fisher/0"]
    run.save_checkpoint(tensors, state)
    with pytest.raises(Exception, match="does not belong"):
        Trainer.resume(run)


def test_stop_is_heard_while_looking_back(monkeypatch):
    monkeypatch.setattr("engine.training.weights.ewc.SLICE_S", 0.0)
    trainer = Trainer(two_tasks())
    seen = 0
    for step in trainer.steps():
        if step is Step.LOOK_BACK:
            seen += 1
            trainer.request_stop()
    assert (seen, trainer.step) == (1, FIRST)
    assert trainer.ending.kind == "stopped"
    assert not trainer.parts.phases[1].ewc.is_ready


def test_log_says_what_is_held():
    trainer = Trainer(two_tasks())
    go(trainer, 10**9)
    count = 64 * 12 + 12 + 12 * 10 + 10
    lines = [line for line in trainer.drain().log if "EWC" in line]
    assert lines == [f"EWC: “B” holds {count} weights by what mattered for “A”"]


def test_the_phase_to_look_back_at_can_be_named():
    trainer = looked_back(two_tasks(second={"ewc_of": "A"}))
    same = looked_back(two_tasks())
    ours, theirs = (t.parts.phases[1].ewc.fisher for t in (trainer, same))
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("name", ["C", "B"])
def test_a_phase_that_is_not_there_is_refused(name):
    with pytest.raises(ConfigError, match="EWC needs another phase"):
        Trainer(two_tasks(second={"ewc_of": name}))


def test_a_first_phase_has_nothing_to_look_back_at():
    document = two_tasks()
    first, second = document.training.phases
    document.training = document.training.with_phase(1, second).with_phase(
        0, type(first)(name="A", minimise=("loss_a",), params={"ewc": 1.0})
    )
    with pytest.raises(ConfigError, match="EWC needs another phase"):
        Trainer(document)
