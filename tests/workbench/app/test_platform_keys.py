"""No key of ours is another command of ours through a platform's standard bindings.

Qt knows the bindings of the running platform only; the others stand here, as its
documentation lists them (QKeySequence, "Standard Shortcuts"). Keys with a word on
them, as Save has on some keyboards, can't be ours.
"""

import itertools

import pytest
from PySide6.QtGui import QKeySequence
from workbench.app.commands.actions import ENTRIES

from workbench.canvas import keys

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
TWICE = {
    "undo": Std.Undo,
    "redo": Std.Redo,
    "zoom_in": Std.ZoomIn,
    "zoom_out": Std.ZoomOut,
    "cut": Std.Cut,
    "copy": Std.Copy,
    "paste": Std.Paste,
    "select_all": Std.SelectAll,
}
"""Actions that the canvas does itself, by the same standard key."""
SAME_KEYS = {
    "duplicate": "Ctrl+D", "delete": "Del", "heal": "Ctrl+Del", "go_to": "Ctrl+F",
    "fit": "F", "overview": "M", "quick_add": "Tab", "connect": "C", "arrange": "L",
    "group": "Ctrl+G", "unpack": "Ctrl+Shift+G", "enter": "Enter", "leave": "Alt+Up",
    "open_in_place": "E", "frame": "Shift+G", "comment": "T",
}  # fmt: skip
"""Actions that show a key of the canvas."""


def _on(platform):
    """Yield (key, command) for everything that a key does on a platform."""
    for entry in ENTRIES:
        if isinstance(entry.keys, Std):
            name = TWICE.get(entry.id, entry.id)
            yield from ((key, str(name)) for key in _keys(entry.keys, platform))
        elif entry.keys:
            yield entry.keys, entry.id
    for standard in keys._STANDARD:
        yield from ((key, str(standard)) for key in _keys(standard, platform))
    yield from ((key, do) for key, do in keys._KEYS.items())


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


@pytest.mark.parametrize("action", SAME_KEYS)
def test_key_that_a_menu_shows_is_one_of_the_canvas(action):
    (hint,) = (entry.hint for entry in ENTRIES if entry.id == action)
    assert hint == SAME_KEYS[action]
    assert hint in keys._KEYS


def test_every_shown_key_of_the_canvas_is_known():
    shown = {entry.id for entry in ENTRIES if entry.hint}
    assert shown == set(SAME_KEYS) | {"cut", "copy", "paste", "select_all"}
