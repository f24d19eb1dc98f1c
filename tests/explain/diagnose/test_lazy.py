"""A run that ends no better than a lazy answer is told so, and no other one."""

import pytest

from engine.explain.diagnose.rules import lazy
from engine.explain.diagnose.watch import attach
from engine.graph.model import Node
from engine.protocol.baselines import Baseline
from engine.protocol.messages import Evaluation
from engine.training.loop.trainer import Trainer
from tests.training.projects import mlp, phase, project


def without_image(**params):
    """Whether a word fits an image, asked of the word alone: nobody can know."""
    nodes = [
        Node("data", "data", {"source": "mnist_words", "samples": 1000}),
        Node("letters", "embedding", {"num_embeddings": 27, "embedding_dim": 8}),
        Node("flat", "flatten"),
        Node("scores", "linear", {"out_features": 2}),
        Node("loss", "cross_entropy"),
        Node("accuracy", "accuracy"),
    ]
    wires = (
        "data.word>letters.input letters.out>flat.input flat.out>scores.input "
        "scores.out>loss.input data.label>loss.target scores.out>accuracy.input "
        "data.label>accuracy.target"
    )
    settings = {"batch_size": 32, "steps": 150, "device": "cpu", "threads": 1}
    return project(nodes, wires, **(settings | params))


def findings(document, steps=None):
    trainer = Trainer(document, threads=1, seed=0)
    diagnosis = attach(trainer, document)
    for _ in trainer.steps():
        if steps and trainer.step == steps:
            trainer.request_stop()
    trainer.drain()
    return trainer, diagnosis


def test_an_input_that_says_nothing_is_told_with_both_numbers():
    trainer, diagnosis = findings(without_image())
    (finding,) = diagnosis.findings
    assert finding.fault == lazy.FAULT
    base = trainer.baselines["accuracy"]
    assert finding.title == f"No better than always answering “{base.answer}”"
    (evidence,) = finding.evidence
    assert evidence.value == trainer.results["accuracy"] <= base.value
    assert (evidence.comparison, evidence.limit) == ("≤", base.value)
    assert finding.nodes == ("accuracy",)


def test_a_run_that_learns_and_one_that_was_stopped_are_not():
    good = phase(values={"lr": 0.02})
    assert findings(mlp(good, steps=150))[1].findings == ()
    assert findings(without_image(steps=1000), steps=60)[1].findings == ()
    assert findings(without_image(steps=20))[1].findings == ()


@pytest.fixture
def record():
    """A run over, of which nothing else is wrong."""
    record = findings(mlp(steps=60))[1].record
    record.ending, record.evaluations = "finished", []
    record.baselines = {
        "loss": Baseline(1.1, "shares"),
        "accuracy": Baseline(0.3, "class", "setosa", higher=True),
    }
    return record


def ends_with(record, loss, accuracy):
    values = {"loss": loss, "accuracy": accuracy}
    record.evaluations = [Evaluation(60, 1.0, values)]
    return lazy.check(record)


def test_the_metric_decides_where_there_is_one(record):
    assert ends_with(record, loss=5.0, accuracy=0.31) is None
    assert ends_with(record, loss=0.5, accuracy=0.3) is not None
    del record.baselines["accuracy"]
    assert ends_with(record, loss=1.0, accuracy=0.0) is None
    found = ends_with(record, loss=1.1, accuracy=0.9)
    assert found.title == "No better than the class frequencies"
    assert found.evidence[0].comparison == "≥"


def test_nothing_known_tells_nothing(record):
    record.baselines = {}
    assert ends_with(record, loss=5.0, accuracy=0.0) is None
    record.evaluations = []
    assert lazy.check(record) is None


def test_a_phase_is_judged_when_it_ended():
    """What a later phase forgets was learnt all the same."""
    first = phase(name="one", minimise=("loss",), last=60)
    second = phase(name="two", minimise=("other",), first=61)
    document = mlp(first, second, steps=120)
    for node in (Node("other", "cross_entropy"),):
        document.graph.add_node(node)
    edges = document.graph.edges_into("loss")
    for edge in edges:
        end = type(edge.target)("other", edge.target.port)
        document.graph.connect(type(edge)(edge.source, end))
    record = findings(document)[1].record
    record.ending = "finished"
    record.baselines = {"accuracy": Baseline(0.4, "class", "setosa", higher=True)}
    early, late = ({"loss": 0.5, "other": 0.5, "accuracy": x} for x in (0.9, 0.1))
    record.evaluations = [Evaluation(60, 1.0, early), Evaluation(120, 2.0, late)]
    found = lazy.check(record)
    assert found is not None  # the accuracy is that of the second phase as well
    record.evaluations = [Evaluation(60, 1.0, late), Evaluation(120, 2.0, early)]
    assert lazy.check(record) is not None
    record.evaluations = [Evaluation(60, 1.0, early), Evaluation(120, 2.0, early)]
    assert lazy.check(record) is None
