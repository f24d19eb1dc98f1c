"""The command palette: everything that can be done, found by typing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
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
from workbench.commands.ranking import Names, ranked
from workbench.theme import current, icons
from workbench.theme.tokens import SPACE_S

GROUPS = {
    "recent": "Recent",
    "commands": "Commands",
    "settings": "Settings",
    "layers": "Layers",
    "presets": "Presets",
}
"""Headings, in the order in which they stand while nothing is typed."""
MAX_SHOWN = 60
"""Found lines at most."""
_OF_A_GROUP, _RECENT = 8, 5
"""Found lines of one group at most, while others have some; commands done lately."""
_SIZE = QSize(600, 460)
_HINT = Qt.ItemDataRole.UserRole
_HINT_PX = 10
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}


@dataclass(frozen=True)
class Command:
    """One line of the palette.

    Args:
        text: What is searched and shown.
        run: What Enter does.
        hint: Keys, kind or value, shown on the right.
        icon: Name of an icon, or empty.
        tint: Token of its colour.
        group: One of `GROUPS`.
        id: By which it is remembered; empty for never.
        others: Searched too, a little further away.
        place: How little it fits here; of equals the smallest comes first.
    """

    text: str
    run: Callable[[], object]
    hint: str = ""
    icon: str = ""
    tint: str = "fg2"
    group: str = "commands"
    id: str = ""
    others: tuple[str, ...] = ()
    place: float = 0.0


Grouped = list[tuple[str, list[Command]]]
"""Ids of groups with their lines."""


def found(commands: Sequence[Command], needle: str) -> list[Command]:
    """Return the commands that fit, the best first."""
    return ranked(needle, commands, _names, lambda command: command.place)


def _names(command: Command) -> Names:
    return Names((command.text,), command.others)


def grouped(
    commands: Sequence[Command], needle: str, recent: Sequence[str] = ()
) -> Grouped:
    """Return what is shown, group by group.

    With nothing typed everything in the order of `GROUPS`, what was done last first;
    otherwise what fits, the group with the best line first.

    Args:
        commands: Everything that can be done.
        needle: What was typed.
        recent: Ids of what was done, the newest first.
    """
    if not needle.strip():
        return _everything(commands, recent)
    groups: dict[str, list[Command]] = {}
    for command in found(commands, needle):
        groups.setdefault(command.group, []).append(command)
    most = _OF_A_GROUP if len(groups) > 1 else MAX_SHOWN
    return [(name, lines[:most]) for name, lines in groups.items()]


def _everything(commands: Sequence[Command], recent: Sequence[str]) -> Grouped:
    by_id = {command.id: command for command in commands if command.id}
    last = [by_id[name] for name in recent if name in by_id][:_RECENT]
    rest: dict[str, list[Command]] = {name: [] for name in GROUPS}
    rest["recent"] = last
    for command in commands:
        if command not in last:
            rest[command.group].append(command)
    return [(name, lines) for name, lines in rest.items() if lines]


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
        area = option.rect.adjusted(0, 0, -_HINT_PX, 0)
        painter.drawText(area, flags, str(index.data(_HINT) or ""))
        painter.restore()


class CommandPalette(QDialog):
    """A search field over a grouped list; arrows choose, Enter runs, Escape closes.

    Args:
        commands: Everything that can be done now.
        parent: The window.
        recent: Ids of what was done, the newest first.
        ask_help: Searches the help for words; None where there is no help.

    Signals:
        ran: Id of what was run.
    """

    ran = Signal(str)

    def __init__(
        self,
        commands: Sequence[Command],
        parent: QWidget,
        recent: Iterable[str] = (),
        ask_help: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("popup", True)
        self._commands, self._recent = commands, tuple(recent)
        self._ask_help = ask_help
        self.search = QLineEdit()
        words = tr("Search commands, settings, layers and presets…")
        self.search.setPlaceholderText(words)
        self.search.setAccessibleName(words)
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setIconSize(QSize(16, 16))
        self.list.setItemDelegate(HintDelegate(self.list))
        self.list.itemClicked.connect(self._on_clicked)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        box.addWidget(self.search)
        box.addWidget(self.list, 1)
        self.resize(_SIZE)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        across = (parent.width() - _SIZE.width()) // 2
        self.move(corner.x() + across, corner.y() + 90)
        self._lines: list[Command | None] = []
        self._show("")
        self.search.setFocus()

    def add(self, commands: Iterable[Command]) -> None:
        """Take in more lines; what was typed and marked stays."""
        row, here = self.list.currentRow(), self.list.verticalScrollBar().value()
        marked = self._lines[row] if 0 <= row < len(self._lines) else None
        self._commands = [*self._commands, *commands]
        self._show(self.search.text())
        if marked in self._lines:
            self.list.setCurrentRow(self._lines.index(marked))
            self.list.verticalScrollBar().setValue(here)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list and run from the search field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self._move(_MOVES[Qt.Key(event.key())])
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run()
                return True
            if event.key() == Qt.Key.Key_F1 and self._ask_help is not None:
                self.accept()
                self._ask_help(self.search.text().strip())
                return True
        return super().eventFilter(watched, event)

    def _move(self, step: int) -> None:
        """Mark a line so many lines on, past headings, round the ends."""
        rows = [row for row, line in enumerate(self._lines) if line is not None]
        if rows:
            here = self.list.currentRow()
            place = rows.index(here) if here in rows else 0
            self.list.setCurrentRow(rows[(place + step) % len(rows)])
            if self.list.currentRow() == rows[0]:
                self.list.scrollToTop()

    def _show(self, needle: str) -> None:
        self.list.clear()
        self._lines = []
        groups = grouped(self._commands, needle, self._recent)
        for name, lines in groups:
            self._add_note(tr(GROUPS[name]))
            for line in lines:
                self._add(line)
        if not groups:
            for item in self._nothing(needle.strip()):
                self._add(item) if isinstance(item, Command) else self._add_note(item)
        first = next((r for r, line in enumerate(self._lines) if line is not None), -1)
        self.list.setCurrentRow(first)
        self.list.scrollToTop()

    def _nothing(self, needle: str) -> Iterator[str | Command]:
        """Yield what is said and offered where nothing fits."""
        yield tr("Nothing is called “{words}”. Try fewer letters.", words=needle)
        if self._ask_help is not None:
            ask = self._ask_help
            words = tr("Search the help for “{words}”", words=needle)
            yield Command(words, lambda: ask(needle), "F1", "help")

    def _add(self, command: Command) -> None:
        item = QListWidgetItem(command.text)
        has_icon = bool(command.icon)
        own = icons.icon(command.icon, command.tint) if has_icon else icons.blank()
        item.setIcon(own)
        item.setData(_HINT, command.hint)
        item.setSizeHint(QSize(0, self._height()))
        self.list.addItem(item)
        self._lines.append(command)

    def _add_note(self, words: str) -> None:
        """Add a line that only says something: a heading."""
        item = QListWidgetItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = QFont(self.list.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(font)
        item.setForeground(QColor(current().fg2))
        item.setSizeHint(QSize(0, self._height() + (4 if self._lines else 0)))
        self.list.addItem(item)
        self._lines.append(None)

    def _height(self) -> int:
        return self.list.fontMetrics().height() + 10

    def _on_clicked(self, item: QListWidgetItem) -> None:
        if self.list.row(item) == self.list.currentRow():  # a heading can't be current
            self._run()

    def _run(self) -> None:
        row = self.list.currentRow()
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        if line is None:
            return
        self.accept()
        if line.id:
            self.ran.emit(line.id)
        line.run()
