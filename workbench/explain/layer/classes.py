"""Softmax and cross-entropy of one sample: scores, shares, the right class, p − y.

Axes: C classes.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workbench.explain import pictures, words
from workbench.explain.layer.places import Index
from workbench.explain.layer.plates import Plate
from workbench.theme import fonts
from workbench.theme.tokens import current

_ROW_PX, _HEAD = 26.0, 22.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass
class Classes(Plate):
    """A row for each class: z, p = softmax(z) as a bar, y, and ∂L/∂z where it is known.

    Args:
        label: The right class.
        smoothing: Share of y that all classes have alike.
        delta: ∂L/∂z; empty while nothing has gone back.
    """

    label: int = -1
    smoothing: float = 0.0
    delta: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        z_C = np.nan_to_num(self.piece.values)
        raised = np.exp(z_C - z_C.max())
        self.share_C = raised / raised.sum()
        self.target_C = np.full(len(z_C), self.smoothing / len(z_C))
        if 0 <= self.label < len(z_C):
            self.target_C[self.label] += 1 - self.smoothing
        log_C = z_C - z_C.max() - np.log(raised.sum())
        self.loss = float(-(self.target_C * log_C).sum())

    @property
    def wish(self) -> float:
        """Height that it would like, px."""
        return _HEAD + _ROW_PX * min(len(self.values), 20)

    @property
    def _row(self) -> float:
        return (self.rect.height() - _HEAD) / max(1, len(self.values))

    def index_at(self, place: QPointF) -> Index | None:
        """Return the class at a place."""
        row = int((place.y() - self.rect.top() - _HEAD) / self._row)
        inside = self.rect.contains(place) and 0 <= row < len(self.values)
        return (row,) if inside else None

    def rect_of(self, index: Index) -> QRectF:
        """Return where a class is."""
        top = self.rect.top() + _HEAD + index[0] * self._row
        return QRectF(self.rect.left(), top, self.rect.width(), self._row)

    def _columns(self, row: QRectF) -> dict[str, QRectF]:
        """Return where name, z, bar, p, y and δ stand in a row."""
        left, width = row.left(), row.width()
        places = {
            "class": (0, 64), "z": (64, 72), "p": (width - 268, 64),
            "y": (width - 204, 64), "delta": (width - 132, 132),
        }  # fmt: skip
        found = {
            name: QRectF(left + x, row.top(), w, row.height())
            for name, (x, w) in places.items()
        }
        bar = QRectF(left + 148, row.top(), max(0.0, width - 148 - 276), row.height())
        return {**found, "bar": bar}

    def paint_cells(self, painter: QPainter) -> None:
        """Draw the heads and a row for every class."""
        theme = current()
        head = self._columns(QRectF(self.rect.topLeft(), self.rect.size()))
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(theme.fg2))
        titles = {"class": "", "z": "z", "p": "p = eᶻ/Σeᶻ", "y": "y"}
        if self.delta:
            titles["delta"] = "∂L/∂z = (p − y)/N"
        for name, words_ in titles.items():
            box = head[name].adjusted(-32 if name == "p" else 0, 0, 0, 0)
            box.setHeight(_HEAD - 4)
            painter.drawText(box, _RIGHT, words_)
        for index in range(len(self.values)):
            self._paint_row(painter, index)

    def _paint_row(self, painter: QPainter, index: int) -> None:
        theme = current()
        row = self.rect_of((index,))
        box = self._columns(row)
        is_right = index == self.label
        if is_right:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.bg3))
            painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 4, 4)
        painter.setFont(
            fonts.ui(fonts.SECONDARY, fonts.SEMIBOLD if is_right else fonts.REGULAR)
        )
        painter.setPen(QColor(theme.fg if is_right else theme.fg2))
        name = self.names[index] if index < len(self.names) else str(index)
        painter.drawText(box["class"].adjusted(8, 0, 0, 0), _LEFT, name)
        painter.setFont(fonts.mono(fonts.SECONDARY))
        share = float(self.share_C[index])
        painter.drawText(box["z"], _RIGHT, words.number(float(self.values[index])))
        painter.drawText(box["p"], _RIGHT, f"{share:.3f}")
        painter.drawText(box["y"], _RIGHT, self._target(index))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.bg3 if not is_right else theme.bg1))
        bar = box["bar"].adjusted(0, row.height() * 0.3, 0, -row.height() * 0.3)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(QColor(theme.colour("forward")))
        filled = QRectF(bar)
        filled.setWidth(max(2.0, bar.width() * share))
        painter.drawRoundedRect(filled, 3, 3)
        if self.delta:
            self._paint_delta(painter, index, box["delta"])

    def _target(self, index: int) -> str:
        """Return y of a class in print."""
        target = float(self.target_C[index])
        return f"{target:.3f}" if self.smoothing else f"{target:.0f}"

    def _paint_delta(self, painter: QPainter, index: int, box: QRectF) -> None:
        theme = current()
        scale = pictures.scale_of(np.array(self.delta))
        colour = theme.signed(self.delta[index] / scale, "bg2")
        chip = box.adjusted(box.width() - 84, 2, 0, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(theme.text("fg", colour)))
        chip.adjust(0, 0, -6, 0)
        painter.drawText(chip, _RIGHT, words.signed(self.delta[index]))
