"""A legend whose entries hide and show their series."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from engine.i18n import tr
from workbench import theme
from workbench.plots.parts import style
from workbench.theme.text import word

SAMPLE_PX = 18
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

    @property
    def pen(self) -> QPen:
        """The pen of the line."""
        return style.pen(self.tint, 1.6 if self.dashed else 2.2, dashed=self.dashed)


class Chip(QAbstractButton):
    """One entry; pressed in means shown."""

    def __init__(self, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self._entry = entry
        self.setText(word(entry.name))
        self.setAccessibleName(tr("Show {series}", series=entry.name))
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(style.tick_font())
        metrics = self.fontMetrics()
        width = SAMPLE_PX + 12 + metrics.horizontalAdvance(entry.name)
        self.setFixedSize(width, metrics.height() + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a piece of the line and the name; struck out when hidden."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shown, middle = self.isChecked(), self.height() / 2
            tint = self._entry.tint if shown else style.colour("fg3")
            pen = self._entry.pen
            pen.setColor(tint)
            painter.setPen(pen)
            painter.drawLine(QLineF(3, middle, 3 + SAMPLE_PX, middle))
            if self._entry.dots:
                self._paint_dot(painter, tint, QPointF(3 + SAMPLE_PX / 2, middle))
            painter.setPen(style.colour("fg" if shown else "fg3"))
            font = painter.font()
            font.setStrikeOut(not shown)
            font.setUnderline(self.hasFocus())
            painter.setFont(font)
            box = QRectF(self.rect()).adjusted(SAMPLE_PX + 9, 0, 0, 0)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _paint_dot(self, painter: QPainter, tint: QColor, place: QPointF) -> None:
        """Draw a dot of the line, hollow on a dashed one."""
        hollow = self._entry.dashed
        painter.setPen(style.pen(tint, 1.4) if hollow else Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("bg2") if hollow else tint)
        painter.drawEllipse(place, 3, 3)


class Legend(QWidget):
    """Entries above each other; `toggled` tells index and whether it is shown."""

    toggled = Signal(int, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._chips: list[Chip] = []
        # Opaque, so that it is not drawn again whenever the curves below it are.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(5, 3, 7, 3)
        column.setSpacing(0)
        self.hide()
        theme.signals.changed.connect(self.update)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Replace the entries unless they are the same; all are shown at first."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = [Chip(entry, self) for entry in entries]
        for index, chip in enumerate(self._chips):
            chip.toggled.connect(lambda on, i=index: self.toggled.emit(i, on))
            self._column.addWidget(chip)
            chip.show()
        self.setVisible(bool(entries))
        self._column.activate()
        self.resize(self._column.sizeHint())

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The buttons, in order."""
        return tuple(self._chips)

    @property
    def is_in_use(self) -> bool:
        """Whether somebody points at it or has the focus in it."""
        return self.underMouse() or any(chip.hasFocus() for chip in self._chips)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), style.colour("bg2"))
            painter.setPen(style.pen(style.colour("line")))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
