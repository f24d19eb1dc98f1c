"""Mix-up: samples and answers by the same shares, in training alone; by hand here."""

import numpy as np
import pytest
import torch

from engine.data.catalog import load
from engine.data.intake.mixing import problems
from engine.data.intake.rarities import drawn_of_each
from engine.errors import ConfigError, EngineError
from engine.graph.model import Node
from engine.layers import registry
from engine.training.evaluation.varying import mixed
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer
from tests.helpers.surveys import survey, write
from tests.training.projects import project

ROWS = 90
STEP = ("label", "mix_up", 0.4)


@pytest.fixture
def params(tmp_path):
    """Return the parameters of a table whose numbers tell its class."""
    dice = np.random.default_rng(4)
    kinds = dice.integers(0, 3, ROWS)
    path = write(tmp_path / "t.csv", {
        "x": (kinds * 3 + dice.normal(size=ROWS)).round(4),
        "y": dice.normal(size=ROWS).round(4),
        "label": [["ant", "bee", "cat"][kind] for kind in kinds],
    })  # fmt: skip
    return {**survey(path).params, "steps": (STEP,)}


def document(params, kind="cross_entropy", **loss):
    nodes = [
        Node("data", "data", registry.get("data").complete(params)),
        Node("scores", "linear", {"out_features": 3}),
        Node("loss", kind, loss),
        Node("accuracy", "accuracy"),
    ]
    wires = (
        "data.features>scores.input scores.out>loss.input data.label>loss.target "
        "scores.out>accuracy.input data.label>accuracy.target"
    )
    settings = {"batch_size": 16, "device": "cpu", "threads": 1, "epochs": 2}
    return project(nodes, wires, **settings)


def test_parts_add_up_and_answers_are_mixed_like_inputs():
    # One-hot inputs that equal the labels: what is mixed of both must be equal.
    labels = torch.arange(40) % 5
    inputs = torch.nn.functional.one_hot(labels, 5).float()
    number = labels[:, None].float()
    found = mixed({"x": inputs, "label": labels, "y": number}, {"label": 5}, 0.5,
                  torch.Generator().manual_seed(3))  # fmt: skip
    torch.testing.assert_close(found["x"], found["label"])
    torch.testing.assert_close(found["label"].sum(1), torch.ones(40))
    by_hand = found["label"] @ torch.arange(5.0)
    torch.testing.assert_close(found["y"][:, 0], by_hand)
    assert (found["label"].gather(1, labels[:, None]) >= 0.5).all()
    assert (found["label"].max(1).values < 0.999).any()


def test_shares_are_those_of_the_beta_distribution():
    first = torch.arange(4000.0)[:, None]
    whole = torch.eye(2)[torch.arange(4000) % 2]
    generator = torch.Generator().manual_seed(9)
    found = mixed({"x": first, "w": whole}, {}, 0.3, generator)["w"]
    pure = whole.gather(1, found.argmax(1, keepdim=True))[:, 0]
    shares = found.max(1).values[(found.max(1).values < 1) & (pure > 0)].numpy()
    drawn = np.random.default_rng(0).beta(0.3, 0.3, 200_000)
    both = np.maximum(drawn, 1 - drawn)
    for level in (0.1, 0.5, 0.9):
        wanted = np.quantile(both, level)
        assert abs((shares < wanted).mean() - level) < 0.05


def test_loss_of_a_step_is_that_of_soft_labels_in_plain_torch(params):
    trainer = Trainer(document(params))
    modules = trainer.parts.program.modules
    scores = modules.get_submodule("scores")
    weight, bias = scores.weight.detach().clone(), scores.bias.detach().clone()
    feeds = Trainer(document(params)).parts.feeds
    batch = feeds.next()
    shares = batch["data.label"]
    assert shares.shape == (16, 3)
    out = batch["data.features"] @ weight.T + bias
    by_hand = -(shares * torch.log_softmax(out, 1)).sum(1).mean()
    for event in trainer.steps():
        if event is Step.UPDATE:
            break
    torch.testing.assert_close(
        torch.tensor(trainer.drain().losses[0][0]).float(), by_hand, rtol=1e-5, atol=0
    )


def test_validation_and_what_is_fitted_are_as_without(params):
    plain, data = load({**params, "steps": ()}), load(params)
    for part in ("train", "validation"):
        for name, array in getattr(plain, part).items():
            np.testing.assert_array_equal(getattr(data, part)[name], array)
    held = next(Trainer(document(params)).parts.feeds.validation_batches(64))[1]
    assert held["data.label"].dtype == torch.int64


def test_the_same_step_mixes_alike(params):
    one, other = (Trainer(document(params)).parts.feeds for _ in range(2))
    for _ in range(3):
        left, right = one.next(), other.next()
        assert all(torch.equal(left[name], right[name]) for name in left)


@pytest.mark.parametrize(
    ("kind", "loss"), [("multi_margin", {}), ("cross_entropy", {"ignore_index": 1})]
)
def test_loss_that_cannot_take_it_is_named(params, kind, loss):
    made = document(params, kind, **loss)
    (told,) = problems(made)
    assert told.severity == "error"
    assert not told.fixes[0].edits[0].node.params["steps"]
    with pytest.raises(EngineError, match="Mix-up"):
        Trainer(made)
    assert not list(problems(document({**params, "steps": ()}, kind, **loss)))


@pytest.mark.parametrize("step", [("x", "mix_up", 0.2), ("label", "mix_up", 0), STEP])
def test_step_that_does_not_fit_is_refused(params, step):
    columns = params["columns"]
    if step == STEP:  # an input of words
        columns = (*columns[:1], ("y", "text", "input", ("a", "b")), *columns[2:])
    with pytest.raises(ConfigError):
        load({**params, "columns": columns, "steps": (step,)})


def test_rare_classes_are_drawn_at_most_fifty_times():
    assert drawn_of_each(np.array([1, 3, 0, 400])).tolist() == [50, 150, 0, 400]
    assert drawn_of_each(np.array([20, 400])).tolist() == [400, 400]
