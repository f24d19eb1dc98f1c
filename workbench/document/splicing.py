"""Nodes into wires and out of them: insert one that stands there, heal a gap."""

from collections.abc import Callable, Mapping, Sequence

from engine.graph.blocks import rewire
from engine.graph.edits import AddNode, Connect, Disconnect, Edit, Move
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Position, Project
from engine.graph.titles import title
from engine.i18n import tr
from engine.protocol.messages import NodeInfo
from workbench.document import outer_ports, wires
from workbench.document.actions import pinned
from workbench.document.document import Document


def fits(project: Project, node_id: str, edge: Edge, scope: str = ROOT) -> bool:
    """Return whether a node of the graph could stand in a wire."""
    return _joints(project, node_id, edge, scope) is not None


def _joints(
    project: Project, node_id: str, edge: Edge, scope: str
) -> tuple[Edge, Edge] | None:
    if node_id in (edge.source.node, edge.target.node):
        return None
    return _joints_of(project, project.scope(scope).node(node_id), edge, scope)


def _joints_of(
    project: Project, node: Node, edge: Edge, scope: str
) -> tuple[Edge, Edge] | None:
    before = wires.joined(project, edge.source, node, scope, forward=True)
    after = wires.joined(project, edge.target, node, scope, forward=False)
    return (before, after) if before and after else None


def insert(
    document: Document, node_id: str, edge: Edge, at: Position, scope: str = ROOT
) -> None:
    """Put a node that has no wires into one, as one step."""
    graph = document.project.scope(scope)
    joints = _joints(document.project, node_id, edge, scope)
    if joints is None:
        return
    before, after = joints
    index = graph.edges.index(edge)
    edits: list[Edit] = [*pinned(document, scope), Move(((node_id, at),), scope)]
    edits += [Disconnect(edge, scope), Connect(after, scope, index)]
    edits.append(Connect(before, scope))
    words = tr("Insert {title}", title=title(graph, graph.node(node_id)))
    document.apply(edits, words)


def could_stand(project: Project, type_id: str, edge: Edge, scope: str = ROOT) -> bool:
    """Return whether a new node of a type could stand in a wire."""
    return _joints_of(project, Node("new", type_id), edge, scope) is not None


def insert_new(
    document: Document,
    type_id: str,
    edge: Edge,
    at: Position,
    moved: Mapping[str, Position],
    scope: str = ROOT,
) -> str:
    """Add a node in a wire, as one step; return its id, or '' where it doesn't fit.

    Args:
        document: Where to.
        type_id: Id in the catalogue.
        edge: The wire.
        at: Place of the new node.
        moved: New places of the nodes that make room for it.
        scope: Where the wire is.
    """
    project = document.project
    graph = project.scope(scope)
    node = Node(graph.free_id(type_id), type_id)
    joints = _joints_of(project, node, edge, scope)
    if joints is None:
        return ""
    before, after = joints
    index = graph.edges.index(edge)
    places = (*moved.items(), (node.id, at))
    edits: list[Edit] = [*pinned(document, scope), AddNode(node, scope)]
    edits += [Move(places, scope), Disconnect(edge, scope)]
    edits += [Connect(after, scope, index), Connect(before, scope)]
    document.apply(edits, tr("Insert {title}", title=title(graph, node)))
    return node.id


def remove_healing(
    document: Document,
    node_ids: Sequence[str],
    infos: Mapping[str, NodeInfo],
    scope: str = ROOT,
) -> None:
    """Remove nodes and join the wires on both sides where shapes allow.

    Args:
        document: Where from.
        node_ids: The nodes.
        infos: Node id → what the engine found out.
        scope: Where they stand.
    """
    if not node_ids:
        return
    project, graph = document.project, document.project.scope(scope)
    allowed = _allowed(graph, infos)
    edits = [
        *_led_past(project, scope, set(node_ids)),
        *rewire.heal(project, node_ids, scope, allowed),
    ]
    words = tr("Delete {count:node|nodes} and heal", count=len(node_ids))
    if len(node_ids) == 1:
        called = title(graph, graph.node(node_ids[0]))
        words = tr("Delete {title} and heal", title=called)
    document.apply(edits, words)


def _allowed(graph: Graph, infos: Mapping[str, NodeInfo]) -> Callable[[Edge], bool]:
    """Return the rule for joined wires: as many dimensions as came before."""

    def is_allowed(edge: Edge) -> bool:
        old = next(
            (e for e in graph.edges_into(edge.target.node) if e.target == edge.target),
            None,
        )
        known = [_shape(infos, end.source) for end in (edge, old) if end is not None]
        return None in known or len({len(shape or ()) for shape in known}) <= 1

    return is_allowed


def _shape(infos: Mapping[str, NodeInfo], end: Endpoint) -> tuple[int, ...] | None:
    info = infos.get(end.node)
    return info.outputs.get(end.port) if info and info.known else None


def _led_past(project: Project, scope: str, gone: set[str]) -> list[Edit]:
    """Lead the surrounding block's ports past nodes about to go."""
    block = project.blocks.get(scope)
    if block is None or not outer_ports.touches(block, gone):
        return []
    graph = block.graph
    inputs = {
        name: tuple(dict.fromkeys(e for end in ends for e in _after(graph, gone, end)))
        for name, ends in block.inputs.items()
    }
    outputs = {
        name: found
        for name, end in block.outputs.items()
        if (found := _before(graph, gone, end)) is not None
    }
    kept = {name: ends for name, ends in inputs.items() if ends}
    return outer_ports.with_ports(project, scope, kept, outputs)


def _after(graph: Graph, gone: set[str], end: Endpoint) -> list[Endpoint]:
    if end.node not in gone:
        return [end]
    found = []
    for edge in graph.edges_out_of(end.node):
        found += _after(graph, gone, edge.target)
    return found


def _before(graph: Graph, gone: set[str], end: Endpoint) -> Endpoint | None:
    while end.node in gone:
        feeding = graph.edges_into(end.node)
        if not feeding:
            return None
        end = feeding[0].source
    return end
