"""Which wires are possible, and what has to give way to a new one."""

from collections.abc import Iterator

from engine.errors import GraphError, UnknownLayerError
from engine.graph.edits import Connect, Disconnect, Edit
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Project
from engine.graph.ports import fits, input_ports, output_ports
from engine.graph.titles import title
from engine.graph.walks import ancestors, descendants
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATA
from engine.layers.spec import Port, PortKind, Ports

_KINDS: dict[PortKind, str] = {
    "any": "anything",
    "float": "numbers",
    "int": "whole numbers (labels)",
    "loss": "a loss",
    "metric": "a metric",
}

_TARGET = "target"
_OF_A_SAMPLE = 2
"""Outputs of data that have an input and its answer, nothing else."""


def inputs_of(project: Project, node: Node) -> Ports:
    """Return the inputs of a node, none for a type that nobody knows."""
    try:
        return input_ports(project, node)
    except UnknownLayerError:
        return ()


def outputs_of(project: Project, node: Node) -> Ports:
    """Return the outputs of a node, none for a type that nobody knows."""
    try:
        return output_ports(project, node)
    except UnknownLayerError:
        return ()


def port_of(ports: Ports, name: str) -> Port | None:
    """Return the port called `name`."""
    return next((port for port in ports if port.name == name), None)


def check(project: Project, edge: Edge, scope: str = ROOT) -> None:
    """Raise GraphError, in the words of the canvas, when a wire can't be made."""
    graph = project.scope(scope)
    start, end = graph.node(edge.source.node), graph.node(edge.target.node)
    source = port_of(outputs_of(project, start), edge.source.port)
    target = port_of(inputs_of(project, end), edge.target.port)
    if source is None or target is None:
        raise GraphError(tr("There is no such port"), where=title(graph, end))
    graph.check_acyclic(edge, title(graph, end))
    if not fits(source, target):
        raise GraphError(
            tr("“{port}” does not fit", port=target.name),
            where=title(graph, end),
            expected=tr(_KINDS[target.kind]),
            got=tr(_KINDS[source.kind]),
        )


def candidates(
    project: Project, end: Endpoint, scope: str = ROOT, *, forward: bool
) -> Iterator[Endpoint]:
    """Yield every port that could be wired to `end`; what `check` lets through.

    Args:
        project: Read only.
        end: An output when `forward`, otherwise an input.
        scope: Of `end`.
        forward: The wire starts at `end`.
    """
    graph = project.scope(scope)
    node = graph.node(end.node)
    own = outputs_of(project, node) if forward else inputs_of(project, node)
    port = port_of(own, end.port)
    if port is None:
        return
    closing = (ancestors if forward else descendants)(graph, [end.node])
    for other in graph.nodes.values():
        if other.id in closing:
            continue
        for there in (
            inputs_of(project, other) if forward else outputs_of(project, other)
        ):
            if fits(port, there) if forward else fits(there, port):
                yield Endpoint(other.id, there.name)


def displaced_by(project: Project, edge: Edge, scope: str = ROOT) -> list[Edge]:
    """Return the wires that a new one pushes out of an input for a single wire."""
    graph = project.scope(scope)
    ports = inputs_of(project, graph.node(edge.target.node))
    port = port_of(ports, edge.target.port)
    if port is not None and port.variadic:
        return []
    return [
        old
        for old in graph.edges_into(edge.target.node)
        if old.target == edge.target and old != edge
    ]


def connection(project: Project, edge: Edge, scope: str = ROOT) -> list[Edit]:
    """Return the edits that make a wire, the old one of a single input removed.

    Raises:
        GraphError: The wire is not possible.
    """
    check(project, edge, scope)
    edits: list[Edit] = [
        Disconnect(old, scope) for old in displaced_by(project, edge, scope)
    ]
    return [*edits, Connect(edge, scope)]


def joined(
    project: Project, end: Endpoint, node: Node, scope: str = ROOT, *, forward: bool
) -> Edge | None:
    """Return the wire between `end` and the first port of `node` that fits.

    Args:
        project: Both nodes may be new; only their ports are looked at.
        end: An output when `forward`, otherwise an input.
        node: The other node.
        scope: Of `end`.
        forward: The wire runs from `end` to `node`.
    """
    other = project.scope(scope).nodes.get(end.node)
    if other is None:
        return None
    own = outputs_of(project, other) if forward else inputs_of(project, other)
    port = port_of(own, end.port)
    if port is None:
        return None
    for candidate in inputs_of(project, node) if forward else outputs_of(project, node):
        there = Endpoint(node.id, candidate.name)
        if forward and fits(port, candidate):
            return Edge(end, there)
        if not forward and fits(candidate, port):
            return Edge(there, end)
    return None


def alike(project: Project, old: Node, node: Node, scope: str = ROOT) -> list[Edit]:
    """Return the wires that let a new node judge what an old one judges.

    Args:
        project: Holds the old node.
        old: A loss or metric.
        node: New, another loss, metric or view.
        scope: Of both.
    """
    graph = project.scope(scope)
    return [
        Connect(Edge(edge.source, Endpoint(node.id, port.name)), scope)
        for edge in graph.edges_into(old.id)
        for port in inputs_of(project, node)
        if port.name == edge.target.port and _may(project, graph, edge.source, port)
    ]


def answer(project: Project, node: Node, scope: str = ROOT) -> list[Edit]:
    """Return the wire from what is the right answer here to a new node's target.

    That is what all others are held against, or the second output of the only data.
    Nothing where that is not certain.
    """
    graph = project.scope(scope)
    port = port_of(inputs_of(project, node), _TARGET)
    found = set(_used(graph)) or set(_of_data(project, graph))
    if port is None or port.optional or len(found) != 1:
        return []
    end = found.pop()
    if not _may(project, graph, end, port):
        return []
    return [Connect(Edge(end, Endpoint(node.id, _TARGET)), scope)]


def _used(graph: Graph) -> Iterator[Endpoint]:
    return (edge.source for edge in graph.edges if edge.target.port == _TARGET)


def _of_data(project: Project, graph: Graph) -> Iterator[Endpoint]:
    data = [node for node in graph.nodes.values() if node.type == DATA.id]
    if len(data) == 1:
        outputs = outputs_of(project, data[0])
        if len(outputs) == _OF_A_SAMPLE:
            yield Endpoint(data[0].id, outputs[1].name)


def _may(project: Project, graph: Graph, end: Endpoint, port: Port) -> bool:
    source = port_of(outputs_of(project, graph.node(end.node)), end.port)
    return source is not None and fits(source, port)
