"""Rooms: what each has around the canvas, how they are kept, who leads where."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from engine.protocol import commands
from engine.protocol.messages import Outcome
from workbench.app.docks.bottom import STRIP_PX
from workbench.app.docks.rooms import ROOMS, Room, Rooms
from workbench.canvas.widgets.layer_rail import RAIL_PX

BOTTOM = ("loss", "gradients", "weights", "accuracy", "views", "log", "problems")


def test_a_new_window_builds_with_the_bottom_closed_to_its_titles(window):
    strip = window.docks.bottom.strip
    assert window.rooms.current.id == "build"
    assert window.palette_panel.isVisible()
    assert not any(window.docks.is_visible(name) for name in BOTTOM)
    assert strip.isVisible()
    assert strip.height() == STRIP_PX
    shown = {name for name, button in strip.buttons.items() if button.isVisible()}
    assert shown == set(BOTTOM)


def test_an_empty_canvas_has_the_layers_beside_it(window):
    window.rooms.enter("train")
    window.actions_["new"].trigger()
    assert window.rooms.current.id == "build"
    assert window.palette_panel.isVisible()
    window.rooms.enter("train")
    page = window.show_start_page()
    page.empty.click()
    assert window.rooms.current.id == "build"
    assert window.centre.currentWidget() is window.canvas


def test_the_train_room_gives_the_canvas_the_room_of_the_list(qtbot, window):
    window.resize(1440, 900)
    window.actions_["room_train"].trigger()
    qtbot.wait(50)
    docks = window.docks
    assert docks["layers"].width() == RAIL_PX
    assert docks["inspector"].width() == pytest.approx(316, abs=2)
    assert docks["loss"].height() == pytest.approx(300, abs=4)
    widths = [docks[name].width() for name in ("loss", "gradients", "weights")]
    assert widths == pytest.approx([476, 424, 532], abs=6)
    assert not docks.bottom.strip.isVisible()
    assert window.canvas.width() >= 1066


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.id)
def test_each_room_has_a_segment_a_command_and_its_own_key(qtbot, window, room):
    for other in ROOMS:
        if other is not room:
            window.rooms.enter(other.id)
    segments = window.tools.rooms.segments
    qtbot.mouseClick(segments[room.id], Qt.MouseButton.LeftButton)
    assert window.rooms.current is room
    down = [name for name, each in segments.items() if each.isChecked()]
    assert down == [room.id]
    qtbot.mouseClick(segments[room.id], Qt.MouseButton.LeftButton)
    assert segments[room.id].isChecked()
    assert window.actions_[room.command].shortcut().toString() == room.keys


def test_rooms_are_kept_as_they_are_left(qtbot, window):
    window.rooms.enter("train")
    window.docks["log"].close()
    window.rooms.enter("build")
    window.docks["inspector"].close()
    window.rooms.enter("train")
    assert not window.docks["log"].isVisible()
    assert window.docks["inspector"].isVisible()
    window.rooms.enter("build")
    assert not window.docks["inspector"].isVisible()
    window.actions_["reset_layout"].trigger()
    assert window.docks["inspector"].isVisible()


def test_a_title_of_the_strip_opens_the_bottom_with_it_in_front(qtbot, window):
    bottom = window.docks.bottom
    qtbot.mouseClick(bottom.strip.buttons["log"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.docks.is_visible("log"))
    assert not bottom.strip.isVisible()
    assert not window.docks["problems"].isHidden()
    bottom.close()
    assert bottom.strip.isVisible()
    window.actions_["problems"].trigger()
    qtbot.waitUntil(lambda: window.docks.is_visible("problems"))


def test_the_strip_counts_the_problems(window):
    window.docks["problems"].setWindowTitle("Problems (2)")
    assert window.docks.bottom.strip.buttons["problems"].text() == "Problems (2)"


def test_the_first_training_leads_to_its_room_and_no_other_does(qtbot, running, engine):
    assert running.rooms.current.id == "train"
    engine.tell(Outcome("stopped", "run", 5, "Stopped."))
    qtbot.waitUntil(lambda: running.session.state == "stopped")
    running.actions_["room_build"].trigger()
    running.actions_["train"].trigger()
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    assert running.rooms.current.id == "build"


def test_who_sees_the_curves_already_is_led_nowhere(window):
    window.docks.raise_("loss")
    window.actions_["train"].trigger()
    assert window.rooms.current.id == "build"


def test_who_went_back_from_a_training_is_not_led_there_again(window, settings_of):
    rooms = window.rooms
    rooms.follow_training()
    assert rooms.current.id == "train"
    rooms.prefer("build", trains=True)
    later = settings_of(window)
    later.follow_training()
    assert later.current.id == "build"


@pytest.fixture
def settings_of():
    """Makes the rooms of the next start."""

    def made(window):
        parts = (window.docks, window.palette_panel, window.centre)
        return Rooms(*parts, window.settings)

    return made


def test_another_room_is_one_row(qtbot, window):
    data = Room("data", "Data", "&Data room", "Ctrl+2", page=lambda: QLabel("data"))
    parts = (window.docks, window.palette_panel, window.centre)
    rooms = Rooms(*parts, window.settings, (*ROOMS, data))
    rooms.enter("data")
    assert window.centre.currentWidget().text() == "data"
    rooms.enter("build")
    assert window.canvas.isVisible()


def test_the_rail_opens_one_category_beside_it_and_adds_from_it(qtbot, window):
    window.rooms.enter("train")
    palette = window.rooms.palette
    qtbot.mouseClick(palette.rail.buttons["conv"], Qt.MouseButton.LeftButton)
    flyout, tree = palette.flyout, window.palette_panel.tree
    assert flyout.isVisible()
    assert flyout.mapTo(window, QPoint(0, 0)).x() == RAIL_PX
    heads = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    assert [h.text(0) for h in heads if h.isExpanded()] == ["Convolution"]
    before = len(window.document.project.graph.nodes)
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert len(window.document.project.graph.nodes) == before + 1
    assert not flyout.isVisible()


@pytest.mark.parametrize("how", ["escape", "outside"])
def test_the_list_beside_the_rail_goes_when_it_is_not_used(qtbot, window, how):
    window.rooms.enter("train")
    palette = window.rooms.palette
    qtbot.mouseClick(palette.rail.buttons[""], Qt.MouseButton.LeftButton)
    flyout, field = palette.flyout, window.palette_panel.field
    if how == "escape":
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton)
    assert not flyout.isVisible()
    window.rooms.enter("build")
    assert window.palette_panel.isVisible()


def test_the_bottom_grows_with_the_window(qtbot, window):
    window.resize(1440, 900)
    window.rooms.enter("train")
    qtbot.wait(20)
    before = window.docks["loss"].height()
    window.resize(1440, 1300)
    qtbot.wait(50)
    assert window.docks["loss"].height() > before * 1.25
