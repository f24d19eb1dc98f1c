"""How wires run between cards, and what colour they have."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF

from engine.graph.model import Edge, Graph
from workbench.canvas.geometry.routing import route
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.wire_item import WireItem


class Wiring:
    """Draws the wires of one graph as it is now.

    Args:
        graph: What is connected.
        nodes: The card of every node.
        label: Words for a wire.
    """

    def __init__(
        self,
        graph: Graph,
        nodes: Mapping[str, CardItem],
        label: Callable[[Edge], str] = lambda _edge: "",
    ) -> None:
        self._graph, self._nodes, self._label = graph, nodes, label
        self._colours: dict[str, str] = {}

    def draw(self, item: WireItem, cards: Mapping[str, QRectF]) -> None:
        """Let a wire run from card to card, past other cards."""
        edge = item.edge
        source, target = self._nodes[edge.source.node], self._nodes[edge.target.node]
        ends = {edge.source.node, edge.target.node}
        others = [card for node_id, card in cards.items() if node_id not in ends]
        start = source.port_place(edge.source.port, is_output=True)
        end = target.port_place(edge.target.port, is_output=False)
        outputs = source.face.outputs
        lane = outputs.index(edge.source.port) if edge.source.port in outputs else 0
        is_broken = (
            edge.source.port not in outputs
            or edge.target.port not in target.face.inputs
        )
        colour = self._colour(edge.source.node)
        if target.face.kind == "dot":
            target.set_face(replace(target.face, category=colour))
        item.set_words(colour, self._label(edge), is_broken=is_broken)
        item.set_path(route(start, end, source.card(), others, lane))

    def _colour(self, node_id: str) -> str:
        """Return the category of a node; a point in a wire has that of its source."""
        passed = []
        while node_id not in self._colours and self._nodes[node_id].face.kind == "dot":
            before = self._graph.edges_into(node_id)
            if not before:
                break
            passed.append(node_id)
            node_id = before[0].source.node
        found = self._colours.get(node_id, self._nodes[node_id].face.category)
        self._colours.update(dict.fromkeys(passed, found))
        return found


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
