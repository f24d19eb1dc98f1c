"""Layers that give an input as many dimensions as are asked for."""

import math
from collections.abc import Iterator

from engine.advice.fixes.fix_context import FixContext, Step
from engine.graph.blocks.rewire import heal
from engine.graph.edits import Connect, Disconnect, Edit
from engine.graph.model import Edge, Node
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr

_SEQUENCES = {"recurrent", "attention"}
_SPATIAL = {"1d": 3, "2d": 4, "3d": 5}
_IMAGES = {
    *("lp_pool2d", "pixel_shuffle", "pixel_unshuffle", "unfold", "upsample"),
    *("channel_shuffle", "local_response_norm", "global_avg_pool", "image_grid"),
}
_REARRANGING = {"flatten", "reshape", "squeeze", "unsqueeze", "global_avg_pool"}


def fixes(context: FixContext) -> Iterator[Fix]:
    """Yield the fixes of a first input with too few or too many dimensions."""
    if not context.flows or not context.node.inputs:
        return
    yield from _swapped(context)
    rank = len(context.shape)
    if _wants_sequence(context):
        yield from _as_sequence(context)
    elif _wants_image(context):
        yield from _as_image(context)
    elif rank == 1:
        yield from context.insert(0, ("unsqueeze", {"dim": -1}))
    elif rank > 2 and context.spec.category == "view":
        yield from context.insert(0, ("flatten", {}))
    yield from _before_reshaping(context)


def _wants_sequence(context: FixContext) -> bool:
    return context.spec.category in _SEQUENCES or context.node.type in {
        "last_step",
        "rotary_embedding",
    }


def _wants_image(context: FixContext) -> bool:
    return context.node.type[-2:] in _SPATIAL or context.node.type in _IMAGES


def _reshaped_above(context: FixContext) -> tuple[Node, Edge] | None:
    """Return a Flatten (or the like) over the first input, and the wire into it."""
    edge = context.wire(0)
    above = context.graph.node(edge.source.node) if edge else None
    feeding = context.graph.edges_into(above.id) if above else ()
    if above is None or above.type not in _REARRANGING or len(feeding) != 1:
        return None
    return above, feeding[0]


def _before_reshaping(context: FixContext) -> Iterator[Fix]:
    """Yield the input of what stands above: without it, or past it."""
    found = _reshaped_above(context)
    if found is None:
        return
    above, feeding = found
    called = title(context.graph, above)
    past = list(
        context.replug(0, feeding.source, tr("Connect before “{title}”", title=called))
    )
    if past and len(context.graph.edges_out_of(above.id)) == 1:
        edits = heal(context.project, [above.id], context.node.scope)
        past = [Fix(tr("Remove “{title}”", title=called), tuple(edits))]
    yield from past


def _swapped(context: FixContext) -> Iterator[Fix]:
    """Yield the node in front of a Flatten above, where nothing else needs that."""
    found, behind = (
        _reshaped_above(context),
        context.graph.edges_out_of(context.node.node.id),
    )
    if found is None or found[0].type != "flatten":
        return
    above, feeding = found
    flow, edge = context.flow_of(feeding.source), context.wire(0)
    alone = len(context.graph.edges_out_of(above.id)) == 1 and len(context.flows) == 1
    one_out = len({wire.source for wire in behind}) == 1
    if edge and flow and alone and one_out and context.fits(flows=(flow,)):
        words = tr(
            "Put “{title}” before “{other}”",
            title=context.title,
            other=title(context.graph, above),
        )
        yield Fix(words, _exchanged(context, feeding, edge, behind))


def _exchanged(
    context: FixContext, feeding: Edge, edge: Edge, behind: tuple[Edge, ...]
) -> tuple[Edit, ...]:
    """Return the edits that let two nodes in a row change places."""
    scope = context.node.scope
    new = [
        Edge(feeding.source, edge.target),
        Edge(behind[0].source, feeding.target),
        *(Edge(edge.source, wire.target) for wire in behind),
    ]
    edits: list[Edit] = [Disconnect(wire, scope) for wire in (feeding, edge, *behind)]
    edits += [Connect(wire, scope) for wire in new]
    return tuple(edits)


def _other_kind(context: FixContext) -> Iterator[Fix]:
    """Yield the same layer for signals, images or volumes, as the input is."""
    dims = len(context.shape) - 2
    stem, ending = context.node.type[:-2], context.node.type[-2:]
    if ending in _SPATIAL and f"{dims}d" != ending:
        yield from context.retype(f"{stem}{max(dims, 1)}d")


def _as_image(context: FixContext) -> Iterator[Fix]:
    shape = context.shape
    wanted = _SPATIAL.get(context.node.type[-2:], 4)
    if len(shape) == wanted - 1:
        yield from context.insert(0, ("unsqueeze", {"dim": 1}))
    yield from _other_kind(context)
    if len(shape) == 2 and wanted == 4:
        for channels in (1, 3):
            side = math.isqrt(shape[1] // channels)
            if side > 1 and side * side * channels == shape[1]:
                step: Step = ("reshape", {"shape": (channels, side, side)})
                yield from context.insert(0, step)


def _as_sequence(context: FixContext) -> Iterator[Fix]:
    shape = context.shape
    if len(shape) == 2:
        yield from context.insert(0, ("unsqueeze", {"dim": -1}))
        yield from context.insert(0, ("unsqueeze", {"dim": 1}))
    if len(shape) == 4 and shape[1] == 1:
        yield from context.insert(0, ("squeeze", {"dim": 1}))
    if len(shape) > 3:
        steps: tuple[Step, Step] = (
            ("flatten", {"start_dim": 2}),
            ("transpose", {"dim0": 1, "dim1": 2}),
        )
        yield from context.insert(0, *steps)
