"""A document in which everything fits, with the ways through it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from engine.advice.checks.batch_checks import Whole
from engine.advice.fixes.fix_context import FixContext
from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Flow
from engine.graph.titles import path_title
from engine.graph.walks import walk
from engine.layers import registry
from engine.layers.spec import Params

Samples = Callable[[Params], Mapping[str, Any]]
"""Params of a data node → its training part, a numpy array by port."""
REARRANGED = frozenset(
    {
        *("flatten", "reshape", "unflatten", "squeeze", "unsqueeze", "reroute"),
        *("identity", "transpose", "permute", "slice", "select", "last_step"),
    }
)
"""What moves numbers without changing them."""


class Net:
    """Answers about the flat nodes of a document.

    Args:
        whole: The document.
        samples: Brings the training part of a data node; None where there is none.
    """

    def __init__(self, whole: Whole, samples: Samples | None) -> None:
        self.nodes, self._samples = whole.nodes, samples
        self._project = whole.project
        self._contexts, self._found = whole.contexts, whole.found
        self.by_path = {node.path: node for node in whole.nodes}

    def context(self, node: FlatNode) -> FixContext:
        """Return a node with what flows into it."""
        return self._contexts[node.path]

    def title(self, node: FlatNode) -> str:
        """Return the words for a node."""
        return path_title(self._project, node.place)

    def category(self, node: FlatNode) -> str:
        """Return the group in the catalogue."""
        return registry.get(node.type).category

    def flow(self, source: Source) -> Flow:
        """Return what flows out of a port."""
        node = self.by_path[source.path]
        return self._found[source.path].outputs[node.outputs.index(source.port)]

    def weights(self, node: FlatNode) -> int:
        """Return how many weights a node has."""
        return self._found[node.path].parameters

    def ends(self, *categories: str) -> Iterator[FlatNode]:
        """Yield the nodes of some categories, such as losses."""
        for node in self.nodes:
            if self.category(node) in categories:
                yield node

    def source(self, node: FlatNode, port: str) -> Source | None:
        """Return where an input comes from; None when nothing is connected."""
        return dict(node.inputs).get(port)

    def origin(
        self, source: Source | None, through: frozenset[str] = REARRANGED
    ) -> FlatNode | None:
        """Return the first node above that does not just pass its first input on."""
        end = self.start_of(source, through)
        return self.by_path[end.path] if end else None

    def start_of(
        self, source: Source | None, through: frozenset[str] = REARRANGED
    ) -> Source | None:
        """Return the port of `origin`."""
        while source is not None:
            node = self.by_path[source.path]
            if node.type not in through or not node.inputs:
                return source
            source = node.inputs[0][1]
        return None

    def above(self, source: Source | None) -> list[FlatNode]:
        """Return all nodes that a value depends on, in topological order."""
        feeds = self.feeds(source)
        return [n for n in self.nodes if n.path in {feed.path for feed in feeds}]

    def feeds(self, source: Source | None) -> set[Source]:
        """Return all ports that a value depends on, its own among them."""
        return set(walk([source] if source else [], self._sources))

    def _sources(self, source: Source) -> list[Source]:
        return [above for _, above in self.by_path[source.path].inputs]

    @cached_property
    def _users(self) -> dict[Source, list[FlatNode]]:
        found: dict[Source, list[FlatNode]] = {}
        for node in self.nodes:
            for _, source in node.inputs:
                found.setdefault(source, []).append(node)
        return found

    def readers(self, source: Source) -> list[FlatNode]:
        """Return the nodes that compute with a value: no metrics, no views."""
        users = self._users.get(source, [])
        return [n for n in users if self.category(n) not in {"metric", "view"}]

    def samples(self, source: Source | None) -> Any:  # noqa: ANN401 - a numpy array
        """Return the training part of a port of a data node; None for others."""
        node = self.by_path[source.path] if source else None
        if node is None or source is None or node.type != "data" or not self._samples:
            return None
        return self._samples(node.params).get(source.port)
