"""What can be done about a wire that fits nowhere, and about two where one may be."""

from collections.abc import Iterable, Iterator
from itertools import islice

from engine.advice.document.connect_fixes import MAX_FIXES, connections, converters
from engine.advice.document.guarded import advised
from engine.graph.checks.causes import NoPort, NotConnected, TwoWires, WrongKind
from engine.graph.checks.wires import source_words
from engine.graph.edits import Connect, Disconnect, Edit
from engine.graph.model import Edge, Endpoint, Project
from engine.graph.ports import fits, output_ports
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.layers.spec import Port


def only_one_wire(project: Project, cause: TwoWires) -> Iterator[Fix]:
    """Yield the fixes that keep one of two wires; the newer one first."""
    for kept, gone in ((cause.second, cause.first), (cause.first, cause.second)):
        words = tr(
            "Keep only {source}", source=source_words(project, cause.scope, kept)
        )
        yield Fix(words, (Disconnect(gone, cause.scope),))


def other_kind(project: Project, cause: WrongKind) -> Iterable[Fix]:
    """Return the fixes of a wire of the wrong kind; its removal last."""
    scope, edge, source, target = cause.scope, cause.edge, cause.source, cause.target
    fixes = (
        *_replugs(project, scope, edge, target),
        *advised(converters, project, scope, edge, source, target),
        _unplug(scope, edge),
    )
    return fixes[:MAX_FIXES]


def other_port(project: Project, cause: NoPort) -> Iterator[Fix]:
    """Yield the fixes of a wire without a port; its removal last."""
    if cause.target is not None:
        yield from _replugs(project, cause.scope, cause.edge, cause.target)
    yield _unplug(cause.scope, cause.edge)


def _unplug(scope: str, edge: Edge) -> Fix:
    return Fix(tr("Remove the wire"), (Disconnect(edge, scope),))


def _replugs(project: Project, scope: str, edge: Edge, target: Port) -> Iterable[Fix]:
    """Return the other outputs of the same node that fit."""
    return islice(_other_outputs(project, scope, edge, target), MAX_FIXES)


def _other_outputs(
    project: Project, scope: str, edge: Edge, target: Port
) -> Iterator[Fix]:
    node = project.scope(scope).node(edge.source.node)
    place = project.scope(scope).edges.index(edge)
    for port in output_ports(project, node):
        better = Edge(Endpoint(node.id, port.name), edge.target)
        if port.name != edge.source.port and fits(port, target):
            edits: tuple[Edit, ...] = (
                Disconnect(edge, scope),
                Connect(better, scope, place),
            )
            yield Fix(tr("Use “{port}” instead", port=port.name), edits)


def connected(project: Project, cause: NotConnected) -> Iterable[Fix]:
    """Return what could be connected to an input without a wire."""
    end = Endpoint(cause.node.id, cause.port.name)
    return connections(project, cause.scope, end, cause.port)
