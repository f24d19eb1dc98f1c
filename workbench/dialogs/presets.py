"""The gallery of presets: what each shows, what it reaches, how long it takes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import presets
from engine.i18n import tr
from presets import PresetInfo
from workbench.dialogs import fuzzy
from workbench.dialogs.base import Dialog
from workbench.theme import icons
from workbench.theme.tokens import SPACE_M, SPACE_S

_COLUMNS = 2


class PresetCard(QFrame):
    """One preset; a click or Enter opens it, its button also trains it."""

    chosen = Signal(str)
    train_wanted = Signal(str)

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
        box.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        """Return the goal and the button."""
        row = QHBoxLayout()
        goal = QLabel(self._goal())
        goal.setTextFormat(Qt.TextFormat.PlainText)
        goal.setWordWrap(True)
        goal.setProperty("role", "goal")
        self.train = QPushButton(tr("Train"))
        self.train.setProperty("small", True)
        self.train.setAutoDefault(False)
        self.train.setAccessibleName(tr("Train {title}", title=tr(self.info.title)))
        icons.bind(self.train, "play", "accent")
        self.train.clicked.connect(lambda: self.train_wanted.emit(self.info.id))
        row.addWidget(goal, 1)
        row.addWidget(self.train, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _lines(self) -> list[tuple[str, str]]:
        return [(tr(self.info.title), "card"), (tr(self.info.watch), "secondary")]

    def _goal(self) -> str:
        time = tr("about {n:g} min", n=self.info.minutes)
        goal = tr(self.info.target.text) if self.info.target else ""
        return "  ·  ".join(part for part in (goal, time) if part)

    def distance(self, needle: str) -> float | None:
        """Return how far the words are from a search; None when they don't fit."""
        info = self.info
        by_name = [fuzzy.score(needle, text) for text in (tr(info.title), info.id)]
        found = [score for score in by_name if score is not None]
        if needle.casefold() in tr(info.watch).casefold():
            found.append(2.0)
        return min(found, default=None)

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
    train_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open a preset"), parent)
        self.resize(820, 700)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search presets"))
        self.search.setAccessibleName(tr("Search presets"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._arrange)
        self.search.returnPressed.connect(self._open_first)
        self.box.addWidget(self.search)
        self.cards = [PresetCard(info) for info in presets.all_presets()]
        self.shown: list[PresetCard] = []
        for card in self.cards:
            card.chosen.connect(self._on_chosen)
            card.train_wanted.connect(self._on_train_wanted)
        self.box.addWidget(self._scrolling(), 1)
        self.nothing = self.add_text(tr("No preset fits these words."), "secondary")
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self._arrange()
        self.search.setFocus()

    def _scrolling(self) -> QScrollArea:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_M)
        for index in range(_COLUMNS):
            self._grid.setColumnStretch(index, 1)
        column.addLayout(self._grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        return scroll

    def _arrange(self) -> None:
        """Show the cards that fit the search, the best first."""
        needle = self.search.text().strip()
        found = [(card.distance(needle), card) for card in self.cards]
        fitting = [(far, card) for far, card in found if far is not None]
        fitting.sort(key=lambda pair: pair[0] if needle else 0.0)
        self.shown = [card for _, card in fitting]
        for card in self.cards:
            self._grid.removeWidget(card)
            card.setVisible(card in self.shown)
        for index, card in enumerate(self.shown):
            self._grid.addWidget(card, index // _COLUMNS, index % _COLUMNS)
        self.nothing.setVisible(not self.shown)

    def _open_first(self) -> None:
        if self.shown:
            self._on_chosen(self.shown[0].info.id)

    def _on_chosen(self, preset_id: str) -> None:
        self.accept()
        self.chosen.emit(preset_id)

    def _on_train_wanted(self, preset_id: str) -> None:
        self.accept()
        self.train_wanted.emit(preset_id)
