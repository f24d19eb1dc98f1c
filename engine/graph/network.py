"""Nodes and the wires between them, and their only mutators."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from engine import plain
from engine.errors import GraphError
from engine.graph import walks
from engine.graph.ends import ID_PATTERN, Edge
from engine.i18n import tr
from engine.layers.spec import Value

_K = TypeVar("_K")
_V = TypeVar("_V")
_Index = dict[str, dict[Edge, None]]  # node → its wires on one side


@dataclass(frozen=True)
class Node:
    """One node: a layer, a source, a loss, a metric, a view or a block's instance.

    Args:
        id: Stable name inside its graph; weights are named after it.
        type: Id in the catalogue.
        params: Only the values that differ from the catalogue's defaults.
        name: Words on the canvas; empty means the catalogue's title.
        trainable: Whether training may move its weights.
        lr_factor: Multiplies the learning rate of this node's weights.
        weights: Where they start, see `engine.graph.weights`; empty means anew.
        extra: Fields of the file that this version does not know.
    """

    id: str
    type: str
    params: Mapping[str, Value] = field(default_factory=dict)
    name: str = ""
    trainable: bool = True
    lr_factor: float = 1.0
    weights: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the name on one line, and short enough to be shown."""
        if not plain.is_name(self.name):
            object.__setattr__(self, "name", plain.name(self.name))

    def with_param(self, name: str, value: Value) -> "Node":
        """Return a copy with one parameter set."""
        return replace(self, params={**self.params, name: value})

    def without_param(self, name: str) -> "Node":
        """Return a copy with one parameter back at its default."""
        rest = {key: value for key, value in self.params.items() if key != name}
        return replace(self, params=rest)


class Graph:
    """Nodes by id and wires in order. The order of wires into a port counts.

    Attributes:
        titles: Node id → words, as `engine.graph.titles` has found them; None once
            they may be others.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[Edge, None] = {}
        self._into: _Index = {}
        self._out_of: _Index = {}
        self._is_lent = False
        self._owned: set[tuple[bool, str]] = set()
        self._numbers: dict[str, int] = {}
        self.titles: Mapping[str, str] | None = None

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes by id, in the order of the document."""
        return MappingProxyType(self._nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All wires, in the order of the document."""
        return tuple(self._edges)

    def has_edge(self, edge: Edge) -> bool:
        """Return whether this wire is there."""
        return edge in self._edges

    def differing(self, others: Mapping[Edge, object]) -> tuple[list[Edge], list[Edge]]:
        """Return the wires that are only among the others, and those only here.

        Args:
            others: Compared by the hashes that both have already: quick for many.
        """
        gone = set(others).difference(self._edges)
        fresh = set(map(id, set(self._edges).difference(others)))
        ordered = [edge for edge in self._edges if id(edge) in fresh] if fresh else []
        return list(gone), ordered

    def edges_into(self, node_id: str) -> tuple[Edge, ...]:
        """Return the wires into a node, in order."""
        return tuple(self._into.get(node_id, ()))

    def edges_out_of(self, node_id: str) -> tuple[Edge, ...]:
        """Return the wires out of a node, in order."""
        return tuple(self._out_of.get(node_id, ()))

    def node(self, node_id: str) -> Node:
        """Return one node.

        Raises:
            GraphError: When there is none with this id.
        """
        if node_id not in self._nodes:
            raise GraphError(tr("There is no node “{id}”", id=node_id))
        return self._nodes[node_id]

    def free_id(self, stem: str) -> str:
        """Return `stem`, or `stem_2`, `stem_3` …, whichever is free."""
        if stem not in self._nodes:
            return stem
        number = self._numbers.get(stem, 2)
        while f"{stem}_{number}" in self._nodes:
            number += 1
        self._numbers[stem] = number
        return f"{stem}_{number}"

    def add_node(self, node: Node, index: int | None = None) -> None:
        """Add a node, at `index` in the document's order or at its end.

        Raises:
            GraphError: When the id is taken or malformed.
        """
        self._check_id(node.id)
        self._nodes = _inserted(self._nodes, node.id, node, index)
        self.titles = None

    def _check_id(self, node_id: str) -> None:
        if not ID_PATTERN.fullmatch(node_id):
            raise GraphError(
                tr("A node can't have this id"),
                expected=tr("lower-case letters, digits and _"),
                got=node_id,
            )
        if node_id in self._nodes:
            raise GraphError(tr("The id “{id}” is taken", id=node_id))

    def remove_node(self, node_id: str) -> None:
        """Remove a node that has no wires.

        Raises:
            GraphError: When it does not exist or is still connected.
        """
        self._check_loose(node_id)
        del self._nodes[node_id]
        self._numbers.clear()
        self.titles = None

    def _check_loose(self, node_id: str) -> None:
        self.node(node_id)
        if self._into.get(node_id) or self._out_of.get(node_id):
            raise GraphError(tr("The node “{id}” is still connected", id=node_id))

    def replace_node(self, node: Node) -> None:
        """Put `node` in the place of the one with the same id."""
        if _words(self.node(node.id)) != _words(node):
            self.titles = None
        self._nodes[node.id] = node

    def connect(self, edge: Edge, index: int | None = None) -> None:
        """Add a wire, at `index` in the document's order or at its end.

        Raises:
            GraphError: When a node is missing, the wire exists, or it closes a cycle.
        """
        self._check_new(edge)
        self.check_acyclic(edge)
        self._edges = _inserted(self._edges, edge, None, index)
        self._reindex(edge)

    def check_acyclic(self, edge: Edge, where: str = "") -> None:
        """Raise GraphError when a wire would close a cycle.

        Args:
            edge: Not there yet; its nodes are.
            where: What its target is called; empty means by its id.
        """
        if self.reaches(edge.target.node, edge.source.node):
            raise _closes_cycle(where or edge.target.node)

    def connect_all(self, edges: Iterable[Edge]) -> None:
        """Add many wires at the end, in a time that grows with their number alone.

        Raises:
            GraphError: As `connect`; none of them is there then.
        """
        added: list[Edge] = []
        try:
            for edge in edges:
                self._check_new(edge)
                self._edges[edge] = None
                self._reindex(edge)
                added.append(edge)
            circle = self._in_a_circle()
            if circle:
                raise _closes_cycle(circle)
        except GraphError:
            for edge in reversed(added):
                self.disconnect(edge)
            raise

    def _check_new(self, edge: Edge) -> None:
        self.node(edge.source.node)
        self.node(edge.target.node)
        if edge in self._edges:
            raise GraphError(tr("This wire is already there"), where=str(edge.target))

    def _in_a_circle(self) -> str:
        """Return a node that depends on itself; empty when none does."""
        return walks.cycle(self._nodes, self._sources, self._targets) or ""

    def disconnect(self, edge: Edge) -> None:
        """Remove a wire.

        Raises:
            GraphError: When it is not there.
        """
        self._check_there(edge)
        del self._edges[edge]
        del self._own(self._into, edge.target.node)[edge]
        del self._own(self._out_of, edge.source.node)[edge]

    def touching(self, node_ids: Set[str]) -> list[Edge]:
        """Return the wires that end at any of these nodes, in the document's order."""
        sides = (self._into, self._out_of)
        found = {e: None for i in node_ids for side in sides for e in side.get(i, ())}
        return list(self._in_order(found))

    def _own(self, index: _Index, node: str) -> dict[Edge, None]:
        """Return the wires of a node to be changed, apart from those of any copy."""
        key = (index is self._into, node)
        if self._is_lent and key not in self._owned:
            self._owned.add(key)
            index[node] = dict(index.get(node, ()))
        return index.setdefault(node, {})

    def _check_there(self, edge: Edge) -> None:
        if edge not in self._edges:
            raise GraphError(tr("This wire is not there"), where=str(edge.target))

    def _reindex(self, new: Edge) -> None:
        """Bring the per-node wires into the document's order after adding `new`."""
        for index, node in (
            (self._into, new.target.node),
            (self._out_of, new.source.node),
        ):
            self._own(index, node)[new] = None
        if next(reversed(self._edges)) == new:
            return
        self._into[new.target.node] = self._in_order(self._into[new.target.node])
        self._out_of[new.source.node] = self._in_order(self._out_of[new.source.node])

    def _in_order(self, edges: dict[Edge, None]) -> dict[Edge, None]:
        """Return some of the wires in the document's order."""
        if len(edges) < 2:
            return edges
        among = set(map(id, edges))
        return {edge: None for edge in self._edges if id(edge) in among}

    def insert_nodes(self, nodes: Sequence[tuple[Node, int]]) -> None:
        """Add many nodes at ascending places, each as it counts in the end.

        Raises:
            GraphError: As `add_node`; none of them is there then.
        """
        seen: set[str] = set()
        for node, _ in nodes:
            self._check_id(node.id)
            if node.id in seen:
                raise GraphError(tr("The id “{id}” is taken", id=node.id))
            seen.add(node.id)
        added = [(place, node.id, node) for node, place in nodes]
        self._nodes = _merged(self._nodes, added)
        self.titles = None

    def take_nodes(self, node_ids: Sequence[str]) -> list[int]:
        """Remove many nodes without wires; return where they stood.

        Raises:
            GraphError: As `remove_node`; all of them are there then.
        """
        for node_id in node_ids:
            self._check_loose(node_id)
        places = {node_id: place for place, node_id in enumerate(self._nodes)}
        for node_id in node_ids:
            del self._nodes[node_id]
        self._numbers.clear()
        self.titles = None
        return [places[node_id] for node_id in node_ids]

    def insert_edges(self, edges: Sequence[tuple[Edge, int]]) -> None:
        """Add many wires at ascending places, each as it counts in the end.

        Raises:
            GraphError: As `connect`; none of them is there then.
        """
        before = self._edges, self._into, self._out_of
        for edge, _ in edges:
            self._check_new(edge)
        self._edges = _merged(self._edges, [(place, e, None) for e, place in edges])
        self._into, self._out_of = {}, {}
        for edge in self._edges:
            self._into.setdefault(edge.target.node, {})[edge] = None
            self._out_of.setdefault(edge.source.node, {})[edge] = None
        circle = self._in_a_circle()
        if circle:
            self._edges, self._into, self._out_of = before
            raise _closes_cycle(circle)

    def take_edges(self, edges: Sequence[Edge]) -> list[int]:
        """Remove many wires; return where they stood.

        Raises:
            GraphError: As `disconnect`; all of them are there then.
        """
        for edge in edges:
            self._check_there(edge)
        places = {edge: place for place, edge in enumerate(self._edges)}
        for edge in edges:
            self.disconnect(edge)
        return [places[edge] for edge in edges]

    def reaches(self, start: str, goal: str) -> bool:
        """Return whether `goal` is `start` or depends on it."""
        return walks.leads_to(start, goal, self._targets, self._sources)

    def topological(self) -> Iterator[Node]:
        """Yield every node after all it depends on, otherwise in document order."""
        ordered = walks.topological(self._nodes, self._sources, self._targets)
        return (self._nodes[node_id] for node_id in ordered)

    def _sources(self, node_id: str) -> list[str]:
        return [edge.source.node for edge in self._into.get(node_id, ())]

    def _targets(self, node_id: str) -> list[str]:
        return [edge.target.node for edge in self._out_of.get(node_id, ())]

    def copy(self) -> "Graph":
        """Return an independent graph with the same values."""
        twin = Graph()
        twin._nodes = dict(self._nodes)
        twin._edges = dict(self._edges)
        twin._into, twin._out_of = dict(self._into), dict(self._out_of)
        self._is_lent = twin._is_lent = True  # Who changes wires copies them first.
        self._owned, twin._owned = set(), set()
        twin.titles = self.titles
        return twin


def _words(node: Node) -> tuple[object, ...]:
    """Return what a node is called after."""
    return node.name, node.type, node.params.get("of")


def _closes_cycle(node_id: str) -> GraphError:
    return GraphError(
        tr("This wire would close a cycle"),
        where=node_id,
        fix=tr("A network is computed from left to right, without loops."),
    )


def _merged(items: dict[_K, _V], added: Sequence[tuple[int, _K, _V]]) -> dict[_K, _V]:
    """Return `items` with others at ascending places of the result, in one pass."""
    result: dict[_K, _V] = {}
    old = iter(items.items())
    for place, key, value in added:
        result.update(itertools.islice(old, max(0, place - len(result))))
        result[key] = value
    result.update(old)
    return result


def _inserted(items: dict[_K, _V], key: _K, value: _V, at: int | None) -> dict[_K, _V]:
    """Return `items` with one more in this place; appends in place."""
    if at is None or at >= len(items):
        items[key] = value
        return items
    if at < len(items) // 2:
        result = dict(itertools.islice(items.items(), at))
    else:
        result = items.copy()
        for later in list(itertools.islice(reversed(items), len(items) - at)):
            del result[later]
    result[key] = value
    result.update(items)  # From a dict: known hashes, and what is there stays in place.
    return result
