"""The map of a data set: how probable each label was while a network learnt.

Easy samples lie at the top left, ambiguous ones at the right, hard and wrongly labelled
ones at the bottom left.

Source: S. Swayamdipta et al., "Dataset cartography", 2020
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from workbench import theme
from workbench.theme import fonts, text

_LEFT, _BELOW, _TOP, _RIGHT, _LEAST = 46, 54, 10, 20, 280
_MOST_SPREAD = 0.5
"""No spread of numbers between 0 and 1 is larger."""
_NEAR_PX, _DOT_PX, _RING_PX = 12, 2.4, 6
_OFTEN = 2
"""Times a sample was forgotten from which on it stands out."""
_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1,
          Qt.Key.Key_Left: -1}  # fmt: skip


@dataclass(frozen=True)
class Mapped:
    """What the map shows, N samples.

    Args:
        mean: Of the probability of its label over the epochs.
        spread: Standard deviation of that.
        forgotten: How often a right answer became wrong.
        suspects: Whether its label is probably wrong.
    """

    mean: Floats
    spread: Floats
    forgotten: Ints
    suspects: "np.ndarray[tuple[int], np.dtype[np.bool_]]"


def mapped(records: Sequence[Mapping[str, Any]]) -> Mapped:
    """Return the map out of what the engine tells of samples."""
    mean, spread, forgotten, suspects = (
        [each[name] for each in records]
        for name in ("mean", "spread", "forgotten", "suspect")
    )
    return Mapped(
        np.array(mean, np.float64),
        np.array(spread, np.float64),
        np.array(forgotten, np.int64),
        np.array(suspects, np.bool_),
    )


class DataMap(QWidget):
    """Draws the map; a click or the arrow keys choose a sample.

    Attributes:
        found: What it shows; None while nothing is known.
        chosen: Index of the sample that is ringed; −1 for none.
    """

    picked = Signal(int)  # index of a sample

    def __init__(self) -> None:
        super().__init__()
        self.found: Mapped | None = None
        self.chosen = -1
        self.setAccessibleName(tr("Map of the data"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grows = QSizePolicy.Policy.Expanding
        self.setSizePolicy(grows, grows)

    def show_map(self, found: Mapped) -> None:
        """Show the samples of a data set."""
        self.found, self.chosen = found, -1
        self.update()

    def choose(self, index: int) -> None:
        """Ring a sample; −1 rings none."""
        self.chosen = index
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for axes and points."""
        return QSize(_LEFT + _LEAST + _RIGHT, _TOP + _LEAST + _BELOW)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def _room(self) -> QRectF:
        width, height = self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BELOW
        return QRectF(_LEFT, _TOP, max(1, width), max(1, height))

    def places(self) -> Floats:
        """Return where the samples lie, in pixels.

        Shape:
            N×2
        """
        assert self.found is not None
        room = self._room()
        across = room.left() + room.width() * self.found.spread / _MOST_SPREAD
        return np.stack([across, room.bottom() - room.height() * self.found.mean], 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the sample that is nearest to the mouse."""
        if self.found is None or not len(self.found.mean):
            return
        away = self.places() - [event.position().x(), event.position().y()]
        distances = np.hypot(away[:, 0], away[:, 1])
        if distances.min() <= _NEAR_PX:
            self._pick(int(distances.argmin()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the sample whose label is the next likelier or less likely one."""
        step = _STEPS.get(Qt.Key(event.key()), 0)
        if self.found is None or not step or not len(self.found.mean):
            super().keyPressEvent(event)
            return
        order = np.argsort(self.found.mean, kind="stable").tolist()
        at = order.index(self.chosen) + step if self.chosen >= 0 else 0
        self._pick(order[min(max(at, 0), len(order) - 1)])

    def _pick(self, index: int) -> None:
        self.choose(index)
        self.picked.emit(index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes and corners, then the samples, the remarkable ones last."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.AXIS))
            self._axes(painter)
            if self.found is not None:
                self._samples(painter, self.found)

    def _axes(self, painter: QPainter) -> None:
        now, room = theme.current(), self._room()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        middle = Qt.AlignmentFlag.AlignCenter
        for share in (0.0, 0.5, 1.0):
            y = room.bottom() - share * room.height()
            x = room.left() + share * room.width()
            painter.setPen(QPen(QColor(now.line), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(now.fg2))
            beside = QRectF(0, y - 8, _LEFT - 6, 16)
            painter.drawText(beside, right, text.percent(share))
            below = QRectF(x - 30, room.bottom() + 4, 60, 14)
            painter.drawText(below, middle, text.percent(share * _MOST_SPREAD))
        under = QRectF(0, room.bottom() + 18, self.width(), 16)
        words = tr("→ spread over the epochs · ↑ probability of the label")
        painter.drawText(under, middle, words)
        self._legend(painter, QRectF(0, room.bottom() + 36, self.width(), 16))

    def _legend(self, painter: QPainter, room: QRectF) -> None:
        names = (tr("probably wrong"), tr("forgotten twice or more"), tr("others"))
        metrics = painter.fontMetrics()
        widths = [metrics.horizontalAdvance(name) + 28 for name in names]
        left = max(4.0, room.center().x() - sum(widths) / 2)
        for name, width, tint in zip(names, widths, _tints(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            painter.drawEllipse(QPointF(left + 4, room.center().y()), 3.5, 3.5)
            painter.setPen(QColor(theme.current().fg2))
            words = QRectF(left + 12, room.top(), width, room.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
            left += width

    def _samples(self, painter: QPainter, found: Mapped) -> None:
        spots = self.places()
        kinds = np.where(found.suspects, 0, np.where(found.forgotten >= _OFTEN, 1, 2))
        painter.setPen(Qt.PenStyle.NoPen)
        for kind in (2, 1, 0):
            tint = QColor(_tints()[kind])
            tint.setAlphaF(0.45 if kind == 2 else 0.9)
            painter.setBrush(tint)
            for x, y in spots[kinds == kind].tolist():
                painter.drawEllipse(QPointF(x, y), _DOT_PX, _DOT_PX)
        if 0 <= self.chosen < len(spots):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.current().fg), 1.8))
            x, y = spots[self.chosen].tolist()
            painter.drawEllipse(QPointF(x, y), _RING_PX, _RING_PX)


def _tints() -> tuple[QColor, QColor, QColor]:
    """Return the colours of suspects, of samples that were forgotten, of others."""
    now = theme.current()
    return QColor(now.err), QColor(now.warn), QColor(now.series[0])
