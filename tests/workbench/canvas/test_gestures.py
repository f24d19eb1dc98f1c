"""Gestures that need more than one part of the window, with real events."""

import itertools
import json

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from engine.graph.edits import AddNode
from engine.graph.files import serialize
from engine.graph.model import Edge, Node, Project
from tests.workbench.canvas.conftest import Hand
from tests.workbench.canvas.test_layer_list import _drop
from workbench.canvas.commands import menus
from workbench.canvas.view import CanvasView
from workbench.canvas.widgets.undo_list import UndoList
from workbench.document import Document, actions, blocks, library
from workbench.inspector import Inspector

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
FAR = QPointF(300, 420)


@pytest.fixture(autouse=True)
def _own_library(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "folder", lambda: tmp_path / "blocks")


@pytest.fixture
def other(qtbot, qapp):
    """A second window with an empty project."""
    document = Document()
    document.set_project(Project())
    view = CanvasView(document)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    return Hand(view)


def choose(view, place, *words):
    """Choose an entry of the menu at a place, through its sub-menus."""
    menu = menus.build(view, place)
    level = menu
    for word in words[:-1]:
        level = next(a.menu() for a in level.actions() if a.text() == word)
    entries = {a.text().partition("\t")[0]: a for a in level.actions()}
    entries[words[-1]].trigger()
    menu.deleteLater()


def test_nodes_go_from_window_to_window(view, hand, other):
    view.select(["conv", "relu"])
    hand.key(Qt.Key.Key_C, CONTROL)
    other.key(Qt.Key.Key_V, CONTROL)
    graph = other.view.document.project.graph
    assert graph.node("conv").params == {"out_channels": 8}
    assert [str(e) for e in graph.edges] == [str(Edge.parse("conv.out", "relu.input"))]
    assert other.view.document.undo_stack.undoText() == "Paste 2 nodes"
    other.key(Qt.Key.Key_Z, CONTROL)
    assert not graph.nodes


def test_a_block_goes_to_another_window_with_its_inside(view, hand, other, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    view.select([made])
    hand.key(Qt.Key.Key_X, CONTROL)
    assert made not in document.project.graph.nodes
    other.key(Qt.Key.Key_V, CONTROL)
    taken = other.view.document.project
    assert set(taken.blocks["stem"].graph.nodes) == {"conv", "relu"}
    assert taken.graph.node("stem").params == {"of": "stem"}


def test_the_clipboard_is_a_document_that_other_tools_read(view, hand, qapp):
    view.select(["linear"])
    hand.key(Qt.Key.Key_C, CONTROL)
    text = qapp.clipboard().text()
    assert json.loads(text)["graph"]["nodes"][0]["params"] == {"out_features": 10}
    assert serialize.loads(text, "Clipboard").graph.node("linear").type == "linear"


def test_json_from_elsewhere_is_pasted(other, qapp):
    qapp.clipboard().setText(json.dumps({
        "format": "backprop-workbench", "version": 1,
        "graph": {"nodes": [{"id": "gate", "type": "sigmoid"}], "edges": []},
    }))  # fmt: skip
    other.key(Qt.Key.Key_V, CONTROL)
    assert other.view.document.project.graph.node("gate").type == "sigmoid"


@pytest.mark.parametrize("share", [0.03, 0.97])
def test_both_ends_of_a_wire_are_dragged_elsewhere(view, hand, document, share):
    document.apply([AddNode(Node("tanh", "tanh"))], "Add")
    edge = Edge.parse("relu.out", "flatten.input")
    view.camera.set_zoom(1.0)
    path = view.scene.edges[edge].path
    length = path.length()
    place = path.pointAtPercent(18 / length if share < 0.5 else 1 - 18 / length)
    is_output = share < 0.5
    goal = hand.port("tanh", "out" if is_output else "input", is_output=is_output)
    before = document.undo_stack.count()
    hand.drag(place, goal)
    pair = ("tanh.out", "flatten.input") if is_output else ("relu.out", "tanh.input")
    graph = document.project.graph
    assert graph.has_edge(Edge.parse(*pair))
    assert not graph.has_edge(edge)
    assert document.undo_stack.count() == before + 1


def test_several_wires_end_in_one_input(view, hand, document):
    document.apply([AddNode(Node("add", "add"))], "Add")
    view.fit()
    for source in ("conv", "relu"):
        hand.drag(
            hand.port(source, "out", is_output=True),
            hand.port("add", "inputs", is_output=False),
        )
    sources = [e.source.node for e in document.project.graph.edges_into("add")]
    assert sources == ["conv", "relu"]


def test_a_point_is_put_into_a_wire_from_its_menu(view, hand, document):
    edge = Edge.parse("relu.out", "flatten.input")
    choose(view, view.scene.edges[edge].path.pointAtPercent(0.5), "Add a point")
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("relu.out", "reroute.input"))
    assert graph.has_edge(Edge.parse("reroute.out", "flatten.input"))
    hand.key(Qt.Key.Key_Z, CONTROL)
    assert graph.has_edge(edge)


def test_a_click_in_the_path_leads_back(view, hand, document, qtbot):
    outer = blocks.group(document, ["conv", "relu"], "stem")
    inner = blocks.group(document, ["relu"], "act", "stem")
    for node_id in (outer, inner):
        spot = hand.pixel(hand.card(node_id))
        QTest.mouseDClick(view.viewport(), LEFT, NONE, spot)
    assert view.scene.path == (outer, inner)
    bar = view.popups.breadcrumbs

    def steps():
        return [b for b in bar.findChildren(QToolButton) if b.isVisible()]

    qtbot.waitUntil(lambda: [b.text() for b in steps()] == ["Main", "stem", "act"])
    QTest.mouseClick(steps()[1], LEFT)
    assert view.scene.path == (outer,)
    assert view.selection.ids == [inner]


def test_a_block_repeats_and_shares_by_what_is_typed(view, hand, document, qtbot):
    panel = Inspector(document)
    qtbot.addWidget(panel)
    view.selection_changed.connect(panel.show_nodes)
    panel.show()
    made = blocks.group(document, ["conv", "relu"], "stem")
    hand.click(hand.card(made))
    rows = panel.node_panel.form.rows
    for name, text in (("repeat", "3"), ("share", "twin")):
        edit = rows[name].field.edit
        edit.selectAll()
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Qt.Key.Key_Return)
    params = document.project.graph.node(made).params
    assert params == {"of": "stem", "repeat": 3, "share": "twin"}
    assert view.scene.nodes[made].face.summary == "2 layers · ×3 · shared weights"


def test_an_independent_copy_is_changed_alone(view, hand, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    choose(view, hand.card(made), "Copy as independent")
    twin = view.selection.ids[0]
    hand.key(Qt.Key.Key_Return)
    view.select(["relu"])
    hand.key(Qt.Key.Key_Delete)
    name = document.project.graph.node(twin).params["of"]
    assert set(document.project.blocks[name].graph.nodes) == {"conv"}
    assert set(document.project.blocks["stem"].graph.nodes) == {"conv", "relu"}


def test_a_block_is_saved_and_dropped_into_another_window(view, hand, document, other):
    made = blocks.group(document, ["conv", "relu"], "stem")
    choose(view, hand.card(made), "Save to My blocks")
    assert _drop(other.view, QPoint(300, 200), "saved:stem")
    taken = other.view.document.project
    assert set(taken.blocks["stem"].graph.nodes) == {"conv", "relu"}
    assert other.view.document.undo_stack.count() == 1


def test_a_click_in_the_undo_list_goes_there(view, document, qtbot):
    panel = UndoList(document)
    qtbot.addWidget(panel)
    panel.show()
    before = document.text()
    actions.rename(document, "relu", "Knee")
    middle = document.text()
    actions.remove(document, ["conv"])
    rows = panel.list
    for row, wanted in ((0, before), (1, middle)):
        spot = rows.visualRect(rows.model().index(row, 0)).center()
        QTest.mouseClick(rows.viewport(), LEFT, NONE, spot)
        assert document.text() == wanted


def test_a_drag_in_the_overview_pans(view, hand):
    hand.key(Qt.Key.Key_M)
    view.grab()
    box = view.minimap
    QTest.mousePress(box, LEFT, NONE, QPoint(40, 60))
    left = view.camera.centre()
    QTest.mouseMove(box, QPoint(140, 60))
    right = view.camera.centre()
    QTest.mouseRelease(box, LEFT, NONE, QPoint(140, 60))
    assert right.x() > left.x() + 50
    assert abs(right.y() - left.y()) < 2


def test_f_shows_all_and_shift_f_the_selection(view, hand):
    view.resize(420, 300)
    view.select(["conv"])
    hand.key(Qt.Key.Key_F, SHIFT)
    near = view.camera.zoom
    assert abs(view.camera.centre().x() - hand.card("conv").x()) < 5
    hand.key(Qt.Key.Key_F)
    assert view.camera.zoom <= near
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert all(seen.contains(n.card()) for n in view.scene.nodes.values())


def test_distribute_from_the_menu_makes_equal_gaps(view, hand, document):
    actions.move(document, {"conv": (180.0, 0.0)})
    view.select(["data", "conv", "relu"])
    choose(view, hand.card("conv"), "Align", "Distribute horizontally")
    cards = [view.scene.nodes[i].card() for i in ("data", "conv", "relu")]
    gaps = [b.left() - a.right() for a, b in itertools.pairwise(cards)]
    assert gaps[0] == pytest.approx(gaps[1], abs=10)
    assert document.undo_stack.undoText() == "Distribute horizontally"


def test_alt_keeps_a_card_off_the_grid(view, hand, document):
    view.camera.set_zoom(1.0)
    start = hand.card("conv")
    hand.press(start)
    spot = hand.pixel(start) + QPoint(33, 47)
    moved = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(spot), QPointF(view.mapToGlobal(spot)),
        Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.AltModifier,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), moved)
    hand.release(view.camera.to_scene(QPointF(spot)))
    x, y = document.project.position("", "conv")
    assert (x, y) == (pytest.approx(233, abs=1), pytest.approx(47, abs=1))
