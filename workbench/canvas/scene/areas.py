"""Where nodes stand: in the shown graph, or inside an open block. Tools ask alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import Endpoint, Graph, Position
from workbench.canvas.cards.card import Face
from workbench.canvas.geometry import sizes
from workbench.canvas.scene import open_block
from workbench.canvas.scene.shown import Shown


class Area(Protocol):
    """One graph on the scene, with places both as shown and as stored."""

    @property
    def path(self) -> tuple[str, ...]:
        """Instances from the shown graph to this one; empty for the shown graph."""

    @property
    def scope(self) -> str:
        """The block, or the main graph."""

    @property
    def prefix(self) -> str:
        """What stands before the id of a node in its path."""

    @property
    def graph(self) -> Graph:
        """The graph."""

    def face(self, node_id: str) -> Face:
        """Return what the card of a node shows."""

    def rect_of(self, node_id: str) -> QRectF:
        """Return where the card of a node stands in the scene."""

    def node_at(self, place: QPointF) -> str:
        """Return the id of the topmost card at a place, or an empty string."""

    def port_at(self, place: QPointF, reach: float) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of the nearest port within `reach`."""

    def port_place(self, end: Endpoint, *, is_output: bool) -> QPointF:
        """Return where a port stands in the scene."""

    def places(self) -> dict[str, Position]:
        """Return where all nodes stand, as the document counts."""

    def to_stored(self, place: QPointF, node_id: str = "") -> QPointF:
        """Return a scene point, or a card's corner, as the document counts."""


@dataclass(frozen=True)
class ShownGraph:
    """The graph that the scene shows, pushed aside by open cards."""

    scene: Shown

    @property
    def path(self) -> tuple[str, ...]:
        """No instance leads to it."""
        return ()

    @property
    def scope(self) -> str:
        """The block, or the main graph."""
        return self.scene.scope

    @property
    def prefix(self) -> str:
        """What stands before the id of a node in its path."""
        return self.scene.prefix

    @property
    def graph(self) -> Graph:
        """The graph."""
        return self.scene.graph

    def face(self, node_id: str) -> Face:
        """Return what the card of a node shows."""
        return self.scene.nodes[node_id].face

    def rect_of(self, node_id: str) -> QRectF:
        """Return where the card of a node stands."""
        return self.scene.nodes[node_id].card()

    def node_at(self, place: QPointF) -> str:
        """Return the id of the topmost card at a place, or an empty string."""
        item = self.scene.node_at(place)
        return item.node_id if item else ""

    def port_at(self, place: QPointF, reach: float) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of the nearest port within `reach`."""
        return self.scene.port_at(place, reach)

    def port_place(self, end: Endpoint, *, is_output: bool) -> QPointF:
        """Return where a port stands."""
        return self.scene.nodes[end.node].port_place(end.port, is_output=is_output)

    def places(self) -> dict[str, Position]:
        """Return where all nodes stand."""
        nodes = self.scene.nodes
        spots = {i: self.to_stored(item.pos(), i) for i, item in nodes.items()}
        return {i: spot.toTuple() for i, spot in spots.items()}

    def to_stored(self, place: QPointF, node_id: str = "") -> QPointF:
        """Return a scene point, or a card's corner, as the document counts."""
        item = self.scene.nodes.get(node_id)
        is_open = item is not None and item.face.inner is not None
        return QPointF(*self.scene.pushing.stored(place.toTuple(), is_open=is_open))


def at(scene: Shown, place: QPointF) -> Area:
    """Return what a thing let go of at a place comes into: the innermost open block."""
    return open_block.at(scene, place) or ShownGraph(scene)


def find(scene: Shown, path: Sequence[str]) -> Area | None:
    """Return the area that a path of instances leads to; None when nothing is open."""
    return open_block.find(scene, path) if path else ShownGraph(scene)


def on_grid(area: Area, corner: QPointF) -> Position:
    """Return a scene point as the document counts, on the grid."""
    stored = area.to_stored(corner)
    return (sizes.snap(stored.x()), sizes.snap(stored.y()))
