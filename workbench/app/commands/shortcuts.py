"""The list of keys: every command that has one, by menu."""

from collections.abc import Iterable
from typing import Any

from engine.i18n import tr
from workbench.app.commands.reach import Reach
from workbench.canvas.commands.table import BY_POINTER
from workbench.commands.registry import MENUS, Bound, offered
from workbench.theme.text import plain

_CANVAS = "keys"
"""Rows that no menu of the bar has stand at this place of the table."""


def show(reach: Reach) -> None:
    """Show every key there is."""
    from workbench.dialogs.shortcuts import ShortcutsDialog

    dialog = ShortcutsDialog(groups(reach.commands), reach.desk.widget)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def groups(commands: Iterable[Bound[Any]]) -> dict[str, list[tuple[str, str]]]:
    """Return title → (words, keys) as the dialog shows them; no group is empty."""
    rows = list(commands)
    found = {plain(tr(words)): _of(menu, rows) for menu, words in MENUS.items()}
    by_pointer = [(tr(words), tr(keys)) for words, keys in BY_POINTER]
    found[tr("Canvas")] = [*by_pointer, *_of(_CANVAS, rows)]
    return {title: lines for title, lines in found.items() if lines}


def _of(menu: str, rows: list[Bound[Any]]) -> list[tuple[str, str]]:
    """Return the lines of a menu, with their words as always."""
    found = (one.command for group in offered(menu, rows) for one in group)
    return [(plain(tr(row.words)), row.key) for row in found if row.key]
