"""The gestures that move nodes, or copies of them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from engine.i18n import tr
from workbench.canvas.geometry import sizes, snapping
from workbench.canvas.geometry.snapping import Snap
from workbench.canvas.gestures.gesture import Gesture
from workbench.document import actions, clipboard, splicing
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from engine.graph.model import Edge
    from workbench.canvas.view import CanvasView

_ALT = Qt.KeyboardModifier.AltModifier
_MANY = 300
"""With more cards than this, a moved one snaps to the grid only."""


class MoveNodes(Gesture):
    """Moves the selected nodes; the document learns of it at the end, once.

    Args:
        view: Where it happens.
        place: Scene point of the press.
        held: The node under the pointer; it snaps.
        narrows: Without a drag it alone stays selected: the press was a mere click.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self, view: "CanvasView", place: QPointF, held: str, *, narrows: bool = False
    ) -> None:
        super().__init__(view, place)
        nodes = self.scene.nodes
        self._clicked = held if narrows else ""
        self._held = nodes[held].card()
        self._before = {i: nodes[i].pos() for i in self.scene.selected_nodes()}
        rest = [n.card() for i, n in nodes.items() if i not in self._before]
        self._others = rest if len(rest) <= _MANY else []
        self._snap = Snap(QPointF())
        self.goal: Edge | None = None

    def follow(self, event: QMouseEvent) -> None:
        """Move the cards; the held one snaps unless Alt is down."""
        self.view.step_animation.stop()
        delta, before = self.place - self.origin, self._snap.delta
        if event.modifiers() & _ALT:
            self._snap = Snap(delta)
        else:
            zoom = self.view.camera.zoom
            self._snap = snapping.snap(self._held, delta, self._others, zoom)
        way = self._snap.delta - before
        if not way.isNull():
            self.scene.shift(self._before, way)
        self._aim()
        self.view.viewport().update()

    def _aim(self) -> None:
        """Find the wire that the only moved node would go into."""
        self.goal = None
        if len(self._before) != 1:
            return
        node_id = next(iter(self._before))
        graph = self.scene.graph
        if graph.edges_into(node_id) or graph.edges_out_of(node_id):
            return
        wire = self.scene.edge_at(self.scene.nodes[node_id].card().center(), 14.0)
        if wire is not None and splicing.fits(
            self.scene.document.project, node_id, wire.edge, self.scene.scope
        ):
            self.goal = wire.edge

    def finish(self) -> None:
        """Store the new places as one undo step; drop a lone node into a wire."""
        if not self.has_moved:
            self._narrow()
        places = {i: self.scene.nodes[i].pos() for i in self._before}
        moved = {i: (p.x(), p.y()) for i, p in places.items() if p != self._before[i]}
        if not moved:
            return
        if len(self.scene.nodes) <= _MANY:
            self.scene.reroute(moved)
        scope = self.scene.scope
        if self.goal is not None:
            node_id, place = next(iter(moved.items()))
            self.view.attempt(splicing.insert, node_id, self.goal, place, scope)
        else:
            self.view.attempt(actions.move, moved, scope)

    def _narrow(self) -> None:
        """Leave what was clicked as the only thing selected."""
        is_one_of_many = len(self._before) > 1 or self.scene.selected_edges()
        if self._clicked and is_one_of_many:
            self.scene.select([self._clicked])

    def cancel(self) -> None:
        """Put the cards back."""
        for node_id, start in self._before.items():
            self.scene.nodes[node_id].setPos(start)
        self.scene.reroute(self._before)

    def paint(self, painter: QPainter) -> None:
        """Draw the guides, and the wire that takes the node."""
        if not self.has_moved:
            return
        tokens = current()
        pen = QPen(QColor(tokens.accent), 1.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(list(self._snap.guides))
        if self.goal in self.scene.edges:
            painter.setPen(QPen(QColor(tokens.accent), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self.scene.edges[self.goal].path)


class CopyNodes(Gesture):
    """Drags copies of the selected nodes off them (Alt held at the press)."""

    cursor = Qt.CursorShape.DragCopyCursor

    def __init__(self, view: "CanvasView", place: QPointF, held: str) -> None:
        super().__init__(view, place)
        self._ids = self.scene.selected_nodes()
        self._cards = [self.scene.nodes[i].card() for i in self._ids]
        self._held = self.scene.nodes[held].card()
        self._snap = Snap(QPointF())

    def follow(self, event: QMouseEvent) -> None:
        """Move the outlines."""
        others = self._cards if len(self.scene.nodes) <= _MANY else []
        delta = self.place - self.origin
        self._snap = snapping.snap(self._held, delta, others, self.view.camera.zoom)
        self.view.viewport().update()

    def finish(self) -> None:
        """Paste the copies where the outlines are."""
        if not self.has_moved:
            return
        corner = self.scene.bounds(self._ids).topLeft() + self._snap.delta
        scope, document = self.scene.scope, self.scene.document
        text = clipboard.excerpt(document, self._ids, scope)
        words = tr("Duplicate {count} nodes", count=len(self._ids))
        at = (corner.x(), corner.y())
        made = self.view.attempt(clipboard.paste, text, at, scope, words)
        if isinstance(made, list):
            self.scene.select(made)

    def paint(self, painter: QPainter) -> None:
        """Draw the outlines of the copies."""
        if not self.has_moved:
            return
        colour = QColor(current().accent)
        painter.setPen(QPen(colour, 1.4))
        colour.setAlpha(36)
        painter.setBrush(colour)
        for card in self._cards:
            room: QRectF = card.translated(self._snap.delta)
            painter.drawRoundedRect(room, sizes.RADIUS, sizes.RADIUS)
