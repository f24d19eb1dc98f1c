"""The faults that are planted in small networks, and the names that tell of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import save_file

from engine.graph.model import Endpoint, Node, Project
from engine.graph.settings import Choice
from engine.graph.settings_text import assign
from engine.layers import registry
from engine.training.loop.trainer import Trainer
from tests.faults._nets import (
    ADVERSARIES,
    CNN,
    LSTM,
    MLP,
    RECURRENT,
    SUMS,
    TABLE,
    TABLES,
    THREE,
    UNEVEN,
    Net,
    Table,
    joined,
    put,
)
from tests.faults.preflight import insert

Plant = Callable[[Project, Net, Path], None]
Spoil = Callable[[dict[str, list]], dict[str, list]]


class Fault(NamedTuple):
    """A fault, where it is planted, and the names that tell of it."""

    name: str
    plant: Plant
    told: frozenset[str]
    nets: tuple[Net, ...] = THREE


class Spoiled(NamedTuple):
    """A fault of a table, where it is planted, and the names that tell of it."""

    name: str
    spoil: Spoil
    told: frozenset[str]
    tables: tuple[Table, ...] = TABLES


def _set(*words: str) -> Plant:
    return lambda project, _net, _folder: assign(project, words)


def _rate(factor: float) -> Plant:
    def plant(project: Project, _net: Net, _folder: Path) -> None:
        lr = project.training.phases[0].optimizer.params["lr"]
        assign(project, (f"lr={lr * factor:g}",))

    return plant


def _put(place: str, kind: str, **params: object) -> Plant:
    def plant(project: Project, net: Net, _folder: Path) -> None:
        insert(project, getattr(net, place), Node("planted", kind, params))

    return plant


def _zeros(project: Project, _net: Net, folder: Path) -> None:
    """Start with a file of zeros."""
    trainer = Trainer(project, threads=1, seed=0)
    state = trainer.parts.program.modules.state_dict()
    trainer.close("stopped")
    save_file({k: torch.zeros_like(v) for k, v in state.items()}, folder / "zeros.st")
    target = folder / "zeros.safetensors"
    (folder / "zeros.st").replace(target)
    project.weights = str(target)


def _deep(project: Project, net: Net, _folder: Path) -> None:
    """Put eight saturating layers behind the first one."""
    after = net.features if net is not LSTM else net.first
    for number in range(8):
        insert(project, after, Node(f"deep{number}", "linear", {"out_features": 32}))
        insert(project, f"deep{number}.out", Node(f"flat{number}", "sigmoid"))
        after = f"flat{number}.out"


def _frozen(project: Project, _net: Net, _folder: Path) -> None:
    graph = project.graph
    for node in list(graph.nodes.values()):
        if node.id != "scores" and node.type in {"linear", "conv2d", "lstm"}:
            graph.replace_node(replace(node, trainable=False))


def _answer(project: Project, net: Net, _folder: Path) -> None:
    """Let a layer read the label beside the features."""
    graph = project.graph
    node, _, port = net.features.partition(".")
    readers = [e for e in graph.edges if e.source == Endpoint(node, port)]
    put(project, "hot", "one_hot", num_classes=10)
    put(project, "both", "concat", dim=1)
    joined(project, "data.label", "hot.input")
    joined(project, net.features, "both.inputs")
    joined(project, "hot.out", "both.inputs")
    for edge in readers:
        graph.disconnect(edge)
        joined(project, "both.out", str(edge.target))


def _few(project: Project, net: Net, _folder: Path) -> None:
    insert(project, net.first, Node("norm", net.norm))
    assign(project, ("batch_size=2",))


def _unused(project: Project, net: Net, _folder: Path) -> None:
    put(project, "spare", "linear")
    joined(project, net.features, "spare.input")


def _step_down(project: Project, _net: Net, _folder: Path) -> None:
    """Let the rate fall to nothing within a tenth of the run."""
    training = project.training
    schedule = Choice("step", {"every": 5, "gamma": 0.3})
    phase = replace(training.phases[0], schedule=schedule)
    project.training = replace(training, phases=(phase,))


def _narrow(project: Project, net: Net, _folder: Path) -> None:
    assign(project, (f"{net.hidden}=1",))


def _explosive(project: Project, _net: Net, _folder: Path) -> None:
    """Read with an RNN of ReLUs, by plain SGD, unclipped."""
    graph = project.graph
    old = graph.node("lstm")
    params = {**old.params, "nonlinearity": "relu"}
    graph.replace_node(replace(old, type="rnn", params=params))
    assign(project, ("optimizer=sgd", "momentum=0.9", "lr=0.3", "schedule=constant"))


def summed_by_hand(project: Project, _net: Net = MLP, _folder: Path = Path()) -> None:
    """Make a squared error of single nodes, which sums the numbers of a sample."""
    graph = project.graph
    wires = {e.target.port: str(e.source) for e in graph.edges_into("loss")}
    for edge in list(graph.edges_into("loss")):
        graph.disconnect(edge)
    graph.replace_node(Node("loss", "minimise"))
    put(project, "gap", "subtract")
    put(project, "squared", "square")
    put(project, "flat", "flatten")
    put(project, "whole", "reduce_sum", dims=(1,))
    ports = [f"gap.{p.name}" for p in registry.get("subtract").inputs]
    for source, port in zip((wires["input"], wires["target"]), ports, strict=True):
        joined(project, source, port)
    joined(project, "gap.out", "squared.input")
    joined(project, "squared.out", "flat.input")
    joined(project, "flat.out", "whole.input")
    joined(project, "whole.out", "loss.input")


def _bare(project: Project, net: Net, _folder: Path) -> None:
    """Judge bare scores as if they were probabilities."""
    graph = project.graph
    if net.preset == "autoencoder":
        insert(project, "sigmoid.out", Node("bare", "linear", {"out_features": 784}))
    for node in list(graph.nodes.values()):
        if node.type in {"mse", "bce_with_logits"}:
            params = {"weight": node.params.get("weight", 1.0)}
            graph.replace_node(replace(node, type="bce", params=params))


def _copied(columns: dict[str, list]) -> dict[str, list]:
    return {"again": [2.54 * x + 1 for x in columns["x0"]], **columns}


def _constant(columns: dict[str, list]) -> dict[str, list]:
    return {"same": [7.5] * len(columns["x0"]), **columns}


def _leaky(columns: dict[str, list]) -> dict[str, list]:
    target = columns["target"]
    values = target if isinstance(target[0], float) else [int(t[-1]) for t in target]
    return {"code": [3.0 * v + 1 for v in values], **columns}


def _told(*names: str) -> frozenset[str]:
    return frozenset(names)


_FAST = _told("learning_rate_too_high", "exploding_gradients", "not_finite")
_UNEVEN = ("discriminator.lr=0.01", "generator.lr=0.00001")
_SGD = ("optimizer=sgd", "lr=0.1")
BARE = (
    Net("VAE", "vae", ("steps=20",)),
    Net("XOR", "xor", ("steps=200",)),
    Net("autoencoder", "autoencoder", ("steps=20",)),
)
FAULTS = (
    Fault("learning rate × 100", _rate(100), _FAST),
    Fault("learning rate / 1,000", _rate(1e-3), _told("learning_rate_too_low")),
    Fault("shuffled labels", _set("data.label_noise=1"),
          _told("labels_unrelated", "no_better_than_lazy", "bad_labels")),
    Fault("inputs × 1,000", _put("data", "scale", factor=1000.0),
          _told("unscaled_inputs")),
    Fault("zero init", _zeros, _told("zero_start")),
    Fault("softmax before cross-entropy", _put("scores", "softmax"),
          _told("document")),
    Fault("missing sigmoid", _bare, _told("document"), BARE),
    Fault("saturating depth", _deep, _told("vanishing_gradients")),
    Fault("frozen but the head", _frozen, _told("frozen_at_random")),
    Fault("target as input", _answer, _told("answer_as_input")),
    Fault("BatchNorm with 2 samples", _few, _told("batch_norm_of_few")),
    Fault("discriminator wins", _set(*_UNEVEN), _told("discriminator_won"),
          ADVERSARIES),
    Fault("mode collapse", _set("generator.lr=0.05", "discriminator.lr=0.0003"),
          _told("mode_collapse"), ADVERSARIES),
    Fault("recurrent explosion", _explosive,
          _FAST | _told("overflow", "relapse"), RECURRENT),
    Fault("dead ReLUs by bias", _put("first", "scale", offset=-99.0),
          _told("dead_relu"), (MLP, CNN, TABLE)),
    Fault("unused layer", _unused, _told("document")),
    Fault("decay too high", _set(*_SGD, "weight_decay=0.3"),
          _told("weight_decay_too_high")),
    Fault("dropout 0.95", _set("dropout.p=0.95"), _told("dropout_too_high")),
    Fault("plateau", _step_down, _told("rate_ran_out")),
    Fault("underfit", _narrow, _told("underfitting")),
    Fault("wrong reduction", _set("optimizer=sgd", "lr=0.1", "loss.weight=640"),
          _told("summed_loss")),
    Fault("sum by hand", summed_by_hand, _told("summed_loss"), SUMS),
    Fault("inputs constant", _put("data", "scale", factor=0.0), _told("blank_input")),
    Fault("L1 too high", _set("l1=1"), _told("weight_decay_too_high")),
    Fault("clipped too small", _set(*_SGD, "clip_norm=0.0001"),
          _told("clipped_too_small", "learning_rate_too_low")),
    Fault("momentum too high",
          _set("optimizer=sgd", "lr=0.5", "schedule=constant", "momentum=0.99"),
          _told("momentum_too_high", *_FAST)),
)  # fmt: skip
SPOILED = (
    Spoiled("imbalance 99:1", lambda columns: columns,
            _told("imbalanced_classes", "balance"), UNEVEN),
    Spoiled("duplicate features", _copied, _told("copies")),
    Spoiled("constant features", _constant, _told("constant")),
    Spoiled("answer in a column", _leaky, _told("leak")),
)  # fmt: skip
