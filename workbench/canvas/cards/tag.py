"""A tag at a port: the name of an output whose wire isn't drawn."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from workbench.canvas.cards import fonts
from workbench.canvas.geometry import sizes
from workbench.theme.tokens import current, mix

SIZE = 11
_GAP, _AIR, _HEIGHT = sizes.PORT_RADIUS + 1.0, 7.0, 18.0
_FEWEST = 3
"""Letters of a shortened name that still tell something."""
MOST = sizes.GAP_X - 12.0
"""A longer name is shortened, or the tag would reach the card across the gap."""


def rect(words: str, port: QPointF, *, is_output: bool, zoom: float = 1.0) -> QRectF:
    """Return where a tag stands beside its port."""
    width, height = _size(words, fonts.size(SIZE, zoom))
    left = port.x() + _GAP if is_output else port.x() - _GAP - width
    return QRectF(left, port.y() - height / 2, width, height)


@lru_cache(maxsize=512)
def _size(words: str, size_px: int) -> tuple[float, float]:
    """Return width and height of a tag with words of a size."""
    metrics = QFontMetricsF(fonts.tag(size_px))
    air = 2 * _AIR * SIZE / size_px
    width = max(_HEIGHT, min(MOST, metrics.horizontalAdvance(words) + air))
    return width, max(_HEIGHT, min(sizes.PORT_PITCH, size_px + 5.0))


def draw(
    painter: QPainter, words: str, box: QRectF, zoom: float, *, is_marked: bool
) -> None:
    """Draw a tag; from far away without its words.

    Args:
        painter: Maps the scene to the screen.
        words: The name of the output.
        box: As `rect` returns it.
        zoom: Of the view.
        is_marked: Its wire is selected, or below the pointer.
    """
    tokens = current()
    fill = mix(tokens.canvas, tokens.io, 0.28)
    edge = tokens.accent if is_marked else mix(tokens.canvas, tokens.io, 0.6)
    painter.setBrush(QColor(fill))
    painter.setPen(QPen(QColor(edge), 1.0))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    size = fonts.size(SIZE, zoom)
    font = fonts.tag(size)
    room = box.width() - 2 * _AIR * SIZE / size + 1
    shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
    if size <= box.height() and (shown == words or len(shown) > _FEWEST):
        painter.setFont(font)
        painter.setPen(QColor(tokens.fg))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
