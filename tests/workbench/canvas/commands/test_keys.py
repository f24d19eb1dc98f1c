"""Every key of the table does what the row that shows it does, and no key has moved."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from workbench.canvas.commands import keys
from workbench.canvas.commands.spot import Spot
from workbench.canvas.commands.table import TABLE
from workbench.commands.keymap import KeyMap
from workbench.document import blocks

Std = QKeySequence.StandardKey
LEARNT = {
    "undo": (Std.Undo,),
    "redo": (Std.Redo,),
    "cut": (Std.Cut,),
    "copy": (Std.Copy,),
    "paste": (Std.Paste,),
    "duplicate": ("Ctrl+D",),
    "delete": ("Del", "Backspace"),
    "heal": ("Ctrl+Del", "Ctrl+Backspace"),
    "select_all": (Std.SelectAll,),
    "go_to": ("Ctrl+F",),
    "rename": ("F2",),
    "next": ("N", "Ctrl+Right"),
    "previous": ("Shift+N", "Ctrl+Left"),
    "first": ("Home",),
    "last": ("End",),
    "nudge_left": ("Left",),
    "nudge_right": ("Right",),
    "nudge_up": ("Up",),
    "nudge_down": ("Down",),
    "nudge_far_left": ("Shift+Left",),
    "nudge_far_right": ("Shift+Right",),
    "nudge_far_up": ("Shift+Up",),
    "nudge_far_down": ("Shift+Down",),
    "zoom_in": (Std.ZoomIn,),
    "zoom_out": (Std.ZoomOut,),
    "fit": ("F",),
    "fit_selection": ("Shift+F",),
    "full_size": ("Ctrl+0",),
    "overview": ("M",),
    "quick_add": ("Tab",),
    "connect": ("C",),
    "replace": ("R",),
    "connect_from": ("Shift+C",),
    "arrange": ("L",),
    "group": ("Ctrl+G",),
    "unpack": ("Ctrl+Shift+G",),
    "enter": ("Enter", "Return"),
    "settings": ("Enter", "Return"),
    "leave": ("Alt+Up", "Backspace"),
    "go_down": ("Alt+Down",),
    "open_in_place": ("E",),
    "frame": ("Shift+G",),
    "comment": ("T",),
    "escape": ("Esc",),
}
"""Keys that people have learnt: who changes one breaks their hands."""
PRESSED = [(row.id, key) for row in TABLE for key in row.keys]
IN_TURN = {"Enter": {"enter", "settings"}, "Return": {"enter", "settings"},
           "Backspace": {"delete", "leave"}}  # fmt: skip
"""Keys that do the first of several things that can apply."""


def test_keys_are_those_that_people_have_learnt():
    assert {row.id: row.keys for row in TABLE if row.keys} == LEARNT


def test_ids_are_of_one_row_each():
    assert len({row.id for row in TABLE}) == len(TABLE)


@pytest.fixture
def ran(view, monkeypatch):
    """The ids of the rows that keys lead to, which do nothing else."""
    found = []
    told = [replace(row, run=lambda _spot, i=row.id: found.append(i)) for row in TABLE]
    monkeypatch.setattr(keys, "_KEYS", KeyMap(told))
    return found


@pytest.mark.parametrize(("row", "key"), PRESSED)
def test_key_runs_a_row_that_shows_it(view, ran, row, key):
    view.scene.select(["conv"])  # Escape has something to end
    QTest.keySequence(view, QKeySequence(key))
    (found,) = ran
    assert found in IN_TURN.get(str(key), {row})


def test_enter_opens_a_block_and_shows_settings_of_all_else(view, ran, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    for chosen, expected in (
        ([], "settings"),
        (["linear"], "settings"),
        ([made], "enter"),
        ([made, "linear"], "settings"),
    ):
        view.select(chosen)
        QTest.keySequence(view, QKeySequence("Return"))
        assert ran.pop() == expected


def test_backspace_deletes_what_is_selected_and_else_leaves_the_block(
    view, ran, document
):
    made = blocks.group(document, ["conv", "relu"], "stem")
    view.show_path([made])
    view.select([])
    QTest.keySequence(view, QKeySequence("Backspace"))
    assert ran.pop() == "leave"
    view.select(["conv"])
    QTest.keySequence(view, QKeySequence("Backspace"))
    assert ran.pop() == "delete"


def test_no_key_means_two_things_that_can_apply_at_once(view, document):
    """Not even Enter; only Backspace prefers what is selected to the block."""
    made = blocks.group(document, ["conv", "relu"], "stem")
    for chosen in ([], ["linear"], [made], [made, "linear"]):
        view.select(chosen)
        spot, seen = Spot(view), {}
        for row in TABLE:
            for key in row.keys if row.enabled(spot) else ():
                seen.setdefault(str(key), set()).add(row.id)
        assert {key for key, rows in seen.items() if len(rows) > 1} <= {"Backspace"}
