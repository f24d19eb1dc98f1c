"""One card on the scene. It holds an id and a face, never a node."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.canvas import metrics, node_paint
from workbench.canvas.face import Face
from workbench.canvas.live import Look
from workbench.theme.tokens import Tokens, current

if TYPE_CHECKING:
    from workbench.canvas.scene import CanvasScene


class NodeItem(QGraphicsItem):
    """The card of the node `node_id`."""

    def __init__(self, node_id: str, face: Face) -> None:
        super().__init__()
        self.node_id = node_id
        self.face = face
        self.is_hovered = False
        self._picture: tuple[tuple, QPixmap] | None = None
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)

    def set_face(self, face: Face) -> None:
        """Show another face."""
        if face != self.face:
            self.prepareGeometryChange()
            self.face = face
            self.update()

    def set_hovered(self, *, on: bool) -> None:
        """Brighten the card below the pointer."""
        if on != self.is_hovered:
            self.is_hovered = on
            self.update()

    def card(self) -> QRectF:
        """Return the card in scene coordinates."""
        return self.face.rect.translated(self.pos())

    def port_place(self, name: str, *, is_output: bool) -> QPointF:
        """Return where a port stands in the scene."""
        return self.pos() + self.face.port(name, is_output=is_output)

    def boundingRect(self) -> QRectF:
        """Return the card with room for ports, badge and shadow."""
        rim = metrics.MARGIN
        return self.face.rect.adjusted(-rim, -rim, rim, rim)

    def shape(self) -> QPainterPath:
        """Return what a press hits."""
        path = QPainterPath()
        path.addRect(self.face.rect)
        return path

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw the cached picture and the live parts over it."""
        ratio = widget.devicePixelRatioF() if widget else 1.0
        place = painter.worldTransform()
        zoom = place.m11()
        look = self._look()
        shown = self._cached(zoom, ratio, look)
        corner = place.map(QPointF(-metrics.MARGIN, -metrics.MARGIN))
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), shown)
        painter.restore()
        if look is not None and zoom >= node_paint.DETAIL_ZOOM:
            self._paint_spark(painter, look, current())

    def _look(self) -> Look | None:
        scene: CanvasScene = self.scene()
        return scene.live.looks.get(self.node_id)

    def _cached(self, zoom: float, ratio: float, look: Look | None) -> QPixmap:
        """Return the card as a picture; drawn anew when anything in it differs."""
        tokens = current()
        state = (
            "selected" if self.isSelected() else "hovered" if self.is_hovered else ""
        )
        glow = node_paint.glow_of(look)
        key = (self.face, zoom, ratio, state, glow, tokens.name)
        if self._picture is None or self._picture[0] != key:
            screen = node_paint.Screen(zoom, ratio)
            drawn = node_paint.picture(self.face, tokens, screen, state, glow)
            self._picture = (key, drawn)
        return self._picture[1]

    def _paint_spark(self, painter: QPainter, look: Look, tokens: Tokens) -> None:
        """Draw the histogram of the gradient over a thin base line."""
        room = node_paint.spark_rect(self.face)
        colour = QColor(tokens.category(self.face.category))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.translate(room.topLeft())
        painter.setPen(QPen(QColor(tokens.line), 0))
        painter.drawLine(QLineF(0, room.height(), room.width(), room.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(look.bars)
        painter.translate(-room.topLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
