"""What one click can do about an input that doesn't fit, where that is obvious."""

from collections.abc import Iterator, Mapping

from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Flow
from engine.graph import ports
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Fix,
    ReplaceNode,
    SetParam,
)
from engine.graph.model import Edge, Endpoint, Node, Project
from engine.i18n import tr
from engine.layers import registry

MAX_FIXES = 3
_IMAGE_RANKS = {"1d": 3, "2d": 4, "3d": 5}
_PASS_ON = {"act", "norm"}


def fixes_for(
    project: Project, node: FlatNode, flows: tuple[Flow, ...]
) -> tuple[Fix, ...]:
    """Return the fixes that one click can apply at a node that doesn't fit."""
    offers = [
        *_cast(project, node, flows),
        *_divisor(node, flows),
        *_rank(project, node, flows),
        *_same_shape(project, node, flows),
        *_flatten_above(project, node, flows),
    ]
    return tuple(offers[:MAX_FIXES])


def insert(
    project: Project, node: FlatNode, index: int, new: Node, label: str
) -> Iterator[Fix]:
    """Yield the fix that puts a node into the wire of an input.

    Args:
        project: The document.
        node: Whose input it is.
        index: Of the input among the connected ones.
        new: The node; its id is a wish.
        label: Words on the button.
    """
    edge = wire_into(project, node, index)
    if edge is None:
        return
    graph = project.scope(node.scope)
    fresh = Node(graph.free_id(new.id), new.type, new.params)
    out = registry.get(new.type).outputs[0].name
    into = registry.get(new.type).inputs[0].name
    place = graph.edges.index(edge)
    yield Fix(
        label,
        (
            AddNode(fresh, node.scope),
            Disconnect(edge, node.scope),
            Connect(Edge(edge.source, Endpoint(fresh.id, into)), node.scope),
            Connect(Edge(Endpoint(fresh.id, out), edge.target), node.scope, place),
        ),
    )


def wire_into(project: Project, node: FlatNode, index: int) -> Edge | None:
    """Return the wire of a connected input; None when it comes through the block."""
    port, _ = node.inputs[index]
    before = sum(1 for name, _ in node.inputs[:index] if name == port)
    edges = [
        edge
        for edge in project.scope(node.scope).edges_into(node.node.id)
        if edge.target.port == port
    ]
    return edges[before] if before < len(edges) else None


def _cast(project: Project, node: FlatNode, flows: tuple[Flow, ...]) -> Iterator[Fix]:
    declared = {port.name: port for port in registry.get(node.type).inputs}
    for index, (flow, (name, _)) in enumerate(zip(flows, node.inputs, strict=True)):
        kind = declared[name].kind
        if kind == ("int" if flow.dtype.is_floating_point else "float"):
            new = Node("cast", "cast", {"to": kind})
            yield from insert(project, node, index, new, tr("Insert Cast"))


def _divisor(node: FlatNode, flows: tuple[Flow, ...]) -> Iterator[Fix]:
    """Offer the nearest number of heads or groups that divides the channels."""
    for name, total in (
        ("num_heads", flows[0].shape[-1] if flows and flows[0].shape else 0),
        ("num_groups", _channels(flows)),
        ("groups", _channels(flows)),
    ):
        value = node.params.get(name)
        if not isinstance(value, int) or not total or total % value == 0:
            continue
        best = min(_divisors(total), key=lambda n: (abs(n - value), n))
        edit = SetParam(node.node.id, name, best, node.scope)
        param = registry.get(node.type).param(name)
        words = tr(param.label) if param else name
        yield Fix(tr("Set {setting} to {n}", setting=words, n=best), (edit,))


def _channels(flows: tuple[Flow, ...]) -> int:
    return flows[0].shape[1] if flows and len(flows[0].shape) > 1 else 0


def _divisors(total: int) -> list[int]:
    return [n for n in range(1, min(total, 4096) + 1) if total % n == 0]


def _rank(project: Project, node: FlatNode, flows: tuple[Flow, ...]) -> Iterator[Fix]:
    """Offer to add a missing channel, or to drop a superfluous dimension."""
    wanted = _IMAGE_RANKS.get(node.type[-2:])
    if wanted is None or not flows:
        return
    if len(flows[0].shape) == wanted - 1:
        yield from _unsqueeze(project, node, 0, 1)
    if node.type == "batch_norm1d" and len(flows[0].shape) > 3:
        better = f"batch_norm{len(flows[0].shape) - 2}d"
        yield from _retyped(project, node, better)


def _retyped(project: Project, node: FlatNode, type_id: str) -> Iterator[Fix]:
    """Offer another type for the same node; wires and settings stay."""
    known = {spec.id: spec for spec in registry.all_specs()}
    if type_id not in known:
        return
    old = project.scope(node.scope).node(node.node.id)
    new = Node(old.id, type_id, old.params, old.name, old.trainable, old.lr_factor)
    label = tr("Use {title} instead", title=known[type_id].title)
    yield Fix(label, (ReplaceNode(new, node.scope),))


def _unsqueeze(project: Project, node: FlatNode, index: int, dim: int) -> Iterator[Fix]:
    new = Node("unsqueeze", "unsqueeze", {"dim": dim})
    yield from insert(project, node, index, new, tr("Insert Unsqueeze"))


def _same_shape(
    project: Project, node: FlatNode, flows: tuple[Flow, ...]
) -> Iterator[Fix]:
    """Offer to remove a last dimension of size 1 from the longer of two inputs."""
    if len(flows) != 2 or registry.get(node.type).category not in {"loss", "metric"}:
        return
    for index, other in ((0, 1), (1, 0)):
        longer, shorter = flows[index].shape, flows[other].shape
        if longer == (*shorter, 1):
            new = Node("squeeze", "squeeze", {"dim": -1})
            yield from insert(project, node, index, new, tr("Insert Squeeze"))


def _flatten_above(
    project: Project, node: FlatNode, flows: tuple[Flow, ...]
) -> Iterator[Fix]:
    """Offer Flatten in front of the Linear whose scores have too many dimensions."""
    too_long = len(flows) == 2 and len(flows[0].shape) > len(flows[1].shape) + 1
    if registry.get(node.type).category not in {"loss", "metric"} or not too_long:
        return
    graph = project.scope(node.scope)
    first = node.node
    for above in _above(project, node):
        if above.type == "linear":
            first = above
    edges = graph.edges_into(first.id)
    if not edges:
        return
    edge = edges[0]
    new = Node(graph.free_id("flatten"), "flatten")
    edits: tuple[Edit, ...] = (
        AddNode(new, node.scope),
        Disconnect(edge, node.scope),
        Connect(Edge(edge.source, Endpoint(new.id, "input")), node.scope),
        Connect(Edge(Endpoint(new.id, "out"), edge.target), node.scope, 0),
    )
    yield Fix(tr("Insert Flatten before {title}", title=ports.title(first)), edits)


def _above(project: Project, node: FlatNode) -> Iterator[Node]:
    """Yield the nodes over the first input, as long as each is dense or pointwise."""
    graph = project.scope(node.scope)
    current = node.node
    while True:
        edges = graph.edges_into(current.id)
        if not edges:
            return
        current = graph.node(edges[0].source.node)
        if registry.get(current.type).category not in {"dense", "act", "norm"}:
            return
        yield current


def set_classes(project: Project, node: FlatNode, classes: int) -> tuple[Fix, ...]:
    """Return the fix that gives the layer above as many outputs as classes."""
    graph = project.scope(node.scope)
    for above in _above(project, node):
        if above.type == "linear":
            edit = SetParam(above.id, "out_features", classes, node.scope)
            words = tr("Give {title} {n} outputs", title=ports.title(above), n=classes)
            return (Fix(words, (edit,)),)
        if registry.get(graph.node(above.id).type).category not in _PASS_ON:
            return ()
    return ()


def loss_fixes(project: Project, flows: Mapping[Source, Flow]) -> tuple[Fix, ...]:
    """Return losses that fit a loose output and a target of the data."""
    found = list(_loss_offers(project, flows))
    return tuple(found[:MAX_FIXES])


def _loss_offers(project: Project, flows: Mapping[Source, Flow]) -> Iterator[Fix]:
    graph = project.graph
    used = {edge.source for edge in graph.edges}
    loose = list(_outputs(project, "", used))
    targets = list(_outputs(project, "data", set()))
    for end in reversed(loose):
        if graph.node(end.node).type in {"data", "noise", "constant"}:
            continue
        for target in targets:
            fitting = _fitting(_flow(flows, end), _flow(flows, target))
            if fitting:
                yield _added(project, fitting, end, target)


def _flow(flows: Mapping[Source, Flow], end: Endpoint) -> Flow | None:
    return flows.get(Source(end.node, end.port))


def _outputs(project: Project, type_id: str, but: set[Endpoint]) -> Iterator[Endpoint]:
    for node in project.graph.nodes.values():
        if type_id and node.type != type_id:
            continue
        for port in ports.output_ports(project, node):
            end = Endpoint(node.id, port.name)
            if end not in but:
                yield end


def _fitting(scores: Flow | None, target: Flow | None) -> str:
    """Return the loss for these two, or an empty string."""
    if scores is None or target is None or not scores.dtype.is_floating_point:
        return ""
    if not target.dtype.is_floating_point:
        return "cross_entropy" if scores.shape[:-1] == target.shape else ""
    return "mse" if scores.shape == target.shape else ""


def _added(project: Project, type_id: str, scores: Endpoint, target: Endpoint) -> Fix:
    new = Node(project.graph.free_id("loss"), type_id)
    return Fix(
        tr("Add {title}", title=registry.get(type_id).title),
        (
            AddNode(new),
            Connect(Edge(scores, Endpoint(new.id, "input"))),
            Connect(Edge(target, Endpoint(new.id, "target"))),
        ),
    )
