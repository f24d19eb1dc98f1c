"""Rare classes and variations in the room Data: chosen, listed, taken away, undone."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from tests.helpers.surveys import write
from tests.workbench.app.data.test_room import choose, params, settle


@pytest.fixture
def entered(qtbot, window, reading):
    """Return what opens a source and enters the room."""

    def enter(path):
        window.document.new()
        doors = window.controllers.data.doors
        doors.open([path])
        qtbot.waitUntil(lambda: doors.dialog is not None)
        qtbot.mouseClick(doors.dialog.add, Qt.MouseButton.LeftButton)
        window.actions_["room_data"].trigger()
        settle(qtbot, window)
        return window.controllers.data.room.page

    return enter


def titles(page):
    return [step.title for step in page.survey.steps]


def test_one_click_against_imbalance_is_listed_and_undone(
    qtbot, window, entered, tmp_path
):
    labels = ["rare" if n % 20 == 0 else "usual" for n in range(160)]
    dice = np.random.default_rng(2).normal(size=160).round(4)
    page = entered(write(tmp_path / "p.csv", {"x": dice.tolist(), "label": labels}))
    page.table.choose_named("label")
    fields = page.column.training
    assert fields.balance.isVisibleTo(page)
    assert not fields.flip.isVisibleTo(page)
    qtbot.mouseClick(page.health.buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert params(window)["steps"] == (("label", "class_weights"),)
    assert "Class weights" in titles(page)
    assert fields.balance.currentData() == "class_weights"
    assert not page.health.buttons
    choose(fields.balance, "oversample")
    settle(qtbot, window)
    assert params(window)["steps"] == (("label", "oversample"),)
    page.steps.buttons[0].click()
    settle(qtbot, window)
    assert not params(window)["steps"]
    assert page.health.buttons
    for wanted in ("oversample", "class_weights"):
        window.document.undo_stack.undo()
        settle(qtbot, window)
        assert params(window)["steps"] == (("label", wanted),)


def test_variations_of_an_image_are_chosen_in_the_bar(qtbot, window, entered, tmp_path):
    for name in ("left", "right"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(4):
            pixels = np.full((8, 8), 30 * number, np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{number}.png")
    page = entered(tmp_path / "pictures")
    name = next(c.name for c in page.survey.columns if c.kind == "image")
    page.turn(0)
    page.table.choose_named(name)
    fields = page.column.training
    assert not fields.balance.isVisibleTo(page)
    fields.flip.click()
    settle(qtbot, window)
    choose(fields.sizes["shift"], 2)
    settle(qtbot, window)
    assert params(window)["steps"] == ((name, "flip"), (name, "shift", 2))
    assert titles(page)[-3:-1] == ["Flip", "Shift"]
    choose(fields.sizes["shift"], 0)
    settle(qtbot, window)
    assert params(window)["steps"] == ((name, "flip"),)
    assert page.survey.trouble == ""
