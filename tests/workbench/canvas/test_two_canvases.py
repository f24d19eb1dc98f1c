"""Two canvases on one document don't disturb each other."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from engine.graph.model import ROOT
from tests.workbench.canvas import nets
from workbench.canvas.edits import edit
from workbench.canvas.view import CanvasView
from workbench.document import Document, actions, blocks


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn(placed=False))
    return made


@pytest.fixture
def other(document, qtbot):
    made = CanvasView(document)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def places(view):
    return {i: node.place for i, node in view.scene.nodes.items()}


def test_both_show_the_same_and_follow_an_edit_of_either(view, other, document):
    before = places(view)
    assert places(other) == before
    edit.add(other, "gelu")
    assert {i: places(view)[i] for i in before} == before
    assert places(view) == places(other)
    document.undo_stack.undo()
    assert places(view) == places(other) == before


def test_each_answers_for_the_scope_that_it_shows(view, other, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    document.project.layout.clear()
    for each in (view, other):
        each.scene.rebuild()
    view.show_path([made])
    assert set(document.unplaced(ROOT)) == set(document.project.graph.nodes)
    assert set(document.unplaced("stem")) == {"conv", "relu"}
    shown = places(view)
    actions.move(document, {"relu": (500.0, 90.0)}, "stem")
    assert places(view) == shown | {"relu": (500.0, 90.0)}


def test_one_goes_and_the_other_still_keeps_nodes_in_place(view, document):
    other = CanvasView(document)
    before = places(view)
    other.deleteLater()
    QApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete)
    assert not isValid(other)
    assert document.unplaced(ROOT) == before
    edit.add(view, "gelu")
    assert {i: places(view)[i] for i in before} == before


def test_selections_and_pictures_are_each_canvas_own(view, other):
    view.select(["conv"])
    seen = view.scene.revision.value
    other.select(["relu", "flatten"])
    other.scene.nodes["loss"].set_hovered(on=True)
    assert view.selection.ids == ["conv"]
    assert other.selection.ids == ["relu", "flatten"]
    assert view.scene.revision.value == seen
    assert other.scene.revision.value > 0
