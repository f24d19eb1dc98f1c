"""No key of ours is another command of ours through a platform's standard bindings.

Qt knows the bindings of the running platform only; the others stand here, as its
documentation lists them (QKeySequence, "Standard Shortcuts"). Keys with a word on
them, as Save has on some keyboards, can't be ours.
"""

import itertools

import pytest
from PySide6.QtGui import QKeySequence

from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table

Std = QKeySequence.StandardKey
WINDOWS, MAC, KDE, GNOME, X11 = PLATFORMS = ("Windows", "macOS", "KDE", "GNOME", "X11")
UNIX = (KDE, GNOME, X11)
BINDINGS = {
    Std.New: {"Ctrl+N": PLATFORMS},
    Std.Open: {"Ctrl+O": PLATFORMS},
    Std.Save: {"Ctrl+S": PLATFORMS},
    Std.SelectAll: {"Ctrl+A": PLATFORMS},
    Std.Delete: {"Del": PLATFORMS, "Ctrl+D": UNIX, "Meta+D": (MAC,)},
    Std.Copy: {"Ctrl+C": PLATFORMS, "Ctrl+Ins": (WINDOWS, *UNIX), "F16": UNIX},
    Std.Cut: {
        "Ctrl+X": PLATFORMS,
        "Shift+Del": (WINDOWS, *UNIX),
        "F20": UNIX,
        "Meta+K": (MAC,),
    },
    Std.Paste: {
        "Ctrl+V": PLATFORMS,
        "Shift+Ins": (WINDOWS, *UNIX),
        "Ctrl+Shift+Ins": UNIX,
        "F18": UNIX,
        "Meta+Y": (MAC,),
    },
    Std.Undo: {"Ctrl+Z": PLATFORMS, "Alt+Backspace": (WINDOWS,), "F14": UNIX},
    Std.Redo: {
        "Ctrl+Shift+Z": PLATFORMS,
        "Ctrl+Y": (WINDOWS,),
        "Alt+Shift+Backspace": (WINDOWS,),
    },
    Std.ZoomIn: {"Ctrl++": PLATFORMS},
    Std.ZoomOut: {"Ctrl+-": PLATFORMS},
}
ROWS = (*TABLE, *canvas_table.TABLE)
IN_TURN = {"Enter", "Return", "Backspace", "Esc"}
"""Keys that do the first of several things that can apply; see the tests of tables."""


def _on(platform):
    """Yield (key, command) for everything that a key does on a platform."""
    for row in ROWS:
        for key in row.keys:
            if isinstance(key, Std):
                yield from ((found, row.id) for found in _keys(key, platform))
            elif key not in IN_TURN:
                yield key, row.id


def _keys(standard, platform):
    return [k for k, where in BINDINGS[standard].items() if platform in where]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_key_means_two_things_on(platform):
    found = [(QKeySequence(k).toString(), do) for k, do in _on(platform)]
    found.sort(key=lambda pair: pair[0])
    for key, pairs in itertools.groupby(found, key=lambda pair: pair[0]):
        assert len({do for _, do in pairs}) == 1, f"{key} on {platform}"


def test_table_is_right_for_the_platform_that_runs_here(qapp):
    for standard, table in BINDINGS.items():
        here = {key.toString() for key in QKeySequence.keyBindings(standard)}
        here = {key for key in here if not key.isalpha() and " " not in key}  # a word
        assert here <= {QKeySequence(key).toString() for key in table}, standard
