"""Put a block's inside in the place of one of its instances, as edits.

A repeated instance becomes so many copies in a row. Instances that shared weights
become independent copies of them; `Unpacked.names` says where each weight goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.errors import GraphError
from engine.graph import paths
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
)
from engine.graph.model import ROOT, Block, Edge, Endpoint, Graph, Node, Project
from engine.graph.ports import BLOCK, params
from engine.graph.weights import unpacked
from engine.i18n import tr

_GAP_PX = 220.0


@dataclass(frozen=True)
class Unpacked:
    """What unpacking does.

    Args:
        edits: One undo step.
        names: Old node path → new node id, for weights.
    """

    edits: tuple[Edit, ...]
    names: dict[str, str]


@dataclass(frozen=True)
class _Copies:
    """The future nodes: for each repeat, inner id → new id."""

    block: Block
    ids: tuple[dict[str, str], ...]

    def inputs(self, port: str, repeat: int) -> list[Endpoint]:
        ends = self.block.inputs.get(port, ())
        return [Endpoint(self.ids[repeat][end.node], end.port) for end in ends]

    def output(self, port: str, repeat: int) -> Endpoint:
        end = self.block.outputs[port]
        return Endpoint(self.ids[repeat][end.node], end.port)

    def chain(self) -> dict[str, str]:
        """Return input → the output of the repeat before that replaces it."""
        return dict(zip(self.block.inputs, self.block.outputs, strict=False))


def unpack(project: Project, node_id: str, scope: str = ROOT) -> Unpacked:
    """Return the edits that dissolve one instance; the definition stays.

    Raises:
        GraphError: When the node is not an instance of a known block.
    """
    graph = project.scope(scope)
    node = graph.node(node_id)
    block = project.blocks.get(str(node.params.get("of", "")))
    if node.type != BLOCK or block is None:
        raise GraphError(tr("Only a block can be unpacked"), where=node_id)
    repeat = params(node)["repeat"]
    copies = _copies(graph, node, block, repeat if isinstance(repeat, int) else 1)
    edits = [
        *_swap(graph, node, copies, scope),
        *_places(project, node, copies, scope),
        *_phases(project, node_id, copies, scope),
    ]
    return Unpacked(tuple(edits), _names(node_id, copies))


def _copies(graph: Graph, node: Node, block: Block, times: int) -> _Copies:
    taken = set(graph.nodes) - {node.id}
    ids = []
    for _ in range(times):
        fresh = {}
        for inner in block.graph.nodes:
            fresh[inner] = _free(inner, taken)
            taken.add(fresh[inner])
        ids.append(fresh)
    return _Copies(block, tuple(ids))


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _names(node_id: str, copies: _Copies) -> dict[str, str]:
    if len(copies.ids) == 1:
        return {f"{node_id}.{old}": new for old, new in copies.ids[0].items()}
    return {
        f"{node_id}.{index}.{old}": new
        for index, ids in enumerate(copies.ids)
        for old, new in ids.items()
    }


def _swap(graph: Graph, node: Node, copies: _Copies, scope: str) -> list[Edit]:
    touched = [e for e in graph.edges if node.id in (e.source.node, e.target.node)]
    wires = [*_inner_wires(graph, node, copies), *_outer_wires(graph, node, copies)]
    kept = set(graph.edges) - set(touched)
    edits: list[Edit] = [Disconnect(edge, scope) for edge in reversed(touched)]
    edits.append(RemoveNode(node.id, scope))
    edits += [AddNode(new, scope) for new in _inherited(node, copies, scope)]
    edits += [Connect(e, scope, i) for i, e in enumerate(wires) if e not in kept]
    return edits


def _inherited(node: Node, copies: _Copies, scope: str) -> Iterator[Node]:
    """Yield the future nodes with what they have from their instance."""
    for index, ids in enumerate(copies.ids):
        for inner in copies.block.graph.nodes.values():
            name = f"{index}.{inner.id}" if len(copies.ids) > 1 else inner.id
            new = _inherit(inner, node, ids[inner.id])
            if scope == ROOT:
                new = replace(new, weights=unpacked(inner, node, name))
            yield new


def _inherit(inner: Node, instance: Node, node_id: str) -> Node:
    return replace(
        inner,
        id=node_id,
        trainable=inner.trainable and instance.trainable,
        lr_factor=inner.lr_factor * instance.lr_factor,
    )


def _inner_wires(graph: Graph, node: Node, copies: _Copies) -> list[Edge]:
    """Return the wires inside each repeat, then those that enter it."""
    wires: dict[Edge, None] = {}
    for index, ids in enumerate(copies.ids):
        for edge in copies.block.graph.edges:
            source = Endpoint(ids[edge.source.node], edge.source.port)
            target = Endpoint(ids[edge.target.node], edge.target.port)
            wires[Edge(source, target)] = None
        for port in copies.block.inputs:
            feeding = _feeding(graph, node, copies, port, index)
            if feeding:
                ends = copies.inputs(port, index)
                wires.update({Edge(feeding, target): None for target in ends})
    return list(wires)


def _feeding(
    graph: Graph,
    node: Node,
    copies: _Copies,
    port: str,
    index: int,
) -> Endpoint | None:
    """Return what feeds an input of one repeat: the repeat before, or the outside."""
    chain = copies.chain()
    if index and port in chain:
        return copies.output(chain[port], index - 1)
    outside = [e.source for e in graph.edges_into(node.id) if e.target.port == port]
    return outside[0] if outside else None


def _outer_wires(graph: Graph, node: Node, copies: _Copies) -> list[Edge]:
    """Return the wires of the scope that don't end in the instance, in order."""
    last = len(copies.ids) - 1
    wires = []
    for edge in graph.edges:
        if edge.target.node == node.id:
            continue
        source = edge.source
        if source.node == node.id:
            source = copies.output(source.port, last)
        wires.append(Edge(source, edge.target))
    return wires


def _places(project: Project, node: Node, copies: _Copies, scope: str) -> list[Edit]:
    inner = project.layout.get(str(node.params["of"]), {})
    corner = project.position(scope, node.id)
    gone: list[Edit] = [Move(((node.id, None),), scope)] if corner else []
    if not inner:
        return gone
    left, top = corner or (0.0, 0.0)
    width = max(x for x, _ in inner.values()) + _GAP_PX
    moves = tuple(
        (ids[inner_id], (left + x + index * width, top + y))
        for index, ids in enumerate(copies.ids)
        for inner_id, (x, y) in inner.items()
        if inner_id in ids
    )
    return [*gone, Move(moves, scope)]


def _phases(project: Project, node_id: str, copies: _Copies, scope: str) -> list[Edit]:
    """Let phases that update the instance, or part of it, update what was in it."""

    def left(steps: tuple[str, ...]) -> list[tuple[str, ...]]:
        if steps[0] != node_id:
            return [steps]
        rest, chosen = steps[1:], copies.ids
        if rest and rest[0].isdecimal():
            chosen, rest = chosen[int(rest[0]) :][:1], rest[1:]
        if not rest:
            return [(new,) for ids in chosen for new in ids.values()]
        return [(ids[rest[0]], *rest[1:]) for ids in chosen if rest[0] in ids]

    return list(paths.renamed_in_phases(project, scope, left))
