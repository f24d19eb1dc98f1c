"""Switches that the document carries are turned with the mouse and undone."""

import pytest
from PySide6.QtCore import QPoint, Qt

from engine.graph.edits import ReplaceNode, SetExtra
from engine.graph.ports import params
from workbench.document import Document
from workbench.inspector.inspector import Inspector

RECORD = [
    {
        "name": "Rehearsal",
        "text": "Keeps <b>old</b> samples.",
        "set": ["rehearsal.weight=1"],
        "unset": ["rehearsal.weight=0"],
    },
    {"name": "Lost", "set": ["gone.weight=1"], "unset": ["gone.weight=0"]},
]


@pytest.fixture
def document(qapp):
    document = Document()
    document.load_preset("forgetting")
    document.apply([SetExtra("remedies", RECORD)], "Set")
    document.undo_stack.clear()
    return document


@pytest.fixture
def switches(qtbot, document):
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.resize(320, 700)
    inspector.show()
    qtbot.waitExposed(inspector)
    return inspector.switches


def press(qtbot, box):
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def weight(document):
    return params(document.project.graph.node("rehearsal"))["weight"]


def test_switch_is_turned_on_and_off_each_as_one_undo_step(qtbot, document, switches):
    box = switches.boxes["Rehearsal"]
    assert switches.isVisible()
    assert not box.isChecked()
    press(qtbot, box)
    assert weight(document) == 1.0
    assert document.undo_stack.undoText() == "Switch Rehearsal on"
    press(qtbot, box)
    assert weight(document) == 0.0
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert weight(document) == 1.0
    assert box.isChecked()
    document.undo_stack.undo()
    assert weight(document) == 0.0
    assert not box.isChecked()


def test_switch_follows_the_setting_it_is_made_of(qtbot, document, switches):
    fix = document.project.graph.node("rehearsal").with_param("weight", 1.0)
    document.apply([ReplaceNode(fix)], "Set Weight")
    assert switches.boxes["Rehearsal"].isChecked()


def test_switch_of_a_node_that_is_gone_says_so_and_stays_off(qtbot, document, switches):
    press(qtbot, switches.boxes["Lost"])
    assert "gone.weight" in switches.error.text()
    assert switches.error.isVisible()
    assert not switches.boxes["Lost"].isChecked()
    assert document.undo_stack.count() == 0
    press(qtbot, switches.boxes["Rehearsal"])
    assert not switches.error.isVisible()


def test_document_without_switches_shows_none(document, switches):
    document.load_preset("xor")
    assert not switches.isVisible()
    document.load_preset("forgetting")
    assert switches.isVisible()
    assert next(iter(switches.boxes)) == "Rehearsal"
    assert "EWC" in switches.boxes
