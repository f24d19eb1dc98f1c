"""Faults that look alike are told apart: the name is that whose fix helps."""

import itertools
import json

import pytest

from engine.explain.diagnose.watch import attach
from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.training.loop.trainer import Trainer


def node(name, kind, **params):
    return {"id": name, "type": kind, "params": params}


def linear(name, size, *, trainable=True):
    return node(name, "linear", out_features=size) | {"trainable": trainable}


def document(*chain, nodes=(), edges=(), phase=None, steps=200, **optimizer):
    """Return a classifier of digits: a chain from the pixels to the scores."""
    wires = [["data.image", "flat.input"], ["data.label", "loss.target"]]
    names = ["flat", *(each["id"] for each in chain), "loss"]
    wires += [[f"{a}.out", f"{b}.input"] for a, b in itertools.pairwise(names)]
    whole = [node("data", "data", source="digits"), node("flat", "flatten"), *chain]
    optimizer = optimizer or {"type": "adam", "lr": 0.003}
    return serialize.loads(
        json.dumps(
            {
                "format": "backprop-workbench",
                "version": 1,
                "name": "x",
                "graph": {
                    "nodes": [*whole, node("loss", "cross_entropy"), *nodes],
                    "edges": [*wires, *edges],
                },
                "training": {
                    "batch_size": 64,
                    "seed": 0,
                    "steps": steps,
                    "phases": [
                        {"name": "training", "optimizer": optimizer, **(phase or {})}
                    ],
                },
            }
        )
    )


def mlp(**settings):
    chain = linear("a", 64), node("r", "relu"), linear("c", 10)
    return document(*chain, **settings)


def normed(**settings):
    return document(
        *(linear("a", 64), node("n", "batch_norm1d"), node("r", "relu")),
        *(linear("b", 64), node("m", "batch_norm1d"), node("s", "relu")),
        linear("c", 10),
        **settings,
    )


def tanh(**settings):
    hidden = [part for n in "abd" for part in (linear(n, 64), node(f"t{n}", "tanh"))]
    return document(*hidden, linear("c", 10), **settings)


NAMED = {
    "batch norm before ReLU, rate too high": (
        normed(type="adam", lr=1.0),
        "learning_rate_too_high",
    ),
    "tanh pushed into saturation": (
        tanh(type="adam", lr=1.0),
        "learning_rate_too_high",
    ),
    "momentum": (mlp(type="sgd", lr=0.1, momentum=0.999), "momentum_too_high"),
    "clipping under the ε of Adam": (
        mlp(phase={"clip_norm": 1e-9}),
        "clipped_too_small",
    ),
    "clipping of SGD": (
        mlp(type="sgd", lr=0.1, phase={"clip_value": 1e-6}),
        "clipped_too_small",
    ),
    "weight decay": (
        mlp(type="adam", lr=0.003, weight_decay=0.3),
        "weight_decay_too_high",
    ),
    "shut from the start": (
        document(
            *(linear("a", 64), node("low", "scale", offset=-5.0), node("r", "relu")),
            linear("c", 10),
        ),
        "dead_relu",
    ),
    "layers frozen at random": (
        document(
            *(linear("a", 64, trainable=False), node("r", "relu")),
            *(linear("b", 64, trainable=False), node("s", "relu")),
            linear("c", 10),
        ),
        "frozen_at_random",
    ),
}
SOUND = {
    "batch norm before ReLU": normed(),
    "sparse because of dropout": document(
        *(linear("a", 256), node("r", "relu"), node("d", "dropout", p=0.9)),
        linear("c", 10),
    ),
    "a penalty that is fulfilled": mlp(
        nodes=[
            node("low", "scale", offset=-100.0),
            node("hinge", "relu"),
            node("pen", "minimise"),
        ],
        edges=[
            ["a.out", "low.input"],
            ["low.out", "hinge.input"],
            ["hinge.out", "pen.input"],
        ],
    ),
    "a branch whose loss hardly counts": mlp(
        nodes=[linear("w", 10), node("aux", "cross_entropy", weight=1e-4)],
        edges=[
            ["flat.out", "w.input"],
            ["w.out", "aux.input"],
            ["data.label", "aux.target"],
        ],
    ),
    "Adam takes the clipping away": mlp(phase={"clip_norm": 1e-3}),
}


def run(project):
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis, told = attach(trainer, project), []
    for _ in trainer.steps():
        found = trainer.drain().findings
        if found:
            told.append((trainer.step, [finding.fault for finding in found]))
    trainer.drain()
    return diagnosis, told


def loss(diagnosis):
    return diagnosis.record.evaluations[-1].values["loss"]


@pytest.mark.parametrize("name", NAMED)
def test_the_name_is_the_one_whose_fix_helps(name):
    project, fault = NAMED[name]
    before, told = run(project.copy())
    assert [finding.fault for finding in before.findings] == [fault]
    assert all(faults == [fault] for _, faults in told)  # and nothing else meanwhile
    assert told[0][0] < before.record.total_steps  # while it goes on
    cured = project.copy()
    apply_all(cured, before.findings[0].fixes[0].edits)
    after, _ = run(cured)
    assert after.findings == ()
    assert loss(after) < 0.8 * loss(before)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_meant_so_is_no_fault(name):
    diagnosis, told = run(SOUND[name].copy())
    assert (diagnosis.findings, told) == ((), [])
