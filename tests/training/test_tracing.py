"""A number that is not finite is traced to its node, kind and sample."""

import json
import math
from dataclasses import replace

import pytest
import torch

from engine.compile.modules import unrolled
from engine.explain.diagnose.watch import attach
from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.layers import registry
from engine.training.loop.trainer import Trainer
from engine.training.parts import gradients, tracing


def document(nodes, edges, penalty, source="iris", **training):
    """Return a small classifier with some more nodes that end in a penalty."""
    own = [
        {"id": "data", "type": "data", "params": {"source": source}},
        {"id": "a", "type": "linear", "params": {"out_features": 8}},
        {"id": "ra", "type": "relu"},
        {"id": "d", "type": "subtract"},
        {"id": "c", "type": "linear", "params": {"out_features": 3}},
        {"id": "loss", "type": "cross_entropy"},
        {"id": "pen", "type": "minimise"},
    ]
    wires = [
        ["data.features", "a.input"],
        ["a.out", "ra.input"],
        ["ra.out", "d.left"],
        ["ra.out", "d.right"],
        ["ra.out", "c.input"],
        ["c.out", "loss.input"],
        ["data.label", "loss.target"],
        [penalty, "pen.input"],
    ]
    phase = {"name": "training", "optimizer": {"type": "adam", "lr": 0.001}}
    record = {
        "format": "backprop-workbench",
        "version": 1,
        "name": "x",
        "graph": {"nodes": own + nodes, "edges": wires + edges},
        "blocks": {},
        "training": {"batch_size": 64, "seed": 0, "steps": 40, "phases": [phase]}
        | training,
    }
    return serialize.loads(json.dumps(record))


def node(name, kind, **params):
    return {"id": name, "type": kind, "params": params}


def unary(kind, **params):
    """The bad node reads d = 0."""
    return [node("bad", kind, **params)], [["d.out", "bad.input"]], "bad.out"


def divided():
    edges = [["ra.out", "bad.left"], ["d.out", "bad.right"]]
    return [node("bad", "divide")], edges, "bad.out"


def scaled(kind, factor, **params):
    nodes = [node("big", "scale", factor=factor), node("bad", kind, **params)]
    return nodes, [["ra.out", "big.input"], ["big.out", "bad.input"]], "bad.out"


def doubled(kind):
    """The bad node multiplies numbers that are too large by themselves."""
    nodes = [node("big", "scale", factor=1e30), node("bad", kind)]
    nodes.append(node("too", "scale", factor=-1e30))
    edges = [["ra.out", "big.input"], ["ra.out", "too.input"]]
    edges += [["big.out", "bad.inputs"], ["too.out", "bad.inputs"]]
    if kind == "matmul":
        nodes.append(node("up", "unsqueeze", dim=1))
        nodes.append(node("down", "unsqueeze", dim=2))
        nodes.remove(node("too", "scale", factor=-1e30))
        edges = [
            ["ra.out", "big.input"],
            ["big.out", "up.input"],
            ["big.out", "down.input"],
            ["up.out", "bad.left"],
            ["down.out", "bad.right"],
        ]
    return nodes, edges, "bad.out"


def zeros(kind):
    edges = [["d.out", "bad.left"], ["d.out", "bad.right"]]
    return [node("bad", kind)], edges, "bad.out"


def pair(kind, factor):
    """The bad node is a loss; what it takes e to the power of is large."""
    nodes = [node("big", "scale", factor=factor), node("bad", kind)]
    ports = registry.get(kind).inputs
    exponent, other = (0, 1) if kind == "poisson_nll" else (1, 0)
    edges = [
        ["ra.out", "big.input"],
        ["big.out", f"bad.{ports[exponent].name}"],
        ["ra.out", f"bad.{ports[other].name}"],
    ]
    return nodes, edges, "d.out"


CASES = {
    "root at 0": (unary("sqrt"), "root", 0),
    "root of a negative": (scaled("sqrt", -3.0), "root", 0),
    "log of 0": (unary("log", eps=0.0), "eps", 0),
    "division by 0": (divided(), "division", 0),
    "negative power of 0": (unary("power", exponent=-1.0), "power", 0),
    "slope of a power at 0": (unary("power", exponent=0.5), "power", 0),
    "power of a negative": (scaled("power", -3.0, exponent=0.5), "power", 0),
    "exp too large": (scaled("exp", 1000.0), "exp", 0),
    "square too large": (scaled("square", 1e30), "overflow", 0),
    "log of a negative": (scaled("log", -3.0, eps=0.0), "eps", 0),
    "product too large": (doubled("multiply"), "overflow", 0),
    "matrix product too large": (doubled("matmul"), "overflow", 0),
    "sum too large": (scaled("reduce_sum", 1e38), "overflow", 0),
    "0 divided by 0": (zeros("divide"), "division", 0),
    "cube too large": (scaled("power", 1e30, exponent=3.0), "overflow", 0),
    "KL of a large variance": (pair("kl_gaussian", 1000.0), "exp", 0),
    "Poisson of a large rate": (pair("poisson_nll", 1000.0), "exp", 0),
}


def run(project):
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis = attach(trainer, project)
    for _ in trainer.steps():
        pass
    trainer.drain()
    return trainer, diagnosis.findings


@pytest.mark.parametrize("name", CASES)
def test_the_node_and_the_kind_are_named(name):
    parts, kind, steps = CASES[name]
    trainer, findings = run(document(*parts))
    assert trainer.ending.kind == "diverged"
    assert trainer.ending.node == "bad"
    assert (trainer.cause.node, trainer.cause.kind) == ("bad", kind)
    assert trainer.step == steps
    assert [finding.nodes for finding in findings] == [("bad",)]
    assert "learning rate" not in trainer.ending.text


@pytest.mark.parametrize("name", CASES)
def test_weights_stay_finite_for_whoever_wants_to_look_at_them(name):
    trainer, _ = run(document(*CASES[name][0]))
    weights = trainer.parts.program.modules.parameters()
    assert all(torch.isfinite(each).all() for each in weights)


@pytest.mark.parametrize(
    "name",
    [name for name in CASES if CASES[name][1] in {"root", "power", "eps", "exp"}],
)
def test_the_offered_fix_keeps_it_finite(name):
    project = document(*CASES[name][0])
    _, findings = run(project)
    apply_all(project, findings[0].fixes[0].edits)
    trainer, after = run(project)
    assert trainer.ending.kind == "finished"
    assert not {"not_finite", "overflow"} & {finding.fault for finding in after}


def _folded(*others):
    """The bad node reads groups of numbers that are very large."""
    up = node("up", "unflatten", dim=1, sizes=[2, 4])
    nodes = [node("big", "scale", factor=1e25), up, *others]
    edges = [["ra.out", "big.input"], ["big.out", "up.input"], ["up.out", "bad.input"]]
    return nodes, edges, "bad.out"


def _drawn():
    edges = [["ra.out", "big.input"], ["ra.out", "bad.mean"], ["z.out", "bad.noise"]]
    edges.append(["big.out", "bad.log_variance"])
    nodes = [node("big", "scale", factor=1000.0), node("z", "noise", shape=[8])]
    return [*nodes, node("bad", "reparameterise")], edges, "bad.out"


def _paired():
    edges = [["ra.out", "big.input"], ["big.out", "bad.left"], ["big.out", "bad.right"]]
    nodes = [node("big", "scale", factor=1e25)]
    return [*nodes, node("bad", "bilinear", out_features=3)], edges, "bad.out"


OTHERS = {
    "scores of attention": _folded(node("bad", "multihead_attention", num_heads=2)),
    "a norm behind attention": _folded(
        node("bad", "transformer_encoder_layer", num_heads=2, dim_feedforward=8)
    ),
    "bilinear": _paired(),
    "reparameterise": _drawn(),
    "exp in 16 bits": scaled("exp", 1000.0),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_places_are_named_with_their_sample(name):
    more = {"precision": "bf16"} if "16 bits" in name else {}
    trainer, _ = run(document(*OTHERS[name], **more))
    assert trainer.cause.node == "bad"
    assert trainer.cause.kind in {"overflow", "exp"}
    assert " sample " in trainer.ending.text


def test_a_loss_of_all_samples_names_the_one_with_the_largest_number():
    nodes = [node("big", "scale", factor=1e25), node("bad", "mse")]
    edges = [["data.features", "big.input"], ["big.out", "bad.input"]]
    edges.append(["data.features", "bad.target"])
    project = document(nodes, edges, "d.out")
    trainer, _ = run(project)
    batch = Trainer(project, threads=1, seed=0).parts.feeds.next()
    largest = int(batch["data.features"].abs().amax(1).argmax())
    assert trainer.cause.node == "bad"
    assert f"sample {largest + 1} of" in trainer.ending.text


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_data_that_is_no_number_is_named_with_its_sample(value):
    trainer = Trainer(document(*unary("square")), threads=1, seed=0)
    plain = trainer.parts.feeds.next

    def planted():
        batch = dict(plain())
        batch["data.features"] = batch["data.features"].clone()
        batch["data.features"][5, 2] = value
        return batch

    trainer.parts.feeds.next = planted
    for _ in trainer.steps():
        pass
    assert (trainer.cause.node, trainer.cause.kind) == ("data", "data")
    assert "sample 6 of" in trainer.ending.text


def test_statistics_of_a_frozen_norm_are_named_and_no_rate_is_blamed():
    project = document(*unary("batch_norm1d"))
    bad = project.graph.nodes["bad"]
    project.graph.replace_node(replace(bad, trainable=False))
    trainer = Trainer(project, threads=1, seed=0)
    trainer.parts.program.modules.at("bad").running_var.fill_(math.nan)
    for _ in trainer.steps():
        pass
    assert (trainer.cause.node, trainer.cause.kind) == ("bad", "statistics")
    assert "running_var" in trainer.ending.text
    assert "learning rate" not in trainer.ending.text


def test_the_sample_is_the_one_that_plain_torch_finds():
    """One sample of the batch makes √ of a negative number, found by hand as well."""
    nodes = [node("up", "scale", offset=-0.25), node("bad", "sqrt")]
    edges = [["data.features", "up.input"], ["up.out", "bad.input"]]
    project = document(nodes, edges, "bad.out")
    trainer, _ = run(project)
    again = Trainer(project, threads=1, seed=0)
    batch = again.parts.feeds.next()
    values = torch.sqrt(batch["data.features"] - 0.25)
    first = int(torch.isnan(values).any(dim=1).nonzero()[0])
    worst = float((batch["data.features"] - 0.25)[first][torch.isnan(values[first])][0])
    assert f"sample {first + 1} of" in trainer.ending.text
    assert trainer.cause.value == pytest.approx(worst)


def test_a_dropped_unit_is_dropped_again():
    """The bad number depends on the random mask: the step made again has the same."""
    nodes = [
        node("drop", "dropout", p=0.5),
        node("up", "scale", offset=-4.0),
        node("bad", "log", eps=0.0),
    ]
    edges = [
        ["data.features", "drop.input"],
        ["drop.out", "up.input"],
        ["up.out", "bad.input"],
    ]
    trainer, _ = run(document(nodes, edges, "bad.out"))
    assert trainer.cause.node == "bad"
    phase = trainer.parts.phases[0]
    assert phase.random is not None
    again = Trainer(trainer.observer.record.project, threads=1, seed=0)
    batch = again.parts.feeds.next()
    found = [tracing.trace(phase, batch) for _ in range(2)]
    assert found[0].sample == found[1].sample
    assert found[0].value == found[1].value == pytest.approx(trainer.cause.value)


def test_a_node_in_a_block_is_named_with_its_block():
    record = json.loads(serialize.dumps(document(*unary("sqrt"))))
    record.setdefault("blocks", {})["root"] = {
        "nodes": [{"id": "half", "type": "scale"}, {"id": "deep", "type": "sqrt"}],
        "edges": [["half.out", "deep.input"]],
        "inputs": [["x", ["half.input"]]],
        "outputs": [["out", "deep.out"]],
    }
    others = [n for n in record["graph"]["nodes"] if n["id"] != "bad"]
    record["graph"]["nodes"] = [*others, node("bad", "block", of="root")]
    record["graph"]["edges"] = [
        [a, b.replace("bad.input", "bad.x")] for a, b in record["graph"]["edges"]
    ]
    project = serialize.loads(json.dumps(record))
    trainer, findings = run(project)
    assert trainer.ending.node == "bad.deep"
    assert findings[0].nodes == ("bad.deep",)
    apply_all(project, findings[0].fixes[0].edits)
    assert run(project)[0].ending.kind == "finished"


def test_weights_of_classes_that_add_up_to_nothing_are_named():
    project = document(*unary("square"))
    loss = project.graph.nodes["loss"]
    project.graph.replace_node(
        type(loss)("loss", "cross_entropy", params={"class_weights": (0.0, 0.0, 0.0)})
    )
    trainer, _ = run(project)
    assert (trainer.cause.node, trainer.cause.kind) == ("loss", "weights")


def test_a_lost_run_with_weights_that_blew_up_is_told_as_before():
    project = document(*unary("square"))
    trainer = Trainer(project, threads=1, seed=0)
    with torch.no_grad():
        trainer.parts.program.modules.at("a").weight.fill_(math.inf)
    for _ in trainer.steps():
        pass
    assert trainer.cause is None
    assert "lower learning rate" in trainer.ending.text


def test_checking_leaves_every_gradient_as_it_is():
    weights = [torch.nn.Parameter(torch.randn(40, 3)) for _ in range(3)]
    for weight in weights:
        weight.grad = torch.randn_like(weight) * 10.0 ** torch.randint(-30, 30, (40, 3))
    before = [weight.grad.clone() for weight in weights]
    check = gradients.FiniteCheck(weights)
    assert check.passes()
    assert all(torch.equal(w.grad, b) for w, b in zip(weights, before, strict=True))
    for bad in (math.inf, -math.inf, math.nan):
        weights[1].grad[7, 1] = bad
        assert not check.passes()
    weights[1].grad[7, 1] = 0.0
    assert check.passes()


def _sequence(kind, sizes=(4, 1)):
    """A recurrent layer over the four numbers of a flower."""
    nodes = [
        node("rows", "unflatten", dim=1, sizes=list(sizes)),
        node("bad", kind, hidden_size=1, output="last"),
        node("big", "scale", factor=1e15),
    ]
    edges = [["data.features", "rows.input"], ["rows.out", "bad.input"]]
    return nodes, [*edges, ["bad.out", "big.input"]], "big.out"


@pytest.mark.parametrize(("kind", "row"), [("lstm", 2), ("gru", 2), ("rnn", 0)])
def test_a_gradient_inside_a_layer_with_two_outputs_is_traced_to_its_time(kind, row):
    trainer = Trainer(document(*_sequence(kind)), threads=1, seed=0)
    layer = trainer.parts.program.modules.at("bad")
    with torch.no_grad():  # the state grows by 10¹⁰ a time, and so does what goes back
        for name, weights in layer.named_parameters():
            weights.zero_()
            if name.startswith("weight"):
                weights[row] = 1e10 if "hh" in name else 1e-30
    for _ in trainer.steps():
        pass
    assert (trainer.cause.node, trainer.cause.kind) == ("bad", "overflow")
    assert "the gradient of" in trainer.ending.text
    assert "It began at time 1 of the sequence." in trainer.ending.text


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_layers_taken_apart_by_time_do_what_torch_does(kind):
    torch.manual_seed(0)
    made = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[kind]
    module, x_NTF = made(3, 4, batch_first=True), torch.randn(2, 5, 3)
    states = torch.stack([t.state for t in unrolled.times(module, x_NTF)], 1)
    torch.testing.assert_close(states, module(x_NTF)[0])


def test_the_gate_that_is_bad_is_named():
    trainer = Trainer(document(*_sequence("lstm", (2, 2))), threads=1, seed=0)
    with torch.no_grad():
        trainer.parts.program.modules.at("bad").weight_ih_l0[3] = torch.tensor(
            [3e38, -3e38]
        )
    for _ in trainer.steps():
        pass
    assert trainer.cause.node == "bad"
    assert "time 1, in the gate o" in trainer.ending.text
