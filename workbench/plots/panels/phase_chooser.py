"""Chooses whose gradients a panel shows: of one training phase, or of all."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from engine.i18n import tr
from workbench import theme
from workbench.plots.parts import style
from workbench.session.curves.phase_rows import ALL
from workbench.theme.text import word

_DOT_PX = 10


class PhaseChooser(QComboBox):
    """A list of the phases, each with its colour; hidden where there is only one.

    Args:
        parent: The panel.

    Signals:
        chosen: Index of a phase, or `ALL`.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.setAccessibleName(tr("Phase"))
        self.setFont(style.tick_font())
        self.setProperty("slim", True)
        self.setIconSize(QSize(_DOT_PX, _DOT_PX))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(lambda index: self.chosen.emit(index - 1))
        theme.signals.changed.connect(self._tint)
        self.hide()

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one phase."""
        return len(self._names) > 1

    def show_names(self, names: Sequence[str]) -> None:
        """Offer these phases; with others than before all are shown."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        with QSignalBlocker(self):
            self.clear()
            self.addItems([tr("All phases"), *map(word, names)])
        self._tint()
        self.chosen.emit(ALL)

    def choose(self, phase: int) -> None:
        """Show a phase, or `ALL`."""
        self.setCurrentIndex(phase + 1)
        self.chosen.emit(phase)

    def place(self, right: int, top: int) -> None:
        """Put the top right corner there."""
        self.resize(self.sizeHint())
        self.move(right - self.width(), top)

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the phases in a menu too."""
        if not self.has_choice:
            return
        menu.addSeparator()
        for index in range(self.count()):
            words = self.itemText(index)
            action = menu.addAction(words, partial(self.choose, index - 1))
            action.setCheckable(True)
            action.setChecked(index == self.currentIndex())

    def _tint(self) -> None:
        for index in range(1, self.count()):
            self.setItemIcon(index, QIcon(_dot(style.series(index - 1))))


def _dot(colour: QColor) -> QPixmap:
    drawn = QPixmap(_DOT_PX, _DOT_PX)
    drawn.fill(QColor(0, 0, 0, 0))
    with QPainter(drawn) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(colour)
        painter.drawEllipse(drawn.rect().adjusted(1, 1, -1, -1))
    return drawn
