"""Several data sets of different sizes: each is judged whole, against numpy."""

import numpy as np
import pytest

from engine.data import catalog
from engine.graph.model import Node
from engine.layers import registry
from engine.training.loop.trainer import Trainer
from tests.training.projects import phase, project

CLASSES = {"a": (0,), "b": (1, 2, 3, 4, 5, 6, 7, 8, 9)}


def two_tasks():
    """Return a project of two networks, each with digits of its own."""
    nodes, wires = [], ""
    for name, classes in CLASSES.items():
        data = {"source": "digits", "classes": classes}
        nodes += [
            Node(f"data_{name}", "data", data),
            Node(f"flat_{name}", "flatten"),
            Node(f"scores_{name}", "linear", {"out_features": 10}),
            Node(f"loss_{name}", "cross_entropy"),
            Node(f"right_{name}", "accuracy"),
            Node(f"table_{name}", "confusion_matrix"),
        ]
        wires += (
            f"data_{name}.image>flat_{name}.input flat_{name}.out>scores_{name}.input "
            f"scores_{name}.out>loss_{name}.input "
            f"data_{name}.label>loss_{name}.target "
            f"scores_{name}.out>right_{name}.input "
            f"data_{name}.label>right_{name}.target "
            f"scores_{name}.out>table_{name}.input "
            f"data_{name}.label>table_{name}.target "
        )
    settings = {"batch_size": 32, "steps": 60, "device": "cpu", "threads": 1}
    adam = phase(values={"lr": 0.01})
    return project(nodes, wires, (adam,), {}, **settings)


def trained(document):
    trainer = Trainer(document)
    for _ in trainer.steps():
        pass
    return trainer


def judged(trainer, document, name, part):
    """Return loss, accuracy and confusion counts of a part of one task's data."""
    params = registry.get("data").complete(document.graph.node(f"data_{name}").params)
    dataset = catalog.load(params)
    arrays = getattr(dataset, part)
    state = trainer.parts.program.modules.state_dict()
    weight, bias = (
        state[f"scores_{name}.{which}"].numpy().astype(float)
        for which in ("weight", "bias")
    )
    x, labels = arrays["image"].astype(float), arrays["label"]
    if part == "train":
        count = dataset.num_validation
        chosen = np.arange(count) * len(labels) // count
        x, labels = x[chosen], labels[chosen]
    scores = x.reshape(len(x), -1) @ weight.T + bias
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, scores.argmax(1)), 1)
    whole = np.log(np.exp(scores).sum(axis=1))
    losses = whole - scores[np.arange(len(labels)), labels]
    return losses.mean(), (scores.argmax(1) == labels).mean(), counts


@pytest.mark.parametrize("name", ["a", "b"])
def test_each_data_set_is_evaluated_whole(name):
    document = two_tasks()
    trainer = trained(document)
    evaluation = trainer.drain().evaluations[-1]
    pairs = (("validation", evaluation.values), ("train", evaluation.train_values))
    for part, values in pairs:
        loss, accuracy, _ = judged(trainer, document, name, part)
        assert values[f"loss_{name}"] == pytest.approx(loss, rel=1e-5)
        assert values[f"right_{name}"] == pytest.approx(accuracy, abs=1e-12)
        both = values["loss_a"] + values["loss_b"]
        assert values["loss"] == pytest.approx(both, rel=1e-12)


def test_each_view_shows_its_own_data_set_whole():
    document = two_tasks()
    trainer = trained(document)
    for _ in trainer.viewing.make(trainer.step):
        pass
    made = {view.node: view.arrays for view in trainer.viewing.take()}
    for path, arrays in made.items():
        name = path.removeprefix("table_")
        *_, counts = judged(trainer, document, name, "validation")
        assert np.array_equal(arrays["counts"], counts)
    assert made.keys() == {"table_a", "table_b"}
    assert trainer.viewing.sizes() == [36, 0, 256, 68, 0]


def test_batches_of_an_evaluation_are_as_many_as_foreseen():
    trainer = Trainer(two_tasks())
    evaluator = trainer.parts.evaluator
    pieces = [*evaluator.validation(), *evaluator.training()]
    assert evaluator.sizes() == [piece.size for piece in pieces]
    assert sum(evaluator.sizes()) == 2 * (36 + 324)
