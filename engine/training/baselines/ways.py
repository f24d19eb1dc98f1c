"""What a score compares: where its two sides come from, and whether that is honest."""

from collections.abc import Iterable

from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import PROBE_BATCH, Flow
from engine.compile.program import Program
from engine.graph.walks import walk
from engine.layers import registry

_FIXED = frozenset({"shape", "act", "pool", "merge"})
"""Kinds of layers that a target may go through, when they have no weights."""
_ALSO = frozenset({"data", "constant", "identity", "one_hot", "stop_gradient"})
_RANDOM = frozenset({"reparameterise", "noise_schedule", "rrelu"})
_SAME_VALUE = frozenset({"flatten", "reshape", "unflatten", "squeeze", "unsqueeze",
                         "reroute", "identity", "stop_gradient"})  # fmt: skip


class Ways:
    """The ways through a program.

    Args:
        program: Only read.

    Attributes:
        nodes: By path.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self.nodes = {node.path: node for node in program.nodes}

    def flow(self, source: Source) -> Flow:
        """Return what flows out of a port."""
        place = self.nodes[source.path].outputs.index(source.port)
        return self._program.inferred[source.path].outputs[place]

    def start_of(self, source: Source) -> Source:
        """Return where a value comes from that is only reshaped on its way."""
        while self.nodes[source.path].type in _SAME_VALUE:
            source = self.nodes[source.path].inputs[0][1]
        return source

    def above(self, source: Source) -> set[Source]:
        """Return all ports that a value depends on, its own among them."""
        return set(walk([source], self._sources))

    def _sources(self, source: Source) -> list[Source]:
        return [above for _, above in self.nodes[source.path].inputs]

    def is_honest(self, score: FlatNode) -> bool:
        """Return whether it compares what weights make with a target out of data."""
        wires, weight = dict(score.inputs), score.params.get("weight", 1.0)
        if not {"input", "target"} <= wires.keys():
            return False
        if any(self.flow(end).shape[:1] != (PROBE_BATCH,) for end in wires.values()):
            return False  # the same for every sample, or of all samples together
        aim = [self.nodes[end.path] for end in self.above(wires["target"])]
        is_aim = any(node.type == "data" for node in aim) and all(
            self._is_fixed(node) for node in aim
        )
        is_adverse = isinstance(weight, int | float) and weight < 0
        return is_aim and not is_adverse and self._is_made(self.above(wires["input"]))

    def _is_fixed(self, node: FlatNode) -> bool:
        """Return whether a node of a target has neither weights nor chance in it."""
        is_plain = registry.get(node.type).category in _FIXED or node.type in _ALSO
        return is_plain and node.type not in _RANDOM and not self._weights(node)

    def _is_made(self, ends: Iterable[Source]) -> bool:
        """Return whether weights make a value that nobody works against.

        What is made of noise alone, or of noise and a class that is asked for, is
        judged by another network.
        """
        nodes = {end.path: self.nodes[end.path] for end in ends}.values()
        types = {node.type for node in nodes}
        if "gradient_reversal" in types or not any(map(self._weights, nodes)):
            return False
        data = [end for end in ends if self.nodes[end.path].type == "data"]
        is_seen = any(self.flow(end).dtype.is_floating_point for end in data)
        return is_seen or "noise" not in types

    def _weights(self, node: FlatNode) -> bool:
        modules = self._program.modules
        if node.home not in modules:
            return False
        return any(True for _ in modules.at(node.home).parameters())
