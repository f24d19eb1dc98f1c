"""Cross-entropy in the place of a loss that labels with many classes don't fit."""

from collections.abc import Iterator

from engine.advice.fixes import above
from engine.advice.fixes.fix_context import Spot, retyped
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


def classified(spot: Spot) -> Iterator[Fix]:
    """Yield cross-entropy with as many scores as there are classes.

    The layer above gets that many outputs; what was squeezed or stretched between it
    and the loss to fit the old one is left out.
    """
    for source in _sources(spot, 0):
        for target in _sources(spot, 1):
            edits = _edits(spot, source, target)
            if edits:
                words = tr(
                    "Use {title} with {n} outputs instead",
                    title=registry.get(_LOSS).title,
                    n=spot.flows[1].classes,
                )
                yield Fix(words, edits)
                return


def _sources(spot: Spot, index: int) -> list[Endpoint]:
    """Return where an input comes from, then what is above that only rearranges."""
    edge, found = spot.wire(index), []
    while edge is not None:
        found.append(edge.source)
        node = spot.graph.node(edge.source.node)
        is_plain = node.type in REARRANGED
        edge = next(iter(spot.graph.edges_into(node.id)), None) if is_plain else None
    return found


def _edits(spot: Spot, source: Endpoint, target: Endpoint) -> tuple[Edit, ...]:
    """Return what makes the change; nothing where it would not fit."""
    scores, labels = spot.flow_of(source), spot.flow_of(target)
    if scores is None or labels is None:
        return ()
    decider = above.decider_of(spot.graph, source.node, len(scores.shape))
    if decider is None:
        return ()
    layer, dim = decider
    shape = list(scores.shape)
    shape[dim] = spot.flows[1].classes
    flows = (scores._replace(shape=tuple(shape)), labels)
    if not spot.fits(registry.get(_LOSS).defaults(), flows, _LOSS):
        return ()
    loss = retyped(spot.node.node, _LOSS, {})
    return (
        ReplaceNode(loss, spot.node.scope),
        above.resize(spot, layer, shape[dim]),
        *_rewired(spot, (source, target)),
    )


def _rewired(spot: Spot, sources: tuple[Endpoint, ...]) -> Iterator[Edit]:
    for index, source in enumerate(sources):
        edge = spot.wire(index)
        if edge is not None and edge.source != source:
            place = spot.graph.edges.index(edge)
            yield Disconnect(edge, spot.node.scope)
            yield Connect(Edge(source, edge.target), spot.node.scope, place)
