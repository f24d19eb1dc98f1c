"""Thousands of edits in one go are what they are one by one."""

import random

import pytest

from engine.errors import GraphError
from engine.graph.edits import Connect, RemoveNode, apply_all, removal
from engine.graph.files import serialize
from engine.graph.model import Edge, Node, Project


def _project(seed: int, count: int = 60) -> Project:
    rng, project = random.Random(seed), Project()
    for index in range(count):
        project.graph.add_node(Node(f"n{index}", "relu"))
    pairs = {tuple(sorted(rng.sample(range(count), 2))) for _ in range(2 * count)}
    for source, target in rng.sample(sorted(pairs), len(pairs)):
        project.graph.connect(Edge.parse(f"n{source}.out", f"n{target}.input"))
    return project


def _wires(project):
    graph = project.graph
    sides = [(graph.edges_into(i), graph.edges_out_of(i)) for i in graph.nodes]
    return list(graph.nodes), graph.edges, sides


@pytest.mark.parametrize("seed", range(20))
def test_removal_in_one_go_equals_one_by_one_and_comes_back(seed):
    quick, slow = _project(seed), _project(seed)
    before = serialize.dumps(quick), _wires(quick)
    gone = random.Random(seed).sample(list(quick.graph.nodes), 25)
    edits = removal(quick, gone)
    inverse = apply_all(quick, edits)
    back = [edit.apply(slow) for edit in edits]
    assert _wires(quick) == _wires(slow)
    assert inverse == back[::-1]
    apply_all(quick, inverse)
    assert (serialize.dumps(quick), _wires(quick)) == before


def test_what_is_refused_in_the_middle_changes_nothing():
    project = _project(1)
    before = _wires(project)
    with pytest.raises(GraphError):
        apply_all(project, [RemoveNode(node_id) for node_id in project.graph.nodes])
    first = next(iter(project.graph.topological())).id
    circle = [
        Connect(Edge.parse(f"{node_id}.out", f"{first}.input"), index=place)
        for place, node_id in enumerate(project.graph.nodes)
        if node_id != first
    ]
    with pytest.raises(GraphError):
        apply_all(project, circle)
    assert _wires(project) == before


def test_a_copy_of_a_graph_stays_as_it_was_whoever_changes():
    project = _project(2)
    twin, before = project.copy(), _wires(project)
    for edge in project.graph.edges[::3]:
        project.graph.disconnect(edge)
    assert _wires(twin) == before
    changed = _wires(project)
    for edge in twin.graph.edges[::2]:
        twin.graph.disconnect(edge)
    assert _wires(project) == changed
