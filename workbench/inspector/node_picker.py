"""Chooses nodes for a phase: chips, a list with a search, or what the canvas shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.commands.ranking import Names, ranked
from workbench.inspector.flow import FlowLayout
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip, word
from workbench.theme.tokens import SPACE_XS

_PATH = Qt.ItemDataRole.UserRole
_ROWS, _ROW_PX = 7, 24


@dataclass(frozen=True)
class Choice:
    """One node that can be chosen.

    Args:
        path: As in the document; empty for “all”.
        words: What the canvas calls it.
        hint: Something more, such as how many weights it has.
        category: Of its icon, or empty.
        depth: How many blocks are around it.
    """

    path: str
    words: str
    hint: str = ""
    category: str = ""
    depth: int = 0


def _names(choice: Choice) -> Names:
    return Names((choice.words, choice.path))


class NodePicker(QWidget):
    """What a phase names, each as a button that takes it away, and how to add.

    Args:
        title: Words above, such as “Minimises”.
        everything: Words for naming nothing, which means all.

    Signals:
        changed: The paths that shall be named now.
        pick_toggled: The canvas shall be asked, or no more.
        opened: The list is about to show: it wants its choices.
    """

    changed = Signal(tuple)
    pick_toggled = Signal(bool)
    opened = Signal()

    def __init__(self, title: str, everything: str) -> None:
        super().__init__()
        self._title, self._everything = title, everything
        self._names: tuple[str, ...] = ()
        self._choices: tuple[Choice, ...] = ()
        self.chips: list[QPushButton] = []
        self._make_head()
        self._make_drawer()
        self._holder = QWidget()
        self._flow = FlowLayout(self._holder)
        self.note = Label()
        self.note.setWordWrap(True)
        polish(self.note, "role", "note")
        self.note.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_XS)
        box.addLayout(self._head)
        for widget in (self._holder, self.note, self.drawer):
            box.addWidget(widget)

    def _make_head(self) -> None:
        self._head = QHBoxLayout()
        self._head.setSpacing(2)
        label = Label(self._title)
        polish(label, "role", "secondary")
        self.pick, self.open = QToolButton(), QToolButton()
        for button, icon, words in (
            (self.pick, "pick", tr("Take the nodes selected on the canvas")),
            (self.open, "plus", tr("Choose from a list")),
        ):
            button.setCheckable(True)
            icons.bind(button, icon, "fg2")
            polish(button, "small", value=True)
            button.setToolTip(words)
            button.setAccessibleName(f"{self._title}: {words}")
        self.pick.toggled.connect(self._on_pick_toggled)
        self.open.toggled.connect(self._on_open_toggled)
        self._head.addWidget(label, 1)
        self._head.addWidget(self.pick)
        self._head.addWidget(self.open)

    def _make_drawer(self) -> None:
        self.drawer = QWidget()
        self.search, self.list = QLineEdit(), QListWidget()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(f"{self._title}: {tr('Search')}")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list.setAccessibleName(self._title)
        self.list.setUniformItemSizes(True)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.list.setHorizontalScrollBarPolicy(off)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.itemChanged.connect(self._on_item_changed)
        self.list.installEventFilter(self)
        box = QVBoxLayout(self.drawer)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_XS)
        box.addWidget(self.search)
        box.addWidget(self.list)
        self.drawer.hide()

    def show_names(self, names: Sequence[str], words: Sequence[str]) -> None:
        """Show what is named.

        Args:
            names: Paths; none means all.
            words: For each of them.
        """
        self._names = tuple(names)
        self._show_chips(list(zip(names, words, strict=True)))
        self._check()

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show what could be named, in this order."""
        everything = Choice("", self._everything)
        if (everything, *choices) != self._choices:
            self._choices = (everything, *choices)
            self._fill()
        self._check()

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self.open.isChecked()

    def _show_chips(self, pairs: list[tuple[str, str]]) -> None:
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(path, words) for path, words in pairs]
        if not pairs:
            chip = QPushButton(self._everything)
            chip.setEnabled(False)
            polish(chip, "chip", value=True)
            self.chips = [chip]
        for chip in self.chips:
            self._flow.addWidget(chip)
        self._holder.updateGeometry()

    def _chip(self, path: str, words: str) -> QPushButton:
        chip = QPushButton(word(words))
        polish(chip, "chip", value=True)
        icons.bind(chip, "close", "fg2")
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setToolTip(tip(tr("Take {name} out", name=words)))
        chip.setAccessibleName(tr("Take {name} out", name=words))
        chip.clicked.connect(lambda _checked=False: self._set(path, on=False))
        return chip

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for choice in self._choices:
                item = QListWidgetItem("    " * choice.depth + choice.words)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setData(_PATH, choice.path)
                spoken = (
                    f"{choice.words}, {choice.hint}" if choice.hint else choice.words
                )
                item.setToolTip(tip(spoken))
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
                if choice.category:
                    item.setIcon(icons.icon(f"cat-{choice.category}", choice.category))
                self.list.addItem(item)
        rows = min(max(len(self._choices), 2), _ROWS)
        self.list.setFixedHeight(rows * _ROW_PX + 4)
        self._filter(self.search.text())

    def _check(self) -> None:
        """Tick what is named."""
        with QSignalBlocker(self.list):
            for item in self._items():
                path = item.data(_PATH)
                on = path in self._names or not (path or self._names)
                state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
                item.setCheckState(state)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _filter(self, text: str) -> None:
        """Show only the choices that fit the search, in their order; mark the best."""
        best = ranked(text, self._choices, _names)
        fitting = set(best)
        for item, choice in zip(self._items(), self._choices, strict=True):
            item.setHidden(choice not in fitting)
        rows = {choice: row for row, choice in enumerate(self._choices)}
        here = self.list.currentRow()
        if best and (text.strip() or here not in [rows[each] for each in best]):
            self.list.setCurrentRow(rows[best[0]])

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        on = item.checkState() == Qt.CheckState.Checked
        self._set(item.data(_PATH), on=on)

    def _set(self, path: str, *, on: bool) -> None:
        """Tell the names with one more or one less."""
        if not path:
            names: tuple[str, ...] = ()
        elif on:
            order = [c.path for c in self._choices]
            chosen = {*self._names, path}
            names = tuple(p for p in order if p in chosen and p)
            names += tuple(n for n in self._names if n not in order)
        else:
            names = tuple(name for name in self._names if name != path)
        if names == self._names:
            self._check()
        else:
            self.changed.emit(names)

    def _on_pick_toggled(self, is_on: bool) -> None:
        icons.bind(self.pick, "pick", "accent" if is_on else "fg2")
        self.pick_toggled.emit(is_on)

    def _on_open_toggled(self, is_open: bool) -> None:
        icons.bind(self.open, "chevron-up" if is_open else "plus", "fg2")
        if is_open:
            self.opened.emit()
        self.drawer.setVisible(is_open)
        if is_open:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lead from the search into the list; Enter ticks, Escape closes."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() == Qt.Key.Key_Escape:
            self.open.setChecked(False)
            self.open.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._flip(self.list.currentItem())
            return True
        if event.key() == Qt.Key.Key_Down and watched is self.search:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().eventFilter(watched, event)

    def _flip(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            on = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def say(self, text: str) -> None:
        """Show a note beneath the names; nothing hides it."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
