"""Small histograms, drawn by hand: dozens of them stand in one header."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.protocol.data.surveys import ColumnFacts
from workbench.theme import fonts
from workbench.theme.tokens import contrast, current

MOST_CLASSES = 12


def colour(facts: ColumnFacts) -> str:
    """Return the colour of a column's bars: that of its part in the network."""
    theme = current()
    if facts.role == "target":
        return theme.series[2]
    if facts.role == "input":
        return theme.series[0]
    return theme.faint


def draw(painter: QPainter, room: QRectF, facts: ColumnFacts) -> None:
    """Draw the histogram of a column; a line marks the mean."""
    bars = facts.bars.tolist()
    if facts.labels:
        draw_classes(painter, room, facts, bars[:MOST_CLASSES])
        return
    draw_bars(painter, room, bars, colour(facts))
    low, high, mean = facts.low, facts.high, facts.mean
    if low is not None and high is not None and mean is not None and high > low:
        share = (mean - low) / (high - low)
        x = room.left() + share * room.width()
        painter.setPen(QPen(QColor(current().fg), 1))
        painter.drawLine(QLineF(x, room.top(), x, room.bottom()))


def draw_bars(
    painter: QPainter, room: QRectF, bars: Sequence[float], tint: str
) -> None:
    """Draw bars side by side, the highest as high as the place."""
    most = max(bars, default=0)
    if not most:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tint))
    width = room.width() / len(bars)
    gap = 1.0 if width >= 3 else 0.0
    for index, count in enumerate(bars):
        height = max(1.0, room.height() * count / most) if count else 0.0
        painter.drawRect(
            QRectF(
                room.left() + index * width,
                room.bottom() - height,
                max(1.0, width - gap),
                height,
            )
        )


def draw_classes(
    painter: QPainter, room: QRectF, facts: ColumnFacts, bars: Sequence[float]
) -> None:
    """Draw a bar for each class, its count in it where there is room."""
    tint = colour(facts)
    draw_bars(painter, room, bars, tint)
    width = room.width() / max(1, len(bars))
    if width < 24:
        return
    painter.setFont(fonts.ui(fonts.AXIS, fonts.MEDIUM))
    most = max(bars, default=1) or 1
    for index, count in enumerate(bars):
        height = room.height() * count / most
        top = room.bottom() - height
        is_in = height >= 16
        place = QRectF(
            room.left() + index * width, top if is_in else top - 14, width - 1, 14
        )
        theme = current()
        ground = tint if is_in else theme.bg1
        painter.setPen(QColor(_on(ground)))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _short(count))


def _on(ground: str) -> str:
    """Return black or white, whichever reads on a ground."""
    theme = current()
    one, other = theme.bg0, theme.fg
    return one if contrast(one, ground) > contrast(other, ground) else other


def _short(count: float) -> str:
    return f"{count:,.0f}" if count < 10_000 else f"{count / 1000:,.0f}k"


def draw_link(painter: QPainter, room: QRectF, link: float) -> None:
    """Draw a bar from the middle: to the right above 0, to the left below."""
    theme = current()
    middle = room.center().x()
    half = room.width() / 2 * min(1.0, abs(link))
    left = middle if link > 0 else middle - half
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.plus if link > 0 else theme.minus))
    painter.drawRect(QRectF(left, room.top(), max(1.0, half), room.height()))
    painter.setPen(QPen(QColor(theme.edge), 1))
    painter.drawLine(QLineF(middle, room.top() - 2, middle, room.bottom() + 2))
