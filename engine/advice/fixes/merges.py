"""Layers that bring the inputs of a merge to one shape."""

from collections.abc import Iterator

from engine.advice.fixes.fix_context import Spot, Step
from engine.compile.shape_text import Shape
from engine.graph import ports
from engine.graph.edits import Connect
from engine.graph.model import Edge, Endpoint
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.layers import registry

_ENDS = {"loss", "metric", "view"}
Offers = Iterator[Fix]


def offers(spot: Spot) -> Offers:
    """Yield the fixes of inputs that don't fit together."""
    if spot.node.type == "multihead_attention" or spot.spec.category == "attention":
        yield from _attended(spot)
    elif spot.spec.category == "recurrent":
        yield from _started(spot)
    elif spot.spec.category == "merge" or spot.node.type == "bilinear":
        if len(spot.flows) == 1:
            yield from _second_input(spot)
        elif len(spot.flows) > 1:
            yield from _merged(spot)


def _merged(spot: Spot) -> Offers:
    if spot.node.type == "matmul":
        yield from _turned(spot)
    main, other = _main_and_other(spot)
    if spot.node.type == "concat":
        yield from _along(spot)
    for index, wanted in ((other, main), (main, other)):
        for steps in _ways(spot.flows[index].shape, spot.flows[wanted].shape):
            yield from spot.insert(index, *steps)


def _main_and_other(spot: Spot) -> tuple[int, int]:
    """Return the input that stays and the one to adapt: a skip follows the main path.

    Where neither depends on the other, the first stays. Of more than two inputs, the
    first that differs from the first.
    """
    shapes = [flow.shape for flow in spot.flows]
    other = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), 1)
    wires = spot.wire(0), spot.wire(other)
    if len(shapes) == 2 and wires[0] and wires[1]:
        first, second = (edge.source.node for edge in wires if edge)
        if spot.graph.reaches(first, second):
            return other, 0
    return 0, other


def _ways(shape: Shape, wanted: Shape) -> Iterator[tuple[Step, ...]]:
    """Yield rows of layers that turn one shape into the other, if layers can."""
    if not (len(shape) > 1 and len(wanted) > 1):
        return  # One number, or one per sample: no layer takes that.
    if len(shape) == len(wanted):
        yield from _same_rank(shape, wanted)
    elif len(shape) > len(wanted):
        flat: Step = ("flatten", {})
        pooled: Step = ("global_avg_pool", {})
        yield (flat,)
        yield (pooled,)
        linear: Step = ("linear", {"out_features": wanted[-1]})
        yield (pooled, linear)
        yield (flat, linear)
    elif len(shape) == 2:
        spread: tuple[int, ...] = (shape[1], *(1,) * (len(wanted) - 2))
        yield (("reshape", {"shape": spread}),)


def _same_rank(shape: Shape, wanted: Shape) -> Iterator[tuple[Step, ...]]:
    rank = len(shape)
    if rank > 2 and shape[2:] != wanted[2:]:
        dims = rank - 2
        if rank == 4:
            yield from _resized(shape, wanted)
        if shape[1] == wanted[1] and dims <= 3:
            size = wanted[2] if len(set(wanted[2:])) == 1 else tuple(wanted[2:])
            yield ((f"adaptive_avg_pool{dims}d", {"output_size": size}),)
    if shape[-1] != wanted[-1] and shape[:-1] == wanted[:-1]:
        yield (("linear", {"out_features": wanted[-1]}),)
    if 2 < rank <= 5 and shape[2:] == wanted[2:]:
        conv = f"conv{rank - 2}d"
        yield ((conv, {"out_channels": wanted[1], "kernel_size": 1}),)


def _resized(shape: Shape, wanted: Shape) -> Iterator[tuple[Step, ...]]:
    """Yield what brings an image to another size, and to other channels if need be."""
    step = -(-shape[2] // wanted[2])
    if step > 1:
        settings = {"out_channels": wanted[1], "kernel_size": 1, "stride": step}
        yield (("conv2d", dict(settings)),)
    if wanted[2] % shape[2] == 0 and wanted[3] * shape[2] == wanted[2] * shape[3]:
        yield (("upsample", {"scale_factor": float(wanted[2] // shape[2])}),)


def _along(spot: Spot) -> Offers:
    """Yield another dimension to join along."""
    rank = len(spot.shape)
    if len({len(flow.shape) for flow in spot.flows}) > 1:
        return
    for dim in range(1, rank):
        yield from spot.set({"dim": dim})


def _turned(spot: Spot) -> Offers:
    for index in (1, 0):
        if len(spot.flows[index].shape) > 2:
            yield from spot.insert(index, ("transpose", {"dim0": -2, "dim1": -1}))


def _second_input(spot: Spot) -> Offers:
    """Yield wires from other outputs that fit, the nearest above first."""
    edge, node_id = spot.wire(0), spot.node.node.id
    if edge is None:
        return
    graph, port = spot.graph, edge.target.port
    for node in reversed(list(graph.topological())):
        if registry.get(node.type).category in _ENDS or graph.reaches(node_id, node.id):
            continue
        for out in ports.output_ports(spot.project, node):
            end = Endpoint(node.id, out.name)
            flow = spot.flow_of(end)
            if flow is None or end == edge.source or flow.dtype != spot.flows[0].dtype:
                continue
            if spot.fits(flows=(spot.flows[0], flow)):
                words = tr(
                    "Connect {title} · {port}", title=ports.title(node), port=out.name
                )
                wire = Connect(Edge(end, Endpoint(node_id, port)), spot.node.scope)
                yield Fix(words, (wire,))
                break
    yield from spot.bypass()


def _attended(spot: Spot) -> Offers:
    """Yield a layer that gives keys or a memory as many features as are asked for."""
    for index in range(1, len(spot.flows)):
        linear: Step = ("linear", {"out_features": spot.shape[-1]})
        yield from spot.insert(index, linear)


def _started(spot: Spot) -> Offers:
    """Yield a layer that gives the initial state its size."""
    if len(spot.flows) != 2:
        return
    units = spot.node.params["hidden_size"]
    both = 2 if spot.node.params["bidirectional"] else 1
    if isinstance(units, int):
        linear: Step = ("linear", {"out_features": units * both})
        yield from spot.insert(1, linear)
        yield from spot.insert(1, ("flatten", {}), linear)
