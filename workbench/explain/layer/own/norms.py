"""Normalisation: one number on its way to mean 0 and spread 1, and what goes back."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench.explain import words
from workbench.explain.layer.own.detail import LEFT, RIGHT, At, Detail, write
from workbench.explain.layer.places import Index
from workbench.theme import fonts
from workbench.theme.tokens import current

_MOST_DOTS = 600
_ROW_PX = 26.0


class _Numbers(NamedTuple):
    """What one number is made of; see `engine.explain.tracers.families.norm`."""

    x: float
    mean: float
    spread: float
    gain: float
    shift: float
    hat: float


@dataclass
class Normed(Detail):
    """One number of the input, with the mean and the spread of its set.

    Args:
        is_rms: No mean is taken away.
    """

    is_rms: bool = False

    def start(self) -> At:
        """Return the largest number."""
        name = "input0" if self.side == "forward" else "given0"
        values = np.nan_to_num(np.abs(self.pieces[name].values))
        place = np.unravel_index(int(values.argmax()), values.shape)
        return name, tuple(map(int, place))

    def _spread(self, name: str) -> Floats:
        """Return a statistic for every number of the sample."""
        shape = self.pieces["input0"].values.shape
        found: Floats = np.broadcast_to(self.pieces[f"inside.{name}"].values, shape)
        return found

    def _numbers(self, index: Index) -> _Numbers:
        x = float(self.pieces["input0"].values[index])
        mean, spread, gain, shift = (
            float(self._spread(name)[index])
            for name in ("mean", "spread", "gain", "shift")
        )
        return _Numbers(x, mean, spread, gain, shift, (x - mean) / spread)

    def _parts(self, index: Index) -> list[tuple[str, float]]:
        """Return the parts of ∂L/∂x, each divided by σ, and their sum."""
        own = self._numbers(index)
        delta = float(self.pieces["upstream0"].values[index])
        pull, twist = (float(self._spread(n)[index]) for n in ("pull", "twist"))
        parts = [("γδ / σ", own.gain * delta / own.spread)]
        if not self.is_rms:
            parts.append(("− mean(γδ) / σ", -pull / own.spread))
        parts.append(("− x̂·mean(γδ·x̂) / σ", -own.hat * twist / own.spread))
        return [*parts, ("∂L/∂x", sum(value for _, value in parts))]

    def lines(self, at: At) -> list[str]:
        """Return the way of a number with all its numbers."""
        index = at[1]
        if len(index) != self.pieces["input0"].values.ndim:
            return []
        n, number = self._numbers(index), words.number
        place = ", ".join(map(str, index))
        if self.side == "backward":
            head = tr("What goes back at {place}, in parts", place=place)
            parts = self._parts(index)
            return [head, *(f"{name} = {number(value)}" for name, value in parts)]
        head = tr("The number at {place}", place=place)
        top = number(n.x) if self.is_rms else f"({number(n.x)} − {_signed(n.mean)})"
        y = n.gain * n.hat + n.shift
        end = "" if self.is_rms else f" + {_signed(n.shift)}"
        return [
            head,
            f"x̂ = {top} / {number(n.spread)} = {number(n.hat)}",
            f"y = {number(n.gain)}·{_signed(n.hat)}{end} = {number(y)}",
        ]

    def paint(self, painter: QPainter, at: At) -> None:
        """Draw both axes with the set between them; backward the parts as bars."""
        lines = self.lines(at)
        if not lines:
            return
        if self.side == "backward":
            self._paint_parts(painter, at[1], lines[0])
        else:
            self._paint_axes(painter, at[1], self.head(painter, lines))

    def _paint_parts(self, painter: QPainter, index: Index, head: str) -> None:
        rest = self.head(painter, [head])
        parts, theme = self._parts(index), current()
        most = max(abs(value) for _, value in parts) or 1.0
        for at, (name, value) in enumerate(parts):
            row = QRectF(rest.left(), rest.top() + at * _ROW_PX, rest.width(), _ROW_PX)
            is_sum = at == len(parts) - 1
            if is_sum:
                painter.setPen(QPen(QColor(theme.line), 1))
                painter.drawLine(row.topLeft(), row.topRight())
            write(painter, row.adjusted(0, 0, -row.width() * 0.68, 0), name, "fg", LEFT)
            painter.setFont(fonts.mono(fonts.SECONDARY))
            painter.setPen(QColor(theme.text("backward", "bg1")))
            box = row.adjusted(row.width() * 0.3, 0, -row.width() * 0.52, 0)
            painter.drawText(box, RIGHT, words.signed(value))
            plot = row.adjusted(row.width() * 0.52, 6, 0, -6)
            middle = plot.center().x()
            reach = value / most * plot.width() / 2
            painter.setPen(Qt.PenStyle.NoPen)
            tint = theme.backward if is_sum else (theme.plus, theme.minus)[value < 0]
            painter.setBrush(QColor(tint))
            left = min(middle, middle + reach)
            bar = QRectF(left, plot.top(), max(abs(reach), 1.5), plot.height())
            painter.drawRoundedRect(bar, 2, 2)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(middle, row.top()), QPointF(middle, row.bottom()))

    def _set(self, index: Index) -> list[Index]:
        """Return which numbers of the sample share the statistics of one."""
        mean, spread = self._spread("mean"), self._spread("spread")
        alike = (mean == mean[index]) & (spread == spread[index])
        places = np.argwhere(alike)[:_MOST_DOTS]
        return [tuple(map(int, place)) for place in places]

    def _paint_axes(self, painter: QPainter, index: Index, rest: QRectF) -> None:
        """Draw every number of the set before and after, joined by a line."""
        x, y = self.pieces["input0"].values, self.pieces["output0"].values
        places = self._set(index)
        n, theme = self._numbers(index), current()
        before = np.array([x[p] for p in places])
        after = np.array([y[p] for p in places])
        low = float(min(before.min(), after.min(), n.mean - n.spread, -1))
        high = float(max(before.max(), after.max(), n.mean + n.spread, 1))
        plot = rest.adjusted(26, 10, -8, -22)

        def across(value: float) -> float:
            return plot.left() + (value - low) / ((high - low) or 1) * plot.width()

        painter.setPen(Qt.PenStyle.NoPen)
        tint = QColor(theme.norm)
        tint.setAlpha(50)
        painter.setBrush(tint)
        left, right = across(n.mean - n.spread), across(n.mean + n.spread)
        painter.drawRect(QRectF(left, plot.top() - 8, right - left, 16))
        faint = QColor(theme.forward)
        faint.setAlpha(max(30, 160 - len(places)))
        painter.setPen(QPen(faint, 1))
        for a, b in zip(before.tolist(), after.tolist(), strict=True):
            top = QPointF(across(a), plot.top())
            painter.drawLine(top, QPointF(across(b), plot.bottom()))
        painter.setPen(QPen(QColor(theme.fg), 2))
        own = QPointF(across(n.x), plot.top())
        end = n.gain * n.hat + n.shift
        painter.drawLine(own, QPointF(across(end), plot.bottom()))
        self._paint_marks(painter, plot, (across(n.mean), across(0.0)), n)

    def _paint_marks(
        self, painter: QPainter, plot: QRectF, at: tuple[float, float], n: _Numbers
    ) -> None:
        theme = current()
        painter.setPen(QPen(QColor(theme.line), 1))
        for y in (plot.top(), plot.bottom()):
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        side = QRectF(self.rect.left(), plot.top() - 8, 20, 16)
        write(painter, side, "x", "forward")
        side.moveTop(plot.bottom() - 8)
        write(painter, side, "y", "forward")
        painter.setPen(QPen(QColor(theme.norm), 2))
        painter.drawLine(QPointF(at[0], plot.top() - 8), QPointF(at[0], plot.top() + 8))
        mean = "" if self.is_rms else f"μ {words.number(n.mean)}   "
        said = f"{mean}σ {words.number(n.spread)}"
        centre = Qt.AlignmentFlag.AlignHCenter
        foot = QRectF(plot.left(), plot.bottom() + 5, plot.width(), 16)
        write(painter, foot, f"{said}   γ {words.number(n.gain)}   β "
              f"{words.number(n.shift)}", "norm", centre)  # fmt: skip


def _signed(value: float) -> str:
    """Return a number that may stand behind a sign."""
    told = words.number(value)
    return f"({told})" if value < 0 else told
