"""What the command palette of the window finds: settings, layers that fit, the last."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from engine.graph.options import TRAINING_PARAMS
from engine.layers import registry
from engine.protocol.messages import Analysis, NodeInfo
from workbench.app.commands import palette as commands
from workbench.theme.text import word


def lines(window):
    return commands.all_commands(window.reach)


def settings(window):
    return {each.text: each for each in lines(window) if each.group == "settings"}


def test_every_setting_of_the_training_is_found_with_its_value(window):
    there = settings(window)
    wanted = {f"{param.label} · Training" for param in TRAINING_PARAMS.values()}
    assert wanted <= there.keys()
    training = window.document.project.training
    rate = training.phases[0].optimizer.params["lr"]
    assert there["Learning rate · Training"].hint == f"{rate:g}"
    assert there["Batch size · Training"].hint == str(training.value("batch_size"))


def test_settings_of_the_selected_layer_stand_before_those_of_the_training(window):
    window.canvas.select(["linear1"])
    found = list(settings(window))
    title = window.inspector.node_panel.title.text()
    own = [f"{p.label} · {word(title)}" for p in registry.get("linear").params]
    assert set(own) <= set(found)
    first = next(i for i, words in enumerate(found) if words.endswith("Training"))
    assert max(map(found.index, own)) < first
    window.canvas.select([])
    assert not set(own) & settings(window).keys()


@pytest.mark.parametrize(
    ("typed", "name"),
    [("learning rate", "lr"), ("seed", "seed"), ("batch size", "batch_size")],
)
def test_enter_puts_the_keyboard_into_the_field(qtbot, window, typed, name):
    window.docks["inspector"].close()
    palette = commands.show(window.reach)
    qtbot.keyClicks(palette.search, typed)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    assert window.docks["inspector"].isVisible()
    assert window.inspector.isAncestorOf(field)
    assert field.isVisible()
    before = window.document.text()
    field.selectAll()
    qtbot.keyClicks(field, "7" if name != "lr" else "0.007")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.text() != before
    training = window.document.project.training
    if name == "lr":
        assert training.phases[0].optimizer.params["lr"] == 0.007
    else:
        assert training.value(name) == 7


def test_setting_of_a_layer_is_led_to(qtbot, window):
    window.canvas.select(["linear1"])
    palette = commands.show(window.reach)
    qtbot.keyClicks(palette.search, "outputs")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    field = QApplication.focusWidget()
    assert window.inspector.node_panel.isAncestorOf(field)
    field.selectAll()
    qtbot.keyClicks(field, "99")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.project.graph.node("linear1").params["out_features"] == 99


def test_layers_are_ranked_by_what_fits_behind_the_selection(qtbot, window):
    window.canvas.select(["linear1"])
    for shape, first in (((-1, 8, 9, 9), "Add Conv2d"), ((-1, 8, 9), "Add Conv1d")):
        infos = {"linear1": NodeInfo(outputs={"out": shape})}
        window.canvas.set_analysis(Analysis(0, infos, (), 0))
        palette = commands.show(window.reach)
        qtbot.keyClicks(palette.search, "conv")
        assert palette.list.currentItem().text() == first
        palette.close()


def test_what_was_done_last_comes_first_next_time(qtbot, window):
    palette = commands.show(window.reach)
    qtbot.keyClicks(palette.search, "arrange")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    palette = commands.show(window.reach)
    assert palette.list.item(0).text() == "Recent"
    assert palette.list.currentItem().text() == "Arrange"
    palette.close()


def test_leaving_stands_last_of_the_commands(window):
    own = [each.text for each in lines(window) if each.group == "commands"]
    assert own[-1] == "Quit"
