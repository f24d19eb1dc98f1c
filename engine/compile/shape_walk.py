"""What flows through the wires of a document, found node by node."""

from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Flow, Inference
from engine.compile.inferences import Answer, Find
from engine.errors import EngineError, ShapeError
from engine.i18n import tr
from engine.layers import registry


class SharedWeightsError(ShapeError):
    """An instance whose input the weights that it shares don't fit."""


class Visit(NamedTuple):
    """What one node told.

    Args:
        flows: Into its connected ports; None when one is missing or unknown.
        answer: What it puts out, or why it does not fit; None when that is unknown.
    """

    flows: tuple[Flow, ...] | None
    answer: Answer | None


class ShapeWalk:
    """One pass over a document in topological order.

    Args:
        find: Answers for single nodes.
        wrong: Places of nodes that are not looked at, nor what depends on them.
    """

    def __init__(self, find: Find, wrong: Collection[str] = ()) -> None:
        self.flows: dict[Source, Flow] = {}
        self.found: dict[str, Inference] = {}
        self.weights: dict[str, int] = {}
        self._find, self._wrong = find, wrong
        self._wrong_nodes: set[int] = set()

    def visit(self, node: FlatNode) -> Visit:
        """Find out about one node; all it depends on was visited before."""
        if node.place in self._wrong:
            # A mistake inside a block is told at one instance; the others have it too.
            self._wrong_nodes.add(id(node.node))
        flows = self._inputs(node)
        if flows is None or id(node.node) in self._wrong_nodes:
            return Visit(None, None)
        answer = self._find(node.type, node.params, flows)
        if isinstance(answer, Inference):
            answer = self._accepted(node, answer)
        return Visit(flows, answer)

    def _inputs(self, node: FlatNode) -> tuple[Flow, ...] | None:
        """Return the flows into a node; None when one is missing or unknown."""
        if not _required(node.type) <= {port for port, _ in node.inputs}:
            return None
        flows = [self.flows.get(source) for _, source in node.inputs]
        known = tuple(flow for flow in flows if flow is not None)
        return known if len(known) == len(flows) else None

    def _accepted(self, node: FlatNode, found: Inference) -> Answer:
        """Note what a node puts out, unless the weights that it shares don't fit."""
        # Shared modules are built once, for the first input: another one fits when it
        # would make as many weights. A block that shares is refused node by node.
        shared = self.weights.setdefault(node.home, found.parameters)
        if shared != found.parameters:
            return _unlike(shared, found.parameters)
        self.found[node.path] = found
        for port, flow in zip(node.outputs, found.outputs, strict=False):
            self.flows[Source(node.path, port)] = flow
        return found


def _unlike(shared: int, own: int) -> EngineError:
    return SharedWeightsError(
        tr("The shared weights don't fit this input"),
        expected=tr("{n:weight|weights}", n=shared),
        got=tr("{n:weight|weights}", n=own),
    )


@cache
def _required(type_id: str) -> frozenset[str]:
    """Return the inputs that must be connected."""
    ports = registry.get(type_id).inputs
    return frozenset(port.name for port in ports if not port.optional)
