"""Layers in blocks that no loss depends on: told as torch's own gradients say."""

from collections import defaultdict

import pytest
import torch

import presets
from engine.advice.analysis import Analyser
from engine.compile.program import compile_project
from engine.graph.edits import apply_all
from engine.graph.model import Block, Edge, Endpoint, Node, Project
from tests.helpers.projects import chain, graph

CACHE = Analyser()
WIDE = ("linear", {"out_features": 16})


def two_headed() -> Block:
    """A block with a head that only its second output shows."""
    inner = graph(
        {"main": WIDE, "act": "relu", "spare": WIDE, "tail": "tanh"},
        "main.out>act.input act.out>spare.input spare.out>tail.input",
    )
    outputs = {"out": Endpoint("act", "out"), "more": Endpoint("tail", "out")}
    return Block(inner, {"x": (Endpoint("main", "input"),)}, outputs)


def with_blocks(count: int = 1, **params: object) -> Project:
    """Return data → flatten → 16 → bent → blocks in a row → scores → loss."""
    made = chain("flatten", WIDE, ("linear", {"out_features": 10}))
    made.blocks["pair"] = two_headed()
    made.graph.disconnect(Edge.parse("n1.out", "n2.input"))
    last = "bent.out"
    added(made, "bent", "relu", "n1.out>bent.input")
    for number in range(count):
        made.graph.add_node(Node(f"b{number}", "block", {"of": "pair", **params}))
        made.graph.connect(Edge.parse(last, f"b{number}.x"))
        last = f"b{number}.out"
    made.graph.connect(Edge.parse(last, "n2.input"))
    return made


def plugged(made: Project, *wires: str) -> Project:
    for wire in wires:
        made.graph.connect(Edge.parse(*wire.split(">")))
    return made


def added(made: Project, node_id: str, kind: str, *wires: str, **params: object):
    made.graph.add_node(Node(node_id, kind, params))
    return plugged(made, *wires)


def read_second() -> Project:
    """Two instances of one block; only the second one's head is read."""
    made = with_blocks(2)
    made.graph.disconnect(Edge.parse("b1.out", "n2.input"))
    return plugged(made, "b1.more>n2.input")


def nested() -> Project:
    made = with_blocks()
    inner = graph({"deep": ("block", {"of": "pair"})})
    made.blocks["around"] = Block(
        inner, {"x": (Endpoint("deep", "x"),)}, {"out": Endpoint("deep", "out")}
    )
    made.graph.replace_node(Node("b0", "block", {"of": "around"}))
    return made


def nested_and_beside() -> Project:
    made = nested()
    made.graph.disconnect(Edge.parse("b0.out", "n2.input"))
    plugged(made, "b0.out>n2.input")
    made.graph.disconnect(Edge.parse("bent.out", "b0.x"))
    return added(
        made, "b1", "block", "bent.out>b1.x", "b1.out>b0.x", of="pair"
    )  # fmt: skip


def shared_and_read_once() -> Project:
    made = with_blocks(2, share="s")
    made.graph.disconnect(Edge.parse("b1.out", "n2.input"))
    return plugged(made, "b1.more>n2.input")


def unread_instance() -> Project:
    return added(with_blocks(), "spare", "block", "bent.out>spare.x", of="pair")


def feeds_unused_input() -> Project:
    """A layer that feeds an input which leads to an unread layer only."""
    made = with_blocks()
    block = made.blocks["pair"]
    block.graph.add_node(Node("lost", *WIDE))
    inputs = {**block.inputs, "y": (Endpoint("lost", "input"),)}
    made.blocks["pair"] = Block(block.graph, inputs, {"out": block.outputs["out"]})
    block.graph.disconnect(Edge.parse("act.out", "spare.input"))
    block.graph.disconnect(Edge.parse("spare.out", "tail.input"))
    block.graph.remove_node("spare")
    block.graph.remove_node("tail")
    return added(made, "feed", *WIDE[:1], "bent.out>feed.input", "feed.out>b0.y",
                 **WIDE[1])  # fmt: skip


CASES = {
    "one instance": (with_blocks, {"b0.spare", "b0.tail"}),
    "several instances": (lambda: with_blocks(3), {"b0.spare", "b0.tail"}),
    "another instance": (read_second, {"b0.spare", "b0.tail"}),
    "nested": (nested, {"b0.deep.spare", "b0.deep.tail"}),
    "nested and beside": (nested_and_beside, {"b1.spare", "b1.tail"}),
    "repeated": (lambda: with_blocks(repeat=3), {"b0.spare", "b0.tail"}),
    "shared": (lambda: with_blocks(2, share="s"), {"b0.spare", "b0.tail"}),
    "shared and read once": (shared_and_read_once, set()),
    "a whole instance": (unread_instance, {"b0.spare", "b0.tail", "spare"}),
    "what feeds an unused input": (feeds_unused_input, {"b0.lost", "feed"}),
}


def told(made: Project) -> list[str]:
    found = CACHE.analyse(made).problems
    assert {problem.severity for problem in found} <= {"warning"}, found
    return [problem.node for problem in found if problem.kind == "untrained"]


def untrained(made: Project) -> dict[str, set[bool]]:
    """Return places with weights → whether these get no gradient, in any repeat."""
    program = compile_project(made, seed=0)
    phase = program.phases[0]
    feeds = {
        "data.image": torch.rand(4, 1, 8, 8),
        "data.label": torch.randint(0, 10, (4,)),
    }
    phase.total(phase.run(feeds)).backward()
    found = defaultdict(set)
    for name, weights in program.modules.named_parameters():
        steps = name.rpartition(".")[0].split(".")
        place = ".".join(step for step in steps if not step.isdecimal())
        found[place].add(weights.grad is None)
    return found


@pytest.mark.parametrize("case", CASES)
def test_layers_without_a_reader_are_told_of_once(case):
    make, places = CASES[case]
    found = told(make())
    assert sorted(found) == sorted(places)


@pytest.mark.parametrize("case", CASES)
def test_what_is_told_of_gets_no_gradient(case):
    made = CASES[case][0]()
    idle = {place for place, ones in untrained(made).items() if ones == {True}}
    for place in told(made):
        assert not {p for p in untrained(made) if p.startswith(place)} - idle
    block_of = {made.graph.nodes[p.partition(".")[0]].params.get("of") for p in idle}
    assert bool(told(made)) == bool(idle)
    assert len(block_of) <= 2


@pytest.mark.parametrize("case", CASES)
def test_fixes_end_without_a_problem(case):
    made = CASES[case][0]()
    for _ in range(10):
        problems = CACHE.analyse(made).problems
        fix = next((p.fixes[0] for p in problems if p.fixes), None)
        if fix is None:
            break
        apply_all(made, fix.edits)
    assert not any(problem.fixes for problem in CACHE.analyse(made).problems)
    assert (case == "another instance") == bool(CACHE.analyse(made).problems)


def test_layer_that_only_some_repeats_need_is_told_with_their_number():
    """The second output feeds the second input of the next repeat, then nothing."""
    made = with_blocks(repeat=3)
    inner = graph(
        {"main": WIDE, "side": WIDE, "sum": "add"},
        "main.out>sum.inputs",
    )
    inputs = {
        "x": (Endpoint("main", "input"),),
        "y": (Endpoint("side", "input"), Endpoint("sum", "inputs")),
    }
    outputs = {"out": Endpoint("sum", "out"), "more": Endpoint("side", "out")}
    made.blocks["pair"] = Block(inner, inputs, outputs)
    plugged(made, "bent.out>b0.y")
    (problem,) = CACHE.analyse(made).problems
    assert (problem.node, problem.kind) == ("b0.side", "untrained")
    assert "in 1 of 3 repeats" in problem.text
    assert untrained(made)["b0.side"] == {True, False}


def test_shared_instance_that_nothing_reads_is_not_called_untrained():
    made = with_blocks(2, share="s")
    made.graph.disconnect(Edge.parse("b0.out", "b1.x"))
    made.graph.disconnect(Edge.parse("b1.out", "n2.input"))
    plugged(made, "bent.out>b1.x", "b0.out>n2.input")
    problems = {p.node: p for p in CACHE.analyse(made).problems}
    assert "Nothing depends on pair 2 here" in problems["b1"].text
    assert set(problems) == {"b0.spare", "b0.tail", "b1"}


def test_shared_instance_that_is_only_measured_is_not_told_of():
    made = with_blocks(2, share="s")
    made.graph.disconnect(Edge.parse("b0.out", "b1.x"))
    made.graph.disconnect(Edge.parse("b1.out", "n2.input"))
    plugged(made, "bent.out>b1.x", "b0.out>n2.input")
    added(made, "seen", "latent_map", "b1.out>seen.latent", "data.image>seen.input")
    assert {p.node for p in CACHE.analyse(made).problems} == {"b0.spare", "b0.tail"}


def test_loss_inside_of_a_block_is_a_loss():
    made = chain("flatten", WIDE, ("linear", {"out_features": 10}))
    scores = ("linear", {"out_features": 10})
    inner = graph({"bent": "relu", "fc": scores, "ce": "cross_entropy"},
                  "bent.out>fc.input fc.out>ce.input")  # fmt: skip
    inputs = {"x": (Endpoint("bent", "input"),), "y": (Endpoint("ce", "target"),)}
    made.blocks["judge"] = Block(inner, inputs, {})
    for wire in ("n2.out>loss.input", "data.label>loss.target", "n1.out>n2.input"):
        made.graph.disconnect(Edge.parse(*wire.split(">")))
    made.graph.remove_node("loss")
    made.graph.remove_node("n2")
    added(made, "j", "block", "n1.out>j.x", "data.label>j.y", of="judge")
    assert not CACHE.analyse(made).problems
    assert not any(True in ones for ones in untrained(made).values())


@pytest.mark.parametrize("name", presets.all_ids())
def test_presets_have_no_unread_layer(name):
    assert not CACHE.analyse(presets.load(name)).problems
