"""Keys that people know by heart: they don't change by accident."""

import pytest

from workbench.canvas.commands.table import TABLE

KNOWN = {
    "duplicate": "Ctrl+D", "delete": "Del", "heal": "Ctrl+Del", "go_to": "Ctrl+F",
    "rename": "F2", "next": "N", "previous": "Shift+N", "first": "Home", "last": "End",
    "fit": "F", "fit_selection": "Shift+F", "full_size": "Ctrl+0", "overview": "M",
    "quick_add": "Tab", "connect": "C", "connect_from": "Shift+C", "arrange": "L",
    "group": "Ctrl+G", "unpack": "Ctrl+Shift+G", "leave": "Alt+Up",
    "go_down": "Alt+Down", "open_in_place": "E", "frame": "Shift+G", "comment": "T",
    "nudge_left": "Left", "nudge_far_left": "Shift+Left", "nudge_up": "Up",
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_a_command_keeps_its_key(name):
    (row,) = [row for row in TABLE if row.id == name]
    assert row.keys[0] == KNOWN[name]
