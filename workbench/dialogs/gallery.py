"""The gallery of presets: cards with pictures, found by searching and by family.

Nothing is read before it is shown: cards are made one at a time between two events,
pictures as soon as their cards can be seen.
"""

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import presets
from engine.i18n import tr
from workbench import theme
from workbench.commands.ranking import ranked
from workbench.dialogs.cards import CARD_PX, HEIGHT_PX, PICTURE_PX, PresetCard
from workbench.theme.guarded import guarded
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_SEARCH_PX, _ROW_PX = 260, 1100
"""Width of the search, and that from which it stands beside the families."""
_MOST_PX = 400
"""Most width of a card: the pictures have no more pixels for it."""
_STEPS = {
    int(Qt.Key.Key_Left): (-1, 0),
    int(Qt.Key.Key_Right): (1, 0),
    int(Qt.Key.Key_Up): (0, -1),
    int(Qt.Key.Key_Down): (0, 1),
}


class Gallery(QWidget):
    """All presets as cards.

    `shown` holds those that fit the search, in the order in which they stand.
    """

    chosen = Signal(str)
    train_wanted = Signal(str)
    completed = Signal()  # the last card is there

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[PresetCard] = []
        self.shown: list[PresetCard] = []
        self._waiting = _in_order()
        self.family = ""
        self.chips: dict[str, QPushButton] = {}
        self._rows: list[list[PresetCard]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_idle)
        self.is_complete = False
        self._make()
        theme.signals.changed.connect(self._wake)

    def _make(self) -> None:
        self._box = box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search presets"))
        self.search.setAccessibleName(tr("Search presets"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(_SEARCH_PX)
        self.search.setProperty("field", True)
        self.search.textChanged.connect(self._arrange)
        self.search.returnPressed.connect(self._open_first)
        self.nothing = Label(tr("No preset fits these words."))
        self.nothing.setProperty("role", "secondary")
        self.nothing.hide()
        self._content = QWidget()
        self.area = QScrollArea()
        self.area.setWidget(self._content)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.area.setHorizontalScrollBarPolicy(never)
        always = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        self.area.setVerticalScrollBarPolicy(always)
        self.area.verticalScrollBar().valueChanged.connect(self._wake)
        box.addLayout(self._head())
        box.addWidget(self.nothing)
        box.addWidget(self.area, 1)

    def _head(self) -> QBoxLayout:
        """Return the search with a button for each family."""
        self._top = top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.setSpacing(SPACE_S)
        top.addWidget(self.search)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        for family in ("", *presets.FAMILIES):
            chip = QPushButton(tr(family) if family else tr("All"))
            chip.setProperty("family", True)
            chip.setCheckable(True)
            chip.setChecked(not family)
            chip.setAutoDefault(False)
            chip.clicked.connect(lambda _=False, name=family: self.show_family(name))
            self.chips[family] = chip
            row.addWidget(chip)
        row.addStretch(1)
        top.addLayout(row, 1)
        return top

    def show_family(self, name: str) -> None:
        """Show the cards of one family; with no name all."""
        self.family = name
        for family, chip in self.chips.items():
            chip.setChecked(family == name)
        self._arrange()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Begin to make cards."""
        super().showEvent(event)
        self._wake()

    def load_now(self) -> None:
        """Make all cards and their pictures before returning; for pictures."""
        while not self.is_complete:
            self._add_one()
        for card in self.cards:
            if card.needs_picture:
                card.load_picture()

    def _wake(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _on_idle(self) -> None:
        """Make one more card, or read one more picture."""
        if not self.is_complete:
            self._add_one()
            return
        card = next((card for card in self.shown if self._lacks_picture(card)), None)
        if card is None:
            self._timer.stop()
        else:
            card.load_picture()

    def _lacks_picture(self, card: PresetCard) -> bool:
        return card.needs_picture and not card.visibleRegion().isEmpty()

    def _add_one(self) -> None:
        preset_id = next(self._waiting, None)
        if preset_id is None:
            self.is_complete = True
            self.completed.emit()
            return
        card = PresetCard(presets.info(preset_id), self._content)
        card.chosen.connect(self.chosen)
        card.train_wanted.connect(self.train_wanted)
        card.moved.connect(self._on_moved)
        self.cards.append(card)
        self._arrange()

    def _arrange(self) -> None:
        """Show the cards that fit search and family, the best first."""
        needle = self.search.text().strip()
        within = [c for c in self.cards if self.family in {"", c.info.family}]
        self.shown = ranked(needle, within, PresetCard.names)
        self.nothing.setVisible(self.is_complete and not self.shown)
        self._place()
        for card in self.cards:
            card.setVisible(card in self.shown)
        self._wake()

    def _place(self) -> None:
        """Put the cards where they belong."""
        width = self.area.viewport().width()
        columns = max((width + SPACE_M) // (CARD_PX + SPACE_M), 1)
        across = min((width - (columns - 1) * SPACE_M) // columns, _MOST_PX)
        height = round(HEIGHT_PX + (across - CARD_PX) * PICTURE_PX / CARD_PX)
        top, self._rows = 0, []
        for start in range(0, len(self.shown), columns):
            row = self.shown[start : start + columns]
            for place, card in enumerate(row):
                left = place * (across + SPACE_M)
                card.setGeometry(QRect(left, top, across, height))
            self._rows.append(row)
            top += height + SPACE_M
        self._content.setMinimumHeight(max(top - SPACE_M, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width that there is."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        is_wide = self.width() >= _ROW_PX
        self._top.setDirection(ways.LeftToRight if is_wide else ways.TopToBottom)
        self._box.activate()
        self._place()
        self._wake()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from the search to the first card with the arrow down."""
        is_down = event.key() == Qt.Key.Key_Down
        if is_down and self.search.hasFocus() and self.shown:
            self._focus(self.shown[0])
        else:
            super().keyPressEvent(event)

    def _on_moved(self, key: int) -> None:
        """Walk from the card with the focus to its neighbour."""
        at = next(
            ((r, c) for r, row in enumerate(self._rows) for c, card in enumerate(row)
             if card.hasFocus()),
            None,
        )  # fmt: skip
        if at is None:
            return
        (row, column), (across, down) = at, _STEPS[key]
        flat = [card for cards in self._rows for card in cards]
        if across:
            place = flat.index(self._rows[row][column]) + across
            self._focus(flat[min(max(place, 0), len(flat) - 1)])
        elif row + down < 0:
            self.search.setFocus()
        elif row + down < len(self._rows):
            cards = self._rows[row + down]
            self._focus(cards[min(column, len(cards) - 1)])

    def _focus(self, card: PresetCard) -> None:
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self.area.ensureWidgetVisible(card, 0, SPACE_L)

    def _open_first(self) -> None:
        if self.shown:
            self.chosen.emit(self.shown[0].info.id)


def _in_order() -> Iterator[str]:
    """Yield the ids of all presets, family by family."""
    there = presets.all_ids()
    named = [name for family in presets.FAMILIES.values() for name in family]
    yield from (name for name in named if name in there)
    yield from (name for name in there if name not in named)
