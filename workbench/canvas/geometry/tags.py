"""Which wires are shown as a tag at each end instead of a line across the graph.

A label or a target leads to every loss, metric and view: as lines such wires take part
in nine of ten crossings and say the same each time.
"""

from collections.abc import Iterator

from engine.errors import UnknownLayerError
from engine.graph.model import Edge, Graph, Node
from engine.layers import registry

_SINKS = frozenset({"loss", "metric", "view"})


def is_sink(node: Node) -> bool:
    """Return whether a node is a loss, a metric or a view."""
    try:
        return registry.get(node.type).category in _SINKS
    except UnknownLayerError:
        return False


def is_tagged(graph: Graph, edge: Edge) -> bool:
    """Return whether a wire is shown as tags.

    It ends at a loss, a metric or a view, its output is read elsewhere too, and it goes
    around the network: it comes from a node without inputs, or straight from before
    another node that the same reader reads.
    """
    source = edge.source.node
    if not is_sink(graph.node(edge.target.node)):
        return False
    if sum(other.source == edge.source for other in graph.edges_out_of(source)) < 2:
        return False
    return not graph.edges_into(source) or source in _two_before(graph, edge)


def _two_before(graph: Graph, edge: Edge) -> Iterator[str]:
    """Yield the sources of what else the reader of a wire reads."""
    for beside in graph.edges_into(edge.target.node):
        if beside.source.node != edge.source.node:
            for before in graph.edges_into(beside.source.node):
                yield before.source.node
