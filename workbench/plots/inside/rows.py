"""Looks with a row a layer or head: a hill or a bar, and numbers beside it."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.messages import View
from workbench.plots.inside.words import percent, short
from workbench.plots.parts import chart, ranges, style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.protocol.arrays import Floats

HEAD_PX, ROW_PX, AXIS_PX, SIDE_PX = 20, 24, 20, 12
_NAME_PX, _NAME_SHARE = 132, 0.24
"""Most room for a name, and most of the width."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
MANY, LOW, LARGE = 0.5, 0.05, 50.0
"""From here on a share of units, below here of entropy, and a logit are told in orange:
a softmax of logits that far apart is all or nothing."""


@dataclass(frozen=True)
class Figure:
    """A number in a row.

    Args:
        text: As it is shown.
        is_bad: It is told in orange.
    """

    text: str
    is_bad: bool = False


class RowsFace(ViewFace):
    """Rows below each other; subclasses say what stands in them."""

    heads: tuple[str, ...] = ()
    figure_px = 62

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[str] = []
        self.figures: list[Sequence[Figure]] = []
        self.names: dict[str, str] = {}

    def prepare(self, view: View) -> None:
        """Make the rows."""
        self.rows = [self.names.get(p, p) for p in view.words.get("layers", ())]
        self.fill(view)
        self.setMinimumHeight(HEAD_PX + ROW_PX * len(self.rows) + AXIS_PX)

    def fill(self, view: View) -> None:
        """Make the figures of the rows."""
        raise NotImplementedError

    def draw_row(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Draw what stands in the middle of a row."""
        raise NotImplementedError

    def draw_axis(self, painter: QPainter, box: QRectF) -> None:
        """Draw what stands below the middle."""

    def _columns(self) -> int:
        """Return how many columns of figures there is room for."""
        room = self.width() - self._name_px() - 2 * SIDE_PX - 90
        return max(min(len(self.heads), int(room // self.figure_px)), 1)

    def _name_px(self) -> float:
        return min(_NAME_PX, _NAME_SHARE * self.width())

    def _middle(self, row: int) -> QRectF:
        right = self.width() - SIDE_PX - self.figure_px * self._columns() - 8
        left = SIDE_PX + self._name_px()
        height = self._row_px()
        return QRectF(left, HEAD_PX + row * height, max(right - left, 10), height)

    def _row_px(self) -> float:
        room = self.height() - HEAD_PX - AXIS_PX
        return max(ROW_PX, min(room / max(len(self.rows), 1), 2.2 * ROW_PX))

    def draw(self, painter: QPainter) -> None:
        """Draw heads, rows and the axis."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.rows:
            painter.setPen(style.colour("fg2"))
            words = tr("This network has nothing of this kind.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        metrics, shown = painter.fontMetrics(), self._columns()
        for column, head in enumerate(self.heads[:shown]):
            painter.setPen(style.colour("fg2"))
            box = self._figure_box(column, 0, HEAD_PX)
            painter.drawText(box, _RIGHT, metrics.elidedText(
                head, Qt.TextElideMode.ElideRight, int(box.width())))  # fmt: skip
        for row, name in enumerate(self.rows):
            box = self._middle(row)
            painter.setPen(style.colour("fg2"))
            place = QRectF(SIDE_PX, box.top(), self._name_px() - 8, box.height())
            text = chart.fitted(name, metrics, int(place.width()))
            painter.drawText(place, _RIGHT, text)
            self.draw_row(painter, row, box)
            for column, figure in enumerate(self.figures[row][:shown]):
                ink = style.ink("warn") if figure.is_bad else style.colour("fg")
                painter.setPen(ink)
                place = self._figure_box(column, box.top(), box.height())
                painter.drawText(place, _RIGHT, figure.text)
        last = self._middle(len(self.rows))
        self.draw_axis(painter, QRectF(last.left(), last.top(), last.width(), AXIS_PX))

    def _figure_box(self, column: int, top: float, height: float) -> QRectF:
        first = self.width() - SIDE_PX - self.figure_px * self._columns()
        return QRectF(first + self.figure_px * column, top, self.figure_px - 2, height)

    def read(self, position: QPointF) -> str:
        """Return the figures of the row under the mouse."""
        row = int((position.y() - HEAD_PX) // self._row_px())
        if not 0 <= row < len(self.rows):
            return ""
        pairs = zip(self.heads, self.figures[row], strict=True)
        told = "   ".join(f"{head} {figure.text}" for head, figure in pairs)
        return f"{self.rows[row]}   {told}"

    def table(self) -> Table:
        """Return names and figures."""
        body = zip(self.rows, self.figures, strict=True)
        rows = [[name, *(each.text for each in figures)] for name, figures in body]
        return [tr("Layer"), *self.heads], rows


def bar(painter: QPainter, box: QRectF, share: float, colour: int = 0) -> None:
    """Draw a share of a row's width."""
    height = min(10.0, box.height() * 0.5)
    place = QRectF(box.left(), box.center().y() - height / 2, box.width(), height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour("bg3"))
    painter.drawRoundedRect(place, 3, 3)
    if math.isfinite(share) and share > 0:
        place.setWidth(max(place.width() * min(share, 1.0), 2.0))
        painter.setBrush(style.series(colour))
        painter.drawRoundedRect(place, 3, 3)


class Activations(RowsFace):
    """A hill of what each layer puts out, on one axis for all."""

    def fill(self, view: View) -> None:
        """Make mean, spread and the shares of units that don't learn."""
        self.heads = (tr("mean"), tr("std"), tr("dead"), tr("saturated"))
        arrays = view.arrays
        self.edges = np.asarray(arrays["edges"], float)
        counts = np.nan_to_num(np.asarray(arrays["counts"], float)).clip(0, 2**53)
        tops = counts.max(axis=1, keepdims=True) if counts.size else counts
        roots = np.sqrt(counts / np.maximum(tops, 1.0))
        self.hills: Floats = roots
        columns = (arrays["mean"], arrays["std"], arrays["dead"], arrays["saturated"])
        self.figures = [
            (
                Figure(short(float(mean))),
                Figure(short(float(std)), is_bad=bool(std == 0)),
                Figure(percent(float(dead)), is_bad=bool(dead >= MANY)),
                Figure(percent(float(near)), is_bad=bool(near >= MANY)),
            )
            for mean, std, dead, near in zip(*columns, strict=True)
        ]

    def draw_row(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Draw the hill; its height is the root of the count, so that tails show."""
        hill = self.hills[row]
        width = box.width() / max(len(hill), 1)
        bottom, height = box.bottom() - 1, box.height() - 4
        points = [QPointF(box.left(), bottom)]
        for index, share in enumerate(hill.tolist()):
            x, y = box.left() + (index + 0.5) * width, bottom - share * height
            points.append(QPointF(x, y))
        points.append(QPointF(box.right(), bottom))
        painter.setPen(style.pen(style.series(0), 1.2))
        painter.setBrush(style.series(0, style.fill_alpha()))
        painter.drawPolygon(QPolygonF(points))

    def draw_axis(self, painter: QPainter, box: QRectF) -> None:
        """Draw the values."""
        low, high = float(self.edges[0]), float(self.edges[-1])
        for value, text in ranges.ticks(low, high, max(int(box.width() // 70), 2)):
            x = box.left() + (value - low) / (high - low) * box.width()
            painter.setPen(style.grid_pen())
            painter.drawLine(QPointF(x, HEAD_PX), QPointF(x, box.top()))
            painter.setPen(style.colour("fg2"))
            painter.drawText(QRectF(x - 40, box.top() + 2, 80, AXIS_PX), _CENTRE, text)

    def summary(self) -> str:
        """Say how many layers there are."""
        return tr("{n:layer|layers}", n=len(self.rows))


class Attention(RowsFace):
    """How spread out each head looks."""

    figure_px = 80

    def fill(self, view: View) -> None:
        """Make entropy and logits of each head."""
        self.heads = (tr("entropy"), tr("of most"), tr("max |logit|"))
        arrays, numbers = view.arrays, dict.fromkeys(self.rows, 0)
        for index, name in enumerate(self.rows):
            numbers[name] += 1
            self.rows[index] = f"{name} · {numbers[name]}"
        most = np.asarray(arrays["most"], float)
        entropy = np.asarray(arrays["entropy"], float)
        self.shares = np.divide(
            entropy, most, out=np.full(len(most), np.nan), where=most > 0
        )
        self.figures = [
            (
                Figure(f"{short(float(nats))} nat"),
                Figure(percent(float(share)), is_bad=bool(share < LOW)),
                Figure(short(float(logit)), is_bad=bool(logit > LARGE)),
            )
            for nats, share, logit in zip(
                entropy, self.shares, arrays["logit"], strict=True
            )
        ]

    def draw_row(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Draw the share of the most entropy."""
        bar(painter, box, float(self.shares[row]))

    def summary(self) -> str:
        """Say how many heads there are."""
        return tr("{n:head|heads}", n=len(self.rows))


class Rank(RowsFace):
    """How many directions weights and outputs use."""

    figure_px = 92

    def fill(self, view: View) -> None:
        """Make both ranks."""
        self.heads = (tr("outputs"), tr("weights"))
        a = view.arrays
        pairs = [(a["outputs"], a["outputs_most"]), (a["weights"], a["weights_most"])]
        self.figures = [
            tuple(_of(float(rank[row]), float(most[row])) for rank, most in pairs)
            for row in range(len(self.rows))
        ]
        rank, most = (np.asarray(each, float) for each in pairs[0])
        weight, wide = (np.asarray(each, float) for each in pairs[1])
        self.shares = np.stack([rank / most, weight / wide], axis=1)

    def draw_row(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Draw the share of all directions: outputs above weights."""
        upper = QRectF(box.left(), box.top() + 1, box.width(), box.height() / 2)
        lower = upper.translated(0, box.height() / 2 - 2)
        shares = self.shares[row]
        if not np.isfinite(shares).all():
            upper = lower = box
        for index, place in enumerate((upper, lower)):
            if math.isfinite(shares[index]):
                bar(painter, place, float(shares[index]), index)

    def summary(self) -> str:
        """Say what the bars are."""
        return tr("upper bars: outputs, lower bars: weights")


def _of(rank: float, most: float) -> Figure:
    """Return a rank beside the largest there can be."""
    if not (math.isfinite(rank) and most > 0):
        return Figure("–")
    return Figure(f"{rank:.1f} / {most:.0f}", is_bad=rank / most < LOW)
