"""Wires that end where nothing fits, twice, or nowhere; inputs that have none."""

from collections.abc import Iterator

from engine.graph.checks.causes import NoPort, NotConnected, Told, TwoWires, WrongKind
from engine.graph.model import ROOT, Edge, Endpoint, Node, Project
from engine.graph.ports import (
    BLOCK,
    fits,
    input_port,
    input_ports,
    output_port,
    output_ports,
)
from engine.graph.problems import Problem
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers.spec import Port


def wire_problems(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Told]:
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
        told = _wire_problem(project, scope, path, edge)
        if told is not None:
            yield told
        elif target and not target.variadic and target.name in used:
            first = used[target.name]
            both = (source_words(project, scope, e) for e in (first, edge))
            problem = Problem(
                path,
                tr("Two wires end in “{port}”", port=target.name),
                expected=tr("one wire"),
                got=tr(" and ").join(both),
                port=target.name,
            )
            yield problem, TwoWires(scope, first, edge)
        used.setdefault(edge.target.port, edge)


def source_words(project: Project, scope: str, edge: Edge) -> str:
    """Return where a wire comes from, in the words of the canvas."""
    graph = project.scope(scope)
    return f"{title(graph, graph.node(edge.source.node))} · {edge.source.port}"


def _wire_problem(project: Project, scope: str, path: str, edge: Edge) -> Told | None:
    source = output_port(project, edge, scope)
    target = input_port(project, edge, scope)
    if target is None:
        return _no_port(project, path, NoPort(scope, edge, edge.target, None))
    if source is None and _is_lost_block(project, scope, edge.source):
        return None  # said at the block
    if source is None:
        return _no_port(project, path, NoPort(scope, edge, edge.source, target))
    if fits(source, target):
        return None
    problem = Problem(
        path,
        tr("This wire carries the wrong kind of value"),
        expected=kind_words(target),
        got=kind_words(source),
        port=target.name,
    )
    return problem, WrongKind(scope, edge, source, target)


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


def _no_port(project: Project, path: str, cause: NoPort) -> Told:
    graph = project.scope(cause.scope)
    node = graph.node(cause.end.node)
    called = title(graph, node)
    is_outgoing = cause.end == cause.edge.source
    ports = output_ports(project, node) if is_outgoing else input_ports(project, node)
    problem = Problem(
        path,
        tr("{title} has no port “{port}”", title=called, port=cause.end.port),
        expected=", ".join(port.name for port in ports) or tr("no port"),
        got=cause.end.port,
        port=cause.edge.target.port,
    )
    return problem, cause


def missing_inputs(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Told]:
    """Yield the inputs that nothing is connected to; arguments as above."""
    graph = project.scope(scope)
    connected = {edge.target.port for edge in graph.edges_into(node.id)}
    connected |= _fed_from_outside(project, scope, node.id)
    for port in input_ports(project, node):
        if port.optional or port.name in connected:
            continue
        problem = Problem(
            path,
            tr("Nothing is connected to “{port}”", port=port.name),
            expected=kind_words(port),
            got=tr("no wire"),
            port=port.name,
        )
        yield problem, NotConnected(scope, node, port)


def _fed_from_outside(project: Project, scope: str, node_id: str) -> frozenset[str]:
    if scope == ROOT:
        return frozenset()
    return project.blocks[scope].fed.get(node_id, frozenset())
