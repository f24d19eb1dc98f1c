"""What stands above an input: the layer whose size decides, and what it could be."""

from collections.abc import Iterator

from engine.advice.fixes.fix_context import FixContext
from engine.graph.edits import SetParam
from engine.graph.model import Graph, Node
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry

_KEEPS_SIZE = {"act", "norm"}
_KEEPS = {"dropout", "alpha_dropout", "reroute", "identity", "last_step", "dropout2d"}
_SIZES: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("linear", "lora_linear", "bilinear"), ("out_features", -1)),
    **dict.fromkeys(("rnn", "lstm", "gru"), ("hidden_size", -1)),
    "embedding": ("embedding_dim", -1),
    **{f"conv{d}d": ("out_channels", 1) for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": ("out_channels", 1) for d in (1, 2, 3)},
}
"""The parameter that decides how large a dimension of the output is."""
_DIVIDED = {
    *("glu", "pixel_shuffle", "channel_shuffle", "rotary_embedding"),
    *("num_heads", "num_groups", "groups"),
}
"""Layers, and settings of layers, that split what they get into equal parts."""


def chain(graph: Graph, start: str) -> Iterator[Node]:
    """Yield a node and those over it, up to and with the one that decides its size."""
    current: str | None = start
    while current is not None:
        node = graph.node(current)
        yield node
        if node.type in _SIZES or not _keeps_size(node):
            return
        edges = graph.edges_into(current)
        current = edges[0].source.node if len(edges) == 1 else None


def _keeps_size(node: Node) -> bool:
    if node.type in {"glu", *_SIZES}:
        return False
    category = registry.get(node.type).category
    pooled = category == "pool"
    return node.type in _KEEPS or pooled or category in _KEEPS_SIZE


def give(context: FixContext, size: int, index: int = 0) -> Iterator[Fix]:
    """Yield the fix that makes the layer above an input larger or smaller.

    Args:
        context: The node that doesn't fit.
        size: Of the dimension that the layer decides about.
        index: Of the input.
    """
    found = decider(context, index)
    if found is None:
        return
    layer, dim = found
    shape = list(context.flows[index].shape)
    shape[dim] = size
    flow = context.flows[index]._replace(shape=tuple(shape))
    if not context.fits(
        flows=(*context.flows[:index], flow, *context.flows[index + 1 :])
    ):
        return
    edit = resize(context, layer, size)
    called = title(context.graph, layer)
    many = tr("Give “{title}” {n:output|outputs}", title=called, n=size)
    one = tr("Give “{title}” 1 output", title=called)
    yield Fix(one if size == 1 else many, (edit,))


def decider(context: FixContext, index: int = 0) -> tuple[Node, int] | None:
    """Return the layer that decides a size of an input, and which dimension."""
    edge = context.wire(index)
    rank = len(context.flows[index].shape)
    return decider_of(context.graph, edge.source.node, rank) if edge else None


def decider_of(graph: Graph, start: str, rank: int) -> tuple[Node, int] | None:
    """Return the layer that decides a size of a node's output, and which dimension."""
    nodes = list(chain(graph, start))
    layer = nodes[-1]
    if layer.type not in _SIZES or rank < 2 or layer.params.get("bidirectional"):
        return None
    pooled = any(node.type == "global_avg_pool" for node in nodes)
    return layer, 1 if pooled else _SIZES[layer.type][1]


def resize(context: FixContext, layer: Node, size: int) -> SetParam:
    """Return the edit that gives a decider another size."""
    return SetParam(layer.id, _SIZES[layer.type][0], size, context.node.scope)


def multiples(context: FixContext) -> Iterator[Fix]:
    """Yield the next larger size of the layer above with which the node fits."""
    divided = _DIVIDED & {context.node.type, *context.node.params}
    found = decider(context) if context.flows and divided else None
    if found is None:
        return
    now = context.shape[found[1]]
    for size in range(now + 1, now + 65):
        fixes = list(give(context, size))
        if fixes:
            yield from fixes
            return
