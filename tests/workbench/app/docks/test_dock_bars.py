"""Panels that share a place: their buttons, their tabs, and one shown large."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QTabBar
from shiboken6 import isValid

from tests.helpers import frames
from workbench.app.docks.bars import TabTools, TitleBar
from workbench.session.names import Names


@pytest.fixture
def shown(qtbot, window):
    """A window of 1280 × 800 with all its plots."""
    window.resize(1280, 800)
    window.rooms.enter("train")
    window.docks.resize()
    window.panels.load_now()
    qtbot.wait(50)
    return window


def tools_of(window, title):
    """Return the buttons beside the tabs among which a title is."""
    for tools in window.findChildren(TabTools):
        tabs = tools.tabs
        if not isValid(tabs):
            continue
        if title in [tabs.tabText(i) for i in range(tabs.count())]:
            return tools
    raise AssertionError(title)


def choose(qtbot, window, title):
    tools = tools_of(window, title)
    titles = [tools.tabs.tabText(i) for i in range(tools.tabs.count())]
    tools.tabs.setCurrentIndex(titles.index(title))
    qtbot.wait(20)
    return tools


def double_click(qtbot, window, widget, place):
    qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseRelease(window, Qt.MouseButton.LeftButton)  # Qt's own click holds on
    assert QApplication.mouseButtons() == Qt.MouseButton.NoButton


def test_buttons_stand_beside_the_tabs_and_cover_none(shown):
    tools = tools_of(shown, "Views")
    tabs, dock = tools.tabs, shown.docks["weights"]
    assert tools.isVisible()
    assert tools.geometry().left() == tabs.geometry().right() + 1
    assert tools.geometry().right() <= dock.geometry().right()
    assert tools.geometry().right() >= dock.geometry().right() - 2
    last = tabs.tabRect(tabs.count() - 1)
    assert last.right() <= tabs.width()


def test_titles_of_tabs_are_never_cut(qtbot, shown):
    tools = tools_of(shown, "Views")
    shown.resize(900, 700)
    qtbot.wait(20)
    tabs = tools.tabs
    assert tabs.elideMode() == Qt.TextElideMode.ElideNone
    assert tabs.usesScrollButtons()
    for index in range(tabs.count()):
        words = tabs.fontMetrics().horizontalAdvance(tabs.tabText(index))
        assert tabs.tabRect(index).width() >= words
    assert tools.geometry().left() == tabs.geometry().right() + 1
    assert tools.geometry().right() <= shown.docks["weights"].geometry().right()


def test_the_chosen_tab_is_taken_out_and_closed(qtbot, shown):
    tools = choose(qtbot, shown, "Accuracy")
    qtbot.mouseClick(tools.float, Qt.MouseButton.LeftButton)
    assert shown.docks["accuracy"].isFloating()
    assert isinstance(shown.docks["accuracy"].titleBarWidget(), TitleBar)
    assert not shown.docks["views"].isFloating()
    tools = choose(qtbot, shown, "Log")
    qtbot.mouseClick(tools.close_, Qt.MouseButton.LeftButton)
    assert not shown.docks["log"].isVisible()
    assert not shown.docks["views"].isHidden()


def test_the_last_of_some_tabs_has_its_title_again(qtbot, shown):
    for name in ("accuracy", "views"):
        shown.docks[name].setFloating(True)
    for name in ("log", "problems"):
        shown.docks[name].close()
    qtbot.wait(20)
    for name in ("weights", "accuracy", "views"):
        assert isinstance(shown.docks[name].titleBarWidget(), TitleBar)
    shown.docks["log"].show()
    qtbot.wait(20)
    assert not isinstance(shown.docks["weights"].titleBarWidget(), TitleBar)
    assert tools_of(shown, "Log").isVisible()


def test_two_clicks_on_a_tab_show_its_panel_large_and_back(qtbot, shown):
    tools = choose(qtbot, shown, "Views")
    plot, tabs = shown.panels.plots["views"], tools.tabs
    small = plot.size()
    double_click(qtbot, shown, tabs, tabs.tabRect(tabs.currentIndex()).center())
    qtbot.wait(20)
    assert plot.isVisible()
    assert not shown.canvas.isVisible()
    assert plot.width() > 1.5 * small.width()
    corner = plot.mapTo(shown, QPoint(0, 0))
    assert shown.centre.mapTo(shown, QPoint(0, 0)).x() == corner.x()
    page = shown.controllers.view.enlarging.page
    double_click(qtbot, shown, page.bar, QPoint(60, 10))
    qtbot.wait(20)
    assert shown.canvas.isVisible()
    assert shown.docks.widget("views") is plot
    assert plot.isVisible()


def test_two_clicks_on_a_title_do_the_same(qtbot, shown):
    bar = shown.docks["loss"].titleBarWidget()
    double_click(qtbot, shown, bar, QPoint(20, 10))
    plot = shown.panels.plots["loss"]
    assert not shown.docks["loss"].isFloating()
    assert shown.centre.isAncestorOf(plot)
    page = shown.controllers.view.enlarging.page
    double_click(qtbot, shown, page.bar, QPoint(60, 10))
    assert shown.docks.widget("loss") is plot


def test_the_neighbours_take_the_room_of_a_large_panel_and_give_it_back(qtbot, shown):
    docks, enlarge = shown.docks, shown.controllers.view.enlarging
    names = ("loss", "gradients", "weights")
    before = {name: docks[name].geometry() for name in names}
    enlarge.toggle("loss")
    qtbot.wait(20)
    assert docks["loss"].isHidden()
    assert docks["gradients"].x() < before["gradients"].x()
    assert docks["weights"].geometry().right() == before["weights"].right()
    assert docks["weights"].height() == before["weights"].height()
    enlarge.toggle("loss")
    qtbot.wait(20)
    for name, rect in before.items():
        assert docks[name].geometry() == rect


def test_the_next_tab_takes_the_place_of_a_large_one(qtbot, shown):
    docks, enlarge = shown.docks, shown.controllers.view.enlarging
    choose(qtbot, shown, "Views")
    place = docks["views"].geometry()
    enlarge.toggle("views")
    qtbot.wait(20)
    front = [name for name in docks.names() if docks.is_visible(name)]
    (instead,) = [name for name in front if docks[name].geometry() == place]
    assert instead != "views"
    enlarge.toggle("views")
    qtbot.wait(20)
    assert docks.is_visible("views")
    assert docks["views"].geometry() == place


def test_alone_below_it_leaves_all_the_room_to_itself(qtbot, shown):
    docks, enlarge = shown.docks, shown.controllers.view.enlarging
    for name in docks.names():
        if name not in {"loss", "layers", "inspector"}:
            docks[name].hide()
    qtbot.wait(20)
    before = shown.centre.height()
    enlarge.toggle("loss")
    qtbot.wait(20)
    assert shown.centre.height() > before + 100
    enlarge.toggle("loss")
    qtbot.wait(20)
    assert shown.centre.height() == before


def test_a_closed_panel_is_closed_again_after_it_was_large(shown):
    docks, enlarge = shown.docks, shown.controllers.view.enlarging
    shown.rooms.enter("build")
    assert docks["loss"].isHidden()
    enlarge.toggle("loss")
    assert enlarge.page.isVisible()
    enlarge.toggle("loss")
    assert docks["loss"].isHidden()
    assert not docks.bottom.is_open


def test_the_action_takes_the_panel_with_the_keyboard_and_escape_puts_it_back(
    qtbot, shown
):
    with qtbot.waitActive(shown):
        shown.activateWindow()
    plot = shown.panels.plots["gradients"]
    plot.setFocus()
    shown.actions_["enlarge"].trigger()
    assert shown.centre.isAncestorOf(plot)
    qtbot.waitUntil(plot.hasFocus)
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert shown.docks.widget("gradients") is plot
    shown.canvas.setFocus()
    shown.actions_["enlarge"].trigger()
    assert shown.centre.isAncestorOf(shown.panels.plots["loss"])
    shown.actions_["enlarge"].trigger()
    assert shown.canvas.isVisible()


def test_another_panel_takes_the_place_of_the_large_one(shown):
    enlarge = shown.controllers.view.enlarging
    enlarge.toggle("loss")
    enlarge.toggle("weights")
    assert shown.docks.widget("loss") is shown.panels.plots["loss"]
    assert shown.centre.isAncestorOf(shown.panels.plots["weights"])
    assert shown.centre.count() == 2


def test_a_large_plot_is_drawn_while_it_trains(qtbot, shown):
    enlarge = shown.controllers.view.enlarging
    enlarge.toggle("loss")
    plot = shown.panels.plots["loss"]
    history = shown.session.history
    history.begin(frames.run_started(), Names())
    for told in frames.frames(30):
        history.add(told)
    for _ in range(4):
        shown.panels.refresh()
    assert len(plot.raw[0].getData()[0]) == 30
    assert plot.canvas.width() > 600


def test_what_is_of_no_use_without_the_canvas_stays_small(shown):
    for name in ("layers", "inspector"):
        shown.controllers.view.enlarging.toggle(name)
        assert shown.canvas.isVisible()


def test_a_kept_layout_knows_nothing_of_the_large_panel(shown):
    shown.controllers.view.enlarging.toggle("loss")
    here = shown.rooms.current.id
    shown.rooms.enter("build" if here != "build" else "train")
    shown.rooms.enter(here)
    assert not shown.docks["loss"].isHidden()
    assert shown.docks.widget("loss") is shown.panels.plots["loss"]


def test_the_canvas_comes_back_when_somebody_shows_it(shown):
    shown.controllers.view.enlarging.toggle("loss")
    shown.centre.setCurrentWidget(shown.canvas)
    assert shown.controllers.view.enlarging.page is None
    assert shown.docks.widget("loss") is shown.panels.plots["loss"]


def test_every_tab_bar_of_panels_has_its_buttons_once(qtbot, shown):
    shown.docks["undo"].show()
    shown.rooms.reset()
    shown.docks["diagnosis"].show()
    qtbot.wait(20)
    bars = [
        tabs
        for tabs in shown.findChildren(
            QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        if tabs.isVisible()
    ]
    tools = [tools for tools in shown.findChildren(TabTools) if tools.isVisible()]
    assert sorted(map(id, bars)) == sorted(id(each.tabs) for each in tools)


def test_who_leads_to_a_node_or_opens_a_document_sees_the_canvas(shown):
    for leads in (
        lambda: shown.problems.activated.emit("scores"),
        lambda: shown.document.load_preset("xor"),
    ):
        shown.controllers.view.enlarging.toggle("problems")
        assert not shown.canvas.isVisible()
        leads()
        assert shown.canvas.isVisible()
        assert not shown.controllers.view.enlarging.name
