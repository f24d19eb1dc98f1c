"""Ports of blocks that lead to nothing, or where a wire ends already."""

import pytest

from engine.advice.document.validate import validate
from engine.graph.edits import apply_all
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from tests.helpers.projects import chain, graph


def with_block(outputs: dict[str, str], **inputs: tuple[str, ...]) -> Project:
    """Return digits → flatten → block → scores → loss."""
    made = chain("flatten", ("linear", {"out_features": 10}))
    inner = graph({"a": ("linear", {"out_features": 8}), "b": "relu"}, "a.out>b.input")
    made.blocks["body"] = Block(
        inner,
        {name: tuple(map(Endpoint.parse, ends)) for name, ends in inputs.items()},
        {name: Endpoint.parse(end) for name, end in outputs.items()},
    )
    made.graph.add_node(Node("body", "block", {"of": "body"}))
    made.graph.disconnect(Edge.parse("n0.out", "n1.input"))
    for name in inputs:
        made.graph.connect(Edge.parse("n0.out", f"body.{name}"))
    made.graph.connect(Edge.parse("body.out", "n1.input"))
    return made


WHOLE = {"out": "b.out"}
CASES = {
    "output of a lost node": (
        with_block({"out": "gone.out"}, x=("a.input",)),
        ("body", "The output “out” of body leads to nothing", "gone.out", "error"),
        ["Show ReLU · out", "Remove the output “out”"],
    ),
    "output of a lost port": (
        with_block({"out": "b.nothing"}, x=("a.input",)),
        ("body", "The output “out” of body leads to nothing", "b.nothing", "error"),
        ["Show ReLU · out", "Remove the output “out”"],
    ),
    "output that nothing takes": (
        with_block({**WHOLE, "more": "gone.out"}, x=("a.input",)),
        ("body", "The output “more” of body leads to nothing", "gone.out", "warning"),
        ["Remove the output “more”"],
    ),
    "input of a lost node": (
        with_block(WHOLE, x=("a.input",), y=("gone.input",)),
        ("body", "The input “y” of body leads to nothing", "gone.input", "warning"),
        ["Remove the input “y”"],
    ),
    "input that leads nowhere": (
        with_block(WHOLE, x=("a.input",), y=()),
        ("body", "The input “y” of body leads to nothing", "none", "warning"),
        ["Remove the input “y”"],
    ),
    "input of which one end is lost": (
        with_block(WHOLE, x=("a.input", "a.other")),
        ("body", "The input “x” of body leads to nothing", "a.other", "warning"),
        ["Keep only a.input"],
    ),
    "wire and input": (
        with_block(WHOLE, x=("a.input",), y=("b.input",)),
        ("body.b", "Two wires end in “input”", "Linear · out and", "error"),
        ["Don't lead “y” there", "Remove the wire"],
    ),
    "two inputs": (
        with_block(WHOLE, x=("a.input",), y=("a.input",)),
        ("body.a", "Two wires end in “input”", "“x” of the block and", "error"),
        ["Don't lead “y” there"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_port_is_told_of_and_mended(case):
    made, (node, text, got, severity), labels = CASES[case]
    (problem,) = validate(made)
    assert (problem.node, problem.severity) == (node, severity)
    assert text in problem.text
    assert got in problem.got
    assert problem.expected
    assert [fix.label for fix in problem.fixes] == labels
    for fix in problem.fixes:
        trial = made.copy()
        apply_all(trial, fix.edits)
        assert problem.text not in {found.text for found in validate(trial)}
    trial = made.copy()
    apply_all(trial, problem.fixes[0].edits)
    assert not validate(trial)


def test_port_of_a_block_inside_of_another_is_told_at_its_path():
    made = with_block(WHOLE, x=("a.input",), y=())
    inner = graph({"deep": ("block", {"of": "body"})})
    ends = {"x": (Endpoint("deep", "x"), Endpoint("deep", "y"))}
    made.blocks["around"] = Block(inner, ends, {"out": Endpoint("deep", "out")})
    made.graph.disconnect(Edge.parse("n0.out", "body.y"))
    made.graph.replace_node(Node("body", "block", {"of": "around"}))
    (problem,) = validate(made)
    assert (problem.node, problem.port) == ("body.deep", "y")
    apply_all(made, problem.fixes[0].edits)
    assert not validate(made)
    assert made.blocks["around"].inputs == {"x": (Endpoint("deep", "x"),)}
