"""Which rows of a table a key stands for."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from workbench.commands.registry import Command

C = TypeVar("C")


class KeyMap(Generic[C]):
    """The keys of a table.

    Args:
        table: Its rows; several may have one key.
    """

    def __init__(self, table: Iterable[Command[C]]) -> None:
        self._own: dict[str, list[Command[C]]] = {}
        self._standard: dict[QKeySequence.StandardKey, list[Command[C]]] = {}
        for row in table:
            for key in row.keys:
                if isinstance(key, str):
                    self._own.setdefault(_portable(key), []).append(row)
                else:
                    self._standard.setdefault(key, []).append(row)

    def rows(self, event: QKeyEvent) -> list[Command[C]]:
        """Return what a key stands for: our own keys first, then the system's."""
        keypad = Qt.KeyboardModifier.KeypadModifier
        code = int(event.key()) | (event.modifiers() & ~keypad).value
        own = self._own.get(_portable(QKeySequence(code)))
        if own is not None:
            return own
        matching = (rows for key, rows in self._standard.items() if event.matches(key))
        return next(matching, [])


def _portable(keys: QKeySequence | str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)
