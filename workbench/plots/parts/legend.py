"""Names at the ends of curves that hide and show them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.i18n import tr
from workbench.plots.parts import style
from workbench.theme import fonts, tokens
from workbench.theme.text import tip, word

_PAD = 3
NEUTRAL = -1
"""Index of what has several colours."""


@dataclass(frozen=True)
class Entry:
    """A line of the legend.

    Args:
        name: Words.
        index: Of the series' colour, or `NEUTRAL`.
        dots: The line has dots.
        dashed: The line is dashed.
    """

    name: str
    index: int
    dots: bool = False
    dashed: bool = False

    @property
    def tint(self) -> QColor:
        """The colour of the line."""
        if self.index == NEUTRAL:
            return style.colour("fg2")
        return style.series(self.index)


class Chip(QAbstractButton):
    """The name of a curve in its colour; pressed in means shown."""

    def __init__(self, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self._entry = entry
        self.setText(word(entry.name))
        self.setToolTip(tip(entry.name))
        self.setAccessibleName(tr("Show {series}", series=entry.name))
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(fonts.ui(fonts.AXIS, fonts.SEMIBOLD))

    def wanted_px(self) -> int:
        """Return the width of the whole name on one line."""
        return self._wide(self.text())

    def needed_px(self, most: int) -> int:
        """Return the width of its longest line within so many pixels."""
        return max(map(self._wide, self.lines(most)))

    def lines(self, wide: int) -> list[str]:
        """Return the name, in two lines where a value behind it would be cut off."""
        name, colon, value = self.text().partition(": ")
        if not colon or self.wanted_px() <= wide:
            return [self.text()]
        return [name + ":", value]

    def _wide(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words) + 2 * _PAD

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Write the name; struck out when hidden."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), style.colour("bg1"))
            theme, shown = tokens.current(), self.isChecked()
            tint = theme.text(self._entry.tint.name(), "bg1") if shown else theme.fg3
            font = self.font()
            font.setStrikeOut(not shown)
            font.setUnderline(self.hasFocus() or self.underMouse())
            painter.setFont(font)
            painter.setPen(QColor(tint))
            room, end = self.width() - 2 * _PAD + 1, Qt.TextElideMode.ElideRight
            metrics, lines = painter.fontMetrics(), self.lines(self.width())
            words = "\n".join(metrics.elidedText(line, end, room) for line in lines)
            box = self.rect().adjusted(_PAD, 0, 0, 0)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)


class Legend(QObject):
    """Names where curves end; a click hides or shows one.

    Args:
        panel: Gets the names as children.

    Signals:
        toggled: Index of an entry, and whether it is shown.
    """

    toggled = Signal(int, bool)

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._entries: tuple[Entry, ...] = ()
        self._chips: list[Chip] = []

    def restyle(self) -> None:
        """Take the colours of the theme."""
        for chip in self._chips:
            chip.update()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Replace the entries unless they are the same; all are shown at first."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = [Chip(entry, self._panel) for entry in entries]
        for chip in self._chips:
            chip.toggled.connect(self._on_toggled)
            chip.show()

    @property
    def _panel(self) -> QWidget:
        return cast("QWidget", self.parent())

    def _on_toggled(self, on: bool) -> None:
        chip = self.sender()
        if chip in self._chips:
            self.toggled.emit(self._chips.index(chip), on)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The buttons, in order."""
        return tuple(self._chips)

    def room(self, most: int) -> int:
        """Return the width that the names need, at most so many pixels."""
        wanted = max((chip.needed_px(most) for chip in self._chips), default=0)
        return min(wanted + _PAD, most)

    def place(self, area: QRectF, places: Sequence[float]) -> None:
        """Put the names at the right of the data, pushed apart where they meet.

        Args:
            area: Of the data, px.
            places: Height of each name's middle, px from the top; NaN is the bottom.
        """
        if not self._chips:
            return
        high = self._chips[0].fontMetrics().height() + 1
        left = round(area.right()) + 2
        wide = max(self._panel.width() - left - 2, 8)
        known = [y if math.isfinite(y) else area.bottom() for y in places]
        heights = [float(high * len(chip.lines(wide))) for chip in self._chips]
        tops = apart(known, heights, area.top(), area.bottom())
        for top, tall, chip in zip(tops, heights, self._chips, strict=False):
            across = min(chip.needed_px(wide), wide)
            chip.setGeometry(left, round(top), across, round(tall))


def apart(
    middles: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Return the tops of boxes near their middles that neither overlap nor leave.

    Args:
        middles: Where they would like to be.
        heights: Of each.
        low: Top of the room.
        high: Bottom of the room.
    """
    order = sorted(range(len(middles)), key=lambda index: middles[index])
    tops = [0.0] * len(middles)
    free = low
    for index in order:
        tops[index] = max(middles[index] - heights[index] / 2, free)
        free = tops[index] + heights[index]
    end = high
    for index in reversed(order):
        tops[index] = min(tops[index], end - heights[index])
        end = tops[index]
    return tops
