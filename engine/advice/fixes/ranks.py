"""Layers that give an input as many dimensions as are asked for."""

import math
from collections.abc import Iterator

from engine.advice.fixes.fix_context import Spot, Step
from engine.graph import ports
from engine.graph.blocks.rewire import heal
from engine.graph.edits import Connect, Disconnect, Edit
from engine.graph.model import Edge, Node
from engine.graph.problems import Fix
from engine.i18n import tr

_SEQUENCES = {"recurrent", "attention"}
_SPATIAL = {"1d": 3, "2d": 4, "3d": 5}
_IMAGES = {
    *("lp_pool2d", "pixel_shuffle", "pixel_unshuffle", "unfold", "upsample"),
    *("channel_shuffle", "local_response_norm", "global_avg_pool", "image_grid"),
}
_REARRANGING = {"flatten", "reshape", "squeeze", "unsqueeze", "global_avg_pool"}


def offers(spot: Spot) -> Iterator[Fix]:
    """Yield the fixes of a first input with too few or too many dimensions."""
    if not spot.flows or not spot.node.inputs:
        return
    yield from _swapped(spot)
    rank = len(spot.shape)
    if _wants_sequence(spot):
        yield from _as_sequence(spot)
    elif _wants_image(spot):
        yield from _as_image(spot)
    elif rank == 1:
        yield from spot.insert(0, ("unsqueeze", {"dim": -1}))
    elif rank > 2 and spot.spec.category == "view":
        yield from spot.insert(0, ("flatten", {}))
    yield from _before_reshaping(spot)


def _wants_sequence(spot: Spot) -> bool:
    return spot.spec.category in _SEQUENCES or spot.node.type in {
        "last_step",
        "rotary_embedding",
    }


def _wants_image(spot: Spot) -> bool:
    return spot.node.type[-2:] in _SPATIAL or spot.node.type in _IMAGES


def _reshaped_above(spot: Spot) -> tuple[Node, Edge] | None:
    """Return a Flatten (or the like) over the first input, and the wire into it."""
    edge = spot.wire(0)
    above = spot.graph.node(edge.source.node) if edge else None
    feeding = spot.graph.edges_into(above.id) if above else ()
    if above is None or above.type not in _REARRANGING or len(feeding) != 1:
        return None
    return above, feeding[0]


def _before_reshaping(spot: Spot) -> Iterator[Fix]:
    """Yield the input of what stands above: without it, or past it."""
    found = _reshaped_above(spot)
    if found is None:
        return
    above, feeding = found
    title = ports.title(above)
    past = list(
        spot.replug(0, feeding.source, tr("Connect before “{title}”", title=title))
    )
    if past and len(spot.graph.edges_out_of(above.id)) == 1:
        edits = heal(spot.project, [above.id], spot.node.scope)
        past = [Fix(tr("Remove “{title}”", title=title), tuple(edits))]
    yield from past


def _swapped(spot: Spot) -> Iterator[Fix]:
    """Yield the node in front of a Flatten above, where nothing else needs that."""
    found, behind = _reshaped_above(spot), spot.graph.edges_out_of(spot.node.node.id)
    if found is None or found[0].type != "flatten":
        return
    above, feeding = found
    flow, edge = spot.flow_of(feeding.source), spot.wire(0)
    alone = len(spot.graph.edges_out_of(above.id)) == 1 and len(spot.flows) == 1
    one_out = len({wire.source for wire in behind}) == 1
    if edge and flow and alone and one_out and spot.fits(flows=(flow,)):
        words = tr(
            "Put “{title}” before “{other}”",
            title=spot.title,
            other=ports.title(above),
        )
        yield Fix(words, _exchanged(spot, feeding, edge, behind))


def _exchanged(
    spot: Spot, feeding: Edge, edge: Edge, behind: tuple[Edge, ...]
) -> tuple[Edit, ...]:
    """Return the edits that let two nodes in a row change places."""
    scope = spot.node.scope
    new = [
        Edge(feeding.source, edge.target),
        Edge(behind[0].source, feeding.target),
        *(Edge(edge.source, wire.target) for wire in behind),
    ]
    edits: list[Edit] = [Disconnect(wire, scope) for wire in (feeding, edge, *behind)]
    edits += [Connect(wire, scope) for wire in new]
    return tuple(edits)


def _other_kind(spot: Spot) -> Iterator[Fix]:
    """Yield the same layer for signals, images or volumes, as the input is."""
    dims = len(spot.shape) - 2
    stem, ending = spot.node.type[:-2], spot.node.type[-2:]
    if ending in _SPATIAL and f"{dims}d" != ending:
        yield from spot.retype(f"{stem}{max(dims, 1)}d")


def _as_image(spot: Spot) -> Iterator[Fix]:
    shape = spot.shape
    wanted = _SPATIAL.get(spot.node.type[-2:], 4)
    if len(shape) == wanted - 1:
        yield from spot.insert(0, ("unsqueeze", {"dim": 1}))
    yield from _other_kind(spot)
    if len(shape) == 2 and wanted == 4:
        for channels in (1, 3):
            side = math.isqrt(shape[1] // channels)
            if side > 1 and side * side * channels == shape[1]:
                step: Step = ("reshape", {"shape": (channels, side, side)})
                yield from spot.insert(0, step)


def _as_sequence(spot: Spot) -> Iterator[Fix]:
    shape = spot.shape
    if len(shape) == 2:
        yield from spot.insert(0, ("unsqueeze", {"dim": -1}))
        yield from spot.insert(0, ("unsqueeze", {"dim": 1}))
    if len(shape) == 4 and shape[1] == 1:
        yield from spot.insert(0, ("squeeze", {"dim": 1}))
    if len(shape) > 3:
        steps: tuple[Step, Step] = (
            ("flatten", {"start_dim": 2}),
            ("transpose", {"dim0": 1, "dim1": 2}),
        )
        yield from spot.insert(0, *steps)
