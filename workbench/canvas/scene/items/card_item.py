"""One card on the scene. It holds an id and a face, never a node."""

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)

from workbench.canvas.cards import paint, words
from workbench.canvas.cards.card import Face
from workbench.canvas.cards.paint import Screen
from workbench.canvas.geometry import sizes
from workbench.canvas.live.looks import Look
from workbench.canvas.scene.items import chunks
from workbench.canvas.scene.items.chunks import Member, Shapes, told
from workbench.theme.tokens import current, mix

_RIM = sizes.MARGIN


class CardItem(Member):
    """The card of the node `node_id`.

    Attributes:
        place: Where it stands, as the document counts.
    """

    def __init__(self, node_id: str, face: Face) -> None:
        super().__init__()
        self.node_id = node_id
        self.face = face
        # Plain numbers: Qt's bindings count every object of Qt's that is kept, and with
        # very many of them there is a moment in which they are all counted anew.
        self._size = (face.width, face.height)
        self._ports: dict[tuple[str, bool], tuple[float, float]] = {}
        self.is_hovered = False
        self.place = (0.0, 0.0)
        self._revision = 0
        self._picture: tuple[tuple[object, ...], QPixmap] | None = None
        self.setFlags(chunks.FLAGS)

    def set_face(self, face: Face) -> None:
        """Show another face."""
        if face != self.face:
            self.face = face
            self._size, self._ports = (face.width, face.height), {}
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

    def setOpacity(self, opacity: float, /) -> None:
        """Fade."""
        super().setOpacity(opacity)
        told(self)

    def card(self) -> QRectF:
        """Return the card in scene coordinates."""
        return QRectF(*self.place, *self._size)

    def port_place(self, name: str, *, is_output: bool) -> QPointF:
        """Return where a port stands in the scene."""
        key = (name, is_output)
        if key not in self._ports:
            self._ports[key] = self.face.port(name, is_output=is_output).toTuple()
        (left, top), (across, down) = self.place, self._ports[key]
        return QPointF(left + across, top + down)

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

    def draw(self, painter: QPainter, screen: Screen) -> None:
        """Draw the card; `painter` maps scene to screen pixels."""
        corner = painter.transform().map(self.pos() - QPointF(_RIM, _RIM))
        shown = self._cached(screen)
        ratio = screen.ratio  # to whole pixels of the device: hairlines stay sharp
        spot = QPointF(round(corner.x() * ratio), round(corner.y() * ratio)) / ratio
        painter.save()
        painter.resetTransform()
        painter.setOpacity(self.opacity())
        painter.drawPixmap(spot, shown)
        painter.restore()

    def _cached(self, screen: Screen) -> QPixmap:
        """Return the card as a picture; drawn anew when anything in it differs."""
        tokens = current()
        state = "selected" if self.is_chosen else "hovered" if self.is_hovered else ""
        key = (self._revision, screen, state, tokens.name)
        if self._picture is None or self._picture[0] != key:
            drawn = paint.picture(self.face, tokens, screen, state)
            self._picture = (key, drawn)
        return self._picture[1]

    def draw_live(self, painter: QPainter, look: Look) -> None:
        """Draw the histogram of the gradient, in the colour that gradients have."""
        tokens = current()
        corner = self.pos() + words.spark_place(self.face)
        colour = QColor(tokens.err if look.is_broken else tokens.backward)
        fill = QColor(mix(tokens.node, colour.name(), 0.3))
        painter.translate(corner)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(look.area)
        painter.setPen(QPen(colour, 1.4))
        painter.drawPolyline(look.line)
        painter.translate(-corner)

    def draw_value(
        self, painter: QPainter, value: tuple[str, str], zoom: float
    ) -> None:
        """Write what a loss or a metric has come to."""
        painter.translate(self.pos())
        words.value(painter, self.face, value, zoom)
        painter.translate(-self.pos())


def measure(item: CardItem) -> tuple[QRectF, QRectF]:
    """Return the card, twice: nothing is drawn far from it."""
    card = item.card()
    return card, card


def gather(item: CardItem, card: QRectF, shapes: Shapes) -> None:
    """Add a card to what is drawn from far away: a block, and a mark around it."""
    face = item.face
    shapes.setdefault(("block", face.category), []).append(card)
    if item.is_chosen:
        shapes.setdefault(("mark", "accent"), []).append(card)
    elif face.severity:
        token = "err" if face.severity == "error" else "warn"
        shapes.setdefault(("mark", token), []).append(card)


def misnamed(
    cards: Mapping[str, CardItem],
    before: Mapping[str, str],
    called: Mapping[str, str],
) -> Iterator[str]:
    """Yield the cards that show another name; deleting one may renumber nearly all.

    Args:
        cards: Node id → card.
        before: The names of all nodes when the cards were made up.
        called: Their names now.
    """
    others = (i for i, words in called.items() if before.get(i) != words)
    return (i for i in others if i in cards and cards[i].face.title != called[i])
