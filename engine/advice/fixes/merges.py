"""Layers that bring the inputs of a merge to one shape."""

from collections.abc import Iterator

from engine.advice.fixes.fix_context import FixContext, Step
from engine.compile.shape_text import Shape
from engine.graph import ports
from engine.graph.edits import Connect
from engine.graph.model import Edge, Endpoint
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry

_ENDS = {"loss", "metric", "view"}
Fixes = Iterator[Fix]


def fixes(context: FixContext) -> Fixes:
    """Yield the fixes of inputs that don't fit together."""
    category = context.spec.category
    if context.node.type == "multihead_attention" or category == "attention":
        yield from _attended(context)
    elif category == "recurrent":
        yield from _started(context)
    elif category == "merge" or context.node.type == "bilinear":
        if len(context.flows) == 1:
            yield from _second_input(context)
        elif len(context.flows) > 1:
            yield from _merged(context)


def _merged(context: FixContext) -> Fixes:
    if context.node.type == "matmul":
        yield from _turned(context)
    main, other = _main_and_other(context)
    if context.node.type == "concat":
        yield from _along(context)
    for index, wanted in ((other, main), (main, other)):
        for steps in _ways(context.flows[index].shape, context.flows[wanted].shape):
            yield from context.insert(index, *steps)


def _main_and_other(context: FixContext) -> tuple[int, int]:
    """Return the input that stays and the one to adapt: a skip follows the main path.

    Where neither depends on the other, the first stays. Of more than two inputs, the
    first that differs from the first.
    """
    shapes = [flow.shape for flow in context.flows]
    other = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), 1)
    wires = context.wire(0), context.wire(other)
    if len(shapes) == 2 and wires[0] and wires[1]:
        first, second = (edge.source.node for edge in wires if edge)
        if context.graph.reaches(first, second):
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


def _along(context: FixContext) -> Fixes:
    """Yield another dimension to join along."""
    rank = len(context.shape)
    if len({len(flow.shape) for flow in context.flows}) > 1:
        return
    for dim in range(1, rank):
        yield from context.set({"dim": dim})


def _turned(context: FixContext) -> Fixes:
    for index in (1, 0):
        if len(context.flows[index].shape) > 2:
            yield from context.insert(index, ("transpose", {"dim0": -2, "dim1": -1}))


def _second_input(context: FixContext) -> Fixes:
    """Yield wires from other outputs that fit, the nearest above first."""
    edge, node_id = context.wire(0), context.node.node.id
    if edge is None:
        return
    graph, port = context.graph, edge.target.port
    for node in reversed(list(graph.topological())):
        if registry.get(node.type).category in _ENDS or graph.reaches(node_id, node.id):
            continue
        for out in ports.output_ports(context.project, node):
            end = Endpoint(node.id, out.name)
            flow = context.flow_of(end)
            if flow is None or end == edge.source:
                continue
            if flow.dtype != context.flows[0].dtype:
                continue
            if context.fits(flows=(context.flows[0], flow)):
                words = tr(
                    "Connect {title} · {port}", title=title(graph, node), port=out.name
                )
                wire = Connect(Edge(end, Endpoint(node_id, port)), context.node.scope)
                yield Fix(words, (wire,))
                break
    yield from context.bypass()


def _attended(context: FixContext) -> Fixes:
    """Yield a layer that gives keys or a memory as many features as are asked for."""
    for index in range(1, len(context.flows)):
        linear: Step = ("linear", {"out_features": context.shape[-1]})
        yield from context.insert(index, linear)


def _started(context: FixContext) -> Fixes:
    """Yield a layer that gives the initial state its size."""
    if len(context.flows) != 2:
        return
    units = context.node.params["hidden_size"]
    both = 2 if context.node.params["bidirectional"] else 1
    if isinstance(units, int):
        linear: Step = ("linear", {"out_features": units * both})
        yield from context.insert(1, linear)
        yield from context.insert(1, ("flatten", {}), linear)
