"""What the cheat sheet says: every action with its keys, by menu."""

from collections.abc import Mapping

from PySide6.QtGui import QAction

from engine.i18n import tr
from workbench.app.commands.actions import ENTRIES, MENUS
from workbench.commands.words import keys_of, words_of
from workbench.theme.text import plain

_CANVAS = (
    ("Zoom", "Wheel"),
    ("Pan", "Space + drag"),
    ("Rename", "F2"),
    ("Next layer", "N"),
    ("Settings of the layer, or of the training", "Enter"),
    ("Back to the canvas", "Esc"),
    ("Into an open block", "Alt+Down"),
    ("Nudge", "Arrow keys"),
    ("Cancel a gesture", "Esc"),
)
"""Keys of the canvas that no menu has."""


def groups(actions: Mapping[str, QAction]) -> dict[str, list[tuple[str, str]]]:
    """Return title → (words, keys) as the dialog shows them; no group is empty.

    Args:
        actions: All actions, by id.
    """
    found = {tr("Canvas"): [(tr(words), tr(keys)) for words, keys in _CANVAS]}
    menus = {menu: _of_menu(menu, actions) for menu in MENUS}
    found = {plain(tr(MENUS[menu])): rows for menu, rows in menus.items()} | found
    return {title: rows for title, rows in found.items() if rows}


def _of_menu(menu: str, actions: Mapping[str, QAction]) -> list[tuple[str, str]]:
    own = [actions[e.id] for e in ENTRIES if e.menu == menu and e.id in actions]
    return [(words_of(action), keys_of(action)) for action in own if keys_of(action)]
