"""Colours to draw with: swatches, and one that is mixed."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QColorDialog,
    QGridLayout,
    QToolButton,
    QWidget,
)

from engine.i18n import tr
from workbench import theme

_SWATCH_PX, _COLUMNS = 18, 3


class Colours(QWidget):
    """One button a colour; the last one asks for any other."""

    chosen = Signal(object)  # QColor

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        self._group = QButtonGroup(self)
        self.buttons: list[QToolButton] = []
        for place, (name, colour) in enumerate(_named()):
            button = self._button(name, QColor(colour))
            grid.addWidget(button, *divmod(place, _COLUMNS))
            self.buttons.append(button)
        self.other = QToolButton()
        self.other.setText("…")
        self.other.setToolTip(tr("Another colour"))
        self.other.setAccessibleName(tr("Another colour"))
        self.other.clicked.connect(self._ask)
        grid.addWidget(self.other, *divmod(len(self.buttons), _COLUMNS))

    def _button(self, name: str, colour: QColor) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setIcon(_icon(colour))
        button.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.clicked.connect(lambda _=False: self.chosen.emit(colour))
        self._group.addButton(button)
        return button

    def _ask(self) -> None:
        colour = QColorDialog.getColor(parent=self, title=tr("Another colour"))
        if colour.isValid():
            self.other.setIcon(_icon(colour))
            self.chosen.emit(colour)


def _named() -> tuple[tuple[str, str], ...]:
    return (
        (tr("White"), "#ffffff"),
        (tr("Grey"), "#808080"),
        (tr("Black"), "#000000"),
        (tr("Red"), "#e02020"),
        (tr("Orange"), "#f09020"),
        (tr("Yellow"), "#f0e030"),
        (tr("Green"), "#20a040"),
        (tr("Blue"), "#2050e0"),
        (tr("Violet"), "#a030c0"),
        (tr("Brown"), "#805030"),
        (tr("Sky blue"), "#70c0f0"),
    )


def _icon(colour: QColor) -> QIcon:
    """Return a square of a colour, with an edge that shows on any ground."""
    picture = QPixmap(_SWATCH_PX, _SWATCH_PX)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setPen(QPen(QColor(theme.current().edge), 1))
        painter.setBrush(colour)
        painter.drawRect(0, 0, _SWATCH_PX - 1, _SWATCH_PX - 1)
    return QIcon(picture)
