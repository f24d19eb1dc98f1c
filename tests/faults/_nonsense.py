"""What no fix may ever do to a document, found by plainly walking along its wires.

Nothing of the product's own rules is used here.
"""

from collections.abc import Iterator

from engine.graph.model import Endpoint, Project
from engine.layers import registry

_ARITHMETIC = {"merge", "view"}
_WITH_WEIGHTS = {"conv", "recurrent", "attention", "norm"}
_LEARNED = {
    *("linear", "bilinear", "embedding", "learned_scale", "low_rank", "prelu"),
    "lora_linear",
}
_SAME = {
    *("identity", "reroute", "stop_gradient", "gradient_reversal", "flatten"),
    *("reshape", "unflatten", "squeeze", "unsqueeze"),
}
_COMPARED = {"input", "target", "left", "right", "anchor", "positive"}
Place = tuple[tuple[str, str], ...]
"""Scopes from the main graph on, each with the instance that leads to the next."""
Finding = tuple[str, str, str]


def nonsense(project: Project) -> set[Finding]:
    """Return what makes no sense: kind, what comes, where it ends."""
    return {*_fed_losses(project), *_no_truths(project), *_twice(project)}


def _category(project: Project, scope: str, node_id: str) -> str:
    return registry.get(project.scope(scope).node(node_id).type).category


def _scopes(project: Project) -> list[str]:
    return ["", *project.blocks]


def _fed_losses(project: Project) -> Iterator[Finding]:
    """Yield losses and metrics that end in anything but sums of losses and views."""
    for scope in _scopes(project):
        graph = project.scope(scope)
        for edge in graph.edges:
            source = _category(project, scope, edge.source.node)
            target = _category(project, scope, edge.target.node)
            into = graph.node(edge.target.node).type
            if source == "metric" and target != "view":
                yield "metric as input", str(edge.source), edge.target.node
            if source != "loss" or target in _ARITHMETIC or into in _SUMS:
                continue
            yield "loss as input", str(edge.source), edge.target.node


_SUMS = {"minimise", "reroute", "block"}


def _no_truths(project: Project) -> Iterator[Finding]:
    """Yield targets that the network makes itself out of weights."""
    for scope in _scopes(project):
        for edge in project.scope(scope).edges:
            judge = _category(project, scope, edge.target.node) in {"loss", "metric"}
            if not judge or edge.target.port != "target":
                continue
            if _has_weights(project, scope, edge.source.node):
                yield "own output as target", str(edge.source), str(edge.target)


def _has_weights(project: Project, scope: str, node_id: str) -> bool:
    graph, seen, stack = project.scope(scope), {node_id}, [node_id]
    while stack:
        current = stack.pop()
        if _learns(project, scope, current, set()):
            return True
        above = {edge.source.node for edge in graph.edges_into(current)} - seen
        seen |= above
        stack += above
    return False


def _learns(project: Project, scope: str, node_id: str, around: set[str]) -> bool:
    node = project.scope(scope).node(node_id)
    name = str(node.params.get("of", ""))
    if node.type != "block" or name not in project.blocks or name in around:
        is_kind = registry.get(node.type).category in _WITH_WEIGHTS
        return is_kind or node.type in _LEARNED
    inner = project.blocks[name].graph.nodes
    return any(_learns(project, name, n, around | {name}) for n in inner)


def _twice(project: Project) -> Iterator[Finding]:
    """Yield losses and metrics of the main graph that compare a tensor with itself."""
    graph = project.graph
    for node in graph.nodes.values():
        if registry.get(node.type).category not in {"loss", "metric"}:
            continue
        ends = [e for e in graph.edges_into(node.id) if e.target.port in _COMPARED]
        origins = [_origin(project, (), "", edge.source) for edge in ends]
        for number, origin in enumerate(origins):
            if origin in origins[:number]:
                yield "compared with itself", str(origin), node.id


def _origin(
    project: Project, place: Place, scope: str, end: Endpoint
) -> tuple[Place, Endpoint]:
    """Return where the numbers of an output come from, through what hands them on."""
    above = _above(project, place, scope, end)
    return _origin(project, *above) if above else (place, end)


def _above(
    project: Project, place: Place, scope: str, end: Endpoint
) -> tuple[Place, str, Endpoint] | None:
    """Return the output that holds the same numbers, one step further up."""
    graph = project.scope(scope)
    node = graph.nodes.get(end.node)
    if node is None or node.type not in {"block", *_SAME}:
        return None
    name = str(node.params.get("of", ""))
    block = project.blocks.get(name) if node.type == "block" else None
    if block is not None:
        is_once = node.params.get("repeat", 1) == 1
        around = {scope, *(around for around, _ in place)}
        is_there = end.port in block.outputs and name not in around
        inside = (*place, (scope, node.id))
        return (inside, name, block.outputs[end.port]) if is_once and is_there else None
    into = graph.edges_into(node.id)
    if len(into) == 1:
        return place, scope, into[0].source
    return _outer(project, place, scope, node.id) if place and not into else None


def _outer(
    project: Project, place: Place, scope: str, node_id: str
) -> tuple[Place, str, Endpoint] | None:
    """Return where what a block's input feeds comes from."""
    around, instance = place[-1]
    for port, ends in project.blocks[scope].inputs.items():
        if any(end.node == node_id for end in ends):
            for edge in project.scope(around).edges_into(instance):
                if edge.target.port == port:
                    return place[:-1], around, edge.source
    return None
