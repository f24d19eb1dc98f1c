"""The cheat sheet: every key there is, in two columns, with a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.layers.search import SCATTERED, distance
from workbench.dialogs.base import Dialog
from workbench.theme import fonts
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_L, SPACE_XL, SPACE_XS

Keys = Sequence[tuple[str, str]]
_COLUMNS = 2
_HEAD_ROWS = 2
"""What the heading of a group takes, in rows, with the air above it."""


@dataclass
class _Line:
    words: str
    keys: str
    parts: tuple[Label, Label]


class ShortcutsDialog(Dialog):
    """Groups of actions with their keys; typing leaves what fits.

    Args:
        groups: Title of a group → (action, keys).
        parent: The window.
    """

    topic = "start/building"

    def __init__(
        self, groups: Mapping[str, Keys], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Keyboard shortcuts"), parent)
        self.setObjectName("shortcuts")
        self.resize(820, 720)
        self.groups: dict[str, QWidget] = {}
        self._lines: dict[str, list[_Line]] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by action or by key"))
        self.search.setAccessibleName(tr("Search by action or by key"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.nothing = Label(tr("No key does this. Ctrl+K finds every command."))
        self.nothing.setProperty("role", "secondary")
        self.nothing.hide()
        scroll = QScrollArea()
        scroll.setWidget(self._columns(groups))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        for widget in (self.search, self.nothing):
            self.box.addWidget(widget)
        self.box.addWidget(scroll, 1)
        self.add_button(tr("Close"), accent=True).clicked.connect(self.accept)
        self.search.setFocus()

    def _columns(self, groups: Mapping[str, Keys]) -> QWidget:
        """Return the groups in columns of their own, about equally long."""
        content = QWidget()
        row = QHBoxLayout(content)
        row.setSpacing(SPACE_XL)
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for title, keys in groups.items():
            shortest = heights.index(min(heights))
            heights[shortest] += len(keys) + _HEAD_ROWS
            columns[shortest].addWidget(self._group(title, keys))
        for column in columns:
            column.setSpacing(SPACE_L)
            column.addStretch(1)
            row.addLayout(column, 1)
        return content

    def _group(self, title: str, keys: Keys) -> QWidget:
        group = self.groups[title] = QWidget()
        grid = QGridLayout(group)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(0, 1)
        head = Label(title)
        head.setProperty("role", "heading")
        grid.addWidget(head, 0, 0, 1, 2)
        self._lines[title] = []
        for row, (action, key) in enumerate(keys, start=1):
            words, cap = Label(action), Label(key)
            cap.setFont(fonts.mono())
            cap.setProperty("role", "key")
            grid.addWidget(words, row, 0)
            grid.addWidget(cap, row, 1, Qt.AlignmentFlag.AlignRight)
            self._lines[title].append(_Line(action, key, (words, cap)))
        return group

    def _filter(self, text: str) -> None:
        """Leave the lines that fit, by their action or by their keys."""
        found = 0
        for title, lines in self._lines.items():
            fitting = [line for line in lines if _fits(text, title, line)]
            for line in lines:
                for part in line.parts:
                    part.setVisible(line in fitting)
            self.groups[title].setVisible(bool(fitting))
            found += len(fitting)
        self.nothing.setVisible(not found)


def _fits(text: str, title: str, line: _Line) -> bool:
    typed = "".join(text.casefold().split())
    keys = "".join(line.keys.casefold().split())
    if typed and (typed == keys or "+" in typed or not any(map(str.isalnum, typed))):
        return typed in keys
    far = distance(text, (line.words,), (title,))
    return far is not None and far < SCATTERED
