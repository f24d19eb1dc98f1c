"""Losses that get numbers of another range than they are made for."""

from collections.abc import Iterator

from engine.advice.fixes.classified import REARRANGED, YES_OR_NO, classified
from engine.advice.fixes.fix_context import FixContext, Step
from engine.graph.blocks.rewire import heal
from engine.graph.model import Node
from engine.graph.ports import BLOCK
from engine.graph.problems import Fix, Problem
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Value

_SQUEEZED = {
    "cross_entropy": {"softmax", "log_softmax", "sigmoid"},
    "bce_with_logits": {"sigmoid", "softmax"},
}
"""Losses that take scores, and the layers that turn these into probabilities."""
_SCORES_INSTEAD = {"bce": "bce_with_logits", "nll": "cross_entropy"}
"""Losses that take (log-)probabilities, and those that take scores."""

_UNBOUNDED = {"dense", "conv"}


def range_problems(context: FixContext) -> Iterator[Problem]:
    """Yield what is wrong with the range of the numbers that reach a loss."""
    if context.node.type in _SQUEEZED:
        yield from _squeezed(context)
    if context.node.type in _SCORES_INSTEAD:
        yield from _raw(context)
    if context.node.type in YES_OR_NO and len(context.flows) > 1:
        yield from _many_classes(context)


def _squeezed(context: FixContext) -> Iterator[Problem]:
    """Warn of a loss that takes scores and gets probabilities."""
    edge = context.wire(0)
    squeezer = context.graph.node(edge.source.node) if edge else None
    if squeezer is None or squeezer.type not in _SQUEEZED[context.node.type]:
        return
    yield Problem(
        context.node.place,
        tr(
            "{loss} has {squeezer} built in; twice makes training slow",
            loss=context.title,
            squeezer=title(context.graph, squeezer),
        ),
        expected=tr("scores (logits)"),
        got=tr("probabilities"),
        port="input",
        fixes=tuple(_unsqueezed(context, squeezer)),
        severity="warning",
    )


def _unsqueezed(context: FixContext, squeezer: Node) -> Iterator[Fix]:
    """Yield the loss without the layer that it has built in."""
    scope, graph = context.node.scope, context.graph
    above = graph.edges_into(squeezer.id)
    if len(above) == 1 and len(graph.edges_out_of(squeezer.id)) == 1:
        words = tr("Remove “{title}”", title=title(context.graph, squeezer))
        yield Fix(words, tuple(heal(context.project, [squeezer.id], scope)))
    elif above:
        words = tr("Connect the scores directly")
        yield from context.replug(0, above[0].source, words)


def _raw(context: FixContext) -> Iterator[Problem]:
    """Tell of a loss that takes probabilities and gets a layer's bare output."""
    layer = _computing(context)
    if layer is None or registry.get(layer.type).category not in _UNBOUNDED:
        return
    is_bce = context.node.type == "bce"
    step: Step = ("sigmoid", {}) if is_bce else ("log_softmax", _class_dim(context))
    fixes = [
        *context.retype(_SCORES_INSTEAD[context.node.type]),
        *context.insert(0, step),
    ]
    yield Problem(
        context.node.place,
        tr("{loss} gets bare scores", loss=context.title),
        expected=tr("probabilities, 0 … 1") if is_bce else tr("log-probabilities, ≤ 0"),
        got=tr("any numbers, from “{layer}”", layer=title(context.graph, layer)),
        port="input",
        fixes=tuple(fixes),
        severity="error" if is_bce else "warning",
    )


def _class_dim(context: FixContext) -> dict[str, Value]:
    return {"dim": 1 if context.node.params.get("class_dim") == "1" else -1}


def _computing(context: FixContext) -> Node | None:
    """Return the first node above the first input that does not just rearrange.

    Looks into blocks, whatever is around them.
    """
    edge, graph = context.wire(0), context.graph
    source = edge.source if edge else None
    while source is not None:
        node = graph.node(source.node)
        if node.type == BLOCK:
            block = context.project.blocks.get(str(node.params.get("of", "")))
            source = block.outputs.get(source.port) if block else None
            graph = block.graph if block else graph
            continue
        if node.type not in REARRANGED:
            return node
        above = next(iter(graph.edges_into(node.id)), None)
        source = above.source if above else None
    return None


def _many_classes(context: FixContext) -> Iterator[Problem]:
    """Tell of labels with more than two classes in a loss for yes or no."""
    classes = context.flows[1].classes
    if classes <= 2:
        return
    yield Problem(
        context.node.place,
        tr("{loss} is for yes or no", loss=context.title),
        expected=tr("targets from 0 to 1"),
        got=tr("labels from 0 to {last}", last=classes - 1),
        port="target",
        fixes=tuple(_for_many_classes(context, classes)),
    )


def _for_many_classes(context: FixContext, classes: int) -> Iterator[Fix]:
    """Yield cross-entropy with one score per class, or a yes or no for each class."""
    yield from classified(context)
    if context.flows[0].shape == (*context.flows[1].shape, classes):
        yield from context.insert(1, ("one_hot", {"num_classes": classes}))
