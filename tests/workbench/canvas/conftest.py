"""A shown canvas with a small network, and a hand for the mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.graph.model import Edge
from tests.workbench.canvas import nets
from workbench.canvas.edits import blocks as block_edits
from workbench.canvas.scene import open_block
from workbench.canvas.view import CanvasView
from workbench.document import Document, blocks


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


@pytest.fixture
def view(document, qtbot):
    made = CanvasView(document)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.fit()
    return made


class Hand:
    """Presses, moves and releases at scene points, with real events."""

    def __init__(self, view):
        self.view = view

    def pixel(self, place) -> QPoint:
        return self.view.mapFromScene(place)

    def port(self, node_id, name, *, is_output):
        return self.view.scene.nodes[node_id].port_place(name, is_output=is_output)

    def card(self, node_id):
        return self.view.scene.nodes[node_id].card().center()

    def press(self, place, button=Qt.MouseButton.LeftButton, keys=None):
        QTest.mousePress(
            self.view.viewport(),
            button,
            keys or Qt.KeyboardModifier.NoModifier,
            self.pixel(place),
        )

    def move(self, place):
        QTest.mouseMove(self.view.viewport(), self.pixel(place))

    def release(self, place, button=Qt.MouseButton.LeftButton):
        none = Qt.KeyboardModifier.NoModifier
        QTest.mouseRelease(self.view.viewport(), button, none, self.pixel(place))

    def drag(self, start, end, button=Qt.MouseButton.LeftButton, keys=None):
        self.press(start, button, keys)
        self.move((start + end) / 2)
        self.move(end)
        self.release(end, button)

    def click(self, place, keys=None):
        self.press(place, keys=keys)
        self.release(place)

    def key(self, key, keys=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.view, key, keys)


@pytest.fixture
def hand(view):
    return Hand(view)


@pytest.fixture
def block(view, document):
    """A block of three layers, open in place and large on the screen."""
    made = blocks.group(document, ["conv", "relu", "flatten"], "stem")
    view.scene.select([made])
    block_edits.toggle_open(view)
    view.fit()
    view.scene.select([])
    document.undo_stack.setClean()
    return made


class Inner:
    """Finds what stands in the open card."""

    def __init__(self, view, block):
        self.view, self.block = view, block

    @property
    def card(self):
        return open_block.find(self.view.scene, [self.block])

    def middle(self, node_id):
        return self.card.rect_of(node_id).center()

    def port(self, end, *, is_output):
        edge = Edge.parse(end, end)
        return self.card.port_place(edge.source, is_output=is_output)

    @property
    def graph(self):
        return self.view.document.project.blocks["stem"].graph


@pytest.fixture
def inner(view, block):
    return Inner(view, block)
