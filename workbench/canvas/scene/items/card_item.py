"""One card on the scene. It holds an id and a face, never a node."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPixmap,
)
from PySide6.QtWidgets import QGraphicsItem

from workbench.canvas.cards import paint
from workbench.canvas.cards.card import Face
from workbench.canvas.cards.paint import Screen
from workbench.canvas.geometry import sizes
from workbench.canvas.live.looks import Look
from workbench.canvas.scene.items import chunks
from workbench.canvas.scene.items.chunks import Member, Shapes, told
from workbench.theme.tokens import current

_RIM = sizes.MARGIN
_BASE_LINE = QRectF(0.0, sizes.SPARK_HEIGHT, sizes.SPARK_WIDTH, 1.0)


class CardItem(Member):
    """The card of the node `node_id`.

    Attributes:
        place: Where it stands, as the document counts.
    """

    def __init__(self, node_id: str, face: Face) -> None:
        super().__init__()
        self.node_id = node_id
        self.face = face
        self._rect, self._ports = face.rect, dict[tuple[str, bool], QPointF]()
        self.is_hovered = False
        self.place = (0.0, 0.0)
        self._revision = 0
        self._picture: tuple[tuple[object, ...], QPixmap] | None = None
        flags = QGraphicsItem.GraphicsItemFlag
        self.setFlags(flags.ItemIsSelectable | flags.ItemHasNoContents)

    def set_face(self, face: Face) -> None:
        """Show another face."""
        if face != self.face:
            self.prepareGeometryChange()
            self.face = face
            self._rect, self._ports = face.rect, {}
            self._revision += 1
            told(self, moved=True)

    def set_hovered(self, *, on: bool) -> None:
        """Brighten the card below the pointer."""
        self.is_hovered = on
        told(self)

    def setPos(self, place: QPointF, /) -> None:  # type: ignore[override]
        """Stand elsewhere; not Qt's other forms."""
        super().setPos(place)
        self.place = self.pos().toTuple()
        told(self, moved=True)

    def setSelected(self, selected: bool, /) -> None:
        """Be marked, or not."""
        if selected != self.isSelected():
            super().setSelected(selected)
            chunks.selected(self, on=selected)

    def setOpacity(self, opacity: float, /) -> None:
        """Fade."""
        super().setOpacity(opacity)
        told(self)

    def card(self) -> QRectF:
        """Return the card in scene coordinates."""
        return self._rect.translated(self.pos())

    def port_place(self, name: str, *, is_output: bool) -> QPointF:
        """Return where a port stands in the scene."""
        key = (name, is_output)
        if key not in self._ports:
            self._ports[key] = self.face.port(name, is_output=is_output)
        return self.pos() + self._ports[key]

    def boundingRect(self) -> QRectF:
        """Return the card with room for ports, badge and shadow."""
        rim = sizes.MARGIN
        return self.face.rect.adjusted(-rim, -rim, rim, rim)

    def shape(self) -> QPainterPath:
        """Return what a press hits."""
        path = QPainterPath()
        path.addRect(self.face.rect)
        return path

    def paint(self, *_args: object) -> None:
        """Draw nothing: `draw` and `draw_live` do, called for all cards at once."""

    def draw(self, painter: QPainter, screen: Screen, look: Look | None) -> None:
        """Draw the card; `painter` maps scene to screen pixels."""
        corner = painter.transform().map(self.pos() - QPointF(_RIM, _RIM))
        shown = self._cached(screen)
        ratio = screen.ratio  # to whole pixels of the device: hairlines stay sharp
        spot = QPointF(round(corner.x() * ratio), round(corner.y() * ratio)) / ratio
        glow = paint.glow_of(look)
        painter.save()
        painter.resetTransform()
        painter.setOpacity(self.opacity())
        painter.drawPixmap(spot, shown)
        if glow:
            rim = round(_RIM * screen.zoom * ratio) / ratio
            wash = paint.glow_picture(
                self.face.rect.size().toSize(), current(), screen, glow
            )
            painter.drawPixmap(spot + QPointF(rim, rim), wash)
        painter.restore()

    def _cached(self, screen: Screen) -> QPixmap:
        """Return the card as a picture; drawn anew when anything in it differs."""
        tokens = current()
        state = (
            "selected" if self.isSelected() else "hovered" if self.is_hovered else ""
        )
        key = (self._revision, screen, state, tokens.name)
        if self._picture is None or self._picture[0] != key:
            drawn = paint.picture(self.face, tokens, screen, state)
            self._picture = (key, drawn)
        return self._picture[1]

    def draw_live(self, painter: QPainter, look: Look) -> None:
        """Draw the histogram of the gradient over a thin base line."""
        tokens = current()
        corner = self.pos() + paint.spark_rect(self.face).topLeft()
        colour = QColor(tokens.category(self.face.category))
        painter.translate(corner)
        painter.fillRect(_BASE_LINE, QColor(tokens.line))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(look.bars)
        painter.translate(-corner)


def measure(item: CardItem) -> tuple[QRectF, QRectF]:
    """Return the card, twice: nothing is drawn far from it."""
    card = item.card()
    return card, card


def gather(item: CardItem, card: QRectF, shapes: Shapes) -> None:
    """Add a card to what is drawn from far away: a block, and a mark around it."""
    face = item.face
    shapes.setdefault(("block", face.category), []).append(card)
    if item.isSelected():
        shapes.setdefault(("mark", "accent"), []).append(card)
    elif face.severity:
        token = "err" if face.severity == "error" else "warn"
        shapes.setdefault(("mark", token), []).append(card)
