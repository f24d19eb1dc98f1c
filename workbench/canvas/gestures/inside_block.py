"""Gestures inside an open card: select and move its nodes, wire them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from engine.graph.model import Endpoint
from engine.i18n import tr
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.connect import FAINT, ConnectDrag
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.scene import open_block
from workbench.canvas.scene.open_block import OpenBlock
from workbench.document import actions
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView


def gesture_at(view: "CanvasView", place: QPointF, *, adds: bool) -> Gesture | None:
    """Return the gesture that a press on what stands in an open card begins.

    None where the press is for the block itself; may change the selection.
    """
    card = open_block.at(view.scene, place)
    if card is None:
        return None
    port = card.port_at(place, sizes.PORT_REACH / view.camera.zoom)
    if port is not None:
        return _from_port(view, place, card, port)
    node_id = card.node_at(place)
    if not node_id:
        return None
    _choose(view, card, node_id, adds=adds)
    return MoveInside(view, place, card, "" if adds else node_id)


def _choose(view: "CanvasView", card: OpenBlock, node_id: str, *, adds: bool) -> None:
    chosen = view.inside.ids if view.inside.path == card.path else []
    if adds:
        rest = [i for i in chosen if i != node_id]
        chosen = rest if node_id in chosen else [*rest, node_id]
    elif node_id not in chosen:
        chosen = [node_id]
    view.inside.select(card.path, chosen)


def _from_port(
    view: "CanvasView", place: QPointF, card: OpenBlock, port: tuple[str, str, bool]
) -> "ConnectInside":
    """Pull a new wire; from an input that has one, take its end off."""
    node_id, name, is_output = port
    end = Endpoint(node_id, name)
    into = () if is_output else card.graph.edges_into(node_id)
    old = next((edge for edge in reversed(into) if edge.target == end), None)
    fixed, forward = (old.source, True) if old else (end, is_output)
    drag = ConnectInside(view, place, fixed, forward=forward, old=old)
    drag.card, drag.pressed = card, node_id
    return drag


class MoveInside(Gesture):
    """Moves the selected nodes of an open card; shows outlines until it ends.

    Args:
        view: Where it happens.
        place: Scene point of the press.
        card: The open card.
        clicked: Node that alone stays selected when there is no drag; or empty.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self, view: "CanvasView", place: QPointF, card: OpenBlock, clicked: str
    ) -> None:
        super().__init__(view, place)
        self._card = card
        self._clicked = clicked

    @property
    def _way(self) -> QPointF:
        way = self.place - self.origin
        return QPointF(sizes.snap(way.x()), sizes.snap(way.y()))

    def follow(self, event: QMouseEvent) -> None:
        """Show the outlines where the pointer is."""
        self.view.viewport().update()

    def finish(self) -> None:
        """Store the new places as one undo step."""
        is_one_of_many = len(self.view.inside.ids) > 1
        if not self.has_moved and self._clicked and is_one_of_many:
            self.view.inside.select(self._card.path, [self._clicked])
        if self.has_moved and not self._way.isNull():
            move(self.view, self._card, self._way)

    def paint(self, painter: QPainter) -> None:
        """Draw the outlines."""
        if not self.has_moved:
            return
        colour = QColor(current().accent)
        painter.setPen(QPen(colour, 1.4))
        colour.setAlpha(36)
        painter.setBrush(colour)
        for node_id in self.view.inside.ids:
            if node_id in self._card.inner.ids:
                room = self._card.rect(node_id).translated(self._way)
                painter.drawRoundedRect(room, sizes.RADIUS, sizes.RADIUS)


def move(view: "CanvasView", card: OpenBlock, way: QPointF) -> None:
    """Move what is selected in an open card by some way, as one undo step."""
    places, chosen = card.places(), view.inside.ids
    moved = {i: (places[i][0] + way.x(), places[i][1] + way.y()) for i in chosen}
    title = card.face(chosen[0]).title
    several = tr("Move {count} nodes", count=len(chosen))
    words = tr("Move {title}", title=title) if len(chosen) == 1 else several
    view.attempt(actions.move, moved, card.scope, words)


class ConnectInside(ConnectDrag):
    """Pulls a wire between the nodes of an open card."""

    card: OpenBlock
    pressed: str

    @property
    def scope(self) -> str:
        """The block."""
        return self.card.scope

    def port_place(self, end: Endpoint, *, is_output: bool) -> QPointF:
        """Return where a port of a card inside stands."""
        return self.card.port_place(end, is_output=is_output)

    def node_at(self, place: QPointF) -> str:
        """Return the id of the card inside at a place, or an empty string."""
        return self.card.node_at(place)

    def port_at(self, place: QPointF, reach: float) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of a card inside at a place."""
        return self.card.port_at(place, reach)

    def fade(self) -> None:
        """Fade what is around the block."""
        for node_id, item in self.scene.nodes.items():
            item.setOpacity(1.0 if node_id == self.card.path[0] else FAINT)

    def click(self) -> None:
        """Select the node that was pressed."""
        self.view.inside.select(self.card.path, [self.pressed])

    def offer(self) -> None:
        """Say where a wire may end."""
        self.view.say(tr("Drop it on a port inside the block."))
