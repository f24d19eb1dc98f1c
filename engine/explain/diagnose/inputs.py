"""The size of what flows into a network, from the training data itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from engine.compile.flatten import FlatNode
from engine.training.evaluation.sources import Batch

SAMPLES = 1024
"""Of the training part, drawn without order."""
_SHAPING = frozenset({"flatten", "reshape", "cast", "unsqueeze", "squeeze", "reroute"})


@dataclass(frozen=True)
class Input:
    """One port of a data node, as floating-point numbers.

    Args:
        path: Of the node.
        port: Name of the port.
        largest: Root mean square of the largest column.
        smallest: Root mean square of the smallest column that is not all zero.
        readers: Types of the nodes that it flows into, behind mere reshaping.
        varies: Some number differs between two samples.
        scaled_by: Path of the last `scale` on the way, empty without one.
    """

    path: str
    port: str
    largest: float
    smallest: float
    readers: frozenset[str]
    varies: bool = True
    scaled_by: str = ""


class _Way(NamedTuple):
    """What is done to the numbers of a port before somebody reads them."""

    factor: float = 1.0
    offset: float = 0.0
    scale: str = ""


def measured(batch: Batch, nodes: Iterable[FlatNode]) -> tuple[Input, ...]:
    """Return the size of every floating-point data port of a batch, as it is read."""
    flat = tuple(nodes)
    data = {node.path for node in flat if node.type == "data"}
    found = []
    for name, values in batch.items():
        path, _, port = name.rpartition(".")
        if path in data and values.is_floating_point() and values.numel():
            columns = values.detach().double().flatten(1)
            if values.dim() < 2:
                columns = values.detach().double().reshape(-1, 1)
            readers: dict[_Way, set[str]] = {}
            for kind, way in _readers(path, port, flat, _Way()):
                readers.setdefault(way, set()).add(kind)
            for way, kinds in (readers or {_Way(): set[str]()}).items():
                found.append(_sized(path, port, columns, way, frozenset(kinds)))
    return tuple(found)


def _sized(
    path: str, port: str, columns: Tensor, way: _Way, readers: frozenset[str]
) -> Input:
    """Return the size of columns (N, F) behind a way."""
    columns = columns * way.factor + way.offset
    # Not the deviation: a constant offset of 1,000 saturates a tanh as well.
    sizes = columns.square().mean(0).sqrt()
    alive = sizes[sizes > 0]
    least = float(alive.min()) if len(alive) else 0.0
    varies = bool((columns != columns[:1]).any()) or len(columns) < 2
    return Input(path, port, float(sizes.max()), least, readers, varies, way.scale)


def _readers(
    path: str, port: str, nodes: tuple[FlatNode, ...], way: _Way
) -> Iterator[tuple[str, _Way]]:
    for node in nodes:
        for _, source in node.inputs:
            if source.path == path and (source.port == port or not port):
                if node.type in _SHAPING:
                    yield from _readers(node.path, "", nodes, way)
                elif node.type == "scale":
                    yield from _readers(node.path, "", nodes, _through(way, node))
                else:
                    yield node.type, way


def _through(way: _Way, node: FlatNode) -> _Way:
    """Return a way that goes on through a `scale`."""
    factor, offset = node.params["factor"], node.params["offset"]
    assert isinstance(factor, int | float)
    assert isinstance(offset, int | float)
    return _Way(way.factor * factor, way.offset * factor + offset, node.path)
