"""Open blocks on a scene: what stands in them, in the scene's coordinates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import Edge, Endpoint, Graph, Position, Project
from workbench.canvas.cards.card import Face, Inner
from workbench.canvas.geometry import sizes
from workbench.canvas.scene.shown import Shown
from workbench.document import outer_ports


@dataclass(frozen=True)
class OpenBlock:
    """One open card.

    Args:
        project: Only read.
        path: Instances from the shown graph to it.
        scope: Block whose inside it shows.
        prefix: What stands before the ids of its nodes in their paths.
        corner: Its top left corner.
        inner: What it shows.
    """

    project: Project
    path: tuple[str, ...]
    scope: str
    prefix: str
    corner: QPointF
    inner: Inner

    @property
    def graph(self) -> Graph:
        """The graph inside."""
        return self.project.scope(self.scope)

    @property
    def rect(self) -> QRectF:
        """The card."""
        return QRectF(
            self.corner.x(), self.corner.y(), self.inner.width, self.inner.height
        )

    def place(self, node_id: str) -> QPointF:
        """Return the top left corner of a card in it."""
        return self.corner + QPointF(*self._entry(node_id)[0])

    def to_stored(self, place: QPointF, node_id: str = "") -> QPointF:
        """Return a scene point as the places of the block count.

        Args:
            place: In the scene.
            node_id: Of the card whose corner it is, if it is one.
        """
        inner, spot = self.inner, place - self.corner + QPointF(*self.inner.corner)
        is_open = node_id in inner.ids and self.face(node_id).inner is not None
        return QPointF(*inner.pushing.stored(spot.toTuple(), is_open=is_open))

    def face(self, node_id: str) -> Face:
        """Return what a card in it shows."""
        return self._entry(node_id)[1]

    def rect_of(self, node_id: str) -> QRectF:
        """Return where a card in it stands."""
        return self.face(node_id).rect.translated(self.place(node_id))

    def _entry(self, node_id: str) -> tuple[Position, Face]:
        return self.inner.cards[self.inner.ids.index(node_id)]

    def node_at(self, place: QPointF) -> str:
        """Return the id of the topmost card at a place, or an empty string."""
        ids = reversed(self.inner.ids)
        return next((i for i in ids if self.rect_of(i).contains(place)), "")

    def port_place(self, end: Endpoint, *, is_output: bool) -> QPointF:
        """Return where a port in it stands."""
        spot = self.face(end.node).port(end.port, is_output=is_output)
        return self.place(end.node) + spot

    def port_at(self, place: QPointF, reach: float) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of the nearest port within `reach`."""
        found = [
            (gap.x() ** 2 + gap.y() ** 2, node_id, name, is_output)
            for node_id in self.inner.ids
            for name, is_output, spot in self.face(node_id).ports()
            if abs((gap := self.place(node_id) + spot - place).x()) < reach
            and abs(gap.y()) < reach
        ]
        return min(found)[1:] if found else None

    def edge_at(self, place: QPointF, reach: float) -> Edge | None:
        """Return the wire between two of its nodes at a place."""
        spot = place - self.corner
        near = (w for w in self.inner.wires if w.is_near(spot.x(), spot.y(), reach))
        return next((wire.edge for wire in near if wire.edge is not None), None)

    def unplaced(self) -> dict[str, Position]:
        """Return where the nodes are shown, unless all have a stored place."""
        stored = self.project.layout.get(self.scope, {})
        if all(node_id in stored for node_id in self.inner.ids):
            return {}
        found = {}
        for node_id in self.inner.ids:
            spot = self.to_stored(self.place(node_id), node_id)
            found[node_id] = (sizes.snap(spot.x()), sizes.snap(spot.y()))
        return found

    def places(self) -> dict[str, Position]:
        """Return the places of all nodes inside, as the document counts."""
        return self.unplaced() or dict(self.project.layout[self.scope])


def every(scene: Shown) -> Iterator[OpenBlock]:
    """Yield all open blocks; one inside another comes after it."""
    for node_id in scene.nodes:
        block = _outer(scene, node_id)
        if block is not None:
            yield from _with_inner(block)


def _outer(scene: Shown, node_id: str) -> OpenBlock | None:
    """Return the open block that a card of the shown graph is, if it is one."""
    item = scene.nodes.get(node_id)
    if item is None or item.face.inner is None:
        return None
    name, prefix = (
        outer_ports.of(scene.graph.node(node_id)),
        f"{scene.prefix}{node_id}.",
    )
    project, inner = scene.document.project, item.face.inner
    return OpenBlock(project, (node_id,), name, prefix, item.pos(), inner)


def _inside(block: OpenBlock, node_id: str) -> OpenBlock | None:
    """Return the open block that a card in an open block is, if it is one."""
    inner = block.face(node_id).inner if node_id in block.inner.ids else None
    if inner is None:
        return None
    name, prefix = (
        outer_ports.of(block.graph.node(node_id)),
        f"{block.prefix}{node_id}.",
    )
    path, corner = (*block.path, node_id), block.place(node_id)
    return OpenBlock(block.project, path, name, prefix, corner, inner)


def _with_inner(block: OpenBlock) -> Iterator[OpenBlock]:
    yield block
    for node_id in block.inner.ids:
        inner = _inside(block, node_id)
        if inner is not None:
            yield from _with_inner(inner)


def at(scene: Shown, place: QPointF) -> OpenBlock | None:
    """Return the innermost open block at a place."""
    item = scene.node_at(place)
    found, inner = None, _outer(scene, item.node_id) if item else None
    while inner is not None and inner.rect.contains(place):
        found = inner
        inner = _inside(found, found.node_at(place))
    return found


def find(scene: Shown, path: Sequence[str]) -> OpenBlock | None:
    """Return the open block at the end of a path."""
    found = _outer(scene, path[0]) if path else None
    for step in path[1:]:
        found = _inside(found, step) if found else None
    return found


def unplaced(scene: Shown, scope: str) -> dict[str, Position]:
    """Return where nodes without a stored place are shown by an open card."""
    card = next((card for card in every(scene) if card.scope == scope), None)
    return card.unplaced() if card else {}
