"""The menu bar reads the tables: keys, icons, rules, and what is done."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QMainWindow

from workbench.app.commands import menu_bar, shortcuts
from workbench.app.commands.menu_bar import Actions
from workbench.app.commands.palette import all_commands
from workbench.app.commands.reach import Reach
from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table
from workbench.commands.registry import MENUS
from workbench.theme.text import plain

Std = QKeySequence.StandardKey
LEARNT = {
    "new": (Std.New,),
    "open": (Std.Open,),
    "preset": ("Ctrl+Shift+O",),
    "save": (Std.Save,),
    "save_as": ("Ctrl+Shift+S",),
    "export": ("Ctrl+E",),
    "quit": ("Ctrl+Q",),
    "palette": ("Ctrl+K",),
    "enlarge": ("Shift+F11",),
    "bottom": ("Ctrl+J",),
    "room_build": ("Ctrl+1",),
    "room_data": ("Ctrl+2",),
    "open_data": ("Ctrl+Shift+D",),
    "room_train": ("Ctrl+3",),
    "room_explain": ("Ctrl+4",),
    "theme": ("Ctrl+Shift+L",),
    "full_screen": ("F11",),
    "problems": ("Ctrl+Shift+M",),
    "runs_list": ("Ctrl+Shift+R",),
    "train": ("F5",),
    "pause": ("F6",),
    "stop": ("Shift+F5",),
    "step": ("F10",),
    "steps": ("Shift+F10",),
    "epoch": ("Ctrl+F10",),
    "restart": ("Ctrl+F5",),
    "help": ("F1",),
    "shortcuts": ("?",),
    "back": ("Esc",),
}
"""Keys that people have learnt: who changes one breaks their hands."""
BOTH = (*TABLE, *canvas_table.TABLE)


def test_keys_are_those_that_people_have_learnt():
    assert {row.id: row.keys for row in TABLE if row.keys} == LEARNT


def test_ids_are_of_one_row_each():
    assert len({row.id for row in BOTH}) == len(BOTH)


def test_every_row_of_a_menu_stands_there_with_its_key(window):
    for row in BOTH:
        menus = [place.menu for place in row.places if place.menu in MENUS]
        for menu in menus:
            if row.menu:
                assert row.menu in window.actions_.menus
                continue
            action = window.actions_[row.id]
            assert action in window.actions_.menus[menu].actions()
            own = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            assert (own or action.text().partition("\t")[2]) == row.key
            assert action.icon().isNull() == (not row.icon)


def test_no_key_works_everywhere_for_two_rows(window):
    found = [a.shortcut().toString() for a in window.actions_.values()]
    keys = [key for key in found if key]
    assert len(keys) == len(set(keys)) > 20


@pytest.fixture
def told(window, monkeypatch, qtbot):
    """Another menu bar over the same window whose rows only tell that they ran."""
    ran = []
    tell = lambda row: replace(row, run=lambda _where: ran.append(row.id))  # noqa: E731
    monkeypatch.setattr(menu_bar, "TABLE", [tell(row) for row in TABLE])
    monkeypatch.setattr(canvas_table, "TABLE", [tell(r) for r in canvas_table.TABLE])
    other = QMainWindow()
    qtbot.addWidget(other)
    return Actions(other, Reach(window, window.controllers)), ran


def test_every_entry_does_what_its_row_does(told):
    actions, ran = told
    for name, action in actions.items():
        action.setEnabled(True)
        action.trigger()
        assert ran.pop() == name
        assert not ran


def grey(window, menu):
    window.actions_.menus[menu].aboutToShow.emit()
    found = {
        name
        for name, action in window.actions_.items()
        if action in window.actions_.menus[menu].actions() and not action.isEnabled()
    }
    window.actions_.menus[menu].aboutToHide.emit()
    return found


def test_menus_grey_what_cannot_apply_to_the_selection(window):
    window.canvas.select([])
    needs_some = {"cut", "copy", "duplicate", "delete", "heal", "undo", "redo"}
    assert grey(window, "edit") == needs_some
    window.canvas.select(["linear1"])
    assert grey(window, "edit") == {"undo", "redo"}
    assert grey(window, "model") == {
        "unpack", "enter", "leave", "open_in_place", "save_block", "plain_linear",
    }  # fmt: skip
    assert not window.actions_.menus["align"].isEnabled()
    window.canvas.select(["linear1", "linear2"])
    assert "connect" in grey(window, "model")
    assert window.actions_.menus["align"].isEnabled()


def test_what_was_grey_can_be_chosen_once_the_menu_is_closed(window):
    window.canvas.select([])
    assert "cut" in grey(window, "edit")
    window.canvas.select(["linear1"])
    window.actions_["cut"].trigger()
    assert "linear1" not in window.document.project.graph.nodes


def test_list_of_keys_has_every_key_that_is_shown(window):
    lines = [line for rows in shortcuts.groups(window.reach.commands).values()
             for line in rows]  # fmt: skip
    by_pointer = {"Nudge"}
    wanted = {
        (plain(row.words), row.key)
        for row in BOTH
        if row.keys and row.words not in by_pointer
    }
    assert wanted <= set(lines)
    assert len({words for words, _ in lines}) == len(lines)


def test_palette_finds_what_menus_offer_with_its_keys_and_icons(window):
    window.canvas.select(["linear1"])
    found = {each.text: each for each in all_commands(window.reach)}
    assert (found["Arrange"].hint, found["Arrange"].icon) == ("L", "arrange")
    assert (found["Go to a node…"].hint, found["Go to a node…"].icon) == (
        "Ctrl+F",
        "search",
    )
    assert found["Cut"].hint == "Ctrl+X"
    assert "Search commands…" not in found
    assert "Pause" not in found
    window.canvas.select([])
    found = {each.text for each in all_commands(window.reach)}
    assert "Cut" not in found
    assert "Group into a block…" in found  # It says what it needs.


def test_one_icon_means_one_thing_in_menu_and_context_menu(window):
    pictures = {
        row.id: window.actions_[row.id].icon()
        for row in BOTH
        if row.icon and row.id in window.actions_
    }
    assert all(isinstance(i, QIcon) and not i.isNull() for i in pictures.values())
