"""The gallery of presets: what each shows, what it reaches, how long it takes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import presets
from engine.i18n import tr
from presets import PresetInfo
from workbench.dialogs.base import Dialog
from workbench.theme.tokens import SPACE_M, SPACE_S

_COLUMNS = 2


class PresetCard(QFrame):
    """One preset; a click or Enter opens it."""

    chosen = Signal(str)

    def __init__(self, info: PresetInfo) -> None:
        super().__init__()
        self.info = info
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr(info.title))
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        box.setSpacing(SPACE_S - 2)
        for words, role in self._lines():
            label = QLabel(words)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", role)
            box.addWidget(label)
        box.addStretch(1)

    def _lines(self) -> list[tuple[str, str]]:
        info = self.info
        time = tr("about {n:g} min", n=info.minutes)
        goal = tr(info.target.text) if info.target else ""
        last = "  ·  ".join(part for part in (goal, time) if part)
        watch = tr(info.watch)
        return [(tr(info.title), "card"), (watch, "secondary"), (last, "goal")]

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the preset."""
        if self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.info.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the preset on Enter or Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.chosen.emit(self.info.id)
        else:
            super().keyPressEvent(event)


class PresetDialog(Dialog):
    """All presets as cards.

    Args:
        parent: The window.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open a preset"), parent)
        self.resize(780, 680)
        content = QWidget()
        grid = QGridLayout(content)
        grid.setSpacing(SPACE_M)
        self.cards = [PresetCard(info) for info in presets.all_presets()]
        for index, card in enumerate(self.cards):
            card.chosen.connect(self._on_chosen)
            grid.addWidget(card, index // _COLUMNS, index % _COLUMNS)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.box.addWidget(scroll, 1)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)

    def _on_chosen(self, preset_id: str) -> None:
        self.accept()
        self.chosen.emit(preset_id)
