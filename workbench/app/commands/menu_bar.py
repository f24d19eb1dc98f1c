"""The menu bar, read from the tables, and the keys that work everywhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow

from engine.i18n import tr
from workbench.app.commands.reach import Reach
from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table
from workbench.canvas.commands.spot import Spot
from workbench.commands.keymap import KeyMap
from workbench.commands.registry import MENUS, Bound, offered
from workbench.theme import icons
from workbench.theme.menu import Menu
from workbench.theme.text import plain, tip


class Actions(Mapping[str, QAction]):
    """All entries of the menu bar by id, and the menus that hold them.

    Entries with keys that work everywhere are kept as the states allow. The others are
    grey only while their menu is open: what can apply changes with each click.

    Args:
        window: Gets the menu bar and the keys.
        reach: What the commands act on; gets all of them.
    """

    def __init__(self, window: QMainWindow, reach: Reach) -> None:
        self._window = window
        stage = reach.desk.canvas
        own = [Bound(row, lambda: reach) for row in TABLE]
        reach.commands.extend([*own, *canvas_table.bound(lambda: Spot(stage))])
        self._bound = {one.command.id: one for one in reach.commands}
        self._live = {row.id for row in TABLE}
        self._live |= {row.id for row in canvas_table.TABLE if row.everywhere}
        self._last = KeyMap(row for row in TABLE if row.at_last)
        self._actions: dict[str, QAction] = {}
        self.menus: dict[str, Menu] = {}
        for name, words in MENUS.items():
            menu = Menu(tr(words), window.menuBar())
            window.menuBar().addMenu(menu)
            self._fill(menu, name)
        self._follow(reach)

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)

    def _fill(self, menu: Menu, name: str) -> None:
        self.menus[name] = menu
        for group in offered(name, self._bound.values()):
            if not menu.isEmpty():
                menu.addSeparator()
            for one in group:
                self._add(menu, one)
        menu.aboutToShow.connect(lambda: self._on_shown(name))
        menu.aboutToHide.connect(lambda: self._on_hidden(name))

    def _add(self, menu: Menu, one: Bound[Any]) -> None:
        row = one.command
        if row.menu:
            self._fill(menu.below(one.words), row.menu)
            return
        if row.id in self._actions:  # It stands in two menus, as one entry.
            menu.addAction(self._actions[row.id])
            return
        action = QAction(self._window)
        if row.icon:
            icons.bind(action, row.icon, row.tint)
        if row.checked is not None:
            action.setCheckable(True)
        if row.keys and row.id in self._live:
            action.setShortcut(QKeySequence(row.keys[0]))
        action.triggered.connect(lambda _checked=False: self._run(one))
        menu.addAction(action)
        self._window.addAction(action)
        self._actions[row.id] = action
        self._show(one)

    def _show(self, one: Bound[Any]) -> None:
        """Give an entry words, tooltip and state as things stand."""
        row, action = one.command, self._actions[one.command.id]
        is_shortcut = row.id in self._live
        words = one.words
        action.setText(words if is_shortcut or not row.key else f"{words}\t{row.key}")
        action.setEnabled(one.is_enabled)
        action.setToolTip(_tip(words, row.key, one.obstacle))
        if row.checked is not None:
            action.setChecked(one.is_checked)

    def _run(self, one: Bound[Any]) -> None:
        one.run()
        if one.command.checked is not None:  # Qt has ticked it, right or wrong
            self._show(one)

    def press_last(self, event: QKeyEvent) -> bool:
        """Do what a key stands for that nothing else wanted; False for nothing."""
        rows = self._last.rows(event)
        for row in rows:
            self._bound[row.id].run()
        return bool(rows)

    def refresh(self) -> None:
        """Keep what works everywhere as the states allow."""
        for name in self._live & self._actions.keys():
            self._show(self._bound[name])

    def _follow(self, reach: Reach) -> None:
        # By the value told: the stack tells once more when it is being destroyed.
        stack = reach.desk.document.undo_stack
        stack.canUndoChanged.connect(self._actions["undo"].setEnabled)
        stack.canRedoChanged.connect(self._actions["redo"].setEnabled)
        reach.desk.document.replaced.connect(self.refresh)
        reach.made.training.changed.connect(self.refresh)
        reach.desk.rooms.changed.connect(self.refresh)
        reach.made.explaining.changed.connect(self.refresh)
        reach.made.looking_back.changed.connect(self.refresh)

        search = reach.desk.canvas.popups.quick_add
        search.help_wanted.connect(lambda type_id: _about(reach, type_id))

    def _rows(self, menu: str) -> list[Bound[Any]]:
        return [one for group in offered(menu, self._bound.values()) for one in group]

    def _on_shown(self, menu: str) -> None:
        for one in self._rows(menu):
            if one.command.menu:
                self.menus[one.command.menu].setEnabled(one.is_enabled)
            else:
                self._show(one)

    def _on_hidden(self, menu: str) -> None:
        for one in self._rows(menu):
            if one.command.id in self._actions.keys() - self._live:
                self._actions[one.command.id].setEnabled(True)


def _about(reach: Reach, type_id: str) -> None:
    """Open the help at an entry of the catalogue, or at a data set."""
    from workbench.app.commands import help as help_  # loads dialogs

    kind, _, name = type_id.rpartition(":")
    help_.show_topic(reach, f"data/{name}" if kind else f"layer/{name}")


def _tip(text: str, keys: str, obstacle: str) -> str:
    words = plain(text).rstrip("…")
    words = f"{words}  ({keys})" if keys else words
    return tip(f"{words}\n{obstacle}" if obstacle else words)
