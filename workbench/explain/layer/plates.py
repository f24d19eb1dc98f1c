"""Tensors on the layer's page: heat, bars, rows and maps, each knows its cells."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from engine.protocol.arrays import Floats
from engine.protocol.tracing import Piece
from workbench.explain import pictures, words
from workbench.explain.layer.places import Index
from workbench.theme import fonts
from workbench.theme.tokens import current

HEAD_PX = 22.0
"""Of the line above a plate: its symbol and what is said of it."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass
class Plate:
    """One tensor, or a part of it, on a page.

    Args:
        piece: Its numbers.
        symbol: What stands for it in formulas.
        tint: Of the colour of its symbol.
        note: Said beside the symbol.
        names: Of the rows, where they have some.
        has_head: Symbol and note stand above it.

    Attributes:
        rect: Where its cells are.
    """

    piece: Piece
    symbol: str
    tint: str = "fg"
    note: str = ""
    names: tuple[str, ...] = ()
    has_head: bool = True
    rect: QRectF = field(default_factory=QRectF)

    @property
    def name(self) -> str:
        """Name of its piece."""
        return self.piece.name

    @cached_property
    def values(self) -> Floats:
        """What is coloured: the numbers, of blocks their means."""
        return self.piece.values

    @cached_property
    def scale(self) -> float:
        """Size of the strongest colour."""
        return pictures.scale_of(self.values)

    @cached_property
    def matrix(self) -> Floats:
        """Its cells as rows and columns."""
        values = self.values
        return values[None] if values.ndim == 1 else values

    @property
    def wish(self) -> float:
        """Height that it would like, px, without its head."""
        rows = self.matrix.shape[0]
        return 24.0 if rows == 1 else min(max(rows * 6.0, 48.0), 220.0)

    def index_at(self, place: QPointF) -> Index | None:
        """Return the cell at a place."""
        if not self.rect.contains(place):
            return None
        rows, columns = self.matrix.shape[-2:]
        row = int((place.y() - self.rect.top()) / self.rect.height() * rows)
        column = int((place.x() - self.rect.left()) / self.rect.width() * columns)
        cell = (min(row, rows - 1), min(column, columns - 1))
        return cell[1:] if self.values.ndim == 1 else cell

    def rect_of(self, index: Index) -> QRectF:
        """Return where a cell is."""
        rows, columns = self.matrix.shape[-2:]
        row, column = ((0, *index) if len(index) == 1 else index)[-2:]
        width, height = self.rect.width() / columns, self.rect.height() / rows
        return QRectF(
            self.rect.left() + column * width,
            self.rect.top() + row * height,
            width,
            height,
        )

    def paint(self, painter: QPainter) -> None:
        """Draw head and cells."""
        if self.has_head:
            self.paint_head(painter)
        self.paint_cells(painter)

    def paint_head(self, painter: QPainter) -> None:
        """Draw symbol and note above the cells."""
        theme = current()
        head = QRectF(
            self.rect.left(), self.rect.top() - HEAD_PX, self.rect.width(), HEAD_PX - 4
        )
        strong = fonts.ui(fonts.BODY, fonts.SEMIBOLD)
        strong.setItalic(True)
        painter.setFont(strong)
        painter.setPen(QColor(theme.text(self.tint, "bg1")))
        painter.drawText(head, _LEFT, self.symbol)
        wide = QFontMetricsF(strong).horizontalAdvance(self.symbol) + 8
        painter.setFont(fonts.ui(fonts.SECONDARY))
        painter.setPen(QColor(theme.fg2))
        rest = head.adjusted(wide, 0, 0, 0)
        said = QFontMetricsF(painter.font())
        health = words.health(self.piece.figures)
        room = rest.width() - said.horizontalAdvance(health) - 12
        if room > 40:
            tint = "err" if words.is_odd(self.piece.figures) else "fg3"
            painter.setPen(QColor(theme.text(tint, "bg1")))
            painter.drawText(rest, _RIGHT, health)
            painter.setPen(QColor(theme.fg2))
        else:
            room = rest.width()
        note = said.elidedText(self.note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rest, _LEFT, note)

    @cached_property
    def _pictures(self) -> dict[str, QImage]:
        return {}

    def picture(self, values: Floats) -> QImage:
        """Return cells as a picture in the theme's colours."""
        theme = current().name
        if theme not in self._pictures:
            self._pictures.clear()
            self._pictures[theme] = pictures.signed(values, self.scale)
        return self._pictures[theme]

    def paint_cells(self, painter: QPainter) -> None:
        """Draw all numbers as colours."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(self.rect, self.picture(self.matrix))
        self._paint_grid(painter)

    def _paint_grid(self, painter: QPainter) -> None:
        """Draw lines between the cells where these are large."""
        rows, columns = self.matrix.shape[-2:]
        width, height = self.rect.width() / columns, self.rect.height() / rows
        painter.setPen(QPen(QColor(current().bg1), 1))
        if height >= 8:
            for row in range(1, rows):
                y = self.rect.top() + row * height
                painter.drawLine(
                    QPointF(self.rect.left(), y), QPointF(self.rect.right(), y)
                )
        if width >= 5:
            for column in range(1, columns):
                x = self.rect.left() + column * width
                painter.drawLine(
                    QPointF(x, self.rect.top()), QPointF(x, self.rect.bottom())
                )


class Bars(Plate):
    """One axis as upright bars from a line at 0."""

    @property
    def wish(self) -> float:
        """Height that it would like, px."""
        return 64.0

    def paint_cells(self, painter: QPainter) -> None:
        """Draw a bar for each number."""
        values = np.nan_to_num(self.values)
        theme, count = current(), max(1, len(values))
        high, low = max(0.0, float(values.max())), min(0.0, float(values.min()))
        span = (high - low) or 1.0
        zero = self.rect.top() + self.rect.height() * high / span
        width = self.rect.width() / count
        gap = min(1.5, width * 0.2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colour(self.tint)))
        scale = self.rect.height() / span
        painter.drawRects(
            [
                QRectF(
                    self.rect.left() + index * width + gap / 2,
                    zero - max(value, 0.0) * scale,
                    width - gap,
                    max(abs(value) * scale, 0.5 if value else 0.0),
                )
                for index, value in enumerate(values.tolist())
            ]
        )
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(
            QPointF(self.rect.left(), zero), QPointF(self.rect.right(), zero)
        )


class Rows(Plate):
    """One axis as rows beside a matrix: name, and the number on its colour."""

    @property
    def matrix_rows(self) -> int:
        """How many rows it has."""
        return max(1, len(self.values))

    def index_at(self, place: QPointF) -> Index | None:
        """Return the row at a place."""
        if not self.rect.contains(place):
            return None
        share = (place.y() - self.rect.top()) / self.rect.height()
        return (min(int(share * self.matrix_rows), self.matrix_rows - 1),)

    def rect_of(self, index: Index) -> QRectF:
        """Return where a row is."""
        height = self.rect.height() / self.matrix_rows
        top = self.rect.top() + index[0] * height
        return QRectF(self.rect.left(), top, self.rect.width(), height)

    def paint_cells(self, painter: QPainter) -> None:
        """Draw each row; without words where they have no room."""
        height = self.rect.height() / self.matrix_rows
        theme = current()
        has_words = height >= 14
        for index, value in enumerate(self.values.tolist()):
            row = self.rect_of((index,))
            chip = row.adjusted(row.width() - 74 if has_words else 0, 0.5, 0, -0.5)
            colour = theme.signed(value / self.scale, "bg2")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            radius = 3 if has_words else 0
            painter.drawRoundedRect(chip, radius, radius)
            if not has_words:
                continue
            painter.setFont(fonts.mono(fonts.AXIS))
            painter.setPen(QColor(theme.text("fg", colour)))
            painter.drawText(chip.adjusted(0, 0, -6, 0), _RIGHT, words.number(value))
            painter.setPen(QColor(theme.fg2))
            name = self.names[index] if index < len(self.names) else str(index)
            painter.drawText(row.adjusted(2, 0, -80, 0), _LEFT, name)


class Maps(Plate):
    """Maps of rows and columns beside each other."""

    MOST = 32

    @cached_property
    def shown(self) -> int:
        """How many maps are drawn."""
        return min(len(self.values), self.MOST)

    @cached_property
    def scale(self) -> float:
        """Size of the strongest colour."""
        return pictures.scale_of(self.values[: self.shown])

    @property
    def wish(self) -> float:
        """Height that it would like, px."""
        return 84.0 if self.shown <= 8 else 150.0

    def _columns(self) -> tuple[int, float]:
        """Return how many maps stand beside each other, and the side of each."""
        rows, columns = self.values.shape[-2:]
        ratio = columns / max(rows, 1)
        best = (1, 0.0)
        for count in range(1, self.shown + 1):
            down = -(-self.shown // count)
            width = (self.rect.width() - 4 * (count - 1)) / count
            height = min((self.rect.height() - 4 * (down - 1)) / down, width / ratio)
            if height > best[1]:
                best = (count, height)
        return best

    def map_rect(self, index: int) -> QRectF:
        """Return where a map is."""
        count, height = self._columns()
        width = height * self.values.shape[-1] / max(self.values.shape[-2], 1)
        row, column = divmod(index, count)
        left = self.rect.left() + column * (width + 4)
        return QRectF(left, self.rect.top() + row * (height + 4), width, height)

    def index_at(self, place: QPointF) -> Index | None:
        """Return the cell at a place."""
        rows, columns = self.values.shape[-2:]
        for index in range(self.shown):
            rect = self.map_rect(index)
            if rect.contains(place):
                row = int((place.y() - rect.top()) / rect.height() * rows)
                column = int((place.x() - rect.left()) / rect.width() * columns)
                return (index, min(row, rows - 1), min(column, columns - 1))
        return None

    def rect_of(self, index: Index) -> QRectF:
        """Return where a cell is."""
        rect = self.map_rect(index[0])
        rows, columns = self.values.shape[-2:]
        width, height = rect.width() / columns, rect.height() / rows
        return QRectF(
            rect.left() + index[2] * width,
            rect.top() + index[1] * height,
            width,
            height,
        )

    def paint_cells(self, painter: QPainter) -> None:
        """Draw the maps."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        rows, columns = self.values.shape[-2:]
        shown = self.values[: self.shown]
        image = self.picture(shown.reshape(self.shown * rows, columns))
        for index in range(self.shown):
            part = QRectF(0, index * rows, columns, rows)
            painter.drawImage(self.map_rect(index), image, part)


def plate_of(piece: Piece, symbol: str, tint: str = "fg", note: str = "") -> Plate:
    """Return the plate that fits the axes of a piece."""
    kind = Maps if piece.values.ndim == 3 else Plate
    if piece.values.ndim == 1 and 1 < len(piece.values) <= 256:
        kind = Bars
    return kind(piece, symbol, tint, note)
