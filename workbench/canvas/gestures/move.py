"""The gestures that move nodes, or copies of them."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from engine.i18n import tr
from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes, snapping
from workbench.canvas.geometry.snapping import Snap
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.stage import Stage
from workbench.document import actions, clipboard, splicing
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from engine.graph.model import Edge

_ALT = Qt.KeyboardModifier.AltModifier
_MANY = 300
"""With more cards than this, a moved one snaps to the grid only."""
_MOST = 1000
"""More cards than this don't follow the pointer: outlines do."""


class Carry(Gesture):
    """What moving nodes and moving copies have in common: the selection, and snapping.

    Args:
        stage: Where it happens.
        place: Scene point of the press.
        held: The selected node under the pointer; it snaps.
    """

    def __init__(self, stage: Stage, place: QPointF, held: str) -> None:
        super().__init__(stage, place)
        chosen = stage.selection
        self.area, self.ids = chosen.area, chosen.ids
        self._held = self.area.rect_of(held)
        # The grid is that of the stored places; inside a block it lies elsewhere.
        inside = self.area.to_stored(self._held.topLeft()) - self._held.topLeft()
        self._shift = inside if self.area.path else QPointF()
        self.snap = Snap(QPointF())

    @cached_property
    def rects(self) -> list[QRectF]:
        """Where the cards were; for the shown graph only copies ask."""
        return [self.area.rect_of(i) for i in self.ids]

    @cached_property
    def outlines(self) -> list[QRectF]:
        """What is drawn of them: of thousands those in view, and one around all."""
        if self.area.path or len(self.ids) <= _MOST:
            return self.rects
        chosen, near = set(self.ids), self.scene.cards.near(self.stage.camera.seen())
        seen = [item.card() for item in near if item.node_id in chosen]
        return [self.scene.bounds(self.ids), *(seen if len(seen) <= _MOST else ())]

    def snap_to(self, others: list[QRectF]) -> None:
        """Come to rest in line with other cards, or on the grid."""
        delta, shift = self.place - self.origin, self._shift
        near = [rect.translated(shift) for rect in others]
        held, zoom = self._held.translated(shift), self.stage.camera.zoom
        self.snap = snapping.snap(held, delta, near, zoom)

    def paint_guides(self, painter: QPainter) -> None:
        """Draw the lines that explain where the held card rests."""
        pen = QPen(QColor(current().accent), 1.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        guides = [guide.translated(-self._shift) for guide in self.snap.guides]
        painter.drawLines(guides)

    def paint_outlines(self, painter: QPainter) -> None:
        """Draw where the cards, or their copies, will be."""
        colour = QColor(current().accent)
        painter.setPen(QPen(colour, 1.4))
        colour.setAlpha(36)
        painter.setBrush(colour)
        for rect in self.outlines:
            moved = rect.translated(self.snap.delta)
            painter.drawRoundedRect(moved, sizes.RADIUS, sizes.RADIUS)


class MoveNodes(Carry):
    """Moves the selected nodes; the document learns of it at the end, once.

    Cards of the shown graph follow the pointer; of thousands, and of what is inside an
    open block, which is a picture on its card, the outlines do.

    Args:
        stage: Where it happens.
        place: Scene point of the press.
        held: The node under the pointer; it snaps.
        narrows: Without a drag it alone stays selected: the press was a mere click.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self, stage: Stage, place: QPointF, held: str, *, narrows: bool = False
    ) -> None:
        super().__init__(stage, place, held)
        self._clicked = held if narrows else ""
        moving, area = set(self.ids), self.area
        is_light = bool(area.path) or len(self.ids) > _MOST
        self._before = {} if is_light else {i: self._pos(i) for i in self.ids}
        rest = [i for i in area.graph.nodes if i not in moving]
        self._others = [area.rect_of(i) for i in rest] if len(rest) <= _MANY else []
        self.goal: Edge | None = None

    def _pos(self, node_id: str) -> QPointF:
        return self.scene.nodes[node_id].pos()

    def follow(self, event: QMouseEvent) -> None:
        """Move the cards; the held one snaps unless Alt is down."""
        before = self.snap.delta
        if event.modifiers() & _ALT:
            self.snap = Snap(self.place - self.origin)
        else:
            self.snap_to(self._others)
        way = self.snap.delta - before
        if self._before and not way.isNull():
            self.scene.shift(self._before, way)
        self._aim()
        self.stage.viewport().update()

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
            self.stage.document.project, node_id, wire.edge, self.scene.scope
        ):
            self.goal = wire.edge

    def finish(self) -> None:
        """Store the new places as one undo step; drop a lone node into a wire."""
        if not self.has_moved:
            self._narrow()
        elif not self._before and not self.snap.delta.isNull():
            edit.move_by(self.stage, self.snap.delta)
        else:
            self._store()

    def _store(self) -> None:
        places = {i: self._pos(i) for i in self._before}
        moved = {
            i: self.area.to_stored(p, i).toTuple()
            for i, p in places.items()
            if p != self._before[i]
        }
        if not moved:
            return
        if len(self.scene.nodes) <= _MANY:
            self.scene.reroute(moved)
        scope = self.scene.scope
        if self.goal is not None:
            node_id, place = next(iter(moved.items()))
            self.stage.attempt(splicing.insert, node_id, self.goal, place, scope)
        else:
            self.stage.attempt(actions.move, moved, scope)

    def _narrow(self) -> None:
        """Leave what was clicked as the only thing selected."""
        is_one_of_many = len(self.ids) > 1 or self.scene.selected_edges()
        if self._clicked and is_one_of_many:
            self.stage.select([self._clicked], self.area.path)

    def cancel(self) -> None:
        """Put the cards back."""
        for node_id, start in self._before.items():
            self.scene.nodes[node_id].setPos(start)
        self.scene.reroute(self._before)

    def paint(self, painter: QPainter) -> None:
        """Draw the guides, the outlines inside, and the wire that takes the node."""
        if not self.has_moved:
            return
        if not self._before:
            self.paint_outlines(painter)
        self.paint_guides(painter)
        if self.goal in self.scene.edges:
            painter.setPen(QPen(QColor(current().accent), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self.scene.edges[self.goal].path)


class CopyNodes(Carry):
    """Drags copies of the selected nodes off them (Alt held at the press)."""

    cursor = Qt.CursorShape.DragCopyCursor

    def follow(self, event: QMouseEvent) -> None:
        """Move the outlines."""
        others = self.rects if len(self.area.graph.nodes) <= _MANY else []
        self.snap_to(others)
        self.stage.viewport().update()

    def finish(self) -> None:
        """Paste the copies where the outlines are."""
        if not self.has_moved:
            return
        around = QRectF()
        for rect in self.rects:
            around = around.united(rect)
        corner = self.area.to_stored(around.topLeft() + self.snap.delta)
        document, scope = self.stage.document, self.area.scope
        text = clipboard.excerpt(document, self.ids, scope)
        words = tr("Duplicate {count:node|nodes}", count=len(self.ids))
        at = (corner.x(), corner.y())
        made = self.stage.attempt(clipboard.paste, text, at, scope, words)
        if made is not None:
            self.stage.select(made, self.area.path)

    def paint(self, painter: QPainter) -> None:
        """Draw the outlines of the copies."""
        if self.has_moved:
            self.paint_outlines(painter)
