"""Beside the tensors of a page: how the number under the cursor comes about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from engine.protocol.tracing import Piece
from workbench.explain.layer.places import Index
from workbench.explain.layer.plates import Plate
from workbench.theme import fonts
from workbench.theme.tokens import current

At = tuple[str, Index]
"""Name of a piece, and a cell of it."""
LINE_PX = 19.0
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass
class Detail:
    """One number, drawn with what it is made of; kinds of layers draw their own.

    Args:
        pieces: All tensors of the layer by name.
        side: `forward` or `backward`.

    Attributes:
        rect: Where it is drawn.
    """

    pieces: Mapping[str, Piece]
    side: str
    rect: QRectF = field(default_factory=QRectF)

    def start(self) -> At:
        """Return what is shown while the cursor is elsewhere."""
        raise NotImplementedError

    def lines(self, at: At) -> list[str]:
        """Return all that is written of a number; nothing where it isn't of these."""
        raise NotImplementedError

    def paint(self, painter: QPainter, at: At) -> None:
        """Draw a number and what it is made of."""
        raise NotImplementedError

    def rings(self, _plates: Mapping[str, Plate], _at: At) -> list[QRectF]:
        """Return cells of the page's tensors that have to do with a number."""
        return []

    def head(self, painter: QPainter, lines: Sequence[str]) -> QRectF:
        """Write lines at the top, the first one strong; return what is left below."""
        theme = current()
        top = self.rect.top()
        for at, line in enumerate(lines):
            is_first = at == 0
            font = fonts.ui(fonts.SECONDARY, fonts.SEMIBOLD)
            painter.setFont(font if is_first else fonts.mono(fonts.SECONDARY))
            painter.setPen(QColor(theme.fg if is_first else theme.fg2))
            box = QRectF(self.rect.left(), top, self.rect.width(), LINE_PX)
            told = QFontMetricsF(painter.font())
            right = Qt.TextElideMode.ElideRight
            painter.drawText(box, LEFT, told.elidedText(line, right, box.width()))
            top += LINE_PX
        return self.rect.adjusted(0, top - self.rect.top() + 6, 0, 0)


def chip(painter: QPainter, box: QRectF, text: str, share: float) -> None:
    """Draw a number on the colour of its size.

    Args:
        painter: Draws.
        box: Of the chip.
        text: The number.
        share: Of the strongest colour, -1 to 1.
    """
    theme = current()
    colour = theme.signed(share, "bg2")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(box, 3, 3)
    if text and box.height() >= 12:
        painter.setFont(fonts.mono(fonts.AXIS))
        painter.setPen(QColor(theme.text("fg", colour)))
        painter.drawText(box, CENTRE, text)


def write(
    painter: QPainter,
    box: QRectF,
    text: str,
    tint: str = "fg2",
    flags: Qt.AlignmentFlag = LEFT,
) -> None:
    """Write small words in a colour that reads well on the page."""
    painter.setFont(fonts.ui(fonts.AXIS))
    painter.setPen(QColor(current().text(tint, "bg1")))
    said = QFontMetricsF(painter.font())
    right = Qt.TextElideMode.ElideRight
    painter.drawText(box, flags, said.elidedText(text, right, box.width()))
