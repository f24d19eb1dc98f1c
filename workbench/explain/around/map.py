"""A map of the loss around all weights: blue is lower than here, orange is higher."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench import theme
from workbench.explain import saving, words
from workbench.explain.around import contours
from workbench.explain.around.grid import Around
from workbench.theme import fonts
from workbench.theme.tokens import SPACE_S, current

_LINES, _FOOT_PX, _SIDE_PX = 9, 20.0, 34.0


class LossMap(saving.Drawn):
    """The grid as a picture, lines of equal loss, and the way of the run.

    Signals:
        pointed: (x, y, loss) of the point under the mouse, or None.
    """

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.around: Around | None = None
        self._image, self._lines = QImage(), list[QLineF]()
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.signals.changed.connect(self._make)

    def sizeHint(self) -> QSize:
        """Ask for some room."""
        return QSize(300, 220)

    def say(self, around: Around | None) -> None:
        """Show what is known."""
        self.around = around
        self._make()

    @property
    def plot(self) -> QRectF:
        """The rectangle that is drawn on: the axes have a scale each."""
        room = QRectF(self.rect()).adjusted(_SIDE_PX, 6, -SPACE_S, -_FOOT_PX)
        return (
            room if room.width() > 20 and room.height() > 20 else QRectF(0, 0, 20, 20)
        )

    def _make(self) -> None:
        around = self.around
        self._image, self._lines = QImage(), []
        if around is not None:
            heights = _heights(around.losses, around.told.total)
            self._image = _picture(heights)
            found = contours.lines(heights, contours.levels(heights, _LINES))
            self._lines = [QLineF(*line) for line in found]
        self.update()

    def at(self, x: float, y: float) -> QPointF:
        """Return where a place of the plane is drawn; y points up."""
        reach = self.around.told.reach if self.around is not None else 1.0
        plot = self.plot
        return QPointF(
            plot.center().x() + x / reach * plot.width() / 2,
            plot.center().y() - y / reach * plot.height() / 2,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw all of it."""
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        """Draw the map, its axes, and the way of the run."""
        around, plot = self.around, self.plot
        if around is None or self._image.isNull():
            return
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        last = around.told.points - 1
        cell = QSizeF(plot.width() / last, plot.height() / last)
        painter.save()
        painter.setClipRect(plot)
        x, y = cell.width() / 2, cell.height() / 2
        painter.drawImage(plot.adjusted(-x, -y, x, y), self._image)
        tint = QColor(current().fg)
        tint.setAlpha(70)
        painter.setPen(QPen(tint, 1))
        painter.drawLines(list(self._placed(plot, cell)))
        painter.restore()
        self._draw_axes(painter, plot, around.told.reach)
        self._draw_way(painter, around)

    def _placed(self, plot: QRectF, cell: QSizeF) -> Iterator[QLineF]:
        for line in self._lines:
            yield QLineF(
                plot.left() + line.x1() * cell.width(),
                plot.bottom() - line.y1() * cell.height(),
                plot.left() + line.x2() * cell.width(),
                plot.bottom() - line.y2() * cell.height(),
            )

    def _draw_way(self, painter: QPainter, around: Around) -> None:
        """Draw where the run was, from a ring to the dot where it is."""
        tokens = current()
        reach = around.told.reach
        way = around.told.path[(np.abs(around.told.path) <= reach * 1.001).all(axis=1)]
        places = [self.at(x, y) for x, y in way.tolist()]
        here = self.at(0, 0)
        painter.setPen(QPen(QColor(tokens.fg), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if places:
            painter.drawPolyline([*places, here])
            painter.setBrush(QColor(tokens.bg1))
            for place in places:
                painter.drawEllipse(place, 3.5, 3.5)
        painter.setPen(QPen(QColor(tokens.bg1), 2))
        painter.setBrush(QColor(tokens.fg))
        painter.drawEllipse(here, 6, 6)

    def _draw_axes(self, painter: QPainter, plot: QRectF, reach: float) -> None:
        tokens = current()
        painter.setPen(QPen(QColor(tokens.edge), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(plot)
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(tokens.fg2))
        foot = QRectF(plot.left(), plot.bottom() + 3, plot.width(), 14)
        flags = Qt.AlignmentFlag
        ends = words.number(-reach), words.number(reach)
        painter.drawText(foot, flags.AlignLeft, ends[0])
        painter.drawText(foot, flags.AlignRight, ends[1])
        painter.drawText(foot, flags.AlignHCenter, "0")
        side = QRectF(0, plot.top() - 2, plot.left() - 5, 14)
        painter.drawText(side, flags.AlignRight, ends[1])
        side.moveBottom(plot.bottom() + 2)
        painter.drawText(side, flags.AlignRight, ends[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the nearest point of the grid."""
        around, plot = self.around, self.plot
        if around is None or not plot.contains(event.position()):
            self.pointed.emit(None)
            return
        last = around.told.points - 1
        column = round((event.position().x() - plot.left()) / plot.width() * last)
        row = round((plot.bottom() - event.position().y()) / plot.height() * last)
        step = 2 * around.told.reach / last
        x, y = column * step - around.told.reach, row * step - around.told.reach
        self.pointed.emit((x, y, float(around.losses[row, column])))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the picture."""
        menu = QMenu(self)
        menu.addAction(tr("Copy picture"), lambda: saving.copy(self))
        for ending in saving.FORMATS:
            name = tr("Save as {format}…", format=ending.upper())
            menu.addAction(name, partial(saving.ask, self, ending))
        menu.exec(event.globalPos())


def _heights(losses: Floats, total: float) -> Floats:
    """Return how much higher than here: of positive losses the logarithm.

    Shape:
        P×P → P×P
    """
    with np.errstate(all="ignore"):
        finite = losses[np.isfinite(losses)]
        if total > 0 and len(finite) and float(finite.min()) > 0:
            return np.log(losses / total)
        return losses - total


def _picture(heights: Floats) -> QImage:
    """Return a pixel for each point, (−, −) at the lower left."""
    tokens = current()
    rows, columns = heights.shape
    image = QImage(columns, rows, QImage.Format.Format_RGB32)
    finite = heights[np.isfinite(heights)]
    most = float(np.abs(finite).max()) if len(finite) else 0.0
    empty = QColor(tokens.bg3)
    for row, line in enumerate(heights.tolist()):
        for column, height in enumerate(line):
            share = height / most if most and math.isfinite(height) else 0.0
            is_told = math.isfinite(height)
            colour = QColor(tokens.signed(share)) if is_told else empty
            image.setPixelColor(column, rows - 1 - row, colour)
    return image
