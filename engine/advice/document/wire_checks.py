"""Wires that end where nothing fits, twice, or nowhere; and what to do about them."""

from collections.abc import Iterator

from engine.advice.document.connect_fixes import MAX_FIXES, connections, converters
from engine.advice.document.guarded import advised
from engine.graph.edits import Connect, Disconnect, Edit, Fix, Problem
from engine.graph.model import ROOT, Edge, Endpoint, Node, Project
from engine.graph.ports import (
    BLOCK,
    fits,
    input_port,
    input_ports,
    output_port,
    output_ports,
    title,
)
from engine.i18n import tr
from engine.layers.spec import Port


def wire_problems(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Problem]:
    """Yield what is wrong with the wires into a node.

    Args:
        project: The document.
        scope: Where the node stands.
        path: Of the node, for the problem.
        node: The node.
    """
    used: dict[str, Edge] = {}
    for edge in project.scope(scope).edges_into(node.id):
        target = input_port(project, edge, scope)
        problem = _wire_problem(project, scope, path, edge)
        if problem is not None:
            yield problem
        elif target and not target.variadic and target.name in used:
            first = used[target.name]
            yield Problem(
                path,
                tr("Two wires end in “{port}”", port=target.name),
                expected=tr("one wire"),
                got=tr(" and ").join(_source(project, scope, e) for e in (first, edge)),
                port=target.name,
                fixes=_only_one(project, scope, first, edge),
            )
        used.setdefault(edge.target.port, edge)


def _source(project: Project, scope: str, edge: Edge) -> str:
    node = project.scope(scope).node(edge.source.node)
    return f"{title(node)} · {edge.source.port}"


def _only_one(project: Project, scope: str, *edges: Edge) -> tuple[Fix, ...]:
    """Return the fixes that keep one of two wires; the newer one first."""
    fixes = []
    for kept, gone in ((edges[1], edges[0]), (edges[0], edges[1])):
        words = tr("Keep only {source}", source=_source(project, scope, kept))
        fixes.append(Fix(words, (Disconnect(gone, scope),)))
    return tuple(fixes)


def _wire_problem(
    project: Project, scope: str, path: str, edge: Edge
) -> Problem | None:
    source = output_port(project, edge, scope)
    target = input_port(project, edge, scope)
    if target is None:
        return _no_port(project, scope, path, edge, edge.target)
    if source is None and _is_lost_block(project, scope, edge.source):
        return None  # said at the block
    if source is None:
        return _no_port(project, scope, path, edge, edge.source)
    if fits(source, target):
        return None
    fixes = (
        *_replugs(project, scope, edge, target),
        *advised(converters, project, scope, edge, source, target),
        _unplug(scope, edge),
    )
    return Problem(
        path,
        tr("This wire carries the wrong kind of value"),
        expected=kind_words(target),
        got=kind_words(source),
        port=target.name,
        fixes=fixes[:MAX_FIXES],
    )


def _is_lost_block(project: Project, scope: str, end: Endpoint) -> bool:
    node = project.scope(scope).node(end.node)
    return node.type == BLOCK and str(node.params.get("of", "")) not in project.blocks


def kind_words(port: Port) -> str:
    """Return what flows through a port, in words."""
    words = {
        "any": tr("any tensor"),
        "float": tr("numbers"),
        "int": tr("labels or tokens (whole numbers)"),
        "loss": tr("a loss"),
        "metric": tr("a metric"),
    }
    return words[port.kind]


def _no_port(
    project: Project, scope: str, path: str, edge: Edge, end: Endpoint
) -> Problem:
    node = project.scope(scope).node(end.node)
    outgoing = end == edge.source
    ports = output_ports(project, node) if outgoing else input_ports(project, node)
    target = input_port(project, edge, scope)
    fixes = _replugs(project, scope, edge, target) if outgoing and target else ()
    return Problem(
        path,
        tr("{title} has no port “{port}”", title=title(node), port=end.port),
        expected=", ".join(port.name for port in ports) or tr("no port"),
        got=end.port,
        port=edge.target.port,
        fixes=(*fixes, _unplug(scope, edge)),
    )


def _unplug(scope: str, edge: Edge) -> Fix:
    return Fix(tr("Remove the wire"), (Disconnect(edge, scope),))


def _replugs(project: Project, scope: str, edge: Edge, target: Port) -> tuple[Fix, ...]:
    """Offer the other outputs of the same node that fit."""
    node = project.scope(scope).node(edge.source.node)
    place = project.scope(scope).edges.index(edge)
    fixes = []
    for port in output_ports(project, node):
        better = Edge(Endpoint(node.id, port.name), edge.target)
        if port.name != edge.source.port and fits(port, target):
            edits: tuple[Edit, ...] = (
                Disconnect(edge, scope),
                Connect(better, scope, place),
            )
            fixes.append(Fix(tr("Use “{port}” instead", port=port.name), edits))
    return tuple(fixes[:MAX_FIXES])


def missing_inputs(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Problem]:
    """Yield the inputs that nothing is connected to; arguments as above."""
    graph = project.scope(scope)
    connected = {edge.target.port for edge in graph.edges_into(node.id)}
    connected |= _fed_from_outside(project, scope, node.id)
    for port in input_ports(project, node):
        if port.optional or port.name in connected:
            continue
        yield Problem(
            path,
            tr("Nothing is connected to “{port}”", port=port.name),
            expected=kind_words(port),
            got=tr("no wire"),
            port=port.name,
            fixes=advised(
                connections, project, scope, Endpoint(node.id, port.name), port
            ),
        )


def _fed_from_outside(project: Project, scope: str, node_id: str) -> frozenset[str]:
    if scope == ROOT:
        return frozenset()
    return project.blocks[scope].fed.get(node_id, frozenset())
