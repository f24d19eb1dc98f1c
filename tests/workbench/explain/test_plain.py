"""A layer with a picture of its own that can't show it says why."""

import json

import pytest
from PySide6.QtCore import QRectF

from engine.explain.answers.copies import of_document
from engine.explain.answers.desk import HeldStep
from engine.protocol import tracing
from workbench.explain.layer.layouts import page_of
from workbench.explain.layer.subject import Subject

LAYERS = (
    ("conv", "conv2d", {"out_channels": 2, "kernel_size": 3, "padding": 1}),
    ("deep", "unsqueeze", {"dim": 2}),
    ("volume", "conv3d", {"out_channels": 1, "kernel_size": 3, "padding": 1}),
    ("thin", "max_pool3d", {"kernel_size": 1}),
    ("rows", "reshape", {"shape": (8, 8)}),
    ("look", "multihead_attention", {"num_heads": 2, "dropout": 0.4}),
    ("twice", "lstm", {"hidden_size": 3, "num_layers": 2, "dropout": 0.4}),
    ("gru", "gru", {"hidden_size": 3, "output": "last"}),
    ("scores", "linear", {"out_features": 10}),
)
PARAMS = {name: params for name, _, params in LAYERS}


@pytest.fixture(scope="module")
def held():
    nodes = [{"id": "data", "type": "data", "params": {"source": "digits"}}]
    nodes += [{"id": n, "type": t, "params": p} for n, t, p in LAYERS]
    nodes.append({"id": "loss", "type": "cross_entropy"})
    before = ["data.image", *(f"{name}.out" for name in PARAMS)]
    after = [*(f"{name}.input" for name in PARAMS), "loss.input"]
    edges = [[a, b] for a, b in zip(before, after, strict=True)]
    edges.append(["data.label", "loss.target"])
    text = json.dumps({
        "format": "backprop-workbench", "version": 1, "name": "chain",
        "graph": {"nodes": nodes, "edges": edges}, "blocks": {},
        "training": {"batch_size": 5},
    })  # fmt: skip
    step = HeldStep(lambda: of_document(text))
    told = step.answer(tracing.HoldStep())
    yield step, {node.path: node for node in told.nodes}
    step.close()


def page(held, path, side, sample=1):
    step, nodes = held
    told = step.answer(tracing.OpenMoment(path, sample))
    subject = Subject(nodes[path], told, side, params=PARAMS.get(path, {}))
    return page_of(subject, QRectF(0, 0, 640, 420))


@pytest.mark.parametrize("side", ["forward", "backward"])
@pytest.mark.parametrize(
    ("path", "word"),
    [("look", "drops"), ("twice", "drops"), ("volume", "Volumes")],
)
def test_the_reason_is_told(qapp, held, path, side, word):
    found = page(held, path, side)
    assert word in found.plain
    assert not found.is_general
    assert found.detail is None


def test_a_pool_of_volumes_has_no_view_and_says_so(qapp, held):
    assert page(held, "thin", "forward").is_general


def test_the_mean_of_the_batch_sends_to_a_sample(qapp, held):
    found = page(held, "gru", "forward", tracing.BATCH)
    assert "mean of the batch" in found.plain


@pytest.mark.parametrize("path", ["gru", "conv", "scores"])
def test_a_layer_with_its_picture_says_nothing(qapp, held, path):
    assert page(held, path, "forward").plain == ""
