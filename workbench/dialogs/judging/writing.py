"""How a language model goes on with a text: how far, and how daringly."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from engine.i18n import tr
from workbench.theme.label import Label
from workbench.theme.line import WholeNumber
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_S

_USUAL, _MOST = 20, 400


class WritingBar(QWidget):
    """Number of tokens, temperature, and the button that lets it write."""

    wanted = Signal(object)  # what a question says of the writing, as JSON values

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.length = WholeNumber()
        self.length.setRange(1, _MOST)
        self.length.setValue(_USUAL)
        self.length.setSuffix(f" {tr('tokens')}")
        self.length.setAccessibleName(tr("Length"))
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0.0, 5.0)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(1)
        self.temperature.setSpecialValueText(tr("likeliest"))
        self.temperature.setAccessibleName(tr("Temperature"))
        self.temperature.setToolTip(
            tr("0 takes the likeliest token each time; higher is more daring.")
        )
        caption = Label(tr("Temperature"))
        polish(caption, "role", "small")
        self.button = QPushButton(tr("Write"))
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_write)
        for widget in (self.length, caption, self.temperature):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.button)

    def _on_write(self) -> None:
        self.button.setEnabled(False)
        temperature = self.temperature.value()
        self.wanted.emit({"length": self.length.value(), "temperature": temperature})
