"""One wire on the scene. It holds the wire's value and its path."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
)
from PySide6.QtWidgets import QGraphicsItem

from engine.graph.model import Edge
from workbench.canvas.cards import fonts
from workbench.canvas.cards.paint import text_colour
from workbench.canvas.scene.items import chunks
from workbench.canvas.scene.items.chunks import Member, Shapes, told
from workbench.theme.tokens import Tokens, current, mix

BASE_WIDTH, HOT_WIDTH, HEATS = 1.6, 2.6, 12
LABEL_ZOOM = 0.7
LONG_PX = 150.0
_REACH = 12.0


class WireItem(Member):
    """The wire `edge`."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge
        self.is_hovered = False
        self.category = "io"
        self.label = ""
        self.is_broken = False
        self._path = QPainterPath()
        self._lines: list[QLineF] = []
        self._label_place: QPointF | None = None
        flags = QGraphicsItem.GraphicsItemFlag
        self.setFlags(flags.ItemIsSelectable | flags.ItemHasNoContents)

    @property
    def path(self) -> QPainterPath:
        """Where the wire runs, in the scene."""
        return self._path

    def set_path(self, path: QPainterPath) -> None:
        """Run along another path."""
        if path != self._path:
            self.prepareGeometryChange()
            self._path = path
            self._lines = []
            told(self, moved=True)
            self._label_place = _label_place(path)

    def set_words(self, category: str, label: str, *, is_broken: bool) -> None:
        """Take the colour of a category and show a shape."""
        new = (category, label, is_broken)
        if new != (self.category, self.label, self.is_broken):
            self.category, self.label, self.is_broken = new
            told(self)

    def move_by(self, across: float, down: float) -> None:
        """Run along the same path elsewhere."""
        self._path.translate(across, down)
        self._lines = [line.translated(across, down) for line in self._lines]
        if self._label_place is not None:
            self._label_place += QPointF(across, down)
        told(self, moved=True)

    def set_hovered(self, *, on: bool) -> None:
        """Brighten the wire below the pointer and show its shape."""
        self.is_hovered = on
        told(self)

    def boundingRect(self) -> QRectF:
        """Return the path with room for its width and its label."""
        rect = self._path.boundingRect().adjusted(-8, -8, 8, 8)
        middle = self._path.pointAtPercent(0.5)
        return rect.united(QRectF(middle.x() - 90, middle.y() - 12, 180, 24))

    def shape(self) -> QPainterPath:
        """Return what a press hits: the path, generously."""
        stroker = QPainterPathStroker()
        stroker.setWidth(_REACH)
        return stroker.createStroke(self._path)

    def paint(self, *_args: object) -> None:
        """Draw nothing: `cached_picture` calls `draw` for all wires at once."""

    def setSelected(self, selected: bool, /) -> None:
        """Be marked, or not."""
        if selected != self.isSelected():
            super().setSelected(selected)
            chunks.selected(self, on=selected)

    def setVisible(self, visible: bool, /) -> None:
        """Be shown, or not; what is hidden isn't selected."""
        if not visible:
            self.setSelected(False)
        super().setVisible(visible)
        told(self)

    def lines(self) -> list[QLineF]:
        """Return the path as few straight lines, for pictures from far away."""
        if not self._lines:
            points = _points(self._path)
            self._lines = list(map(QLineF, points, points[1:]))
        return self._lines

    def draw(self, painter: QPainter, zoom: float, heat: float) -> None:
        """Draw the wire.

        Args:
            painter: Maps the scene to the screen.
            zoom: Of the view.
            heat: Of the gradient that came along it, 0 to 1.
        """
        tokens = current()
        painter.setPen(self._pen(tokens, zoom, round(heat * HEATS) / HEATS))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)

    def label_place(self, zoom: float) -> QPointF | None:
        """Return where its shape is written; None where there is no room."""
        if not self.label or zoom < LABEL_ZOOM:
            return None
        if self.is_hovered or self.isSelected():
            return self._path.pointAtPercent(0.5)
        return self._label_place if "×" in self.label else None

    def _pen(self, tokens: Tokens, zoom: float, heat: float) -> QPen:
        width = BASE_WIDTH + HOT_WIDTH * heat
        colour = QColor(tokens.category(self.category))
        if self.is_broken:
            colour = QColor(tokens.err)
        if self.isSelected():
            colour, width = QColor(tokens.accent), width + 1.2
        elif self.is_hovered:
            width += 0.9
        else:
            colour = QColor(mix(colour.name(), tokens.canvas, 0.2))
        pen = QPen(colour, max(width, 1.0 / zoom))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if self.is_broken:
            pen.setDashPattern([3.0, 3.0])
        return pen

    def label_rect(self, middle: QPointF) -> QRectF:
        """Return the rectangle of the shape's words around a place."""
        metrics = QFontMetricsF(fonts.mono())
        width = metrics.horizontalAdvance(self.label) + 12
        return QRectF(middle.x() - width / 2, middle.y() - 8, width, 16)

    def draw_label(self, painter: QPainter, rect: QRectF) -> None:
        """Write the shape over all wires."""
        tokens = current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.canvas))
        painter.drawRoundedRect(rect, 8, 8)
        painter.setFont(fonts.mono())
        painter.setPen(QColor(text_colour(tokens, self.category)))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.label)


def _points(path: QPainterPath) -> list[QPointF]:
    """Return the corners of a path, and the middle of every curve."""
    points: list[QPointF] = []
    count, index = path.elementCount(), 0
    while index < count:
        here = path.elementAt(index)
        if here.isCurveTo():
            one, two = path.elementAt(index + 1), path.elementAt(index + 2)
            first = points[-1]
            x = (first.x() + 3 * here.x + 3 * one.x + two.x) / 8
            y = (first.y() + 3 * here.y + 3 * one.y + two.y) / 8
            points += [QPointF(x, y), QPointF(two.x, two.y)]
            index += 3
        else:
            points.append(QPointF(here.x, here.y))
            index += 1
    return points


def _label_place(path: QPainterPath) -> QPointF | None:
    """Return the middle of the longest flat stretch, where there is room for words."""
    best, place = LONG_PX, None
    for index in range(1, path.elementCount()):
        here, before = path.elementAt(index), path.elementAt(index - 1)
        if not here.isLineTo() or here.y != before.y:
            continue
        length = abs(here.x - before.x)
        if length >= best:
            best, place = length, QPointF((here.x + before.x) / 2, here.y)
    return place


def measure(item: WireItem) -> tuple[QRectF, QRectF]:
    """Return the rectangles around a wire alone, and with its label."""
    return item.path.boundingRect(), item.boundingRect()


def gather(item: WireItem, _rect: QRectF, shapes: Shapes) -> None:
    """Add a wire to what is drawn from far away."""
    if item.isVisible():
        kind = "selected" if item.isSelected() else item.category
        shapes.setdefault(("wire", kind), []).extend(item.lines())
