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

from engine.graph.model import Edge
from workbench.canvas.cards import fonts, tag
from workbench.canvas.scene.items import chunks
from workbench.canvas.scene.items.chunks import Member, Shapes, told
from workbench.theme.tokens import Tokens, current

WIDTH, MARKED_WIDTH = 2.0, 3.0
LABEL_ZOOM = 0.7
LONG_PX = 150.0
_REACH = 12.0


class WireItem(Member):
    """The wire `edge`.

    Attributes:
        label: The shape of what it carries.
        tag: Words of a wire that is shown as a tag at each end; else empty.
        is_broken: One of its ports is gone.
        is_asked_for: Be a line although it is tagged: a node of it is selected.
    """

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge
        self.is_hovered = False
        self.label, self.tag = "", ""
        self.is_broken, self.is_asked_for = False, False
        self._path = QPainterPath()
        self._lines: list[QLineF] = []
        self._label_place: QPointF | None = None
        self.setFlags(chunks.FLAGS)

    @property
    def path(self) -> QPainterPath:
        """Where the wire runs, in the scene."""
        return self._path

    @property
    def drawn_rect(self) -> QRectF:
        """The rectangle around the line, without its width."""
        return self._path.controlPointRect()

    @property
    def is_drawn(self) -> bool:
        """Whether it is seen as a line: tagged ones only when somebody asks."""
        return not self.tag or self.is_hovered or self.is_chosen or self.is_asked_for

    def set_path(self, path: QPainterPath) -> None:
        """Run along another path."""
        if path != self._path:
            # Qt needn't be told: it keeps no index of the items and paints none.
            self._path = path
            self._lines = []
            told(self, moved=True)
            self._label_place = _label_place(path)

    def set_words(self, label: str, tag: str, *, is_broken: bool) -> None:
        """Show a shape, or the words of a tag."""
        new = (label, tag, is_broken)
        if new != (self.label, self.tag, self.is_broken):
            self.label, self.tag, self.is_broken = new
            told(self, moved=True)

    def ask_for(self, *, on: bool) -> None:
        """Be drawn as a line although it is tagged, or not."""
        if on != self.is_asked_for:
            self.is_asked_for = on
            if self.tag:
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

    def tag_rects(self, zoom: float = 1.0) -> tuple[QRectF, ...]:
        """Return where its tags stand: at its output, and at its input."""
        if not self.tag or self._path.isEmpty():
            return ()
        last = self._path.elementCount() - 1
        ends = (self._path.elementAt(0), self._path.elementAt(last))
        start, end = (QPointF(each.x, each.y) for each in ends)
        return (
            tag.rect(self.tag, start, is_output=True, zoom=zoom),
            tag.rect(self.tag, end, is_output=False, zoom=zoom),
        )

    def is_at_source(self, place: QPointF) -> bool:
        """Return whether a place is on the tag at the output, which wires share."""
        return any(rect.contains(place) for rect in self.tag_rects()[:1])

    def boundingRect(self) -> QRectF:
        """Return the path with room for its width and its label."""
        rect = self.drawn_rect.adjusted(-8, -8, 8, 8)
        place = self._label_place
        if place is not None:
            rect = rect.united(QRectF(place.x() - 90, place.y() - 12, 180, 24))
        for pill in self.tag_rects():
            rect = rect.united(pill)
        return rect

    def shape(self) -> QPainterPath:
        """Return what a press hits: its tags, and the path, generously."""
        found = QPainterPath()
        for rect in self.tag_rects():
            found.addRect(rect)
        if self.is_drawn:
            stroker = QPainterPathStroker()
            stroker.setWidth(_REACH)
            found.addPath(stroker.createStroke(self._path))
        return found

    def paint(self, *_args: object) -> None:
        """Draw nothing: `cached_picture` calls `draw` for all wires at once."""

    def setVisible(self, visible: bool, /) -> None:
        """Be shown, or not; what is hidden isn't selected."""
        if not visible:
            self.choose(on=False)
        super().setVisible(visible)
        told(self)

    def lines(self) -> list[QLineF]:
        """Return the path as few straight lines, for pictures from far away."""
        if not self._lines:
            points = _points(self._path)
            self._lines = list(map(QLineF, points, points[1:]))
        return self._lines

    def draw(self, painter: QPainter, zoom: float) -> None:
        """Draw the wire; `painter` maps the scene to the screen."""
        if not self.is_drawn:
            return
        painter.setPen(self._pen(current(), zoom))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)

    def label_place(self, zoom: float) -> QPointF | None:
        """Return where its shape is written; None where there is no room."""
        if not self.label or zoom < LABEL_ZOOM or not self.is_drawn:
            return None
        if self.is_hovered or self.is_chosen:
            return self._label_place or self._path.pointAtPercent(0.5)
        return self._label_place

    def _pen(self, tokens: Tokens, zoom: float) -> QPen:
        """Return a neutral pen: colour tells what happens, not what a wire joins."""
        colour, width = tokens.wire, WIDTH
        if self.is_chosen:
            colour, width = tokens.accent, MARKED_WIDTH
        elif self.is_broken:
            colour = tokens.err
        elif self.is_hovered:
            colour, width = tokens.fg2, MARKED_WIDTH
        pen = QPen(QColor(colour), max(width, 1.0 / zoom))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if self.is_broken:
            pen.setDashPattern([3.0, 3.0])
        elif self.tag:
            pen.setDashPattern([2.0, 3.0])
        return pen

    def label_rect(self, middle: QPointF, zoom: float) -> QRectF:
        """Return the rectangle of the shape's words around a place."""
        metrics = QFontMetricsF(fonts.mono(zoom=zoom))
        width, height = metrics.horizontalAdvance(self.label) + 12, metrics.height() + 2
        return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)

    def draw_label(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """Write the shape over all wires."""
        tokens = current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.canvas))
        painter.drawRect(rect)
        painter.setFont(fonts.mono(zoom=zoom))
        painter.setPen(QColor(tokens.fg2))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.label)

    def draw_tags(self, painter: QPainter, zoom: float) -> None:
        """Draw the tags over all wires."""
        is_marked = self.is_chosen or self.is_hovered
        for rect in self.tag_rects(zoom):
            tag.draw(painter, self.tag, rect, zoom, is_marked=is_marked)


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
    return item.drawn_rect, item.boundingRect()


def gather(item: WireItem, _rect: QRectF, shapes: Shapes) -> None:
    """Add a wire to what is drawn from far away."""
    if item.isVisible() and item.is_drawn:
        kind = "selected" if item.is_chosen else "plain"
        shapes.setdefault(("wire", kind), []).extend(item.lines())
