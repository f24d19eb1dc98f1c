"""Fills context menus with what tables offer."""

from collections.abc import Sequence
from typing import Any

from workbench.commands.registry import Bound, offered
from workbench.theme import icons
from workbench.theme.menu import Menu


def fill(menu: Menu, name: str, bound: Sequence[Bound[Any]]) -> None:
    """Add what a menu offers now; what can't apply is grey.

    Args:
        menu: Gets the entries.
        name: Of the menu in the tables.
        bound: Rows of the tables; those of other menus are left out.
    """
    for group in offered(name, bound):
        if not menu.isEmpty():
            menu.addSeparator()
        for one in group:
            _add(menu, one, bound)


def _add(menu: Menu, one: Bound[Any], bound: Sequence[Bound[Any]]) -> None:
    row = one.command
    if row.menu:
        below = menu.below(one.plain_words)
        below.setEnabled(one.is_enabled)
        fill(below, row.menu, bound)
        return
    entry = menu.addAction(one.plain_words + (f"\t{row.key}" if row.key else ""))
    entry.setEnabled(one.is_enabled)
    if row.icon:
        entry.setIcon(icons.icon(row.icon, row.tint))
    entry.triggered.connect(lambda _checked=False: one.run())
