"""Cross-entropy in the place of a loss that labels with many classes don't fit."""

from collections.abc import Iterator

from engine.advice.fixes import upstream
from engine.advice.fixes.fix_context import FixContext, retyped
from engine.graph.edits import Connect, Disconnect, Edit, ReplaceNode
from engine.graph.model import Edge, Endpoint
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.layers import registry

YES_OR_NO = {"bce", "bce_with_logits", "multilabel_soft_margin", "hinge", "soft_margin"}
REARRANGED = {
    *("flatten", "reshape", "unflatten", "squeeze", "unsqueeze", "reroute"),
    *("identity", "transpose", "permute", "slice", "select", "last_step"),
}
_LOSS = "cross_entropy"


def classified(context: FixContext) -> Iterator[Fix]:
    """Yield cross-entropy with as many scores as there are classes.

    The layer above gets that many outputs; what was squeezed or stretched between it
    and the loss to fit the old one is left out.
    """
    for source in _sources(context, 0):
        for target in _sources(context, 1):
            edits = _edits(context, source, target)
            if edits:
                words = tr(
                    "Use {title} with {n:output|outputs} instead",
                    title=registry.get(_LOSS).title,
                    n=context.flows[1].classes,
                )
                yield Fix(words, edits)
                return


def _sources(context: FixContext, index: int) -> list[Endpoint]:
    """Return where an input comes from, then what is above that only rearranges."""
    edge, found = context.wire(index), []
    while edge is not None:
        found.append(edge.source)
        node = context.graph.node(edge.source.node)
        is_plain = node.type in REARRANGED
        edge = next(iter(context.graph.edges_into(node.id)), None) if is_plain else None
    return found


def _edits(context: FixContext, source: Endpoint, target: Endpoint) -> tuple[Edit, ...]:
    """Return what makes the change; nothing where it would not fit."""
    scores, labels = context.flow_of(source), context.flow_of(target)
    if scores is None or labels is None:
        return ()
    decider = upstream.decider_of(context.graph, source.node, len(scores.shape))
    if decider is None:
        return ()
    layer, dim = decider
    shape = list(scores.shape)
    shape[dim] = context.flows[1].classes
    flows = (scores._replace(shape=tuple(shape)), labels)
    if not context.fits(registry.get(_LOSS).defaults(), flows, _LOSS):
        return ()
    loss = retyped(context.node.node, _LOSS, {})
    return (
        ReplaceNode(loss, context.node.scope),
        upstream.resize(context, layer, shape[dim]),
        *_rewired(context, (source, target)),
    )


def _rewired(context: FixContext, sources: tuple[Endpoint, ...]) -> Iterator[Edit]:
    for index, source in enumerate(sources):
        edge = context.wire(index)
        if edge is not None and edge.source != source:
            place = context.graph.edges.index(edge)
            yield Disconnect(edge, context.node.scope)
            yield Connect(Edge(source, edge.target), context.node.scope, place)
