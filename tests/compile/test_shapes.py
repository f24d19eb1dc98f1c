"""Analysis of whole documents: shapes, counts, and problems with their fixes."""

import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from engine.compile import shapes
from engine.compile.build import build
from engine.compile.infer import Flow, infer
from engine.compile.shapes import ShapeCache
from engine.graph.edits import SetParam, apply_all
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from engine.layers import registry
from tests.helpers.projects import chain, graph, project


def errors(made: Project):
    return [p for p in ShapeCache().analyse(made).problems if p.severity == "error"]


def cnn() -> Project:
    return chain(
        ("conv2d", {"out_channels": 4, "kernel_size": 3}), "relu", "max_pool2d",
        "flatten", ("linear", {"out_features": 10}),
    )  # fmt: skip


def test_cnn_shapes_and_counts_equal_torch():
    analysis = ShapeCache().analyse(cnn(), revision=5)
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


MISTAKES = {
    "signal into an image layer": (
        chain("flatten", "conv2d"), "n1", "N×C×H×W", "N×64",
    ),
    "kernel larger than the image": (
        chain(("conv2d", {"kernel_size": 9})), "n0", "at least 9", "N×1×8×8",
    ),
    "pooled to nothing": (
        chain(*["max_pool2d"] * 4), "n3", "at least 2", "N×1×1×1",
    ),
    "padding over half the kernel": (
        chain(("max_pool2d", {"padding": 2})), "n0", "≤ 1", "2",
    ),
    "groups don't divide": (
        chain(("conv2d", {"groups": 3})), "n0", "divisor of 1", "3 groups",
    ),
    "group norm": (
        chain("conv2d", ("group_norm", {"num_groups": 5})), "n1", "of 32", "5 groups",
    ),
    "heads don't divide": (
        chain(("reshape", {"shape": (8, 8)}),
              ("multihead_attention", {"num_heads": 3})),
        "n1", "divisor of 8", "3 heads",
    ),
    "image into an LSTM": (
        chain("lstm"), "n0", "N×T×F", "N×1×8×8",
    ),
    "embedding of decimals": (
        chain("identity", "embedding"), "n1", "whole", "decimal",
    ),
    "reshape to other size": (
        chain(("reshape", {"shape": (5, -1)})), "n0", "64", "5×-1",
    ),
    "no such dimension": (
        chain("flatten", ("softmax", {"dim": 3})), "n1", "1 to 1", "3",
    ),
    "batch dimension": (
        chain("flatten", ("softmax", {"dim": 0})), "n1", "1 to 1", "0",
    ),
    "permute of other rank": (
        chain("permute"), "n0", "1, 2, 3", "2, 1",
    ),
    "select out of range": (
        chain("flatten", ("select", {"index": 64})), "n1", "0 to 63", "64",
    ),
    "empty slice": (
        chain("flatten", ("slice", {"start": 64})), "n1", "0 to 63", "64",
    ),
    "squeeze of more": (
        chain("flatten", "squeeze"), "n1", "1", "64",
    ),
    "glu of odd": (
        chain("flatten", ("linear", {"out_features": 7}), "glu"), "n2", "even", "7",
    ),
    "pixel shuffle": (
        chain(("conv2d", {"out_channels": 6}), "pixel_shuffle"),
        "n1", "multiple of 4", "6",
    ),
    "scores of an image": (
        chain("conv2d", ("linear", {"out_features": 10})), "loss", "label", "N",
    ),
    "too few classes": (
        chain("flatten", ("linear", {"out_features": 9})), "loss", "10", "9",
    ),
    "class weights": (
        chain("flatten", ("linear", {"out_features": 10})), "loss", "10", "2",
    ),
    "position table": (
        chain(("reshape", {"shape": (8, 8)}),
              ("position_embedding", {"max_length": 4})),
        "n1", "≥ 8", "4",
    ),
    "layer norm over the batch": (
        chain("flatten", ("layer_norm", {"num_dims": 2})), "n1", "≤ 1", "2",
    ),
    "unfold": (
        chain(("unfold", {"kernel_size": 10})), "n0", "at least 10", "N×1×8×8",
    ),
    "limits": (
        chain(("hardtanh", {"min_val": 2.0})), "n0", "< 1", "2",
    ),
    "transposed padding": (
        chain(("conv_transpose2d", {"output_padding": 1})), "n0", "< 1", "1",
    ),
    "cubic signal": (
        chain(("flatten", {"end_dim": 2}), ("reshape", {"shape": (8, 8)}),
              ("upsample", {"mode": "cubic"})),
        "n2", "N×C×H×W", "N×8×8",
    ),
    "one input of add": (
        chain("identity", "identity"), "add", "2", "1",
    ),
}  # fmt: skip


def _finished(name: str, made: Project) -> Project:
    if name == "class weights":
        made.graph.replace_node(
            Node("loss", "cross_entropy", {"class_weights": (1.0, 2.0)})
        )
    if name == "one input of add":
        made.graph.add_node(Node("add", "add"))
        made.graph.connect(Edge.parse("n0.out", "add.inputs"))
    return made


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_said_at_its_node(name):
    made, node, expected, got = MISTAKES[name]
    found = [p for p in errors(_finished(name, made)) if p.node == node]
    assert len(found) == 1, errors(made)
    assert expected in found[0].expected
    assert got in found[0].got
    assert "torch" not in found[0].text.lower()


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("add", (4,), (5,)),
        ("add", (4,), (4, 4)),
        ("concat", (4, 3, 3), (4, 3, 5)),
        ("stack", (4,), (5,)),
    ],
)
def test_merge_of_unfitting_shapes_names_both(kind, left, right):
    made = project(
        {
            "a": ("noise", {"shape": left}),
            "b": ("noise", {"shape": right}),
            "m": kind,
            "loss": "minimise",
        },
        "a.out>m.inputs b.out>m.inputs m.out>loss.input",
    )
    (problem,) = errors(made)
    assert problem.node == "m"
    assert "×".join(["N", *map(str, right)]) in problem.got


@pytest.mark.parametrize("kind", ["matmul", "subtract", "bilinear"])
def test_pair_of_unfitting_shapes_is_a_problem(kind):
    made = project(
        {
            "a": ("noise", {"shape": (3, 4)}),
            "b": ("noise", {"shape": (5, 6)}),
            "m": kind,
            "loss": "minimise",
        },
        "a.out>m.left b.out>m.right m.out>loss.input",
    )
    assert [p.node for p in errors(made)] == ["m"]


def test_nodes_below_a_broken_one_are_unknown_and_silent():
    analysis = ShapeCache().analyse(chain("lstm", "relu", "flatten"))
    assert [p.node for p in analysis.problems] == ["n0"]
    assert not any(analysis.nodes[n].known for n in ("n0", "n1", "n2", "loss"))
    assert analysis.nodes["data"].known
    assert analysis.nodes["n0"].inputs == {"input": (-1, 1, 8, 8)}


FIXABLE = {
    "flatten before linear": (
        chain("conv2d", "relu", ("linear", {"out_features": 10})), "Flatten",
    ),
    "classes": (chain("flatten", ("linear", {"out_features": 5})), "10 outputs"),
    "heads": (
        chain(("reshape", {"shape": (8, 8)}), ("multihead_attention", {"num_heads": 3}),
              "last_step", ("linear", {"out_features": 10})),
        "Heads to 2",
    ),
    "groups": (
        chain("conv2d", ("group_norm", {"num_groups": 5}), "flatten",
              ("linear", {"out_features": 10})),
        "Groups to 4",
    ),
    "missing channel": (
        chain(("reshape", {"shape": (8, 8)}), "conv2d", "flatten",
              ("linear", {"out_features": 10})),
        "Unsqueeze",
    ),
    "wrong batch norm": (
        chain("conv2d", "batch_norm1d", "flatten", ("linear", {"out_features": 10})),
        "BatchNorm2d",
    ),
    "whole numbers": (
        chain("flatten", ("cast", {"to": "int"}), "flatten",
              ("linear", {"out_features": 10})),
        "Cast",
    ),
    "squeeze": (
        project(
            {"data": ("data", {"source": "diabetes"}), "fc": ("linear", {}),
             "s": ("unsqueeze", {"dim": -1}), "loss": "mse", "one": ("linear",
             {"out_features": 1})},
            "data.features>fc.input fc.out>one.input one.out>s.input s.out>loss.input "
            "data.target>loss.target",
        ),
        "Squeeze",
    ),
    "missing loss": (
        project(
            {"data": ("data", {"source": "digits"}), "f": "flatten",
             "fc": ("linear", {"out_features": 10})},
            "data.image>f.input f.out>fc.input",
        ),
        "CrossEntropy",
    ),
    "missing regression loss": (
        project(
            {"data": ("data", {"source": "diabetes"}),
             "fc": ("linear", {"out_features": 1})},
            "data.features>fc.input",
        ),
        "MSE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXABLE)
def test_one_click_fix_solves_the_problem(name):
    made, label = FIXABLE[name]
    found = [fix for problem in errors(made) for fix in problem.fixes]
    chosen = next(fix for fix in found if label in fix.label)
    apply_all(made, chosen.edits)
    assert errors(made) == []


def test_embedding_smaller_than_the_vocabulary_is_fixed_by_one_click():
    made = project(
        {
            "data": ("data", {"source": "digits"}),
            "e": ("embedding", {"num_embeddings": 4}),
            "loss": "minimise",
        },
        "data.label>e.input e.out>loss.input",
    )
    (problem,) = errors(made)
    assert problem.got == "4"
    apply_all(made, problem.fixes[0].edits)
    assert errors(made) == []


def _blocks(*, repeat: int = 1, share: str | None = None) -> Project:
    params = {"of": "layer", "repeat": repeat, "share": share}
    made = chain("flatten", ("block", params), ("block", params))
    inner = graph({"fc": "linear", "r": "relu"}, "fc.out>r.input")
    made.blocks["layer"] = Block(
        inner, {"input": (Endpoint("fc", "input"),)}, {"out": Endpoint("r", "out")}
    )
    return made


def test_block_instances_sum_up_what_is_inside():
    analysis = ShapeCache().analyse(_blocks())
    info = analysis.nodes["n1"]
    assert info.inputs == {"input": (-1, 64)}
    assert info.outputs == {"out": (-1, 64)}
    assert info.parameters == 64 * 65
    assert info.flops == 2 * 64 * 64 + 64
    assert analysis.nodes["n1.fc"].parameters == 64 * 65
    assert analysis.parameters == 2 * 64 * 65


def test_repeats_count_each_time_and_shared_weights_once():
    assert ShapeCache().analyse(_blocks(repeat=3)).parameters == 6 * 64 * 65
    assert ShapeCache().analyse(_blocks(share="w")).parameters == 64 * 65


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
    assert not ShapeCache().analyse(made).trainable
    made = chain(("linear", {"out_features": -3}), "relu")
    analysis = ShapeCache().analyse(made)
    assert [p.node for p in analysis.problems] == ["n0"]
    assert ShapeCache().analyse(Project()).problems
    assert ShapeCache().analyse(_blocks(repeat=0)).problems


def test_second_analysis_builds_only_what_changed(monkeypatch):
    cache, made = ShapeCache(), chain(*["linear", "relu"] * 20)
    cache.analyse(made)
    calls = []
    monkeypatch.setattr(
        shapes, "infer", lambda *args: calls.append(args[0]) or infer(*args)
    )
    cache.analyse(made)
    assert calls == []
    SetParam("n0", "out_features", 33).apply(made)
    cache.analyse(made)
    assert len(calls) <= 3
