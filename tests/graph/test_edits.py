"""Every edit's inverse restores the document to the letter."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.errors import ConfigError, GraphError
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Move,
    Rename,
    ReplaceNode,
    SetBlock,
    SetExtra,
    SetParam,
    SetTraining,
    apply_all,
    removal,
)
from engine.graph.files import serialize
from engine.graph.model import Block, Edge, Endpoint, Graph, Node, Project
from engine.graph.settings import Choice, Phase, Training


def small_project() -> Project:
    project = Project("small")
    edits = [
        AddNode(Node("a", "relu")),
        AddNode(Node("b", "linear", {"out_features": 3})),
        Connect(Edge.parse("a.out", "b.input")),
        Move((("a", (0.0, 0.0)), ("b", (200.0, 12.5)))),
    ]
    apply_all(project, edits)
    return project


def test_apply_all_with_a_refused_edit_changes_nothing() -> None:
    project = small_project()
    before = serialize.dumps(project)
    with pytest.raises(GraphError):
        apply_all(project, [Rename("new"), AddNode(Node("a", "relu"))])
    assert serialize.dumps(project) == before


def test_removal_takes_wires_and_positions_along_and_undoes_exactly() -> None:
    project = small_project()
    before = serialize.dumps(project)
    inverses = apply_all(project, removal(project, ["a"]))
    assert list(project.graph.nodes) == ["b"]
    assert project.layout == {"": {"b": (200.0, 12.5)}}
    apply_all(project, inverses)
    assert serialize.dumps(project) == before


def test_set_training_out_of_range_is_refused() -> None:
    project = small_project()
    bad = Training(phases=(Phase(optimizer=Choice("adam", {"lr": -1.0})),))
    with pytest.raises(ConfigError, match="Learning rate"):
        SetTraining(bad).apply(project)
    assert project.training == Training()


class Edits(RuleBasedStateMachine):
    """Random edits; undoing all of them restores the exact text."""

    def __init__(self) -> None:
        super().__init__()
        self.project = small_project()
        self.start = serialize.dumps(self.project)
        self.undo: list[list] = []

    def do(self, *edits) -> None:
        before = serialize.dumps(self.project)
        try:
            self.undo.append(apply_all(self.project, edits))
        except (GraphError, ConfigError):
            assert serialize.dumps(self.project) == before

    def some_id(self, number: int) -> str:
        ids = list(self.project.graph.nodes) or ["none"]
        return ids[number % len(ids)]

    @rule(stem=st.sampled_from(["n", "m"]), index=st.none() | st.integers(0, 3))
    def add(self, stem, index) -> None:
        node = Node(self.project.graph.free_id(stem), "add")
        self.do(AddNode(node, index=index), Move(((node.id, (1.0, 2.0)),)))

    @rule(a=st.integers(0, 9), b=st.integers(0, 9), index=st.none() | st.integers(0, 4))
    def connect(self, a, b, index) -> None:
        edge = Edge(
            Endpoint(self.some_id(a), "out"), Endpoint(self.some_id(b), "inputs")
        )
        self.do(Connect(edge, index=index))

    @rule(number=st.integers(0, 9))
    def disconnect(self, number) -> None:
        edges = self.project.graph.edges
        if edges:
            self.do(Disconnect(edges[number % len(edges)]))

    @rule(numbers=st.lists(st.integers(0, 9), max_size=3))
    def remove(self, numbers) -> None:
        ids = list(dict.fromkeys(self.some_id(n) for n in numbers))
        if self.project.graph.nodes:
            self.do(*removal(self.project, ids))

    @rule(number=st.integers(0, 9), value=st.integers(1, 9), reset=st.booleans())
    def set_param(self, number, value, reset) -> None:
        self.do(SetParam(self.some_id(number), "weight", value, reset=reset))

    @rule(number=st.integers(0, 9), name=st.text(max_size=4))
    def rename_node(self, number, name) -> None:
        self.do(ReplaceNode(Node(self.some_id(number), "relu", name=name)))

    @rule(
        number=st.integers(0, 9), place=st.none() | st.tuples(*[st.floats(-9, 9)] * 2)
    )
    def move(self, number, place) -> None:
        self.do(Move(((self.some_id(number), place),)))

    @rule(rate=st.floats(-1, 1))
    def train(self, rate) -> None:
        phase = Phase(optimizer=Choice("sgd", {"lr": rate}))
        self.do(SetTraining(Training(phases=(phase,))))

    @rule(there=st.booleans())
    def block(self, there) -> None:
        self.do(SetBlock("part", Block(Graph(), {}, {}) if there else None))

    @rule()
    def undo_one(self) -> None:
        if self.undo:
            apply_all(self.project, self.undo.pop())

    @invariant()
    def edges_have_nodes(self) -> None:
        graph = self.project.graph
        ends = {e.source.node for e in graph.edges} | {
            e.target.node for e in graph.edges
        }
        assert ends <= set(graph.nodes)

    def teardown(self) -> None:
        while self.undo:
            apply_all(self.project, self.undo.pop())
        assert serialize.dumps(self.project) == self.start


TestEdits = Edits.TestCase
TestEdits.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)


def test_extra_field_is_set_replaced_removed_and_taken_back():
    project = Project()
    first = SetExtra("notes", [1]).apply(project)
    second = SetExtra("notes", [2]).apply(project)
    third = SetExtra("notes").apply(project)
    assert project.extra == {}
    third.apply(project)
    assert project.extra == {"notes": [2]}
    second.apply(project)
    assert project.extra == {"notes": [1]}
    first.apply(project)
    assert project.extra == {}


def test_set_block_keeps_the_definition_as_it_was_when_made():
    project = Project()
    block = Block(Graph(), {}, {})
    edit = SetBlock("part", block)
    block.graph.add_node(Node("later", "relu"))
    edit.apply(project)
    assert not project.blocks["part"].graph.nodes
