"""The list of keys: two columns of their own, searched by action or by key."""

from itertools import pairwise

import pytest
from PySide6.QtWidgets import QWidget

from workbench.dialogs.shortcuts import ShortcutsDialog
from workbench.theme.label import Label

GROUPS = {
    "File": [("Save", "Ctrl+S"), ("Save as…", "Ctrl+Shift+S"), ("Open…", "Ctrl+O")],
    "Edit": [(f"Action {n}", f"Alt+{n}") for n in range(9)],
    "View": [("Fit the network", "F")],
    "Train": [("Train", "F5"), ("One step", "F10")],
    "Help": [("Keyboard shortcuts", "?")],
}


@pytest.fixture
def dialog(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    dialog = ShortcutsDialog(GROUPS, window)
    dialog.show()
    yield dialog
    dialog.reject()


def shown(dialog):
    return [
        label.text()
        for group in dialog.groups.values()
        for label in group.findChildren(Label)
        if label.isVisible()
    ]


def test_columns_have_no_holes(dialog):
    """No group begins lower than the one above it ends, but for the usual air."""
    columns = {}
    for group in dialog.groups.values():
        columns.setdefault(group.x(), []).append(group)
    assert len(columns) == 2
    gaps = [
        below.y() - above.geometry().bottom()
        for column in columns.values()
        for above, below in pairwise(column)
    ]
    assert gaps
    assert max(gaps) <= 24
    heights = [max(g.geometry().bottom() for g in c) for c in columns.values()]
    assert max(heights) < 1.6 * min(heights)


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("save", ["File", "Save", "Ctrl+S", "Save as…", "Ctrl+Shift+S"]),
        ("ctrl+shift+s", ["File", "Save as…", "Ctrl+Shift+S"]),
        ("f10", ["Train", "One step", "F10"]),
        ("?", ["Help", "Keyboard shortcuts", "?"]),
        ("fit", ["View", "Fit the network", "F"]),
    ],
)
def test_search_leaves_what_fits(qtbot, dialog, typed, left):
    qtbot.keyClicks(dialog.search, typed)
    assert shown(dialog) == left
    assert not dialog.nothing.isVisible()


def test_nothing_found_says_what_to_do(qtbot, dialog):
    qtbot.keyClicks(dialog.search, "qqzz")
    assert shown(dialog) == []
    assert "Ctrl+K" in dialog.nothing.text()
    dialog.search.clear()
    assert len(shown(dialog)) == 5 + 2 * sum(map(len, GROUPS.values()))
