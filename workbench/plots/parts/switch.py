"""A small row of buttons of which one is down."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget

from workbench import theme
from workbench.plots.parts import style


class Segment(QAbstractButton):
    """One button of a switch."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(style.tick_font())
        metrics = self.fontMetrics()
        self.setFixedSize(metrics.horizontalAdvance(text) + 14, metrics.height() + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a rounded field, filled when down, framed with the focus."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            down, hover = self.isChecked(), self.underMouse()
            fill = "bg3" if down else "bg2" if hover else "bg1"
            edge = "accent" if self.hasFocus() else "line" if down else fill
            painter.setBrush(style.colour(fill))
            painter.setPen(style.pen(style.colour(edge)))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4
            )
            painter.setPen(style.colour("fg" if down else "fg2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Switch(QWidget):
    """Buttons beside each other; `changed` tells the index of the new one."""

    changed = Signal(int)

    def __init__(self, texts: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._right_top = (0, 0)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._group.idToggled.connect(self._on_toggled)
        self.set_texts(texts)
        theme.signals.changed.connect(self.update)

    @property
    def current(self) -> int:
        """Index of the button that is down."""
        return max(self._group.checkedId(), 0)

    def set_texts(self, texts: Sequence[str]) -> None:
        """Replace the buttons; hidden when there is no choice."""
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        for index, text in enumerate(texts):
            button = Segment(text, self)
            self._group.addButton(button, index)
            self._row.addWidget(button)
            button.show()
            button.setChecked(index == 0)
        self.setVisible(len(texts) > 1)
        self.place(*self._right_top)

    def choose(self, index: int) -> None:
        """Press a button."""
        self._group.button(index).setChecked(True)

    def show_choice(self, index: int) -> None:
        """Let a button be down without telling: nobody has pressed it."""
        with QSignalBlocker(self):
            self.choose(index)

    def place(self, right: int, top: int) -> None:
        """Put the top right corner there."""
        self._right_top = (right, top)
        self._row.activate()
        self.resize(self._row.sizeHint())
        self.move(right - self.width(), top)

    def _on_toggled(self, index: int, down: bool) -> None:
        if down:
            self.changed.emit(index)
