"""The command palette: everything that can be done, found by typing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs import fuzzy
from workbench.theme import current, icons

MAX_SHOWN = 60
_HINT = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Command:
    """One line of the palette.

    Args:
        text: What is searched and shown.
        run: What Enter does.
        hint: Keys or kind, shown on the right.
        icon: Name of an icon, or empty.
        tint: Token of its colour.
    """

    text: str
    run: Callable[[], object]
    hint: str = ""
    icon: str = ""
    tint: str = "fg2"


def found(commands: Sequence[Command], needle: str) -> list[Command]:
    """Return the commands that fit, the best first."""
    scored = [(fuzzy.score(needle, c.text), i, c) for i, c in enumerate(commands)]
    fitting = [(score, i, c) for score, i, c in scored if score is not None]
    return [command for _, _, command in sorted(fitting, key=lambda item: item[:2])]


class HintDelegate(QStyledItemDelegate):
    """Draws an item as usual, and its hint on the right."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one line."""
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(QColor(current().fg2))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        area = option.rect.adjusted(0, 0, -10, 0)
        painter.drawText(area, flags, str(index.data(_HINT) or ""))
        painter.restore()


class CommandPalette(QDialog):
    """A search field over a list; arrows choose, Enter runs, Escape closes.

    Args:
        commands: Everything that can be done now.
        parent: The window.
    """

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("popup", True)
        self._commands = commands
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search commands, layers and presets…"))
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(HintDelegate(self.list))
        self.list.itemClicked.connect(lambda _item: self._run())
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.addWidget(self.search)
        box.addWidget(self.list, 1)
        self.resize(560, 400)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - 560) // 2, corner.y() + 90)
        self._shown: list[Command] = []
        self._show("")
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list and run from the search field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in moves:
                row = self.list.currentRow() + moves[Qt.Key(event.key())]
                self.list.setCurrentRow(row % max(1, self.list.count()))
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _show(self, needle: str) -> None:
        self._shown = found(self._commands, needle)[:MAX_SHOWN]
        self.list.clear()
        for command in self._shown:
            item = QListWidgetItem(command.text)
            has_icon = bool(command.icon)
            own = icons.icon(command.icon, command.tint) if has_icon else icons.blank()
            item.setIcon(own)
            item.setData(_HINT, command.hint)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        row = self.list.currentRow()
        self.accept()
        if 0 <= row < len(self._shown):
            self._shown[row].run()
