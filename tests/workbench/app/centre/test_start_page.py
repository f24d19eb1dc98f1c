"""The start page: in nobody's way, one click to a training."""

import pytest
from PySide6.QtCore import Qt

from engine.graph.files.serialize import loads
from engine.protocol import commands
from workbench.app.launch import main
from workbench.options import Options


@pytest.fixture
def page(qtbot, window):
    window.document.new()
    page = window.show_start_page()
    page.begin()
    qtbot.waitUntil(lambda: page.gallery.is_complete, timeout=20_000)
    return page


def test_one_click_trains_a_preset_and_shows_its_canvas(qtbot, page, window, engine):
    card = next(card for card in page.gallery.cards if card.info.id == "xor")
    assert not window.canvas.isVisible()
    qtbot.mouseClick(card.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    (train,) = engine.commands(commands.Train)
    assert loads(train.document).extra["preset"]["title"] == card.info.title
    assert window.canvas.isVisible()
    assert window.start_page is None


def test_panels_are_away_and_come_back(page, window):
    assert not any(window.docks.is_visible(name) for name in window.docks.names())
    page.empty.click()
    assert window.docks.is_visible("layers")
    assert window.docks.is_visible("loss")
    assert window.canvas.hasFocus() or not window.isActiveWindow()


def test_escape_shows_the_empty_canvas(qtbot, page, window):
    page.gallery.search.setFocus()
    qtbot.keyClick(page.gallery.search, Qt.Key.Key_Escape)
    assert window.canvas.isVisible()
    assert not window.document.project.graph.nodes


@pytest.mark.parametrize("name", ["xor", None])
def test_only_who_opens_nothing_gets_the_page(window, name):
    main._begin(window, Options(document=name))
    assert (window.start_page is None) == (name is not None)
    if window.start_page:
        window.document.load_preset("sine")
    assert window.start_page is None


def test_the_layout_is_kept_with_its_panels(page, window):
    window.shut_down()
    assert window.start_page is None
    assert not window.docks["layers"].isHidden()
