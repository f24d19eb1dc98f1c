"""Thousands of edits of one kind, made in one go.

One by one each of them would look for its place among all others, and a deletion of
20,000 nodes would take minutes.
"""

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from engine.errors import GraphError
from engine.graph.edits.changes import AddNode, Connect, Disconnect, Edit, RemoveNode
from engine.graph.limits import MOST_NODES, check_count
from engine.graph.model import Project


def at_once(project: Project, run: Sequence[Edit]) -> list[Edit]:
    """Make a run of edits in a time that grows with its length alone.

    Returns:
        What undoes each of them; nothing when they must be made one by one.
    """
    for kind, make in _RUNS.items():
        if isinstance(run[0], kind):
            return make(project, run)
    return []


def _add_nodes(project: Project, run: Sequence[AddNode]) -> list[Edit]:
    places = _rising(edit.index for edit in run)
    if not places:
        return []
    check_count(MOST_NODES, project.num_nodes + len(run), GraphError)
    nodes = [edit.node for edit in run]
    project.scope(run[0].scope).insert_nodes(list(zip(nodes, places, strict=True)))
    return [RemoveNode(node.id, run[0].scope) for node in nodes]


def _remove_nodes(project: Project, run: Sequence[RemoveNode]) -> list[Edit]:
    graph, ids = project.scope(run[0].scope), [edit.node_id for edit in run]
    if len(set(ids)) < len(ids):
        return []
    nodes = [graph.node(node_id) for node_id in ids]
    places = _when_taken(graph.take_nodes(ids))
    return [
        AddNode(node, run[0].scope, place)
        for node, place in zip(nodes, places, strict=True)
    ]


def _connect(project: Project, run: Sequence[Connect]) -> list[Edit]:
    graph, edges = project.scope(run[0].scope), [edit.edge for edit in run]
    places = _rising(edit.index for edit in run)
    if len(set(edges)) < len(edges):
        return []
    if places:
        graph.insert_edges(list(zip(edges, places, strict=True)))
    elif all(edit.index is None for edit in run):
        graph.connect_all(edges)
    else:
        return []
    return [Disconnect(edge, run[0].scope) for edge in edges]


def _disconnect(project: Project, run: Sequence[Disconnect]) -> list[Edit]:
    graph, edges = project.scope(run[0].scope), [edit.edge for edit in run]
    if len(set(edges)) < len(edges):
        return []
    places = _when_taken(graph.take_edges(edges))
    return [
        Connect(edge, run[0].scope, place)
        for edge, place in zip(edges, places, strict=True)
    ]


_RUNS: dict[type, Callable[[Project, Any], list[Edit]]] = {
    AddNode: _add_nodes,
    RemoveNode: _remove_nodes,
    Connect: _connect,
    Disconnect: _disconnect,
}


def _rising(places: Iterable[int | None]) -> list[int]:
    """Return places that rise, so that each stands there in the end too; else none."""
    wanted = list(places)
    found = [place for place in wanted if place is not None]
    if len(found) < len(wanted):
        return []
    rises = all(one < two for one, two in itertools.pairwise(found))
    return found if rises else []


def _when_taken(places: Iterable[int]) -> list[int]:
    """Return where things stood at the moment when each was taken, one by one."""
    # Taken from the back, each stood where it stood at first. Otherwise each one before
    # it that has gone has moved it forward by one: how many is found by bisection.
    places = list(places)
    if all(one > two for one, two in itertools.pairwise(places)):
        return places
    gone: list[int] = []
    found = []
    for place in places:
        before = bisect.bisect_left(gone, place)
        gone.insert(before, place)
        found.append(place - before)
    return found
