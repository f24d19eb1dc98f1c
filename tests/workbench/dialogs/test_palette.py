"""The command palette: grouped, headings are no lines, and it is never at a loss."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from workbench.dialogs.palette import Command, CommandPalette, found, grouped


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    return window


def commands(ran=None):
    def line(text, group, name="", **more):
        return Command(text, lambda: ran.append(text), group=group, id=name, **more)

    return [
        line("Save", "commands", "save", icon="save"),
        line("Train", "commands", "train"),
        line("Learning rate", "settings"),
        line("Add Conv1d", "layers", "conv1d", others=("Conv1d",), place=100.0),
        line("Add Conv2d", "layers", "conv2d", others=("Conv2d",)),
        line("Open preset XOR", "presets", "xor", others=("XOR",)),
    ]


def texts(palette):
    return [palette.list.item(row).text() for row in range(palette.list.count())]


def marked(palette):
    return palette.list.currentItem().text()


def test_nothing_typed_shows_every_group_under_its_heading(window):
    palette = CommandPalette(commands(), window, ["xor", "gone"])
    assert texts(palette) == [
        "Recent", "Open preset XOR", "Commands", "Save", "Train",
        "Settings", "Learning rate", "Layers", "Add Conv1d", "Add Conv2d",
    ]  # fmt: skip
    assert marked(palette) == "Open preset XOR"


def test_arrows_pass_over_headings_and_go_round(qtbot, window):
    palette = CommandPalette(commands(), window)
    palette.show()
    seen = []
    for _ in range(7):
        seen.append(marked(palette))
        qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert seen == [
        "Save", "Train", "Learning rate", "Add Conv1d", "Add Conv2d",
        "Open preset XOR", "Save",
    ]  # fmt: skip
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    assert marked(palette) == "Open preset XOR"


def test_group_of_the_best_line_comes_first(qtbot, window):
    ran = []
    palette = CommandPalette(commands(ran), window)
    palette.show()
    qtbot.keyClicks(palette.search, "conv")
    assert texts(palette) == ["Layers", "Add Conv2d", "Add Conv1d"]
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert ran == ["Add Conv2d"]


def test_what_was_run_is_told_by_its_id(qtbot, window):
    palette = CommandPalette(commands([]), window)
    palette.show()
    qtbot.keyClicks(palette.search, "tra")
    with qtbot.waitSignal(palette.ran) as told:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert told.args == ["train"]


def test_a_heading_cannot_be_clicked(qtbot, window):
    ran = []
    palette = CommandPalette(commands(ran), window)
    palette.show()
    place = palette.list.visualItemRect(palette.list.item(0)).center()
    port = palette.list.viewport()
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=place)
    assert palette.isVisible()
    assert ran == []


def test_nothing_found_offers_the_help(qtbot, window):
    asked = []
    palette = CommandPalette(commands(), window, (), asked.append)
    palette.show()
    qtbot.keyClicks(palette.search, "momentum qq")
    assert texts(palette)[0] == "Nothing is called “momentum qq”. Try fewer letters."
    assert marked(palette) == "Search the help for “momentum qq”"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert asked == ["momentum qq"]


def test_words_stand_under_each_other_with_and_without_icons(window):
    palette = CommandPalette(commands(), window)
    widths = []
    for row in (1, 2):
        icon = palette.list.item(row).icon()
        assert not icon.isNull()
        widths.append(icon.actualSize(palette.list.iconSize() or QSize(16, 16)).width())
    assert widths[0] == widths[1]


def test_found_keeps_the_order_of_equals():
    lines = [Command(text, lambda: None) for text in ("Stop", "Step", "Save")]
    assert [c.text for c in found(lines, "")] == ["Stop", "Step", "Save"]
    assert [c.text for c in found(lines, "ste")] == ["Step"]


def test_several_groups_share_the_room():
    lines = [Command(f"Add {n}", lambda: None, group="layers") for n in range(50)]
    lines.append(Command("Add a comment", lambda: None))
    assert [len(group) for _, group in grouped(lines, "add")] == [8, 1]
    assert [len(group) for _, group in grouped(lines[:50], "add")] == [50]
