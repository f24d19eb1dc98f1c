"""Editing with the mouse and the keyboard, and what the document says of it."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from engine.graph.edits import AddNode
from engine.graph.model import Edge, Node
from workbench.canvas.commands import menus
from workbench.canvas.edits import edit

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FAR = QPointF(300, 420)


def test_drag_from_output_to_input_connects(view, hand, document):
    view.document.apply([AddNode(Node("tanh", "tanh"))], "Add")
    start = hand.port("conv", "out", is_output=True)
    end = hand.port("tanh", "input", is_output=False)
    hand.drag(start, end)
    assert document.project.graph.has_edge(Edge.parse("conv.out", "tanh.input"))
    assert Edge.parse("conv.out", "tanh.input") in view.scene.edges
    assert document.undo_stack.undoText() == "Connect Conv2d → Tanh"


def test_drag_onto_a_card_connects_to_the_port_that_fits(view, hand, document):
    view.document.apply([AddNode(Node("tanh", "tanh"))], "Add")
    hand.drag(hand.port("conv", "out", is_output=True), hand.card("tanh"))
    assert document.project.graph.has_edge(Edge.parse("conv.out", "tanh.input"))


def test_drag_from_a_free_input_to_an_output_connects(view, hand, document):
    view.document.apply([AddNode(Node("tanh", "tanh"))], "Add")
    start = hand.port("tanh", "input", is_output=False)
    hand.drag(start, hand.port("relu", "out", is_output=True))
    assert document.project.graph.has_edge(Edge.parse("relu.out", "tanh.input"))


def test_taking_an_end_off_to_a_port_before_it_is_refused(view, hand, document, qtbot):
    before = document.text()
    start = hand.port("loss", "input", is_output=False)
    with qtbot.waitSignal(view.notice):
        hand.drag(start, hand.port("flatten", "input", is_output=False))
    assert document.text() == before
    assert view.scene.edges[Edge.parse("linear.out", "loss.input")].isVisible()


def test_replug_to_a_fitting_port_is_one_step(view, hand, document):
    before = document.text()
    view.document.apply([AddNode(Node("mse", "mse"))], "Add")
    start = hand.port("loss", "input", is_output=False)
    hand.drag(start, hand.port("mse", "input", is_output=False))
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("linear.out", "mse.input"))
    assert not graph.has_edge(Edge.parse("linear.out", "loss.input"))
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.text() == before


def test_dropping_a_taken_end_on_empty_ground_disconnects(view, hand, document):
    hand.drag(hand.port("loss", "input", is_output=False), FAR)
    edge = Edge.parse("linear.out", "loss.input")
    assert not document.project.graph.has_edge(edge)
    assert document.undo_stack.undoText().startswith("Disconnect")


def test_a_cycle_is_refused_with_words_and_changes_nothing(view, hand, document, qtbot):
    document.apply([AddNode(Node("add", "add"))], "Add")
    into = view.scene.nodes["add"].face.inputs[0]
    hand.drag(
        hand.port("linear", "out", is_output=True),
        hand.port("add", into, is_output=False),
    )
    before = document.text()
    with qtbot.waitSignal(view.notice) as blocker:
        hand.drag(
            hand.port("loss", "loss", is_output=True),
            hand.port("conv", "input", is_output=False),
        )
    assert "cycle" in blocker.args[0]
    assert document.text() == before


def test_a_port_that_does_not_fit_is_refused_with_words(view, hand, document, qtbot):
    before = document.text()
    with qtbot.waitSignal(view.notice) as blocker:
        hand.drag(
            hand.port("data", "label", is_output=True),
            hand.port("linear", "input", is_output=False),
        )
    assert "whole numbers" in blocker.args[0]
    assert document.text() == before


def test_while_connecting_only_fitting_nodes_stay_bright(view, hand):
    hand.press(hand.port("data", "label", is_output=True))
    hand.move(FAR)
    assert view.scene.nodes["loss"].opacity() == 1.0
    assert view.scene.nodes["conv"].opacity() < 0.5
    hand.key(Qt.Key.Key_Escape)
    assert view.pointer.gesture is None
    assert view.scene.nodes["conv"].opacity() == 1.0


def test_a_wire_dropped_on_empty_ground_offers_what_fits_and_connects(
    view, hand, document
):
    hand.drag(hand.port("data", "label", is_output=True), FAR)
    popup = view.popups.quick_add
    assert popup.isVisible()
    titles = [popup.results.item(i).text() for i in range(popup.results.count())]
    assert "Embedding" in titles
    assert "ReLU" not in titles
    QTest.keyClicks(popup.field, "onehot")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert not popup.isVisible()
    edge = Edge.parse("data.label", "one_hot.input")
    assert document.project.graph.has_edge(edge)
    assert document.undo_stack.count() == 1


def test_a_wire_from_an_input_offers_what_gives_it(view, hand, document):
    document.apply([AddNode(Node("embedding", "embedding"))], "Add")
    hand.drag(hand.port("embedding", "input", is_output=False), FAR + QPointF(0, 90))
    popup = view.popups.quick_add
    assert popup.isVisible()
    titles = {popup.results.item(i).text() for i in range(popup.results.count())}
    assert "Data" in titles
    assert "Conv2d" not in titles
    QTest.keyClicks(popup.field, "data")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    (edge,) = document.project.graph.edges_into("embedding")
    assert edge.source.node == "data_2"


def test_moving_two_nodes_is_one_step_and_snaps(view, hand, document):
    before = document.text()
    view.select(["conv", "relu"])
    hand.drag(hand.card("conv"), hand.card("conv") + QPointF(33, 47))
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Move 2 nodes"
    assert document.project.position("", "conv") == (232.0, 48.0)
    assert document.project.position("", "relu") == (432.0, 48.0)
    document.undo_stack.undo()
    assert document.text() == before
    assert view.scene.nodes["conv"].pos() == QPointF(200, 0)


def test_escape_gives_a_move_up(view, hand, document):
    hand.press(hand.card("conv"))
    hand.move(hand.card("conv") + QPointF(80, 80))
    hand.key(Qt.Key.Key_Escape)
    assert view.scene.nodes["conv"].pos() == QPointF(200, 0)
    assert document.undo_stack.count() == 0


def test_a_rubber_band_selects_what_it_touches(view, hand):
    hand.drag(QPointF(-40, -40), QPointF(230, 50))
    assert view.selection.ids == ["data", "conv"]
    hand.drag(QPointF(-40, 260), QPointF(20, 130), keys=SHIFT)
    assert view.selection.ids == ["data", "conv", "flatten"]
    hand.click(QPointF(300, 400))
    assert view.selection.ids == []


def test_control_click_adds_and_takes_away(view, hand):
    hand.click(hand.card("conv"))
    hand.click(hand.card("relu"), keys=CONTROL)
    assert view.selection.ids == ["conv", "relu"]
    hand.click(hand.card("conv"), keys=CONTROL)
    assert view.selection.ids == ["relu"]


def test_delete_and_undo_restore_the_text(view, hand, document):
    before = document.text()
    view.select(["relu"])
    hand.key(Qt.Key.Key_Delete)
    assert "relu" not in view.scene.nodes
    assert len(view.scene.edges) == 4
    hand.key(Qt.Key.Key_Z, CONTROL)
    assert document.text() == before
    assert len(view.scene.edges) == 6


def test_a_clicked_wire_is_selected_and_deleted(view, hand, document):
    edge = Edge.parse("relu.out", "flatten.input")
    place = view.scene.edges[edge].path.pointAtPercent(0.5)
    hand.click(place)
    assert view.scene.selected_edges() == [edge]
    hand.key(Qt.Key.Key_Delete)
    assert not document.project.graph.has_edge(edge)


def test_copy_paste_cut_and_duplicate_with_keys(view, hand, document):
    view.select(["conv", "relu"])
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    assert view.selection.ids == ["conv_2", "relu_2"]
    assert document.project.graph.has_edge(Edge.parse("conv_2.out", "relu_2.input"))
    hand.key(Qt.Key.Key_D, CONTROL)
    assert view.selection.ids == ["conv_3", "relu_3"]
    hand.key(Qt.Key.Key_X, CONTROL)
    assert "conv_3" not in document.project.graph.nodes


def test_paste_without_nodes_says_so(view, hand, qapp, qtbot):
    qapp.clipboard().setText("just words")
    with qtbot.waitSignal(view.notice) as blocker:
        hand.key(Qt.Key.Key_V, CONTROL)
    assert "clipboard" in blocker.args[0]


def test_arrow_keys_nudge(view, hand, document):
    view.select(["conv"])
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert document.project.position("", "conv") == (204.0, 20.0)


def test_walking_follows_the_wires(view, hand):
    hand.key(Qt.Key.Key_Home)
    assert view.selection.ids == ["data"]
    hand.key(Qt.Key.Key_Right, CONTROL)
    assert view.selection.ids == ["conv"]
    assert "reads Data" in view.accessibleDescription()
    hand.key(Qt.Key.Key_Left, CONTROL)
    assert view.selection.ids == ["data"]


def test_select_all_and_escape(view, hand):
    hand.key(Qt.Key.Key_A, CONTROL)
    assert len(view.selection.ids) == 6
    hand.key(Qt.Key.Key_Escape)
    assert view.selection.ids == []


def test_tab_opens_the_search_and_enter_adds_behind_the_selection(view, hand, document):
    view.select(["linear"])
    hand.key(Qt.Key.Key_Tab)
    popup = view.popups.quick_add
    assert popup.isVisible()
    popup._place = None
    QTest.keyClicks(popup.field, "relu")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert document.project.graph.has_edge(Edge.parse("linear.out", "relu_2.input"))
    assert view.selection.ids == ["relu_2"]


def test_double_click_on_empty_ground_adds_at_the_pointer(view, hand, document):
    none = Qt.KeyboardModifier.NoModifier
    spot = hand.pixel(FAR)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, none, spot)
    popup = view.popups.quick_add
    QTest.keyClicks(popup.field, "sigmoid")
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    QTest.keyClick(popup.field, Qt.Key.Key_Up)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert view.scene.nodes["sigmoid"].card().contains(FAR)


def test_double_click_on_a_wire_inserts(view, hand, document):
    edge = Edge.parse("relu.out", "flatten.input")
    place = view.scene.edges[edge].path.pointAtPercent(0.5)
    none = Qt.KeyboardModifier.NoModifier
    spot = hand.pixel(place)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, none, spot)
    popup = view.popups.quick_add
    QTest.keyClicks(popup.field, "tanh")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("relu.out", "tanh.input"))
    assert graph.has_edge(Edge.parse("tanh.out", "flatten.input"))
    assert not graph.has_edge(edge)
    assert document.undo_stack.count() == 1


def test_arrange_is_one_step_and_leaves_no_cards_on_each_other(view, hand, document):
    before = document.text()
    hand.key(Qt.Key.Key_L)
    assert document.undo_stack.undoText() == "Arrange nodes"
    view.arranging.finish()
    cards = [item.card() for item in view.scene.nodes.values()]
    pairs = [(a, b) for i, a in enumerate(cards) for b in cards[i + 1 :]]
    assert not any(a.intersects(b) for a, b in pairs)
    document.undo_stack.undo()
    assert document.text() == before


def test_the_menu_of_a_node_deletes_it(view, hand, document):
    menu = menus.build(view, hand.card("relu"))
    texts = [a.text().partition("\t")[0] for a in menu.actions() if a.text()]
    assert {"Delete", "Duplicate", "Freeze weights"} <= set(texts)
    by_text = {a.text().partition("\t")[0]: a for a in menu.actions()}
    by_text["Freeze weights"].trigger()
    assert document.project.graph.node("relu").trainable is False
    by_text["Delete"].trigger()
    assert "relu" not in document.project.graph.nodes
    menu.deleteLater()


def test_the_context_menu_opens_at_the_pointer(view, hand, qtbot):
    spot = QPoint(5, 5)
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, spot, view.viewport().mapToGlobal(spot))
    view.contextMenuEvent(event)
    menu = view.findChild(QMenu)
    assert menu.isVisible()
    menu.close()


def test_cards_behind_each_other_begin_a_new_row(view):
    """Nine in a chain: nothing wider than five cards, each row below the last."""
    chain = []
    for _ in range(9):
        node_id = edit.add(view, "relu")
        chain.append(view.document.project.layout[""][node_id])
    rows = sorted({y for _, y in chain})
    assert [sum(y == row for _, y in chain) for row in rows] == [5, 4]
    assert min(x for x, y in chain if y == rows[1]) == chain[0][0]
