"""Take nodes out of their wires so that these heal, as edits."""

from collections.abc import Callable, Sequence

from engine.graph.edits import (
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
)
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Project
from engine.graph.ports import (
    fits,
    input_port,
    input_ports,
    output_port,
)


def heal(
    project: Project,
    node_ids: Sequence[str],
    scope: str = ROOT,
    allowed: Callable[[Edge], bool] = lambda _edge: True,
) -> list[Edit]:
    """Return the edits that remove nodes and join the wires on both sides.

    What stood behind a removed node is connected to what fed its first input.

    Args:
        project: Only read.
        node_ids: The nodes to remove.
        scope: Where they stand.
        allowed: Whether a joined wire may be made (shapes, say).
    """
    graph = project.scope(scope)
    gone = set(node_ids)
    touched = [e for e in graph.edges if {e.source.node, e.target.node} & gone]
    wires = _healed(project, graph, gone, scope, allowed)
    kept = set(graph.edges) - set(touched)
    placed = tuple((n, None) for n in node_ids if project.position(scope, n))
    edits: list[Edit] = [Disconnect(edge, scope) for edge in reversed(touched)]
    if placed:
        edits.append(Move(placed, scope))
    edits += [RemoveNode(node_id, scope) for node_id in dict.fromkeys(node_ids)]
    edits += [Connect(e, scope, i) for i, e in enumerate(wires) if e not in kept]
    return edits


def _healed(
    project: Project,
    graph: Graph,
    gone: set[str],
    scope: str,
    allowed: Callable[[Edge], bool],
) -> list[Edge]:
    """Return the wires that remain, joined ones in the place of the old."""
    wires: dict[Edge, None] = {}
    for edge in graph.edges:
        if edge.target.node in gone:
            continue
        source = _origin(project, graph, gone, edge.source)
        if source is None:
            continue
        joined = Edge(source, edge.target)
        if joined == edge or (_joins(project, joined, scope) and allowed(joined)):
            wires[joined] = None
    return list(wires)


def _origin(
    project: Project, graph: Graph, gone: set[str], source: Endpoint
) -> Endpoint | None:
    """Follow first inputs upwards until a node that stays."""
    while source.node in gone:
        node = graph.node(source.node)
        ports = input_ports(project, node)
        feeding = [
            e
            for e in graph.edges_into(node.id)
            if ports and e.target.port == ports[0].name
        ]
        if not feeding:
            return None
        source = feeding[0].source
    return source


def _joins(project: Project, edge: Edge, scope: str) -> bool:
    source, target = output_port(project, edge, scope), input_port(project, edge, scope)
    return bool(source and target and fits(source, target))
