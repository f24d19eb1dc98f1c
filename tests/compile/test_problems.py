"""Mistakes are said at their node, and a click solves what is obvious."""

import pytest

from engine.advice.analysis import Analyser
from engine.advice.document.validate import validate
from engine.graph.edits import apply_all
from engine.graph.model import Edge, Node, Project
from tests.helpers.projects import chain, project


def problems(made: Project):
    return Analyser().analyse(made).problems


def errors(made: Project):
    return [p for p in problems(made) if p.severity == "error"]


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
    assert problem.got == "4 entries"
    apply_all(made, problem.fixes[0].edits)
    assert errors(made) == []


def test_block_without_definition_is_the_only_problem():
    made = project(
        {
            "z": ("noise", {"shape": (4,)}),
            "gone": ("block", {"of": "nothing"}),
            "m": "add",
            "loss": "minimise",
        },
        "z.out>gone.x z.out>m.inputs gone.out>m.inputs m.out>loss.input",
    )
    assert {p.node for p in errors(made)} == {"gone"} | _wire_nodes(made)


def _wire_nodes(made: Project) -> set[str]:
    """Return the nodes that validation itself blames for wires of the lost block."""
    return {problem.node for problem in validate(made)}


def test_softmax_before_cross_entropy_is_a_warning_with_a_fix():
    made = chain("flatten", ("linear", {"out_features": 10}), "softmax")
    (problem,) = problems(made)
    assert (problem.node, problem.severity) == ("loss", "warning")
    apply_all(made, problem.fixes[0].edits)
    assert made.graph.has_edge(Edge.parse("n1.out", "loss.input"))
    assert {p.node for p in problems(made)} <= {"n2"}


def test_more_scores_than_classes_is_a_warning_with_a_fix():
    made = chain("flatten", ("linear", {"out_features": 64}))
    (problem,) = problems(made)
    assert (problem.node, problem.severity) == ("loss", "warning")
    assert problem.got == "64 scores"
    assert problem.fixes[0].label == "Give “Linear” 10 outputs"
    apply_all(made, problem.fixes[0].edits)
    assert problems(made) == ()


def test_enormous_layer_costs_no_memory_to_analyse():
    made = chain(
        "flatten",
        ("linear", {"out_features": 1_000_000}),
        ("linear", {"out_features": 1_000_000}),
    )
    assert "n2" in {p.node for p in errors(made)}
