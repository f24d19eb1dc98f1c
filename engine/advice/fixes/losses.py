"""Losses that fit an output and a target, and outputs that fit the classes."""

from collections.abc import Iterator, Mapping

from engine.advice.fixes import MAX_FIXES, upstream
from engine.advice.fixes.fix_context import FixContext, Step, into_wire
from engine.compile.flatten import Source
from engine.compile.infer import Flow
from engine.graph import ports
from engine.graph.edits import AddNode, Connect, apply_all
from engine.graph.model import ROOT, Edge, Endpoint, Node, Project
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry

_ENDS = {"loss", "metric", "view"}


def set_classes(context: FixContext, classes: int) -> tuple[Fix, ...]:
    """Return the fix that gives the layer above as many outputs as classes."""
    return tuple(upstream.give(context, classes))


def loss_fixes(
    project: Project, flows: Mapping[Source, Flow], of: str = ""
) -> tuple[Fix, ...]:
    """Return losses that fit a loose output and a target of the data.

    Args:
        project: Only read.
        flows: What is known.
        of: Only outputs of this node; all where empty.
    """
    found: dict[str, Fix] = {}
    for fix in _fitting_losses(project, flows, of):
        found.setdefault(fix.label, fix)
    return tuple(found.values())[:MAX_FIXES]


def loose_layers(project: Project, flows: Mapping[Source, Flow]) -> list[str]:
    """Return the layers that end in nothing, or only in what looks, the last first."""
    return [end.node for end in reversed(list(_loose(project, flows, "")))]


def _fitting_losses(
    project: Project, flows: Mapping[Source, Flow], of: str
) -> Iterator[Fix]:
    """Yield losses, for the last outputs and for labels first."""
    pairs = [
        (end, target)
        for end in reversed(list(_loose(project, flows, of)))
        for target in _targets(project, flows)
    ]
    found = [
        _added(project, fitting, end, target)
        for end, target in pairs
        if (fitting := _fitting(flows[_source(end)], flows[_source(target)]))
    ]
    yield from found
    if not found and pairs:
        yield from _headed(project, flows, *pairs[0])


def _loose(
    project: Project, flows: Mapping[Source, Flow], of: str
) -> Iterator[Endpoint]:
    """Yield outputs of layers that only losses, metrics or views look at, if any."""
    graph = project.graph
    for end in _outputs(project, flows):
        node = graph.node(end.node)
        if (of and end.node != of) or _category(node) in {"io", *_ENDS}:
            continue
        behind = [e for e in graph.edges_out_of(node.id) if e.source.port == end.port]
        if all(_category(graph.node(e.target.node)) in _ENDS for e in behind):
            yield end


def _targets(project: Project, flows: Mapping[Source, Flow]) -> list[Endpoint]:
    """Return the outputs of the data, labels first, then the last."""
    ends = [
        end
        for end in _outputs(project, flows)
        if project.graph.node(end.node).type == "data"
    ]
    ends.reverse()
    return sorted(ends, key=lambda end: not _is_label(flows[_source(end)]))


def _outputs(project: Project, flows: Mapping[Source, Flow]) -> Iterator[Endpoint]:
    for node in project.graph.nodes.values():
        for port in ports.output_ports(project, node):
            end = Endpoint(node.id, port.name)
            if _source(end) in flows:
                yield end


def _source(end: Endpoint) -> Source:
    return Source(end.node, end.port)


def _category(node: Node) -> str:
    return registry.get(node.type).category


def _is_label(flow: Flow) -> bool:
    return not flow.dtype.is_floating_point


def _fitting(scores: Flow, target: Flow) -> str:
    """Return the loss for these two, or an empty string."""
    if not scores.dtype.is_floating_point:
        return ""
    if _is_label(target):
        is_each = scores.shape[:-1] == target.shape
        enough = bool(scores.shape) and target.classes in {0, scores.shape[-1]}
        return "cross_entropy" if is_each and enough else ""
    return "mse" if scores.shape == target.shape else ""


def _headed(
    project: Project, flows: Mapping[Source, Flow], end: Endpoint, target: Endpoint
) -> Iterator[Fix]:
    """Yield a layer with as many outputs as the target needs, and the loss."""
    scores, goal = flows[_source(end)], flows[_source(target)]
    size = goal.classes if _is_label(goal) else goal.shape[-1] if goal.shape else 0
    rows = len(goal.shape) == (1 if _is_label(goal) else 2)
    if not (size and rows and scores.dtype.is_floating_point and len(scores.shape) > 1):
        return
    steps: list[Step] = [("linear", {"out_features": size})]
    if len(scores.shape) > 2:
        steps.insert(0, ("flatten", {}))
    added = _added(project, "cross_entropy" if _is_label(goal) else "mse", end, target)
    edge = next(e.edge for e in added.edits if isinstance(e, Connect))
    trial = project.copy()
    apply_all(trial, added.edits)
    words = tr(
        "Add {layer} ({n}) and {title}",
        layer=registry.get("linear").title,
        n=size,
        title=registry.get("cross_entropy" if _is_label(goal) else "mse").title,
    )
    yield Fix(words, (*added.edits, *into_wire(trial, ROOT, edge, steps)))


def _added(project: Project, type_id: str, scores: Endpoint, target: Endpoint) -> Fix:
    new = Node(project.graph.free_id("loss"), type_id)
    words = tr(
        "Add {title} for “{layer}”",
        title=registry.get(type_id).title,
        layer=title(project.graph, project.graph.node(scores.node)),
    )
    return Fix(
        words,
        (
            AddNode(new),
            Connect(Edge(scores, Endpoint(new.id, "input"))),
            Connect(Edge(target, Endpoint(new.id, "target"))),
        ),
    )
