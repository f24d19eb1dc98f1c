"""Menus as they are drawn: words in one column, keys at the right edge."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeySequence

from workbench import theme
from workbench.theme import icons
from workbench.theme.menu import Menu
from workbench.theme.tokens import THEMES

WORDS = 34
"""Where words begin, px from the left edge of an entry."""


@pytest.fixture
def menu(qtbot):
    made = Menu("&File")
    qtbot.addWidget(made)
    for words, keys, icon in (
        ("Hide", "Ctrl+H", "open"),
        ("Hide everything there is…", "", ""),
        ("Hold", "F1", ""),
        ("Hand\tShift+F1", "", "save"),
    ):
        action = made.addAction(words)
        action.setShortcut(QKeySequence(keys))
        if icon:
            action.setIcon(icons.icon(icon))
    yield made
    made.close()


def inked(menu, ground):
    """Return the columns that are drawn on, by the words of the entry."""
    menu.ensurePolished()
    menu.adjustSize()
    image, found = menu.grab().toImage(), {}
    for action in menu.actions():
        rect = menu.actionGeometry(action)
        columns = [
            x
            for x in range(rect.left() + 6, rect.right() - 4)
            if any(
                image.pixelColor(x, y).name() != ground
                for y in range(rect.top() + 5, rect.bottom() - 4)
            )
        ]
        found[action.text().partition("\t")[0]] = (rect, columns)
    return found


@pytest.mark.parametrize("name", ["dark", "light"])
def test_keys_end_at_one_edge_and_words_begin_at_one(qapp, menu, name):
    theme.apply(qapp, name)
    found = inked(menu, THEMES[name].bg1)
    ends = [c[-1] for words, (_, c) in found.items() if "there" not in words]
    assert max(ends) - min(ends) <= 2  # letters end at their own places
    starts = [min(x for x in c if x >= r.left() + WORDS) for r, c in found.values()]
    assert max(starts) - min(starts) <= 1
    theme.apply(qapp, "dark")


def test_every_word_and_key_has_room(menu):
    for words, (rect, columns) in inked(menu, theme.current().bg1).items():
        assert columns[-1] < rect.right() - 4, words
    metrics = menu.fontMetrics()
    longest = metrics.horizontalAdvance("Hide everything there is…")
    keys = metrics.horizontalAdvance("Shift+F1")
    assert menu.width() >= longest + keys + WORDS


def test_menu_grows_with_its_words(menu):
    menu.popup(QPoint())
    before = menu.minimumWidth()
    menu.actions()[0].setText("Hide " * 20)
    assert menu.minimumWidth() > before


def test_menu_below_is_one_of_ours(menu):
    below = menu.below("More")
    assert isinstance(below, Menu)
    assert menu.actions()[-1].menu() is below
