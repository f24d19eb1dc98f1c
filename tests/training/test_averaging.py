import pytest
import safetensors.torch
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from engine.compile.program import compile_project
from engine.export import export, of_run
from engine.graph.model import Edge, Node
from engine.training.evaluation.evaluation import Tally
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from engine.training.weights import initial_weights
from tests.training.projects import cnn, gan, mlp, phase
from tests.training.test_resume import (
    assert_bit_identical,
    go,
    killed,
    weights,
)

DECAY = 0.9


def average(trainer):
    tensors = trainer.parts.averaged.tensors
    return {name: tensor.clone() for name, tensor in tensors.items()}


def closest(one, other):
    """Return the largest difference of tensors by name."""
    assert one.keys() == other.keys()
    assert one
    return max((one[name] - other[name]).abs().max().item() for name in one)


class Twin(nn.Module):
    """The same network as people would write it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.scores = nn.Linear(54, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.norm(self.conv(x)).relu(), 2)
        return self.scores(x.flatten(1))


def warmed_up(averages, weights, num_averaged):
    keep = min(DECAY, (1 + int(num_averaged)) / (10 + int(num_averaged)))
    for mean, now in zip(averages, weights, strict=True):
        mean.mul_(keep).add_(now, alpha=1 - keep)


def by_hand(document, num_steps):
    """Return a hand-written loop's averaged network, on the same weights and batches.

    The validation loss comes with it.
    """
    ours = Trainer(document)
    twin = Twin()
    twin.load_state_dict(ours.parts.program.modules.state_dict())
    averaged = AveragedModel(twin, multi_avg_fn=warmed_up)
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
    for _ in range(num_steps):
        batch = ours.parts.feeds.next()
        loss = nn.functional.cross_entropy(
            twin(batch["data.image"]), batch["data.label"]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        averaged.update_parameters(twin)
    module = averaged.module
    module.load_state_dict(twin.state_dict() | dict(module.named_parameters()))
    module.eval()
    batches = [batch for _, batch in ours.parts.feeds.validation_batches(10_000)]
    with torch.no_grad():
        loss = nn.functional.cross_entropy(
            module(batches[0]["data.image"]), batches[0]["data.label"]
        )
    return module, loss.item()


def test_average_and_its_evaluation_equal_a_hand_written_loop():
    document = cnn(phase("sgd", values={"lr": 0.1}), steps=30, ema=DECAY)
    module, loss = by_hand(document, 30)
    trainer = Trainer(document)
    go(trainer, 10**9)
    expected = dict(module.named_parameters())
    assert closest(average(trainer), expected) <= 1e-6
    assert closest(weights(trainer), module.state_dict()) > 1e-3  # raw ones differ
    assert trainer.drain().evaluations[-1].values["loss"] == pytest.approx(
        loss, abs=1e-6
    )


@pytest.mark.parametrize("make", [mlp, cnn, gan])
def test_training_is_bit_identical_with_and_without_an_average(make):
    plain, followed = Trainer(make(steps=20)), Trainer(make(steps=20, ema=DECAY))
    go(plain, 10**9)
    go(followed, 10**9)
    assert_bit_identical(weights(plain), weights(followed))
    one, other = plain.drain(), followed.drain()
    assert one.losses.tobytes() == other.losses.tobytes()
    assert one.evaluations[-1].values != other.evaluations[-1].values


def test_shared_weights_are_averaged_once():
    trainer = Trainer(gan(ema=DECAY))
    names = set(average(trainer))
    program = compile_project(gan(), seed=0)
    expected = {name for name, _ in program.modules.named_parameters()}
    assert names == expected


@pytest.mark.parametrize("killed_at", [5, 11])
def test_resumed_average_is_bit_identical(tmp_path, killed_at):
    document = cnn(steps=14, evaluate_every=3, ema=DECAY, keep_best=True)
    whole = Trainer(document)
    go(whole, 10**9)
    trainer = Trainer(document, run=runs.create(tmp_path, document, name="run"))
    trainer.recorder.checkpoint_every_steps = 3
    left = go(trainer, killed_at)
    second = Trainer.resume(killed(trainer, tmp_path))
    assert second.step == killed_at // 3 * 3
    go(second, 10**9)
    assert_bit_identical(average(whole), average(second))
    assert_bit_identical(weights(whole), weights(second))
    left.close()


def test_best_weights_bring_their_own_average_back():
    sgd = phase("sgd", values={"lr": 3.0})
    document = mlp(
        sgd, steps=500, evaluate_every=5, patience=3, keep_best=True, ema=DECAY
    )
    trainer = Trainer(document)
    go(trainer, 10**9)
    best = min(trainer.drain().evaluations, key=lambda e: e.values["loss"])
    assert trainer.ending.kind == "early"
    assert best.step < trainer.step
    again = Trainer(document)
    left = go(again, best.step)
    assert again.step == best.step
    assert_bit_identical(average(trainer), average(again))
    assert_bit_identical(weights(trainer), weights(again))
    left.close()


def test_a_failing_evaluation_leaves_the_weights_in_place():
    trainer = Trainer(mlp(steps=3, ema=DECAY))
    go(trainer, 3)
    raw, mean = weights(trainer), average(trainer)
    evaluator = trainer.parts.evaluator
    piece = next(evaluator.validation())
    with pytest.raises(KeyError):
        evaluator.forward(piece._replace(batch={}))
    assert_bit_identical(raw, weights(trainer))
    assert_bit_identical(mean, average(trainer))


def test_views_show_what_the_averaged_weights_answer():
    document = mlp(steps=20, ema=DECAY)
    document.graph.add_node(Node("table", "confusion_matrix"))
    document.graph.connect(Edge.parse("scores.out", "table.input"))
    document.graph.connect(Edge.parse("data.label", "table.target"))
    trainer = Trainer(document)
    go(trainer, 10**9)
    for _ in trainer.viewing.make(trainer.step):
        pass
    shown = trainer.viewing.take()[0]
    features = torch.cat(
        [
            batch["data.features"]
            for _, batch in trainer.parts.feeds.validation_batches(64)
        ]
    )
    mean = average(trainer)
    hidden = torch.tanh(features @ mean["hidden.weight"].T + mean["hidden.bias"])
    scores = hidden @ mean["scores.weight"].T + mean["scores.bias"]
    expected = torch.bincount(scores.argmax(1), minlength=3)
    assert shown.arrays["counts"].sum(0).tolist() == expected.tolist()


@pytest.fixture
def trained(tmp_path):
    document = cnn(steps=10, ema=DECAY)
    run = runs.create(tmp_path, document, name="run")
    trainer = Trainer(document, run=run)
    go(trainer, 10**9)
    return trainer, runs.open_run(tmp_path / "run")


def test_export_takes_the_average_or_the_raw_weights(trained, tmp_path):
    trainer, run = trained
    raw, mean = weights(trainer), average(trainer)
    written = of_run(run)
    assert_bit_identical(dict(written.tensors), {**raw, **mean})
    assert written.metadata["weight_averaging"] == "0.9"
    assert export(written, "pt", tmp_path / "x.pt").tensors == len(raw)
    plain = of_run(run, averaged=False)
    assert_bit_identical(dict(plain.tensors), raw)
    assert plain.metadata["weight_averaging"] == "0"


def test_another_run_starts_from_the_average(trained):
    trainer, run = trained
    project = cnn(steps=10)
    project.weights = str(run.folder)
    program = compile_project(project, seed=5)
    initial_weights.start(project, program, None)
    mean = average(trainer)
    found = {
        name: tensor.detach() for name, tensor in program.modules.named_parameters()
    }
    assert_bit_identical(found, mean)


def test_decay_rises_to_its_value():
    trainer = Trainer(mlp(phase("sgd", values={"lr": 0.5}), steps=4, ema=0.25))
    expected, kept = None, iter([0.0, 2 / 11, 0.25, 0.25])
    for _ in trainer.steps():
        if not trainer.at_border or trainer.step == 0:
            continue
        now, share = weights(trainer), next(kept)
        before = expected or now
        expected = {n: share * before[n] + (1 - share) * now[n] for n in now}
        assert closest(average(trainer), expected) < 1e-6
    assert next(kept, None) is None


def test_average_begins_as_the_weights_from_a_file(tmp_path):
    taught = Trainer(mlp(steps=60))
    go(taught, 60)
    path = tmp_path / "taught.safetensors"
    safetensors.torch.save_file(weights(taught), str(path))
    document = mlp(steps=60, ema=0.999)
    document.weights = str(path)
    trainer = Trainer(document)
    assert_bit_identical(average(trainer), weights(taught))
    evaluator, tally = trainer.parts.evaluator, Tally(trainer.parts.evaluator)
    expected = Tally(taught.parts.evaluator)
    for piece in evaluator.validation():
        tally.add(piece)
    for piece in taught.parts.evaluator.validation():
        expected.add(piece)
    assert tally.values() == expected.values()
