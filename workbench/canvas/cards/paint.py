"""Painting of cards: the cached picture of a face, and the live parts over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)

from workbench.canvas.cards import fonts
from workbench.canvas.cards.card import Face, Inner, Wire
from workbench.canvas.geometry import sizes
from workbench.canvas.geometry.routing import route
from workbench.canvas.live.looks import BROKEN, GLOWS, Look
from workbench.theme.tokens import Tokens, mix

DETAIL_ZOOM, TITLE_ZOOM = 0.55, 0.22
HEAT_ALPHA = 70
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_RIM = sizes.MARGIN


@dataclass(frozen=True)
class Screen:
    """For what a picture is drawn.

    Args:
        zoom: Of the view.
        ratio: Device pixels per logical pixel.
    """

    zoom: float
    ratio: float


def picture(face: Face, tokens: Tokens, screen: Screen, state: str = "") -> QPixmap:
    """Return a card with its margin, drawn for one zoom and screen.

    Args:
        face: What it shows.
        tokens: Colours.
        screen: Where it will be shown.
        state: `selected`, `hovered` or empty.
    """
    scale = screen.zoom * screen.ratio
    width, height = face.width + 2 * _RIM, face.height + 2 * _RIM
    drawn = QPixmap(max(1, round(width * scale)), max(1, round(height * scale)))
    drawn.fill(Qt.GlobalColor.transparent)
    with QPainter(drawn) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.translate(_RIM, _RIM)
        if face.kind == "dot":
            _dot(painter, face, tokens, state)
        else:
            _whole(painter, face, tokens, screen.zoom, state)
    drawn.setDevicePixelRatio(screen.ratio)
    return drawn


def _whole(
    painter: QPainter, face: Face, tokens: Tokens, zoom: float, state: str = ""
) -> None:
    """Draw a card with everything on it."""
    _shadow(painter, face, tokens)
    if face.kind == "block" and face.inner is None:
        _stack(painter, face, tokens)
    _card(painter, face, tokens, state)
    if face.inner is not None:
        _inside(painter, face.inner, tokens, zoom)
        _head(painter, face, tokens, zoom)
    else:
        _text(painter, face, tokens, zoom)
    if zoom >= TITLE_ZOOM:
        _ports(painter, face, tokens)
    _badge(painter, face, tokens)


def _stack(painter: QPainter, face: Face, tokens: Tokens) -> None:
    """Draw edges of cards below: one for a block, more for a repeated one."""
    painter.setPen(QPen(QColor(mix(tokens.line, tokens.fg2, 0.35)), 1.0))
    for step in range(min(face.repeat, 3), 0, -1):
        shade = mix(tokens.node, tokens.canvas, 0.2 * step)
        painter.setBrush(QColor(shade))
        below = face.rect.adjusted(2.5 * step, 6, -2.5 * step, 3.5 * step)
        painter.drawRoundedRect(below, sizes.RADIUS, sizes.RADIUS)


def _dot(painter: QPainter, face: Face, tokens: Tokens, state: str) -> None:
    """Draw a point that a wire runs through."""
    colour = QColor(tokens.category(face.category))
    middle = face.rect.center()
    line = QPen(QColor(mix(colour.name(), tokens.canvas, 0.2)), 1.6)
    painter.setPen(line)
    painter.drawLine(QPointF(0, middle.y()), QPointF(face.width, middle.y()))
    marked = state == "selected" or bool(face.severity)
    edge = tokens.accent if state == "selected" else tokens.err
    painter.setPen(QPen(QColor(edge) if marked else colour, 2.2 if marked else 1.0))
    painter.setBrush(colour.lighter(125) if state == "hovered" else colour)
    painter.drawEllipse(middle, sizes.DOT_RADIUS, sizes.DOT_RADIUS)


def _inside(painter: QPainter, inner: Inner, tokens: Tokens, zoom: float) -> None:
    """Draw what an open card holds, on ground like the canvas."""
    rect = QRectF(sizes.STRIP + 4, 28, inner.width - sizes.STRIP - 9, 0)
    rect.setBottom(inner.height - 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(mix(tokens.canvas, tokens.node, 0.25)))
    painter.drawRoundedRect(rect, sizes.RADIUS - 2, sizes.RADIUS - 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rects = {
        node_id: face.rect.translated(*place)
        for node_id, (place, face) in zip(inner.ids, inner.cards, strict=True)
    }
    for wire in inner.wires:
        colour = mix(tokens.category(wire.category), tokens.canvas, 0.2)
        painter.setPen(QPen(QColor(colour), 1.4))
        painter.drawPath(_inner_path(wire, rects))
    for (x, y), face in inner.cards:
        painter.translate(x, y)
        if face.kind == "dot":
            _dot(painter, face, tokens, "")
        else:
            _whole(painter, face, tokens, zoom)
        painter.translate(-x, -y)


def _inner_path(wire: Wire, rects: Mapping[str, QRectF]) -> QPainterPath:
    """Return the way of a wire around the cards of an open card."""
    start, end = QPointF(*wire.start), QPointF(*wire.end)
    border = QRectF(start.x(), start.y() - sizes.HEIGHT / 2, 0, sizes.HEIGHT)
    source = rects.get(wire.nodes[0], border) if wire.nodes else border
    others = [rect for node_id, rect in rects.items() if node_id not in wire.nodes]
    return route(start, end, source, others)


def _head(painter: QPainter, face: Face, tokens: Tokens, zoom: float) -> None:
    """Write name, summary and count of an open card in one line."""
    if zoom < TITLE_ZOOM:
        return
    rect = QRectF(sizes.PAD, 4, face.width - 2 * sizes.PAD, 22)
    words = f"{face.count}   {face.shape}".strip()
    right = _line(words, fonts.small(), tokens.fg2, _RIGHT)
    taken = _write(painter, right, rect)
    taken += _loaded_mark(painter, face, tokens, rect.adjusted(0, 0, -taken, 0))
    title = _line(face.title, fonts.title(), tokens.fg, _LEFT)
    used = _write(painter, title, rect.adjusted(0, 0, -taken, 0))
    if zoom >= DETAIL_ZOOM:
        rest = rect.adjusted(used + 4, 1, -taken, 1)
        line = _line(face.summary, fonts.small(), tokens.fg2, _LEFT)
        _write(painter, line, rest)


@lru_cache(maxsize=64)
def text_colour(tokens: Tokens, category: str) -> str:
    """Return the readable colour of a category; working it out takes a while."""
    return tokens.category_text(category)


def glow_of(look: Look | None) -> int:
    """Return the strength of a card's glow in few steps, BROKEN for inf and NaN."""
    return 0 if look is None else look.glow


@lru_cache(maxsize=512)
def glow_picture(size: QSize, tokens: Tokens, screen: Screen, glow: int) -> QPixmap:
    """Return the gradient's size as a wash: warmer and stronger for a larger one.

    Args:
        size: Of the card.
        tokens: Colours.
        screen: Where it will be shown.
        glow: As `glow_of` returns it, not 0.
    """
    scale = screen.zoom * screen.ratio
    drawn = QPixmap(
        max(1, round(size.width() * scale)), max(1, round(size.height() * scale))
    )
    drawn.fill(Qt.GlobalColor.transparent)
    rect = QRectF(0, 0, size.width(), size.height())
    inner = rect.adjusted(sizes.STRIP, 1.5, -1.5, -1.5)
    with QPainter(drawn) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_wash(inner, tokens, glow))
        painter.drawRoundedRect(inner, sizes.RADIUS - 2, sizes.RADIUS - 2)
    drawn.setDevicePixelRatio(screen.ratio)
    return drawn


def _wash(rect: QRectF, tokens: Tokens, glow: int) -> QBrush:
    colour = QColor(tokens.err if glow == BROKEN else tokens.act)
    clear = QColor(colour)
    clear.setAlpha(0)
    colour.setAlpha(150 if glow == BROKEN else HEAT_ALPHA * glow // GLOWS)
    gradient = QLinearGradient(rect.topLeft(), rect.topRight())
    gradient.setColorAt(0.25, clear)
    gradient.setColorAt(1.0, colour)
    return QBrush(gradient)


def _shadow(painter: QPainter, face: Face, tokens: Tokens) -> None:
    strength = 10 if tokens.name == "light" else 22
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in (4.0, 2.5, 1.0):
        painter.setBrush(QColor(0, 0, 0, strength))
        around = face.rect.adjusted(-spread, 1 - spread / 2, spread, spread + 1.5)
        painter.drawRoundedRect(around, sizes.RADIUS + spread, sizes.RADIUS + spread)


def _card(painter: QPainter, face: Face, tokens: Tokens, state: str) -> None:
    body = QPainterPath()
    body.addRoundedRect(face.rect, sizes.RADIUS, sizes.RADIUS)
    fill = mix(tokens.node, tokens.bg3, 0.45) if state == "hovered" else tokens.node
    painter.fillPath(body, QColor(fill))
    painter.save()
    painter.setClipPath(body)
    strip = QRectF(0, 0, sizes.STRIP, face.height)
    painter.fillRect(strip, QColor(tokens.category(face.category)))
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_outline(face, tokens, state))
    painter.drawPath(body)
    if face.is_frozen:
        _frozen_mark(painter, face, tokens)


def _outline(face: Face, tokens: Tokens, state: str) -> QPen:
    if state == "selected":
        return QPen(QColor(tokens.accent), 2.0)
    if face.severity:
        colour = tokens.err if face.severity == "error" else tokens.warn
        return QPen(QColor(colour), 1.4)
    return QPen(QColor(tokens.line), 1.0)


def _frozen_mark(painter: QPainter, face: Face, tokens: Tokens) -> None:
    """Hatch the strip of a node whose weights don't move."""
    brush = QBrush(QColor(tokens.node), Qt.BrushStyle.BDiagPattern)
    painter.fillRect(QRectF(0, 8, sizes.STRIP, face.height - 16), brush)


def _loaded_mark(painter: QPainter, face: Face, tokens: Tokens, rect: QRectF) -> float:
    """Draw an arrow into a tray where weights start from a file; return its width."""
    if not face.is_loaded:
        return 0.0
    x, y = rect.right() - 3.5, rect.center().y()
    painter.setPen(QPen(QColor(tokens.accent), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    lines = ((0, -4.5, 0, 1.5), (-2.5, -1, 0, 1.5), (2.5, -1, 0, 1.5), (-4, 4, 4, 4))
    painter.drawLines([QLineF(x + a, y + b, x + c, y + d) for a, b, c, d in lines])
    return sizes.MARK_WIDTH


def _text(painter: QPainter, face: Face, tokens: Tokens, zoom: float) -> None:
    if zoom < TITLE_ZOOM:
        return
    if zoom < DETAIL_ZOOM:
        _title_only(painter, face, tokens)
        return
    top = (face.height - sizes.HEIGHT) / 2
    rect = face.width - 2 * sizes.PAD
    count = _line(face.count, fonts.small(10), tokens.fg2, _RIGHT)
    head = QRectF(sizes.PAD, top + 7, rect, 18)
    taken = _write(painter, count, head)
    taken += _loaded_mark(painter, face, tokens, head.adjusted(0, 0, -taken, 0))
    title = _line(face.title, fonts.title(), tokens.fg, _LEFT)
    _write(painter, title, QRectF(sizes.PAD, top + 7, rect - taken, 18))
    summary = _line(face.summary, fonts.small(), tokens.fg2, _LEFT)
    beside = sizes.SPARK_WIDTH if face.count else 0.0
    _write(painter, summary, QRectF(sizes.PAD, top + 24, rect - beside, 14))
    colour = text_colour(tokens, face.category)
    shape = _line(face.shape, fonts.mono(), colour, _LEFT)
    _write(painter, shape, QRectF(sizes.PAD, top + 39, rect, 14))


def _title_only(painter: QPainter, face: Face, tokens: Tokens) -> None:
    rect = QRectF(sizes.PAD, 0, face.width - 2 * sizes.PAD, face.height)
    line = _line(face.title, fonts.title(19), tokens.fg, _LEFT)
    _write(painter, line, rect)


_Line = tuple[str, QFont, str, Qt.AlignmentFlag]


def _line(text: str, font: QFont, colour: str, align: Qt.AlignmentFlag) -> _Line:
    return text, font, colour, align


def _write(painter: QPainter, line: _Line, rect: QRectF) -> float:
    """Write one line, shortened where it is too long; return the width it took."""
    text, font, colour, align = line
    if not text:
        return 0.0
    painter.setFont(font)
    metric = painter.fontMetrics()
    shown = metric.elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()) + 1)
    painter.setPen(QColor(colour))
    painter.drawText(rect, align, shown)
    return metric.horizontalAdvance(shown) + 8.0


def _ports(painter: QPainter, face: Face, tokens: Tokens) -> None:
    colour = QColor(tokens.category(face.category))
    for _name, _is_output, place in face.ports():
        ring(painter, place, colour, QColor(tokens.canvas))


def ring(painter: QPainter, place: QPointF, colour: QColor, fill: QColor) -> None:
    """Draw one port."""
    painter.setPen(QPen(colour, 1.8))
    painter.setBrush(fill)
    painter.drawEllipse(place, sizes.PORT_RADIUS, sizes.PORT_RADIUS)


def _badge(painter: QPainter, face: Face, tokens: Tokens) -> None:
    """Draw the mark of a problem: a triangle or a disc with an exclamation mark."""
    if not face.severity:
        return
    is_error = face.severity == "error"
    centre = QPointF(face.width - 4, 2)
    painter.setPen(QPen(QColor(tokens.canvas), 2.0))
    painter.setBrush(QColor(tokens.err if is_error else tokens.warn))
    if is_error:
        painter.drawEllipse(centre, 8.5, 8.5)
    else:
        painter.drawPath(_triangle(centre))
    painter.setPen(QColor("#ffffff" if is_error else "#1b1405"))
    painter.setFont(fonts.title(11))
    rect = QRectF(centre.x() - 8, centre.y() - (8 if is_error else 6.5), 16, 16)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "!")


def _triangle(centre: QPointF) -> QPainterPath:
    path = QPainterPath(centre + QPointF(0, -9.5))
    path.lineTo(centre + QPointF(9.5, 7.5))
    path.lineTo(centre + QPointF(-9.5, 7.5))
    path.closeSubpath()
    return path


def spark_rect(face: Face) -> QRectF:
    """Return where the mini-histogram stands in a card."""
    left = face.width - sizes.PAD + 2 - sizes.SPARK_WIDTH
    bottom = face.height / 2 + sizes.HEIGHT / 2 - 8
    top = bottom - sizes.SPARK_HEIGHT
    return QRectF(left, top, sizes.SPARK_WIDTH, sizes.SPARK_HEIGHT)
