"""What the window shows of every node: shapes, weights, operations, memory."""

from collections.abc import Iterable, Iterator, Mapping

from engine.compile.flatten import FlatNode, Flattener, Source
from engine.compile.infer import PROBE_BATCH, Flow, Inference
from engine.compile.shape_text import Shape
from engine.compile.shape_walk import ShapeWalk
from engine.protocol.messages import NodeInfo


def info_of(node: FlatNode, found: Inference, flows: tuple[Flow, ...]) -> NodeInfo:
    """Return what is shown of a node that fits its inputs."""
    outputs = zip(node.outputs, found.outputs, strict=False)
    return NodeInfo(
        inputs=_shapes(node.inputs, flows),
        outputs={port: shown(flow.shape) for port, flow in outputs},
        parameters=found.parameters,
        flops=found.flops,
        activation_bytes=found.activation_bytes,
    )


def unfit_info(node: FlatNode, flows: tuple[Flow, ...]) -> NodeInfo:
    """Return what is shown of a node that does not fit: what comes in."""
    return NodeInfo(inputs=_shapes(node.inputs, flows), known=False)


def _shapes(
    inputs: tuple[tuple[str, Source], ...], flows: tuple[Flow, ...]
) -> dict[str, Shape]:
    pairs = zip(inputs, flows, strict=True)
    return {port: shown(flow.shape) for (port, _), flow in pairs}


def shown(shape: Shape) -> Shape:
    """Return a shape with −1 for the batch."""
    return (-1, *shape[1:]) if shape and shape[0] == PROBE_BATCH else shape


def instances(flattener: Flattener, walk: ShapeWalk) -> Iterator[tuple[str, NodeInfo]]:
    """Yield what is known of every block instance, summed over what is inside."""
    inside = _inside(flattener.visited)
    for place, outputs in flattener.instances.items():
        inner = inside.get(place, [])
        found = [walk.found[node.path] for node in inner if node.path in walk.found]
        homes = {node.home for node in inner}
        yield (
            place,
            NodeInfo(
                inputs=_known(walk.flows, flattener.feeds[place]),
                outputs=_known(walk.flows, outputs),
                parameters=sum(walk.weights.get(home, 0) for home in homes),
                flops=sum(item.flops for item in found),
                activation_bytes=sum(item.activation_bytes for item in found),
                known=len(found) == len(inner),
            ),
        )


def _inside(nodes: Iterable[FlatNode]) -> dict[str, list[FlatNode]]:
    """Return the nodes inside of every instance, by its place."""
    found: dict[str, list[FlatNode]] = {}
    for node in nodes:
        steps = node.place.split(".")
        for depth in range(1, len(steps)):
            found.setdefault(".".join(steps[:depth]), []).append(node)
    return found


def _known(
    flows: Mapping[Source, Flow], ports: Mapping[str, Source]
) -> dict[str, Shape]:
    return {
        port: shown(flows[source].shape)
        for port, source in ports.items()
        if source in flows
    }
