"""Moving: guides, dropping into wires, copies with Alt, healing, the moving picture."""

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from engine.graph.edits import AddNode, Move
from engine.graph.model import Edge, Node
from tests.workbench.canvas import nets
from tests.workbench.canvas.test_arranging import chain
from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes, snapping
from workbench.document import blocks

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def lone(document, type_id, place):
    document.apply([AddNode(Node(type_id, type_id)), Move(((type_id, place),))], "Add")


def test_dropping_a_lone_node_onto_a_wire_inserts_it(view, hand, document):
    lone(document, "tanh", (300.0, 300.0))
    before = document.text()
    middle = view.scene.edges[Edge.parse("conv.out", "relu.input")].path
    hand.drag(hand.card("tanh"), middle.pointAtPercent(0.5))
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("conv.out", "tanh.input"))
    assert graph.has_edge(Edge.parse("tanh.out", "relu.input"))
    assert not graph.has_edge(Edge.parse("conv.out", "relu.input"))
    assert document.undo_stack.undoText() == "Insert Tanh"
    document.undo_stack.undo()
    assert document.text() == before


def test_dropping_a_wired_node_onto_a_wire_only_moves_it(view, hand, document):
    wires = document.project.graph.edges
    path = view.scene.edges[Edge.parse("conv.out", "relu.input")].path
    hand.drag(hand.card("linear"), path.pointAtPercent(0.5))
    assert document.project.graph.edges == wires


def test_a_loss_is_not_inserted_where_it_does_not_fit(view, hand, document):
    lone(document, "accuracy", (300.0, 300.0))
    wires = document.project.graph.edges
    path = view.scene.edges[Edge.parse("conv.out", "relu.input")].path
    hand.drag(hand.card("accuracy"), path.pointAtPercent(0.5))
    assert document.project.graph.edges == wires


def test_alt_drag_leaves_the_node_and_drops_a_copy(view, hand, document):
    place = document.project.position("", "relu")
    hand.drag(hand.card("relu"), hand.card("relu") + QPointF(0, 300), keys=ALT)
    assert document.project.position("", "relu") == place
    assert view.selection.ids == ["relu_2"]
    new = document.project.position("", "relu_2")
    assert abs(new[1] - place[1] - 300) <= 10
    assert document.undo_stack.count() == 1


def test_ctrl_delete_heals_the_wire(view, hand, document):
    before = document.text()
    view.set_analysis(nets.analysis())
    view.select(["relu"])
    hand.key(Qt.Key.Key_Delete, CONTROL)
    assert document.project.graph.has_edge(Edge.parse("conv.out", "flatten.input"))
    assert document.undo_stack.undoText() == "Delete ReLU and heal"
    document.undo_stack.undo()
    assert document.text() == before


def test_healing_makes_no_wire_between_other_dimensions(view, hand, document):
    infos = nets.analysis()
    flat = type(infos.nodes["conv"])(outputs={"out": (-1, 288)})
    image = infos.nodes["conv"]
    infos.nodes.update({"flatten": flat, "relu": image})
    view.set_analysis(infos)
    view.select(["flatten"])
    edit.heal(view)
    graph = document.project.graph
    assert "flatten" not in graph.nodes
    assert not graph.edges_into("linear")


def test_healing_in_a_block_leads_its_ports_on(view, document):
    blocks.group(document, ["conv", "relu", "flatten"], "stem")
    view.show_path(["stem"])
    view.select(["conv"])
    edit.heal(view)
    block = document.project.blocks["stem"]
    assert [str(end) for end in block.inputs["input"]] == ["relu.input"]
    assert document.project.graph.edges_into("stem")


def test_plain_delete_does_not_heal(view, hand, document):
    view.select(["relu"])
    hand.key(Qt.Key.Key_Delete)
    assert not document.project.graph.edges_into("flatten")


def test_a_card_snaps_into_line_and_shows_a_guide():
    card, other = QRectF(0, 0, 150, 60), QRectF(400, 103, 150, 60)
    found = snapping.snap(card, QPointF(0, 101), [other], 1.0)
    assert found.delta.y() == 103
    assert any(guide.y1() == guide.y2() for guide in found.guides)


def test_a_card_away_from_others_snaps_to_the_grid():
    found = snapping.snap(QRectF(0, 0, 150, 60), QPointF(33, 47), [], 1.0)
    assert (found.delta.x(), found.delta.y()) == (32, 48)
    assert not found.guides


def test_lines_attract_from_the_same_distance_on_the_screen():
    other = [QRectF(400, 110, 150, 60)]
    near = snapping.snap(QRectF(0, 0, 150, 60), QPointF(0, 102), other, 0.5)
    assert near.delta.y() == 110
    far = snapping.snap(QRectF(0, 0, 150, 60), QPointF(0, 102), other, 2.0)
    assert far.delta.y() == 104


def test_the_picture_moves_on_beyond_the_edge(view, hand):
    hand.press(hand.card("relu"))
    edge = view.camera.to_scene(QPointF(view.viewport().width() + 40, 200))
    hand.move(hand.card("relu") + QPointF(10, 10))
    hand.move(edge)
    assert view.pointer.auto_pan.is_running
    before, place = view.camera.centre(), view.scene.nodes["relu"].pos()
    view.pointer.auto_pan.tick()
    assert view.camera.centre().x() > before.x()
    view.pointer.auto_pan.tick()
    assert view.scene.nodes["relu"].x() > place.x()
    hand.key(Qt.Key.Key_Escape)
    assert not view.pointer.auto_pan.is_running


def test_a_point_in_a_wire_is_dragged_at_its_middle(view, hand, document):
    wire = Edge.parse("conv.out", "relu.input")
    middle = view.scene.edges[wire].path.pointAtPercent(0.5)
    edit.add_point(view, wire, middle)
    assert view.scene.nodes["reroute"].face.kind == "dot"
    hand.drag(hand.card("reroute"), hand.card("reroute") + QPointF(0, 200))
    assert document.project.position("", "reroute")[1] > 150
    assert len(document.project.graph.edges) == 7


def test_thousands_are_dragged_as_outlines_and_land_together(
    view, hand, document, qtbot
):
    document.set_project(chain(1700))
    view.reduced_motion, first = True, "n1699"
    view.camera.set_zoom(1.0)
    view.focus_node(first)
    view.select(document.project.graph.nodes)
    before = {i: item.card() for i, item in view.scene.nodes.items()}
    start = hand.card(first)
    hand.press(start)
    hand.move(start + QPointF(40, 20))
    hand.move(start + QPointF(80, 40))
    assert all(view.scene.nodes[i].card() == card for i, card in before.items())
    hand.release(start + QPointF(80, 40))
    ways = {
        (item.card().topLeft() - before[i].topLeft()).toTuple()
        for i, item in view.scene.nodes.items()
    }
    assert len(ways) == 1
    assert ways.pop() == pytest.approx((80.0, 40.0), abs=sizes.GRID)
    assert document.undo_stack.count() == 1
    qtbot.waitUntil(lambda: _are_joined(view.scene), timeout=20_000)


def _are_joined(scene):
    """Return whether every wire leads to where its input stands."""
    for edge, item in scene.edges.items():
        card = scene.nodes[edge.target.node]
        end = card.port_place(edge.target.port, is_output=False)
        if item.path.currentPosition() != end:
            return False
    return True
