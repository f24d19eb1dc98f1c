"""Walks over random graphs, compared with powers of their adjacency matrix."""

import random

import numpy as np
import pytest

from engine.errors import GraphError
from engine.graph import walks
from engine.graph.model import Edge, Graph, Node
from tests.helpers.projects import graph as made

SIZE = 9


@pytest.fixture(params=range(12))
def wired(request):
    """Return pairs of a random graph with circles, and which node reaches which."""
    chance = random.Random(request.param)
    pairs = {
        (chance.randrange(SIZE), chance.randrange(SIZE))
        for _ in range(chance.randint(3, 16))
    }
    table = np.eye(SIZE, dtype=int)
    for start, end in pairs:
        table[start, end] = 1
    return sorted(pairs), np.linalg.matrix_power(table, SIZE) > 0


class Pairs:
    """A graph as `walks` sees it, circles allowed."""

    def __init__(self, pairs):
        self.edges = [Edge.parse(f"n{a}.out", f"n{b}.input") for a, b in pairs]

    def edges_into(self, node_id):
        return [edge for edge in self.edges if edge.target.node == node_id]

    def edges_out_of(self, node_id):
        return [edge for edge in self.edges if edge.source.node == node_id]


def below(pairs):
    return lambda node: [b for a, b in pairs if a == node]


def above(pairs):
    return lambda node: [a for a, b in pairs if b == node]


def named(row):
    return {f"n{i}" for i in np.flatnonzero(row)}


def test_what_lies_below_and_above_is_what_the_matrix_says(wired):
    pairs, reach = wired
    graph = Pairs(pairs)
    for node in range(SIZE):
        assert walks.descendants(graph, [f"n{node}"]) == named(reach[node])
        assert walks.ancestors(graph, [f"n{node}"]) == named(reach[:, node])
    assert walks.descendants(graph, ["n0", "n1"]) == named(reach[0] | reach[1])


def test_a_walk_meets_each_once_and_only_what_is_asked_for(wired):
    pairs, reach = wired
    asked = []

    def following(node):
        asked.append(node)
        return below(pairs)(node)

    met = list(walks.walk([3, 3, 5], following))
    assert len(met) == len(set(met)) == (reach[3] | reach[5]).sum()
    assert sorted(asked) == sorted(met)
    first = next(walks.walk([3], following))
    assert first == 3
    assert len(asked) == len(met)


def test_between_two_sides_is_what_can_be_reached_and_reaches(wired):
    pairs, reach = wired
    found = walks.between(Pairs(pairs), ["n2"], ["n7", "n8"])
    assert found == named(reach[2] & (reach[:, 7] | reach[:, 8]))


def test_one_leads_to_another_as_the_matrix_says(wired):
    pairs, reach = wired
    for start in range(SIZE):
        for goal in range(SIZE):
            told = walks.leads_to(start, goal, below(pairs), above(pairs))
            assert told == reach[start, goal]


def test_a_circle_is_found_where_there_is_one(wired):
    pairs, reach = wired
    inside = {
        node for node in range(SIZE)
        if any(reach[after, node] for after in below(pairs)(node))
    }  # fmt: skip
    found = walks.cycle(range(SIZE), above(pairs), below(pairs))
    assert (found in inside) if inside else found is None


def test_in_topological_order_all_above_come_first_and_circles_never(wired):
    pairs, reach = wired
    loops = [i for i in range(SIZE) if any(reach[j, i] for j in below(pairs)(i))]
    behind = {i for i in range(SIZE) if any(reach[loop, i] for loop in loops)}
    order = list(walks.topological(range(SIZE), above(pairs), below(pairs)))
    assert set(order) == set(range(SIZE)) - behind
    place = {node: index for index, node in enumerate(order)}
    assert all(place[a] < place[b] for a, b in pairs if b in place)


def test_branches_stay_together_in_topological_order():
    pairs = [("data", "a1"), ("data", "b1"), ("a1", "a2"), ("b1", "b2")]
    order = walks.topological(
        ["data", "b2", "a2", "b1", "a1"], above(pairs), below(pairs)
    )
    assert list(order) == ["data", "a1", "a2", "b1", "b2"]


def test_a_wire_that_closes_a_cycle_is_refused_in_the_words_for_its_end():
    graph = made({"a": "relu", "b": "relu"}, "a.out>b.input")
    back = Edge.parse("b.out", "a.input")
    with pytest.raises(GraphError, match="close a cycle") as told:
        graph.check_acyclic(back, "First")
    assert told.value.where == "First"
    with pytest.raises(GraphError, match="close a cycle") as told:
        graph.connect(back)
    assert told.value.where == "a"
    assert not graph.has_edge(back)


def test_a_chain_of_thousands_is_walked_without_recursion():
    graph = Graph()
    for number in range(5000):
        graph.add_node(Node(f"n{number}", "relu"))
    graph.connect_all(Edge.parse(f"n{i}.out", f"n{i + 1}.input") for i in range(4999))
    assert len(walks.descendants(graph, ["n0"])) == 5000
    assert graph.reaches("n0", "n4999")
    assert not graph.reaches("n4999", "n0")
