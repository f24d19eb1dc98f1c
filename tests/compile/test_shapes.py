"""Analysis of whole documents: shapes, counts, and problems with their fixes."""

import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from engine.advice import ranking
from engine.advice.analysis import Analyser
from engine.compile import inferences
from engine.compile.build import build
from engine.compile.infer import Flow, infer
from engine.graph.edits import SetParam
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from engine.layers import registry
from tests.helpers.projects import chain, graph


def errors(made: Project):
    return [p for p in Analyser().analyse(made).problems if p.severity == "error"]


def cnn() -> Project:
    return chain(
        ("conv2d", {"out_channels": 4, "kernel_size": 3}), "relu", "max_pool2d",
        "flatten", ("linear", {"out_features": 10}),
    )  # fmt: skip


def test_cnn_shapes_and_counts_equal_torch():
    analysis = Analyser().analyse(cnn(), revision=5)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 10)
    )
    assert analysis.revision == 5
    assert analysis.problems == ()
    assert analysis.trainable
    assert analysis.parameters == sum(p.numel() for p in net.parameters())
    x = torch.rand(3, 1, 8, 8)
    for index, layer in enumerate(net):
        x = layer(x)
        info = analysis.nodes[f"n{index}"]
        assert info.outputs == {"out": (-1, *x.shape[1:])}
        assert info.parameters == sum(p.numel() for p in layer.parameters())
        assert info.activation_bytes == x[0].numel() * 4
    assert analysis.nodes["n0"].inputs == {"input": (-1, 1, 8, 8)}
    assert analysis.nodes["loss"].outputs == {"loss": ()}


@pytest.mark.parametrize(
    ("type_id", "inputs", "params"),
    [
        ("linear", [(2, 30)], {}),
        ("linear", [(2, 7, 30)], {}),
        ("conv1d", [(2, 4, 20)], {"groups": 2, "stride": 2}),
        ("conv2d", [(2, 3, 12, 12)], {"padding": 1, "dilation": 2}),
        ("conv3d", [(2, 2, 6, 6, 6)], {}),
        ("conv_transpose2d", [(2, 3, 6, 6)], {"stride": 2}),
        ("matmul", [(2, 3, 4), (2, 4, 5)], {}),
        ("multihead_attention", [(2, 6, 8)], {"num_heads": 2}),
        ("multihead_attention", [(2, 6, 8), (2, 5, 8)], {"num_heads": 2}),
        ("transformer_encoder_layer", [(2, 6, 8)], {}),
        ("transformer_decoder_layer", [(2, 6, 8), (2, 5, 8)], {}),
    ],
)
def test_flops_equal_torchs_counter(type_id, inputs, params):
    complete = registry.get(type_id).complete(params)
    flows = tuple(Flow(shape) for shape in inputs)
    dtypes = tuple(flow.dtype for flow in flows)
    module = build(type_id, complete, tuple(inputs), dtypes).train()
    counter = FlopCounterMode(display=False)
    with counter, sdpa_kernel(SDPBackend.MATH):
        module(*[torch.rand(shape) for shape in inputs])
    assert infer(type_id, complete, flows).flops == counter.get_total_flops() // 2


def test_nodes_below_a_broken_one_are_unknown_and_silent():
    analysis = Analyser().analyse(chain("lstm", "relu", "flatten"))
    assert [p.node for p in analysis.problems] == ["n0"]
    assert not any(analysis.nodes[n].known for n in ("n0", "n1", "n2", "loss"))
    assert analysis.nodes["data"].known
    assert analysis.nodes["n0"].inputs == {"input": (-1, 1, 8, 8)}


def _blocks(*, repeat: int = 1, share: str | None = None) -> Project:
    params = {"of": "layer", "repeat": repeat, "share": share}
    made = chain("flatten", ("block", params), ("block", params))
    inner = graph({"fc": "linear", "r": "relu"}, "fc.out>r.input")
    made.blocks["layer"] = Block(
        inner, {"input": (Endpoint("fc", "input"),)}, {"out": Endpoint("r", "out")}
    )
    return made


def test_block_instances_sum_up_what_is_inside():
    analysis = Analyser().analyse(_blocks())
    info = analysis.nodes["n1"]
    assert info.inputs == {"input": (-1, 64)}
    assert info.outputs == {"out": (-1, 64)}
    assert info.parameters == 64 * 65
    assert info.flops == 2 * 64 * 64 + 64
    assert analysis.nodes["n1.fc"].parameters == 64 * 65
    assert analysis.parameters == 2 * 64 * 65


def test_repeats_count_each_time_and_shared_weights_once():
    assert Analyser().analyse(_blocks(repeat=3)).parameters == 6 * 64 * 65
    assert Analyser().analyse(_blocks(share="w")).parameters == 64 * 65


def test_shared_weights_of_other_size_are_a_problem():
    made = _blocks(share="w")
    made.graph.replace_node(Node("n0", "linear", {"out_features": 32}))
    made.graph.add_node(Node("flat", "flatten"))
    edge = made.graph.edges_into("n0")[0]
    made.graph.disconnect(edge)
    made.graph.connect(Edge.parse("data.image", "flat.input"))
    made.graph.connect(Edge.parse("flat.out", "n0.input"))
    problems = errors(made)
    assert [p.node for p in problems] == ["n2.fc"]
    assert problems[0].expected == f"{32 * 64 + 64} weights"


def test_mistake_inside_a_block_is_said_at_the_inner_path():
    made = _blocks()
    made.blocks["layer"].graph.replace_node(Node("r", "conv2d"))
    assert [p.node for p in errors(made)] == ["n1.r"]


def test_unknown_things_never_raise():
    made = chain("flatten")
    made.graph.add_node(Node("odd", "nonsense"))
    assert not Analyser().analyse(made).trainable
    made = chain(("linear", {"out_features": -3}), "relu")
    analysis = Analyser().analyse(made)
    assert [p.node for p in analysis.problems] == ["n0"]
    assert Analyser().analyse(Project()).problems
    assert Analyser().analyse(_blocks(repeat=0)).problems


@pytest.mark.parametrize("filling", ["identity", None])
def test_blocks_of_blocks_without_end_are_refused_in_a_moment(filling):
    made = chain("flatten", ("block", {"of": "b0"}))
    ends = {"input": (Endpoint("n", "input"),)}, {"out": Endpoint("n", "out")}
    for level in range(6):
        inner = graph({})
        params = {"of": f"b{level + 1}", "repeat": 1000}
        inner.add_node(Node("n", "block", params))
        made.blocks[f"b{level}"] = Block(inner, *ends)
    last = graph({"n": filling}) if filling else graph({})
    made.blocks["b6"] = Block(last, *(ends if filling else ({}, {})))
    (problem,) = Analyser().analyse(made).problems
    assert "too large" in problem.text


def test_second_analysis_builds_only_what_changed(monkeypatch):
    monkeypatch.setattr(ranking, "MOST_TRIALS", 0)  # fixes build layers of their own
    cache, made = Analyser(), chain(*["linear", "relu"] * 20)
    cache.analyse(made)
    calls = []
    monkeypatch.setattr(
        inferences, "infer", lambda *args: calls.append(args[0]) or infer(*args)
    )
    cache.analyse(made)
    assert calls == []
    SetParam("n0", "out_features", 33).apply(made)
    cache.analyse(made)
    assert len(calls) <= 3
