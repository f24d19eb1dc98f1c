"""The items of a large graph, made in slices before anybody sees them."""

from collections.abc import Generator, Iterator, Mapping

from PySide6.QtCore import QPointF

from engine.graph.model import ROOT, Edge, Graph, Position, Project
from workbench.canvas.cards import faces
from workbench.canvas.cards.card import Known
from workbench.canvas.geometry import layout
from workbench.canvas.geometry.rows import Size
from workbench.canvas.scene import wiring
from workbench.canvas.scene.items import card_item, wire_item
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.chunks import Chunks
from workbench.canvas.scene.items.revision import Revision
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.document import Document

LARGE = 1500
"""Nodes from which on a graph is shown in slices."""


def is_large(graph: Graph) -> bool:
    """Return whether making all items at once would hold the window up."""
    return len(graph.nodes) + len(graph.edges) > LARGE


def groups(revision: Revision) -> tuple[Chunks[CardItem], Chunks[WireItem]]:
    """Return empty groups for cards and for wires, which share a revision."""
    cards = Chunks(card_item.measure, card_item.gather, revision)
    return cards, Chunks(wire_item.measure, wire_item.gather, revision)


def sizes_of(nodes: Mapping[str, CardItem]) -> dict[str, Size]:
    """Return width and height of every card, closed."""
    return {i: item.face.closed_size for i, item in nodes.items()}


class StagedScene:
    """Items for the main graph of a project that isn't open yet.

    Args:
        project: Isn't changed until it is shown.

    Attributes:
        nodes: Node id → card at its place.
        edges: Wire → item along its path.
        auto: Places of the nodes that have none in the document.
        cards: The cards in groups.
        wires: The wires in groups.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.nodes: dict[str, CardItem] = {}
        self.edges: dict[Edge, WireItem] = {}
        self.auto: dict[str, Position] = {}
        self.cards, self.wires = groups(Revision())

    def steps(self) -> Iterator[float]:
        """Make everything; yields how much is done, in very small slices."""
        graph = self.project.graph
        total = 2 * len(graph.nodes) + len(graph.edges) + 1
        for node in graph.nodes.values():
            face = faces.build(self.project, node, Known({}, node.id, ROOT), ())
            item = self.nodes[node.id] = CardItem(node.id, face)
            self.cards.add(item)
            yield len(self.nodes) / total
        yield from self._places(graph)
        for edge in graph.edges:
            wire = self.edges[edge] = WireItem(edge)
            self.wires.add(wire)
            wiring.dress(wire, graph, self.nodes)
            wiring.lay_plainly(wire, self.nodes)
            wire.lines()  # Made now: the first picture of all of them needs them.
            yield (2 * len(self.nodes) + len(self.edges)) / total
        for chunks in (self.cards, self.wires):
            for _ in chunks.gathered():
                yield 1.0

    def members(self) -> list[CardItem | WireItem]:
        """Return all items, the wires first."""
        return [*self.edges.values(), *self.nodes.values()]

    def _places(self, graph: Graph) -> Iterator[float]:
        stored = self.project.layout.get(ROOT, {})
        share = len(graph.nodes) / (2 * len(graph.nodes) + len(graph.edges) + 1)
        if any(node_id not in stored for node_id in graph.nodes):
            sizes = sizes_of(self.nodes)
            yield share
            self.auto = yield from _with(share, layout.missing(graph, sizes, stored))
        for node_id, item in self.nodes.items():
            item.setPos(QPointF(*(stored.get(node_id) or self.auto[node_id])))
            yield 2 * share


def _with(
    share: float, steps: layout.Steps
) -> Generator[float, None, dict[str, Position]]:
    """Do steps, saying each time how much was done before them; return what they do."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return dict(done.value)
        yield share


def adopt(stage: StagedScene | None, document: Document) -> StagedScene | None:
    """Return the stage if it is that of what is open now."""
    fits = stage is not None and stage.project is document.project
    return stage if fits else None
