"""The graph's mutators: they check first, and indexes agree with the edge list."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.graph.model import Edge, Graph, Node


def chain(*ids: str) -> Graph:
    graph = Graph()
    for node_id in ids:
        graph.add_node(Node(node_id, "relu"))
    for left, right in itertools.pairwise(ids):
        graph.connect(Edge.parse(f"{left}.out", f"{right}.input"))
    return graph


def test_connect_closing_a_cycle_changes_nothing() -> None:
    graph = chain("a", "b", "c")
    before = graph.edges
    with pytest.raises(GraphError, match="cycle"):
        graph.connect(Edge.parse("c.out", "a.input"))
    assert graph.edges == before


def test_connect_to_itself_is_a_cycle() -> None:
    graph = chain("a")
    with pytest.raises(GraphError, match="cycle"):
        graph.connect(Edge.parse("a.out", "a.input"))


@pytest.mark.parametrize("node_id", ["", "A", "1a", "a-b", "a.b", "ä"])
def test_add_node_with_malformed_id_is_refused(node_id: str) -> None:
    with pytest.raises(GraphError):
        Graph().add_node(Node(node_id, "relu"))


def test_remove_node_while_connected_is_refused() -> None:
    graph = chain("a", "b")
    with pytest.raises(GraphError, match="connected"):
        graph.remove_node("a")
    assert list(graph.nodes) == ["a", "b"]


def test_connect_at_index_restores_the_order_of_a_variadic_port() -> None:
    graph = Graph()
    for node_id in ("a", "b", "c", "cat"):
        graph.add_node(Node(node_id, "concat" if node_id == "cat" else "relu"))
    edges = [Edge.parse(f"{source}.out", "cat.inputs") for source in "abc"]
    for edge in edges:
        graph.connect(edge)
    graph.disconnect(edges[1])
    graph.connect(edges[1], 1)
    assert graph.edges_into("cat") == tuple(edges)
    assert graph.edges == tuple(edges)


def test_free_id_counts_up() -> None:
    graph = chain("relu", "relu_2")
    assert graph.free_id("relu") == "relu_3"
    assert graph.free_id("tanh") == "tanh"


@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40, unique=True
    )
)
def test_topological_order_puts_every_source_before_its_target(pairs) -> None:
    graph = Graph()
    for number in range(12):
        graph.add_node(Node(f"n{number}", "add"))
    for a, b in pairs:
        edge = Edge.parse(f"n{a}.out", f"n{b}.inputs")
        if a != b and not graph.reaches(f"n{b}", f"n{a}"):
            graph.connect(edge)
    order = [node.id for node in graph.topological()]
    assert sorted(order) == sorted(graph.nodes)
    place = {node_id: i for i, node_id in enumerate(order)}
    assert all(place[e.source.node] < place[e.target.node] for e in graph.edges)
    for node_id in graph.nodes:
        expected = tuple(e for e in graph.edges if e.target.node == node_id)
        assert graph.edges_into(node_id) == expected
