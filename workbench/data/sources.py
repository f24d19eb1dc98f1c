"""The sources of a document at the left: one card each, and a place to drop more."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.i18n import tr
from workbench.theme import fonts, icons
from workbench.theme.tokens import SPACE_S, SPACE_XS, current, mix

CARD_PX, ZONE_PX = 56, 76
_ICON_PX = 20
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class Entry:
    """One source.

    Args:
        id: Of its data node.
        title: Of file or set.
        about: How much there is.
        icon: Of its kind.
        warnings: How many; −1 while nobody has looked.
    """

    id: str
    title: str
    about: str
    icon: str
    warnings: int = -1


class SourceCard(QPushButton):
    """One source; a click shows it.

    Args:
        entry: What is shown.
    """

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry
        self.setCheckable(True)
        self.setFixedHeight(CARD_PX)
        self.setAccessibleName(entry.title)
        self.setAccessibleDescription(entry.about)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Take the width there is."""
        return QSize(200, CARD_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw icon, words and what was found."""
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._ground(painter)
            ratio = self.devicePixelRatioF()
            top = (CARD_PX - _ICON_PX) // 2
            painter.drawPixmap(14, top, icons.pixmap(self.entry.icon, "io", 20, ratio))
            room = QRectF(46, 8, self.width() - 46 - 44, 20)
            painter.setFont(fonts.ui(weight=fonts.SEMIBOLD))
            painter.setPen(QColor(theme.fg))
            _write(painter, room, self.entry.title)
            painter.setFont(fonts.ui(fonts.SECONDARY))
            painter.setPen(QColor(theme.fg2))
            wide = QRectF(46, 28, self.width() - 46 - 12, 18)
            _write(painter, wide, self.entry.about)
            self._mark(painter, ratio)

    def _ground(self, painter: QPainter) -> None:
        theme = current()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        fill, edge = theme.bg1, theme.bg1
        if self.isChecked():
            fill, edge = mix(theme.bg1, theme.accent, 0.12), theme.accent
        elif self.underMouse():
            fill = edge = theme.bg2
        if self.hasFocus():
            edge = theme.accent
        painter.setBrush(QColor(fill))
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(box, 8, 8)

    def _mark(self, painter: QPainter, ratio: float) -> None:
        count = self.entry.warnings
        if count < 0:
            return
        name, tint = ("warning", "warn") if count else ("check", "ok")
        x = self.width() - (42 if count else 28)
        painter.drawPixmap(x, 10, icons.pixmap(name, tint, 16, ratio))
        if count:
            painter.setFont(fonts.ui(weight=fonts.SEMIBOLD))
            painter.setPen(QColor(current().text("warn")))
            painter.drawText(QRectF(x + 18, 8, 20, 20), _LEFT, str(count))


def _write(painter: QPainter, room: QRectF, words: str) -> None:
    metrics = QFontMetricsF(painter.font())
    cut = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, _LEFT, cut)


class DropZone(QPushButton):
    """A place to drop files; a click opens one."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(ZONE_PX)
        self.setAccessibleName(tr("Drop files here, or click"))

    def sizeHint(self) -> QSize:
        """Be as high as two lines in a frame need."""
        return QSize(200, ZONE_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a dashed frame with what may be dropped."""
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            is_hot = self.underMouse() or self.hasFocus()
            has_focus = self.hasFocus()
            pen = QPen(QColor(theme.accent if is_hot else theme.edge), 1 + has_focus)
            pen.setDashPattern([2, 1.5] if has_focus else [4, 3])  # in pen widths
            painter.setPen(pen)
            painter.setBrush(QColor(theme.bg2 if is_hot else theme.bg1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
            painter.setPen(QColor(theme.fg))
            painter.setFont(fonts.ui(weight=fonts.SEMIBOLD))
            whole = QRectF(self.rect())
            painter.drawText(
                whole.adjusted(0, 14, 0, -38), _CENTRE, tr("Drop files here, or click")
            )
            painter.setPen(QColor(theme.fg2))
            painter.setFont(fonts.ui(fonts.SECONDARY))
            words = tr("CSV, images, WAV, text, NPZ …")
            painter.drawText(whole.adjusted(4, 36, -4, -12), _CENTRE, words)


class SourceList(QWidget):
    """All sources of a document.

    Signals:
        chosen: Id of a data node.
        open_wanted: Another file is to be opened.
    """

    chosen = Signal(str)
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[str, SourceCard] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self._box.setSpacing(SPACE_XS)
        self.zone = DropZone()
        self.zone.setMinimumHeight(ZONE_PX)
        self.zone.clicked.connect(self.open_wanted)
        self._box.addSpacing(SPACE_XS)
        self._box.addWidget(self.zone)

    def show_entries(self, entries: Sequence[Entry], chosen: str) -> None:
        """Show these sources, one of them chosen."""
        known = [card.entry.id for card in self.cards.values()]
        if known != [entry.id for entry in entries]:
            self._make(entries)
        for entry in entries:
            card = self.cards[entry.id]
            card.entry = entry
            card.setAccessibleName(entry.title)
            card.setAccessibleDescription(entry.about)
            card.setChecked(entry.id == chosen)
            card.update()

    def _make(self, entries: Sequence[Entry]) -> None:
        for card in self.cards.values():
            self._box.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {entry.id: SourceCard(entry) for entry in entries}
        for index, (name, card) in enumerate(self.cards.items()):
            card.clicked.connect(lambda _on=False, name=name: self.chosen.emit(name))
            self._box.insertWidget(index, card)
