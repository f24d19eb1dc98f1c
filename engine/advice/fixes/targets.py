"""What brings a network's output and its target together, or another loss for both."""

import math
from collections.abc import Iterator

from engine.advice.fixes import upstream
from engine.advice.fixes.classified import YES_OR_NO, classified
from engine.advice.fixes.fix_context import FixContext, Step, into_wire
from engine.graph.model import Edge, Node
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry

_JUDGES = {"loss", "metric"}
_OTHER_LOSSES = ("cross_entropy", "mse", "bce_with_logits")
_OTHER_METRICS = ("accuracy", "mae")
Fixes = Iterator[Fix]


def fixes(context: FixContext) -> Fixes:
    """Yield the fixes of a loss or metric whose inputs don't fit together."""
    if context.spec.category not in _JUDGES or len(context.flows) < 2:
        return
    if context.flows[1].classes > 2 and context.node.type in YES_OR_NO:
        yield from classified(context)
    yield from _same_size(context)
    yield from _fewer_dims(context)
    yield from _other_judge(context)
    yield from _given(context)


def _other_judge(context: FixContext) -> Fixes:
    names = {port.name for port in context.spec.inputs}
    if names != {"input", "target"}:
        return
    is_loss = context.spec.category == "loss"
    for type_id in _OTHER_LOSSES if is_loss else _OTHER_METRICS:
        if type_id != context.node.type:
            yield from context.retype(type_id)


def _same_size(context: FixContext) -> Fixes:
    """Yield a layer that only rearranges, where both hold as many numbers."""
    for index, other in ((0, 1), (1, 0)):
        shape, wanted = context.flows[index].shape, context.flows[other].shape
        if shape == (*wanted, 1):
            yield from context.insert(index, ("squeeze", {"dim": -1}))
    for index, other in ((0, 1), (1, 0)):
        shape, wanted = context.flows[index].shape, context.flows[other].shape
        if wanted == (*shape, 1):
            yield from context.insert(index, ("unsqueeze", {"dim": -1}))
        elif math.prod(shape) == math.prod(wanted) and len(wanted) > 2:
            step: Step = ("reshape", {"shape": tuple(wanted[1:])})
            yield from context.insert(index, step)


def _given(context: FixContext) -> Fixes:
    """Yield another size of the layer above, as large as the target is."""
    shape, target = context.flows[0].shape, context.flows[1].shape
    if len(shape) == len(target):
        for size in (target[-1], target[1] if len(target) > 1 else 0):
            found = list(upstream.give(context, size)) if size else []
            if found:
                yield from found
                return


def _fewer_dims(context: FixContext) -> Fixes:
    """Yield what makes one row of scores of an image or of a sequence."""
    shape, target = context.flows[0].shape, context.flows[1].shape
    if len(shape) <= len(target) + 1 or len(target) > 2:
        return
    over = list(_dense(context))
    lowest = context.node.node
    for node in over:
        lowest = node if node.type == "linear" else lowest
    first = next(iter(context.graph.edges_into(lowest.id)), None)
    if first is None:
        return
    if len(shape) == 3:
        yield from context.insert(0, ("last_step", {}))
    if lowest is not context.node.node:
        yield from _before(context, lowest, first, ("flatten", {}))
        if len(shape) > 3:
            yield from _before(context, lowest, first, ("global_avg_pool", {}))
    classes = context.flows[1].classes
    if classes:
        scores: Step = ("linear", {"out_features": classes})
        yield from context.insert(0, ("flatten", {}), scores)


def _dense(context: FixContext) -> Iterator[Node]:
    """Yield the nodes over the first input, as long as each is dense or pointwise."""
    graph = context.graph
    edge = context.wire(0)
    while edge is not None:
        node = graph.node(edge.source.node)
        if registry.get(node.type).category not in {"dense", "act", "norm"}:
            return
        yield node
        edge = next(iter(graph.edges_into(node.id)), None)


def _before(context: FixContext, node: Node, edge: Edge, step: Step) -> Fixes:
    """Yield the fix that puts a layer in front of a layer further above."""
    flow = context.flow_of(edge.source)
    result = context.passed([step], flow) if flow else None
    if result is None or len(result.shape) != 2:
        return
    label = tr(
        "Insert {layer} before “{title}”",
        layer=registry.get(step[0]).title,
        title=title(context.graph, node),
    )
    yield Fix(label, into_wire(context.project, context.node.scope, edge, [step]))
