"""How the wires of a scene run between its cards."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import Edge, Graph
from workbench.canvas.cards import labels, tag
from workbench.canvas.cards.card import Face
from workbench.canvas.geometry import tags, ways
from workbench.canvas.geometry.legs import Box, Legs, Point
from workbench.canvas.geometry.routing import rounded
from workbench.canvas.geometry.ways import Wish
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.canvas.scene.shown import Shown
from workbench.canvas.scene.slices import Slices

MOST_CARDS, TOGETHER = 100, 40
"""With more nodes wires don't look for what is in their way; are laid one by one."""
_AT_ONCE = 1500
"""More wires are laid in slices: until then they lie as before."""
_FEW = 8
_UNKNOWN = (Wish((0, 0), (0, 0), "", ("", ""), (0, 0, 0, 0), (0, 0, 0, 0)), False)
_NAMELESS = frozenset({"out"})
"""Outputs whose name says nothing: their node's does."""


class Wiring:
    """Lays the wires of a scene: past cards, each in a lane of its own.

    All wires of a graph of usual size are laid together, so that they lie the same
    however the graph came about; only what is dragged is laid among the others.

    Args:
        scene: Whose wires they are.
        later: Does what takes long.
    """

    def __init__(self, scene: Shown, later: Slices) -> None:
        self._scene, self._later = scene, later
        self._waiting: dict[WireItem, None] = {}
        self._laid: dict[Edge, tuple[Wish, list[Point]]] = {}
        self._boxes: dict[str, Box] = {}
        self._wanted: dict[Edge, tuple[Wish, bool]] = {}
        self._asked: set[WireItem] = set()

    def forget(self) -> None:
        """Know of no wires: there are others now."""
        self._laid, self._boxes, self._wanted = {}, {}, {}
        self._asked = set()
        self._waiting.clear()
        self._later.stop()

    def finish(self) -> None:
        """Lay now what waits."""
        self._later.finish()

    def lay(self, node_ids: Iterable[str]) -> None:
        """Draw anew the wires of these nodes, and those that make room for them."""
        scene, touched = self._scene, set(node_ids)
        if not touched:
            return
        if len(scene.nodes) > MOST_CARDS:
            self._lay_plainly(touching(scene.graph, scene.edges, touched))
            return
        for item in touching(scene.graph, scene.edges, touched):
            self._dress(item)
        items = [item for item in scene.edges.values() if self._has_ends(item)]
        wanted = {i.edge: (wish(i.edge, scene.nodes), bool(i.tag)) for i in items}
        boxes = _boxes(scene.nodes)
        if (boxes, wanted) == (self._boxes, self._wanted):
            return
        if len(scene.nodes) > TOGETHER and self._wanted:
            items = [item for item in items if self._is_stale(item, wanted, boxes)]
        self._boxes, self._wanted = boxes, wanted
        anew = {item.edge for item in items}
        self._laid = {
            edge: way
            for edge, way in self._laid.items()
            if edge in wanted and edge not in anew
        }
        self._lay_among(self._laid, items)

    def _lay_plainly(self, items: Sequence[WireItem]) -> None:
        """Draw wires of a large graph anew; very many of them beside the window."""
        if len(items) <= _AT_ONCE:
            for item in items:
                self.lay_alone(item)
            return
        self._waiting |= dict.fromkeys(items)
        if not self._later.is_running:
            self._later.start(self._laid_later())

    def _laid_later(self) -> Iterator[None]:
        while self._waiting:
            item, _ = self._waiting.popitem()
            if self._scene.edges.get(item.edge) is item:
                self.lay_alone(item)
            yield

    def _is_stale(
        self,
        item: WireItem,
        wanted: Mapping[Edge, tuple[Wish, bool]],
        boxes: Mapping[str, Box],
    ) -> bool:
        """Return whether a wire has other ends now, or a card in its way."""
        edge = item.edge
        if wanted[edge] != self._wanted.get(edge):
            return True
        moved = {i: card for i, card in boxes.items() if self._boxes.get(i) != card}
        if edge not in self._laid or not moved:
            return False
        laid, corners = self._laid[edge]
        return Legs(moved).price(corners, laid.output, laid.cards) > 0

    def lay_alone(self, item: WireItem) -> None:
        """Draw one wire anew, whatever is in its way."""
        self._dress(item)
        if self._has_ends(item):
            lay_plainly(item, self._scene.nodes)

    def ask_for(self, node_ids: Collection[str]) -> None:
        """Draw the tagged wires of a few selected nodes as lines, and no others."""
        scene, wanted = self._scene, set[WireItem]()
        if len(node_ids) <= _FEW:
            wanted = set(touching(scene.graph, scene.edges, set(node_ids)))
        for item in self._asked - wanted:
            item.ask_for(on=False)
        for item in wanted - self._asked:
            item.ask_for(on=True)
        self._asked = wanted

    def shift(self, node_ids: Iterable[str], delta: QPointF) -> None:
        """Let the wires of nodes that have moved follow them, quickly."""
        scene, moved = self._scene, set(node_ids)
        across, down = delta.x(), delta.y()
        pulled = []
        for item in touching(scene.graph, scene.edges, moved):
            if {item.edge.source.node, item.edge.target.node} <= moved:
                item.move_by(across, down)
                self._carry(item.edge, across, down)
            else:
                pulled.append(item)
        if len(scene.nodes) > MOST_CARDS:
            for item in pulled:
                lay_plainly(item, scene.nodes)
            return
        self._wanted.update(dict.fromkeys((item.edge for item in pulled), _UNKNOWN))
        for item in pulled:
            self._laid.pop(item.edge, None)
        self._lay_among(self._laid, pulled)

    def _carry(self, edge: Edge, across: float, down: float) -> None:
        old = self._laid.get(edge)
        if old is not None:
            corners = [(x + across, y + down) for x, y in old[1]]
            self._laid[edge] = (old[0], corners)

    def _lay_among(
        self, laid: Mapping[Edge, tuple[Wish, list[Point]]], items: Iterable[WireItem]
    ) -> None:
        """Lay wires between cards, tags and the wires that lie already."""
        nodes = self._scene.nodes
        legs = Legs(_boxes(nodes), self._tags())
        for other, corners in laid.values():
            legs.add(corners, other.output)
        for item in sorted(items, key=lambda item: _rank(item, nodes)):
            wanted = wish(item.edge, nodes)
            corners = ways.lay(legs, wanted, is_seen=not item.tag)
            if not item.tag:
                self._laid[item.edge] = (wanted, corners)
            item.set_path(rounded(corners))

    def _tags(self) -> Iterator[Box]:
        for item in self._scene.edges.values():
            if item.tag and self._has_ends(item):
                wanted, name = wish(item.edge, self._scene.nodes), item.tag
                start, end = QPointF(*wanted.start), QPointF(*wanted.end)
                yield box(tag.rect(name, start, is_output=True))
                yield box(tag.rect(name, end, is_output=False))

    def _dress(self, item: WireItem) -> None:
        """Let a wire look as what it joins asks for."""
        scene, edge = self._scene, item.edge
        info = scene.info_at(scene.prefix + edge.source.node)
        sizes = info.outputs.get(edge.source.port) if info else None
        words = labels.shape(sizes) if sizes is not None else ""
        dress(item, scene.graph, scene.nodes, words)

    def _has_ends(self, item: WireItem) -> bool:
        nodes, edge = self._scene.nodes, item.edge
        return edge.source.node in nodes and edge.target.node in nodes


def dress(
    item: WireItem, graph: Graph, nodes: Mapping[str, CardItem], words: str = ""
) -> None:
    """Let a wire say what it carries, whether it fits, and whether it is a tag."""
    edge = item.edge
    source, target = nodes[edge.source.node].face, nodes[edge.target.node].face
    is_broken = (
        edge.source.port not in source.outputs or edge.target.port not in target.inputs
    )
    is_tagged = not is_broken and tags.is_tagged(graph, edge)
    name = _tag(edge, source) if is_tagged else ""
    item.set_words(words, name, is_broken=is_broken)


def _tag(edge: Edge, source: Face) -> str:
    """Return what an output is called where its wire isn't seen."""
    return source.title if edge.source.port in _NAMELESS else edge.source.port


def lay_plainly(item: WireItem, nodes: Mapping[str, CardItem]) -> None:
    """Let a wire run from card to card, whatever is in its way."""
    item.set_path(rounded(ways.plain(wish(item.edge, nodes))))


def wish(edge: Edge, nodes: Mapping[str, CardItem]) -> Wish:
    """Return from where to where a wire is to run."""
    source, target = nodes[edge.source.node], nodes[edge.target.node]
    return Wish(
        source.port_place(edge.source.port, is_output=True).toTuple(),
        target.port_place(edge.target.port, is_output=False).toTuple(),
        f"{edge.source.node}.{edge.source.port}",
        (edge.source.node, edge.target.node),
        box(source.card()),
        box(target.card()),
    )


def box(rect: QRectF) -> Box:
    """Return a rectangle as plain numbers."""
    return (rect.left(), rect.top(), rect.right(), rect.bottom())


def _boxes(nodes: Mapping[str, CardItem]) -> dict[str, Box]:
    return {node_id: box(item.card()) for node_id, item in nodes.items()}


def _rank(item: WireItem, nodes: Mapping[str, CardItem]) -> tuple[bool, float]:
    """Return when a wire is laid: what has least choice first, hidden ones last."""
    edge = item.edge
    source, target = nodes[edge.source.node], nodes[edge.target.node]
    start = source.port_place(edge.source.port, is_output=True)
    end = target.port_place(edge.target.port, is_output=False)
    return bool(item.tag), (end - start).manhattanLength()


def touching(
    graph: Graph, items: Mapping[Edge, WireItem], node_ids: set[str]
) -> list[WireItem]:
    """Return the wires that end at any of these nodes."""
    if 4 * len(node_ids) > len(graph.nodes):
        return [
            item
            for edge, item in items.items()
            if edge.source.node in node_ids or edge.target.node in node_ids
        ]
    found: dict[Edge, None] = {}
    for node_id in node_ids:
        found |= dict.fromkeys(graph.edges_into(node_id))
        found |= dict.fromkeys(graph.edges_out_of(node_id))
    return [items[edge] for edge in found if edge in items]
