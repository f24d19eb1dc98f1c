"""The search of the tool bar says its key whole, or not at all."""

import pytest
from PySide6.QtGui import QAction, QKeySequence

from workbench.app.bars.toolbar import LEAST_SEARCH_PX, SEARCH_PX, SearchButton


@pytest.mark.parametrize("width", range(LEAST_SEARCH_PX, SEARCH_PX + 1, 4))
def test_the_key_is_shown_whole_or_not_at_all(qtbot, width):
    action = QAction("Search")
    action.setShortcut(QKeySequence("Ctrl+K"))
    button = SearchButton(action, None)
    qtbot.addWidget(button)
    button.resize(width, 30)
    button.show()
    has_room = width > LEAST_SEARCH_PX + 80
    assert button.keys.isVisible() or not has_room
    if button.keys.isVisible():
        assert button.keys.width() >= button.keys.sizeHint().width()
        assert button.words.width() >= button.words.sizeHint().width()
