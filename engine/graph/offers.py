"""What could be connected to an input that has no wire."""

from collections.abc import Iterator

from engine.graph.edits import AddNode, Connect, Edit, Fix
from engine.graph.model import ROOT, Edge, Endpoint, Node, Project
from engine.graph.ports import fits, output_ports, title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Port

MAX_FIXES = 3
_DATA = "data"
_JUDGES = {"loss", "metric", "view"}


def connections(
    project: Project, scope: str, target: Endpoint, port: Port
) -> tuple[Fix, ...]:
    """Return fixes that connect an input: the likeliest first, none closes a cycle.

    Args:
        project: The document.
        scope: Of the input.
        target: The input.
        port: The same, from the catalogue.
    """
    graph = project.scope(scope)
    used = {edge.source for edge in graph.edges}
    wants_truth = _wants_truth(graph.node(target.node), port)
    offers = [
        (_rank(node, out, port, wants_truth=wants_truth), source in used, node, out)
        for node in reversed(list(graph.nodes.values()))
        for out in output_ports(project, node)
        if (source := Endpoint(node.id, out.name)) != target
        and out.kind != "metric"
        and fits(out, port)
        and not graph.reaches(target.node, node.id)
        and not (wants_truth and _is_guess(node, out, port))
    ]
    offers.sort(key=lambda offer: offer[:2])
    wires = [_wire(scope, node, out, target) for _, _, node, out in offers]
    added = list(_data(project, scope, target, port))
    fed = any(_category(node) == "io" for node in graph.nodes.values())
    return tuple(([*wires, *added] if fed else [*added, *wires])[:MAX_FIXES])


def _wants_truth(node: Node, port: Port) -> bool:
    """Return whether an input is what an output is compared with."""
    return port.name == "target" and _category(node) in _JUDGES


def _category(node: Node) -> str:
    return registry.get(node.type).category


def _is_guess(node: Node, out: Port, port: Port) -> bool:
    """Return whether a layer's output would stand where labels are usual."""
    return port.kind != "float" and out.kind != "int" and _category(node) != "io"


def _rank(node: Node, out: Port, port: Port, *, wants_truth: bool) -> int:
    if not wants_truth:
        return 0
    if node.type != _DATA:
        return 2
    return 0 if port.kind == "float" or out.kind == "int" else 1


def _wire(scope: str, node: Node, out: Port, target: Endpoint) -> Fix:
    words = tr("Connect {title} · {port}", title=title(node), port=out.name)
    return Fix(words, (Connect(Edge(Endpoint(node.id, out.name), target), scope),))


def _data(project: Project, scope: str, target: Endpoint, port: Port) -> Iterator[Fix]:
    """Offer a new Data node where the document has none."""
    graph = project.scope(scope)
    if scope != ROOT or any(node.type == _DATA for node in graph.nodes.values()):
        return
    new = Node(graph.free_id(_DATA), _DATA)
    outs = [out for out in output_ports(project, new) if fits(out, port)]
    if not outs:
        return
    truth = _wants_truth(graph.node(target.node), port)
    wire = Edge(Endpoint(new.id, outs[-1 if truth else 0].name), target)
    edits: tuple[Edit, ...] = (AddNode(new, scope), Connect(wire, scope))
    yield Fix(tr("Add {title}", title=title(new)), edits)
