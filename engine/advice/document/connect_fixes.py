"""What could be connected to an input that has no wire."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from engine.errors import ConfigError
from engine.graph.edits import AddNode, Connect, Disconnect, Edit, ReplaceNode
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Project
from engine.graph.ports import fits, output_ports
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.graph.walks import descendants
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import spec_of
from engine.layers.spec import Port

MAX_FIXES = 3
_MOST_WIRES = 8
"""Wires to try on the shapes; so many are offered before they are ranked."""
_AROUND = 1000
_DATA = "data"
_JUDGES = {"loss", "metric", "view"}
_NUMBERS = {True: {"metric"}, False: {"metric", "loss"}}
"""Kinds of outputs that are never offered to an input, by whether it takes losses."""
_WITH_WEIGHTS = {"conv", "norm", "recurrent", "attention"}
_LEARNED = {
    *("block", "linear", "bilinear", "embedding", "learned_scale", "low_rank"),
    "lora_linear",
}
_FOR_LABELS = {"loss": "cross_entropy", "metric": "accuracy"}
_FOR_NUMBERS = {"loss": "mse", "metric": "mae"}


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
    behind = descendants(graph, [target.node])
    used = {edge.source for edge in graph.edges}
    wants_truth = _wants_truth(graph.node(target.node), port)
    learned = _learned(graph) if wants_truth else set()
    # First by what a target should be (labels or numbers of the data), then outputs
    # that nothing reads yet; among equals the last in the document.
    found = [
        (_rank(node, out, port, wants_truth=wants_truth), source in used, node, out)
        for node in reversed(_near(graph, target.node))
        for out in output_ports(project, node)
        if (source := Endpoint(node.id, out.name)) != target
        and out.kind not in _NUMBERS[port.kind == "loss"]
        and fits(out, port)
        and node.id not in behind
        and not (wants_truth and _is_guess(node, out, port))
        and not (wants_truth and node.id in learned)
    ]
    found.sort(key=lambda each: each[:2])
    wires = _wires(project, scope, target, [(node, out) for _, _, node, out in found])
    added = list(_data(project, scope, target, port))
    fed = any(_category(node) == "io" for node in graph.nodes.values())
    return tuple(([*wires, *added] if fed else [*added, *wires])[:_MOST_WIRES])


def learned_targets(project: Project) -> set[tuple[str, Endpoint]]:
    """Return scope and port of every target that the network itself makes."""
    found = set()
    for scope in (ROOT, *project.blocks):
        graph = project.scope(scope)
        judges = [n for n in graph.nodes.values() if _category(n) in _JUDGES]
        wires = [
            edge
            for node in judges
            for edge in graph.edges_into(node.id)
            if edge.target.port == "target"
        ]
        learned = _learned(graph) if wires else set()
        found |= {(scope, e.target) for e in wires if e.source.node in learned}
    return found


def _learned(graph: Graph) -> set[str]:
    """Return the nodes whose output depends on weights: no truth to learn from."""
    nodes = graph.nodes.values()
    weighted = [n for n in nodes if _category(n) in _WITH_WEIGHTS or n.type in _LEARNED]
    return descendants(graph, [node.id for node in weighted])


def _near(graph: Graph, node_id: str) -> list[Node]:
    """Return the nodes around one, in the document's order; all but in large graphs."""
    place = list(graph.nodes).index(node_id)
    around = islice(graph.nodes.values(), max(0, place - _AROUND), place + _AROUND)
    return list(around)


def _wants_truth(node: Node, port: Port) -> bool:
    """Return whether an input is what an output is compared with."""
    return port.name == "target" and _category(node) in _JUDGES


def _category(node: Node) -> str:
    """Return the kind of a layer; nothing where the catalogue doesn't have it."""
    return registry.get(node.type).category if registry.has(node.type) else ""


def _is_guess(node: Node, out: Port, port: Port) -> bool:
    """Return whether a layer's output would stand where labels are usual."""
    return port.kind != "float" and out.kind != "int" and _category(node) != "io"


def _rank(node: Node, out: Port, port: Port, *, wants_truth: bool) -> int:
    if not wants_truth:
        return 0
    if node.type != _DATA:
        return 2
    return 0 if port.kind == "float" or out.kind == "int" else 1


def _wires(
    project: Project, scope: str, target: Endpoint, found: Sequence[tuple[Node, Port]]
) -> list[Fix]:
    """Return the wires as fixes."""
    graph, wires = project.scope(scope), []
    for node, out in found:
        words = tr("Connect {title} · {port}", title=title(graph, node), port=out.name)
        edge = Edge(Endpoint(node.id, out.name), target)
        wires.append(Fix(words, (Connect(edge, scope),)))
    return wires


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
    yield Fix(tr("Add {title}", title=title(graph, new)), edits)


def converters(
    project: Project, scope: str, edge: Edge, source: Port, target: Port
) -> Iterator[Fix]:
    """Yield what turns the values of a wire into the kind that its end takes.

    Args:
        project: The document.
        scope: Of the wire.
        edge: The wire.
        source: The port it comes from.
        target: The port it ends in.
    """
    graph = project.scope(scope)
    node = graph.node(edge.target.node)
    called = title(graph, node)
    if target.name == "target" and _category(node) in _JUDGES:
        yield from _other_judges(scope, node, source)
    if (source.kind, target.kind) == ("int", "float"):
        classes = _classes(project, scope, edge)
        if classes:
            words = tr("Insert {layer} before “{title}”", layer="OneHot", title=called)
            step = Node("one_hot", "one_hot", {"num_classes": classes})
            yield Fix(words, _between(project, scope, edge, step))
    if (source.kind, target.kind) == ("float", "int") and node.type == "embedding":
        size = registry.get(node.type).complete(node.params)["embedding_dim"]
        linear = replace(node, type="linear", params={"out_features": size})
        words = tr("Use {title} instead", title=registry.get("linear").title)
        yield Fix(words, (ReplaceNode(linear, scope),))
    is_guess = _wants_truth(node, target) and edge.source.node in _learned(
        project.scope(scope)
    )
    if {source.kind, target.kind} == {"int", "float"} and not is_guess:
        words = tr("Insert {layer} before “{title}”", layer="Cast", title=called)
        step = Node("cast", "cast", {"to": target.kind})
        yield Fix(words, _between(project, scope, edge, step))


def _other_judges(scope: str, node: Node, source: Port) -> Iterator[Fix]:
    """Yield the usual loss or metric for such a target."""
    pair = _FOR_LABELS if source.kind == "int" else _FOR_NUMBERS
    better = pair.get(_category(node))
    if better is None or source.kind not in {"int", "float"}:
        return
    names = [port.name for port in registry.get(node.type).inputs]
    if names == [port.name for port in registry.get(better).inputs]:
        words = tr("Use {title} instead", title=registry.get(better).title)
        yield Fix(words, (ReplaceNode(replace(node, type=better, params={}), scope),))


def _classes(project: Project, scope: str, edge: Edge) -> int:
    """Return how many classes the labels of a data node have, 0 where unknown."""
    node = project.scope(scope).node(edge.source.node)
    if node.type != _DATA:
        return 0
    try:
        layout = spec_of(registry.get(node.type).complete(node.params)).layout
    except ConfigError:
        return 0
    named = (p.classes for p in layout if p.port.name == edge.source.port)
    return len(next(named, ()))


def _between(project: Project, scope: str, edge: Edge, new: Node) -> tuple[Edit, ...]:
    graph = project.scope(scope)
    fresh = replace(new, id=graph.free_id(new.id))
    spec = registry.get(new.type)
    enter = Endpoint(fresh.id, spec.inputs[0].name)
    leave = Endpoint(fresh.id, spec.outputs[0].name)
    place = graph.edges.index(edge)
    return (
        AddNode(fresh, scope),
        Disconnect(edge, scope),
        Connect(Edge(edge.source, enter), scope),
        Connect(Edge(leave, edge.target), scope, place),
    )
