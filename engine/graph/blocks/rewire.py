"""Insert a node into a wire, and take nodes out so that the wire heals. As edits."""

from collections.abc import Callable, Sequence

from engine.errors import GraphError
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
)
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Position, Project
from engine.graph.ports import (
    fits,
    input_port,
    input_ports,
    output_port,
    output_ports,
    title,
)
from engine.i18n import tr


def splice(
    project: Project,
    edge: Edge,
    node: Node,
    position: Position | None = None,
    scope: str = ROOT,
) -> list[Edit]:
    """Return the edits that put a new node into a wire.

    Args:
        project: Only read.
        edge: The wire; its place among the wires of its target is kept.
        node: The new node; its first fitting ports are used.
        position: Where it stands.
        scope: Where the wire is.

    Raises:
        GraphError: When the node has no port that fits the wire.
    """
    source, target = output_port(project, edge, scope), input_port(project, edge, scope)
    enter = next(
        (p for p in input_ports(project, node) if source and fits(source, p)), None
    )
    leave = next(
        (p for p in output_ports(project, node) if target and fits(p, target)), None
    )
    if enter is None or leave is None:
        raise GraphError(tr("{title} doesn't fit this wire", title=title(node)))
    index = project.scope(scope).edges.index(edge)
    edits: list[Edit] = [
        AddNode(node, scope),
        Disconnect(edge, scope),
        Connect(Edge(Endpoint(node.id, leave.name), edge.target), scope, index),
        Connect(Edge(edge.source, Endpoint(node.id, enter.name)), scope),
    ]
    if position is not None:
        edits.append(Move(((node.id, position),), scope))
    return edits


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
