"""Painting of cards: the cached picture of a face, and the live parts over it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)

from workbench.canvas.cards import fonts, words
from workbench.canvas.cards.card import Face, Inner
from workbench.canvas.geometry import sizes
from workbench.canvas.geometry.routing import rounded
from workbench.theme.tokens import Tokens, mix

TITLE_ZOOM = 0.22
_RIM = sizes.MARGIN


@dataclass(frozen=True)
class Screen:
    """For what a picture is drawn.

    Args:
        zoom: Of the view.
        ratio: Device pixels per logical pixel.
        is_live: Histograms will stand on the cards.
    """

    zoom: float
    ratio: float
    is_live: bool = False


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
            live = screen.is_live
            _whole(painter, face, tokens, screen.zoom, state, is_live=live)
    drawn.setDevicePixelRatio(screen.ratio)
    return drawn


def _whole(
    painter: QPainter,
    face: Face,
    tokens: Tokens,
    zoom: float,
    state: str = "",
    *,
    is_live: bool = False,
) -> None:
    """Draw a card with everything on it."""
    _shadow(painter, face, tokens)
    if face.kind == "block" and face.inner is None:
        _stack(painter, face, tokens)
    _card(painter, face, tokens, state)
    if face.inner is not None:
        _inside(painter, face.inner, tokens, zoom)
        words.opened(painter, face, tokens, zoom)
    else:
        words.closed(painter, face, tokens, zoom, is_live=is_live)
    if zoom >= TITLE_ZOOM:
        _ports(painter, face, tokens, is_marked=bool(state))
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
    colour = QColor(tokens.wire)
    middle = face.rect.center()
    painter.setPen(QPen(colour, 2.0))
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
    painter.setPen(QPen(QColor(tokens.wire), 2.0))
    for wire in inner.wires:
        painter.drawPath(rounded(wire.corners))
    for (x, y), face in inner.cards:
        painter.translate(x, y)
        if face.kind == "dot":
            _dot(painter, face, tokens, "")
        else:
            _whole(painter, face, tokens, zoom)
        painter.translate(-x, -y)


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


def _ports(painter: QPainter, face: Face, tokens: Tokens, *, is_marked: bool) -> None:
    """Draw the ports; the output of a loss that nobody reads only when looked at."""
    colour = QColor(tokens.category(face.category))
    for _name, is_output, place in face.ports():
        if face.is_end and is_output and not is_marked:
            continue
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
