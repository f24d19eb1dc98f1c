"""The preparation: numbered steps from the file to the batch."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.i18n import tr
from engine.protocol.data.surveys import PreparationStep
from workbench.theme import fonts, icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_S, current

_DISC_PX = 20


class _Number(QWidget):
    """A number in a circle, a line to the one below."""

    def __init__(self, number: int, *, is_last: bool) -> None:
        super().__init__()
        self._number, self._is_last = number, is_last
        self.setFixedWidth(_DISC_PX + 2)
        self.setMinimumHeight(_DISC_PX + 10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.edge), 1))
            disc = QRectF(1, 1, _DISC_PX, _DISC_PX)
            if not self._is_last:
                x = disc.center().x()
                painter.drawLine(int(x), int(disc.bottom()), int(x), self.height())
            painter.setBrush(QColor(theme.bg3))
            painter.drawEllipse(disc)
            painter.setPen(QColor(theme.fg))
            painter.setFont(fonts.ui(fonts.AXIS, fonts.SEMIBOLD))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))


class StepsView(QWidget):
    """All steps; those that somebody chose can be taken away.

    Signals:
        removed: Index of a step in the document's list.
    """

    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[int, QToolButton] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)

    def show_steps(self, steps: Sequence[PreparationStep]) -> None:
        """Show these steps."""
        self.buttons = {}
        while item := self._box.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, step in enumerate(steps, start=1):
            self._box.addWidget(self._row(number, step, is_last=number == len(steps)))

    def _row(self, number: int, step: PreparationStep, *, is_last: bool) -> QWidget:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        box.addWidget(_Number(number, is_last=is_last))
        words = QVBoxLayout()
        words.setContentsMargins(0, 2, 0, SPACE_S)
        words.setSpacing(0)
        title, text = Label(step.title), Label(step.text)
        polish(title, "role", "problem")
        polish(text, "role", "secondary")
        text.setWordWrap(True)
        words.addWidget(title)
        words.addWidget(text)
        box.addLayout(words, 1)
        if step.index >= 0:
            box.addWidget(self._away(step), 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _away(self, step: PreparationStep) -> QToolButton:
        button = QToolButton()
        polish(button, "small", value=True)
        icons.bind(button, "close", "fg3")
        words = tr("Take away: {title}", title=f"{step.title} {step.text}")
        button.setToolTip(tip(words))
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self.removed.emit(step.index))
        self.buttons[step.index] = button
        return button
