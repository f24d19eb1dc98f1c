"""The size of what flows into a network, from the training data itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.compile.flatten import FlatNode
from engine.training.evaluation.feeds import Batch

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
    """

    path: str
    port: str
    largest: float
    smallest: float
    readers: frozenset[str]


def measured(batch: Batch, nodes: Iterable[FlatNode]) -> tuple[Input, ...]:
    """Return the size of every floating-point data port of a batch."""
    flat = tuple(nodes)
    data = {node.path for node in flat if node.type == "data"}
    found = []
    for name, values in batch.items():
        path, _, port = name.rpartition(".")
        if path in data and values.is_floating_point() and values.numel():
            columns = values.detach().double().flatten(1)
            if values.dim() < 2:
                columns = values.detach().double().reshape(-1, 1)
            # Not the deviation: a constant offset of 1,000 saturates a tanh as well.
            sizes = columns.square().mean(0).sqrt()
            alive = sizes[sizes > 0]
            least = float(alive.min()) if len(alive) else 0.0
            readers = frozenset(_readers(path, port, flat))
            found.append(Input(path, port, float(sizes.max()), least, readers))
    return tuple(found)


def _readers(path: str, port: str, nodes: tuple[FlatNode, ...]) -> Iterable[str]:
    for node in nodes:
        for _, source in node.inputs:
            if source.path == path and (source.port == port or not port):
                if node.type in _SHAPING:
                    yield from _readers(node.path, "", nodes)
                else:
                    yield node.type
