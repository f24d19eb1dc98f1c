"""What a menu offers of a table, and which rows a key stands for."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from workbench.commands import menus
from workbench.commands.keymap import KeyMap
from workbench.commands.registry import Bound, Command, Place, offered
from workbench.theme.menu import Menu

CONTROL = Qt.KeyboardModifier.ControlModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier
NONE = Qt.KeyboardModifier.NoModifier


def bound(*rows, where=0):
    return [Bound(row, lambda: where) for row in rows]


def ids(groups):
    return [[one.command.id for one in group] for group in groups]


def test_menu_is_ordered_by_group_and_order_and_leaves_other_menus_out():
    rows = bound(
        Command("late", "Late", places=(Place("file", 2, 1),)),
        Command("second", "Second", places=(Place("edit", 1, 1), Place("file", 1, 2))),
        Command("first", "First", places=(Place("file", 1, 1),)),
        Command("elsewhere", "Elsewhere", places=(Place("edit", 1, 1),)),
    )
    assert ids(offered("file", rows)) == [["first", "second"], ["late"]]


def test_row_that_cannot_apply_is_grey_or_left_out_where_its_place_says_so(qapp):
    def never(_where):
        return False

    places = (Place("bar", 1, 1), Place("context", 1, 1, hides=True))
    rows = bound(Command("never", "Never", enabled=never, places=places))
    assert ids(offered("bar", rows)) == [["never"]]
    assert offered("context", rows) == []
    menu = Menu()
    menus.fill(menu, "bar", rows)
    assert [action.isEnabled() for action in menu.actions()] == [False]


def test_words_rule_and_deed_are_asked_of_the_moment():
    state, done = {"on": False}, []
    row = Command(
        "turn",
        "Turn &on",
        lambda where: done.append(where["on"]),
        enabled=lambda where: not where["on"],
        now=lambda where: "Turn off" if where["on"] else "",
    )
    one = Bound(row, lambda: state)
    assert (one.words, one.plain_words, one.is_enabled) == ("Turn &on", "Turn on", True)
    state["on"] = True
    assert (one.words, one.is_enabled) == ("Turn off", False)
    one.run()
    assert done == [True]


def test_menu_entry_shows_the_key_of_its_row_and_opens_the_rows_below(qapp):
    done = []
    rows = bound(
        Command("go", "&Go", done.append, keys=("Ctrl+G", "G"),
                places=(Place("m", 1, 1),)),
        Command("more", "&More", menu="more", places=(Place("m", 2, 1),)),
        Command("below", "Below", places=(Place("more", 1, 1),)),
        where="there",
    )  # fmt: skip
    menu = Menu()
    menus.fill(menu, "m", rows)
    go, line, more = menu.actions()
    assert (go.text(), line.isSeparator(), more.text()) == ("Go\tCtrl+G", True, "More")
    assert [action.text() for action in more.menu().actions()] == ["Below"]
    go.trigger()
    assert done == ["there"]


@pytest.mark.parametrize(
    ("key", "modifiers", "found"),
    [
        (Qt.Key.Key_G, CONTROL, ["group"]),
        (Qt.Key.Key_G, NONE, []),
        (Qt.Key.Key_Enter, KEYPAD, ["enter", "settings"]),
        (Qt.Key.Key_C, CONTROL, ["copy"]),
    ],
)
def test_key_stands_for_its_rows_in_the_order_of_the_table(qapp, key, modifiers, found):
    table = [
        Command("group", "", keys=("Ctrl+G",)),
        Command("enter", "", keys=("Return", "Enter")),
        Command("settings", "", keys=("Enter",)),
        Command("copy", "", keys=(QKeySequence.StandardKey.Copy,)),
    ]
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
    assert [row.id for row in KeyMap(table).rows(event)] == found


def test_our_own_key_goes_before_what_the_system_calls_so(qapp):
    copy = QKeySequence(QKeySequence.StandardKey.Copy).toString()
    table = [
        Command("copy", "", keys=(QKeySequence.StandardKey.Copy,)),
        Command("ours", "", keys=(copy,)),
    ]
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_C, CONTROL)
    assert [row.id for row in KeyMap(table).rows(event)] == ["ours"]
