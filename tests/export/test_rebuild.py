"""A network built again by plain torch, from nothing but an exported file."""

import json

import pytest
import safetensors
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from engine.data import catalog
from engine.export import export, of_run
from engine.graph.files import serialize
from engine.layers import registry
from engine.training.loop.launch import launch
from tests.training.projects import cnn, in_blocks

SPLIT = 0.3


def read(format_id, path):
    """Return tensors and words, with torch and safetensors alone."""
    if format_id == "pt":
        state = torch.load(path, weights_only=True)
        return state, state._metadata[""]
    with safetensors.safe_open(path, "pt") as file:
        return load_file(path), file.metadata()


def pair(value):
    return tuple(value) if isinstance(value, list) else value


def conv(own, p, x):
    bias = own.get("bias")
    return F.conv2d(
        x, own["weight"], bias, pair(p["stride"]), pair(p["padding"]),
        pair(p["dilation"]), p["groups"],
    )  # fmt: skip


LAYERS = {
    "linear": lambda own, p, x: F.linear(x, own["weight"], own.get("bias")),
    "conv2d": conv,
    "batch_norm2d": lambda own, p, x: F.batch_norm(
        x, own["running_mean"], own["running_var"], own["weight"], own["bias"],
        eps=p["eps"],
    ),
    "relu": lambda own, p, x: F.relu(x),
    "leaky_relu": lambda own, p, x: F.leaky_relu(x, p["negative_slope"]),
    "max_pool2d": lambda own, p, x: F.max_pool2d(
        x, pair(p["kernel_size"]), pair(p["stride"]), pair(p["padding"])
    ),
    "flatten": lambda own, p, x: x.flatten(p["start_dim"], p["end_dim"]),
    "add": lambda own, p, *xs: sum(xs),
}  # fmt: skip


def rebuilt(tensors, words, image):
    """Return the scores that the loss gets."""
    values = {}
    for layer in json.loads(words["layers"]):
        path, inputs = layer["path"], layer["inputs"]
        if layer["type"] == "data":
            values[path, "image"] = image
        if layer["type"] == "cross_entropy":
            return values[tuple(inputs[0][1:])]
        if layer["type"] in LAYERS:
            prefix = layer["weights"] + "."
            own = {k.removeprefix(prefix): v for k, v in tensors.items() if prefix in k}
            given = [values[source, port] for _, source, port in inputs]
            made = LAYERS[layer["type"]](own, layer["params"], *given)
            values[path, layer["outputs"][0]] = made
    raise AssertionError


def documents():
    plain = cnn(steps=12)
    for document in (plain, in_blocks(steps=12)):
        data = document.graph.node("data").with_param("validation", SPLIT)
        document.graph.replace_node(data.with_param("split_seed", 5))
        yield document


@pytest.mark.parametrize("format_id", ["safetensors", "pt"])
@pytest.mark.parametrize("index", [0, 1])
def test_file_alone_is_enough_to_build_the_network_again(tmp_path, format_id, index):
    document = list(documents())[index]
    trainer, run = launch(tmp_path, document)
    for _ in trainer.steps():
        pass
    told = trainer.drain().evaluations[-1].values["loss"]
    export(of_run(run), format_id, tmp_path / "w")
    tensors, words = read(format_id, tmp_path / "w")
    params = registry.get("data").complete(document.graph.node("data").params)
    dataset = catalog.load(params)
    scores = rebuilt(tensors, words, torch.tensor(dataset.validation["image"]))
    labels = torch.tensor(dataset.validation["label"]).long()
    assert float(F.cross_entropy(scores, labels)) == pytest.approx(told, abs=1e-6)

    split = json.loads(words["data_split"])["data"]
    assert (split["validation"], split["split_seed"]) == (SPLIT, 5)
    assert split["num_validation"] == len(labels)
    assert split["num_train"] == len(dataset.train["label"])
    names = json.loads(words["class_names"])["data"]["label"]
    assert names == list("0123456789")
    scaling = json.loads(words["data_scaling"])["data"]["image"]
    assert scaling["scale"] == 16.0
    again = serialize.loads(words["document"])
    assert serialize.dumps(again) == serialize.dumps(document)
