"""The words on cards: as many lines as are legible at a zoom, and no more."""

from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from workbench.canvas.cards import fonts
from workbench.canvas.cards.card import Face
from workbench.canvas.geometry import sizes
from workbench.theme import icons
from workbench.theme.fonts import AXIS, BODY, SECONDARY, VALUE
from workbench.theme.tokens import Tokens, current

LEAST_ZOOM = 0.3
"""Below it a name of 11 px would be a few letters."""
LIVE_ZOOM = 0.6
"""Below it cards show nothing of a training."""
ICON = 14.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOP, _LEADING, _FOOT = 6.0, 4.0, 4.0
_AIR, _VALUE_FOOT = 8.0, 5.0
_VALUED = frozenset({"loss", "metric"})
"""Categories whose cards say what they have come to."""
_LEAST_ROOM = 48.0
"""What the name keeps before the number beside it is left out."""
Line = tuple[str, QFont, str, Qt.AlignmentFlag]
"""Text, font, colour and side."""


def closed(
    painter: QPainter, face: Face, tokens: Tokens, zoom: float, *, is_live: bool
) -> None:
    """Write name, settings and shape below each other.

    What doesn't fit at a zoom is left out: first the number of weights, then the
    settings, then the shape.

    Args:
        painter: Its origin is the card's corner.
        face: Of the card.
        tokens: Colours.
        zoom: Of the view.
        is_live: A histogram will stand beside the lower lines.
    """
    if zoom < LEAST_ZOOM:
        return
    rows = _rows(face, zoom)
    _title(painter, face, tokens, zoom, _slot(face, rows[0][1], rows[0][2]))
    left = sizes.SPARK_WIDTH + _AIR if is_live and face.count else 0.0
    for kind, top, height in rows[1:]:
        if is_live and top + height > _free_height(face, zoom):
            continue
        rect = _slot(face, top, height).adjusted(0, 0, -left, 0)
        if kind == "settings":
            font, colour, words = fonts.small(zoom=zoom), tokens.fg2, face.summary
            words = _whole_words(words, font, rect) if left else words
        else:
            font, words = fonts.mono(zoom=zoom), face.shape
            colour = text_colour(tokens, face.category)
            if left and not _fits(words, font, rect):
                continue  # half a shape would be another one
        write(painter, (words, font, colour, _LEFT), rect)


def _whole_words(words: str, font: QFont, rect: QRectF) -> str:
    """Return as many of the first words as fit: `120` of `120 outputs`."""
    kept = words
    while " " in kept and not _fits(kept, font, rect):
        kept = kept.rpartition(" ")[0].rstrip(" ·")
    return kept if _fits(kept, font, rect) else words


def _fits(words: str, font: QFont, rect: QRectF) -> bool:
    return QFontMetricsF(font).horizontalAdvance(words) <= rect.width() + 1


def _rows(face: Face, zoom: float) -> list[tuple[str, float, float]]:
    """Return what is written, from where on, and how high it is."""
    wanted = [("title", BODY), ("settings", SECONDARY), ("shape", AXIS)]
    given = {"title": face.title, "settings": face.summary, "shape": face.shape}
    for without in ("", "settings", "shape"):
        rows, top = [], _TOP
        for kind, size in wanted:
            if kind == "title" or (given[kind] and kind != without):
                height = fonts.size(size, zoom) + _LEADING
                rows.append((kind, top, height))
                top += height
        if top + _FOOT <= sizes.HEIGHT:
            return rows
    height = fonts.size(BODY, zoom) + _LEADING
    top = _TOP if height < sizes.HEIGHT / 2 else (face.height - height) / 2
    return [("title", top, height)]


def _free_height(face: Face, zoom: float) -> float:
    """Return where the value of a loss or a metric begins; others have none."""
    if not (face.is_end or face.category in _VALUED) or not _has_room(zoom):
        return face.height
    return face.height - fonts.size(VALUE, zoom) - _LEADING - _VALUE_FOOT + 1


def _slot(face: Face, top: float, height: float) -> QRectF:
    return QRectF(sizes.PAD, top, face.width - 2 * sizes.PAD, height)


def _title(
    painter: QPainter, face: Face, tokens: Tokens, zoom: float, rect: QRectF
) -> None:
    """Write the name; on the right the number of weights and the category's icon."""
    _icon(painter, face, rect)
    room = rect.adjusted(0, 0, -ICON - _AIR, 0)
    room.adjust(0, 0, -_loaded_mark(painter, face, tokens, room), 0)
    painter.setFont(fonts.title(zoom=zoom))
    name = painter.fontMetrics().horizontalAdvance(face.title)
    painter.setFont(fonts.small(AXIS, zoom))
    count = painter.fontMetrics().horizontalAdvance(face.count) + _AIR
    if face.count and count <= room.width() - min(name, _LEAST_ROOM + name):
        line = (face.count, fonts.small(AXIS, zoom), tokens.fg2, _RIGHT)
        room.adjust(0, 0, -write(painter, line, room), 0)
    write(painter, (face.title, fonts.title(zoom=zoom), tokens.fg, _LEFT), room)


def _icon(painter: QPainter, face: Face, rect: QRectF) -> None:
    """Draw the sign of the category: not everybody tells the colours apart."""
    place = QRectF(rect.right() - ICON, rect.center().y() - ICON / 2, ICON, ICON)
    tint = current().category(face.category)
    ratio = max(1.0, painter.transform().m11())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    drawn = _sign(f"cat-{face.category}", tint, round(ratio * 2) / 2)
    painter.drawPixmap(place, drawn, QRectF(drawn.rect()))


@lru_cache(maxsize=256)
def _sign(name: str, tint: str, ratio: float) -> QPixmap:
    drawn = icons.pixmap(name, tint, round(ICON * ratio))
    drawn.setDevicePixelRatio(1.0)
    return drawn


def opened(painter: QPainter, face: Face, tokens: Tokens, zoom: float) -> None:
    """Write name, settings, shape and count of an open card in one line."""
    if zoom < LEAST_ZOOM:
        return
    rect = QRectF(sizes.PAD, 1, face.width - 2 * sizes.PAD, 27)
    words = f"{face.count}   {face.shape}".strip()
    right = (words, fonts.small(zoom=zoom), tokens.fg2, _RIGHT)
    taken = write(painter, right, rect)
    taken += _loaded_mark(painter, face, tokens, rect.adjusted(0, 0, -taken, 0))
    name = (face.title, fonts.title(zoom=zoom), tokens.fg, _LEFT)
    used = write(painter, name, rect.adjusted(0, 0, -taken, 0))
    line = (face.summary, fonts.small(zoom=zoom), tokens.fg2, _LEFT)
    write(painter, line, rect.adjusted(used + 4, 1, -taken, 1))


def value(painter: QPainter, face: Face, words: tuple[str, str], zoom: float) -> None:
    """Write what a loss or a metric has come to, at the lower right.

    Args:
        painter: Its origin is the card's corner.
        face: Of the card.
        words: The number, and of what it is.
        zoom: Of the view.
    """
    if zoom < LEAST_ZOOM or not _has_room(zoom):
        return
    tokens, (number, part) = current(), words
    height = fonts.size(VALUE, zoom) + _LEADING
    rect = _slot(face, face.height - height - _VALUE_FOOT, height)
    line = (number, fonts.title(VALUE, zoom), tokens.fg, _RIGHT)
    taken = write(painter, line, rect)
    small = (part, fonts.small(zoom=zoom), tokens.fg2, _LEFT)
    rect.adjust(0, 0, -taken, 2)
    painter.setFont(small[1])
    if painter.fontMetrics().horizontalAdvance(part) <= rect.width() + 1:
        write(painter, small, rect)


def _has_room(zoom: float) -> bool:
    """Return whether a value fits below the name."""
    lines = fonts.size(BODY, zoom) + fonts.size(VALUE, zoom) + 2 * _LEADING
    return _TOP + lines + _FOOT <= sizes.HEIGHT


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


def write(painter: QPainter, line: Line, rect: QRectF) -> float:
    """Write one line, shortened where it is too long; return the width it took."""
    text, font, colour, align = line
    if not text:
        return 0.0
    painter.setFont(font)
    metric = painter.fontMetrics()
    shown = metric.elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()) + 1)
    painter.setPen(QColor(colour))
    painter.drawText(rect, align, shown)
    return metric.horizontalAdvance(shown) + _AIR


@lru_cache(maxsize=64)
def text_colour(tokens: Tokens, category: str) -> str:
    """Return the readable colour of a category; working it out takes a while."""
    return tokens.category_text(category)


def spark_place(face: Face) -> QPointF:
    """Return the top left corner of the mini-histogram in a card."""
    left = face.width - sizes.PAD - sizes.SPARK_WIDTH
    return QPointF(left, sizes.HEIGHT - sizes.SPARK_FOOT - sizes.SPARK_HEIGHT)
