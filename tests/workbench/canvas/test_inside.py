"""Editing in an open card: the block is not left, and every edit is an undo step."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from engine.graph.edits import AddNode
from engine.graph.model import Edge, Node
from workbench.canvas.commands import menus
from workbench.canvas.edits import align, drop, edit, lora
from workbench.canvas.geometry import sizes
from workbench.canvas.scene import open_block
from workbench.document import blocks
from workbench.inspector import Inspector

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_a_click_selects_inside_and_leaves_the_block(view, hand, inner, qtbot):
    with qtbot.waitSignal(view.selection_changed) as told:
        hand.click(inner.middle("relu"))
    assert told.args == [["relu"], "stem", "stem."]
    assert (view.selection.path, view.selection.ids) == (("stem",), ["relu"])
    assert view.scene.selected_nodes() == []
    assert "ReLU" in view.accessibleDescription()
    assert "in stem" in view.accessibleDescription()
    hand.click(inner.middle("conv"), keys=CONTROL)
    assert view.selection.ids == ["relu", "conv"]
    hand.key(Qt.Key.Key_Escape)
    assert view.selection.path == ()
    assert view.selection.ids == ["stem"]


def test_a_click_on_one_of_several_inside_leaves_it_alone_selected(view, hand, inner):
    hand.click(inner.middle("relu"))
    hand.click(inner.middle("conv"), keys=CONTROL)
    hand.click(inner.middle("conv"))
    assert view.selection.ids == ["conv"]


def test_a_click_outside_ends_the_selection_inside(view, hand, inner):
    hand.click(inner.middle("relu"))
    hand.click(hand.card("linear"))
    assert view.selection.path == ()
    assert view.selection.ids == ["linear"]


def test_the_inspector_edits_the_inner_layer(view, hand, inner, document, qtbot):
    panel = Inspector(document)
    qtbot.addWidget(panel)
    view.selection_changed.connect(panel.show_nodes)
    view.node_activated.connect(panel.focus_first)
    panel.show()
    hand.click(inner.middle("conv"))
    hand.key(Qt.Key.Key_Return)
    field = panel.node_panel.form.rows["out_channels"].field.edit
    field.selectAll()
    QTest.keyClicks(field, "24")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert inner.graph.node("conv").params["out_channels"] == 24
    assert inner.card.face("conv").summary.startswith("24")
    assert view.selection.ids == ["conv"]


def test_delete_takes_an_inner_node_and_undo_brings_it_back(
    view, hand, inner, document
):
    before = document.text()
    hand.click(inner.middle("relu"))
    hand.key(Qt.Key.Key_Delete)
    assert set(inner.graph.nodes) == {"conv", "flatten"}
    assert view.selection.ids == []
    document.undo_stack.undo()
    assert document.text() == before


def test_control_delete_heals_inside(view, hand, inner):
    hand.click(inner.middle("relu"))
    hand.key(Qt.Key.Key_Delete, CONTROL)
    assert [str(e.source) + str(e.target) for e in inner.graph.edges] == [
        "conv.outflatten.input"
    ]


def test_a_drag_moves_inside_as_one_step(view, hand, inner, document):
    before, start = document.text(), dict(document.project.layout["stem"])
    place = inner.middle("relu")
    hand.drag(place, place + QPointF(31, 42))
    moved = document.project.layout["stem"]
    assert moved["relu"] == (start["relu"][0] + 32, start["relu"][1] + 44)
    assert {i: moved[i] for i in ("conv", "flatten")} == {
        i: start[i] for i in ("conv", "flatten")
    }
    assert document.undo_stack.undoText() == "Move ReLU"
    document.undo_stack.undo()
    assert document.text() == before


def test_escape_gives_a_move_inside_up(view, hand, inner, document):
    before, place = document.text(), inner.middle("relu")
    hand.press(place)
    hand.move(place + QPointF(40, 40))
    hand.key(Qt.Key.Key_Escape)
    hand.release(place + QPointF(40, 40))
    assert document.text() == before


def test_arrow_keys_move_inside(view, hand, inner, document):
    x, y = document.project.layout["stem"]["relu"]
    hand.click(inner.middle("relu"))
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert document.project.layout["stem"]["relu"] == (x, y + 20)


def test_moving_in_a_block_without_places_lets_nothing_jump(
    view, hand, inner, document
):
    document.project.layout.pop("stem")
    view.scene.rebuild()
    shown = {i: inner.card.rect_of(i).topLeft() for i in inner.card.inner.ids}
    place = inner.middle("relu")
    hand.drag(place, place + QPointF(0, 40))
    now = {i: inner.card.rect_of(i).topLeft() for i in inner.card.inner.ids}
    conv = now["conv"] - shown["conv"]
    assert now["flatten"] - shown["flatten"] == conv
    way = now["relu"] - shown["relu"] - conv
    assert abs(way.x()) <= 5
    assert abs(way.y() - 40) <= 5


def test_a_drag_between_inner_ports_connects(view, hand, inner, document):
    document.apply([AddNode(Node("tanh", "tanh"), "stem")], "Add")
    view.fit()
    start = inner.port("conv.out", is_output=True)
    hand.drag(start, inner.port("tanh.input", is_output=False))
    assert inner.graph.has_edge(Edge.parse("conv.out", "tanh.input"))
    assert document.undo_stack.undoText() == "Connect Conv2d → Tanh"


def test_an_inner_wire_is_taken_off_and_dropped(view, hand, inner, document):
    start = inner.port("flatten.input", is_output=False)
    hand.drag(start, inner.card.rect.center() + QPointF(0, inner.card.rect.height()))
    assert not inner.graph.has_edge(Edge.parse("relu.out", "flatten.input"))
    assert all(item.opacity() == 1.0 for item in view.scene.nodes.values())


def test_a_cycle_inside_is_refused_with_words(view, hand, inner, document, qtbot):
    before = document.text()
    document.apply([AddNode(Node("add", "add"), "stem")], "Add")
    view.fit()
    hand.drag(inner.port("flatten.out", is_output=True),
              inner.port("add.inputs", is_output=False))  # fmt: skip
    with qtbot.waitSignal(view.notice) as told:
        hand.drag(inner.port("add.out", is_output=True),
                  inner.port("conv.input", is_output=False))  # fmt: skip
    assert "cycle" in told.args[0]
    while document.undo_stack.canUndo() and document.text() != before:
        document.undo_stack.undo()
    assert document.text() == before


def test_tab_adds_behind_the_inner_node(view, hand, inner, document):
    hand.click(inner.middle("relu"))
    hand.key(Qt.Key.Key_Tab)
    view.popups.quick_add._place = None
    QTest.keyClicks(view.popups.quick_add.field, "gelu")
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    assert inner.graph.has_edge(Edge.parse("relu.out", "gelu.input"))
    assert view.selection.ids == ["gelu"]
    assert "gelu" not in document.project.graph.nodes


def test_copies_stay_inside(view, hand, inner, document):
    hand.click(inner.middle("relu"))
    hand.key(Qt.Key.Key_D, CONTROL)
    assert view.selection.ids == ["relu_2"]
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    assert view.selection.ids == ["relu_3"]
    assert set(inner.graph.nodes) == {"conv", "relu", "flatten", "relu_2", "relu_3"}


def test_lora_inside_an_open_card(view, hand, inner, document):
    hand.click(inner.middle("conv"))
    lora.adapt(view)
    assert inner.graph.node("conv").type == "conv2d"
    document.apply([AddNode(Node("fc", "linear"), inner.card.scope)], "Add")
    view.select(["fc"], inner.card.path)
    lora.adapt(view)
    assert inner.graph.node("fc").type == "lora_linear"
    assert view.selection.ids == ["fc"]


def test_f2_and_the_connect_key_work_inside(view, hand, inner, document):
    hand.click(inner.middle("conv"))
    hand.key(Qt.Key.Key_F2)
    QTest.keyClicks(view.popups.inline, "First")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    assert inner.graph.node("conv").name == "First"
    hand.key(Qt.Key.Key_C)
    QTest.keyClicks(view.popups.chooser.field, "flatten")
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert inner.graph.has_edge(Edge.parse("conv.out", "flatten.input"))


def test_grouping_inside_nests_and_double_click_opens_the_inner_block(
    view, hand, inner, document
):
    hand.click(inner.middle("relu"))
    hand.key(Qt.Key.Key_G, CONTROL)
    QTest.keyClicks(view.popups.inline, "act")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    assert view.selection.ids == ["act"]
    hand.key(Qt.Key.Key_Return)
    assert view.scene.path == ("stem", "act")


def test_keys_go_into_the_open_card_along_its_wires_and_out(view, hand, inner):
    view.select(["stem"])
    hand.key(Qt.Key.Key_Down, ALT)
    assert view.selection.ids == ["conv"]
    hand.key(Qt.Key.Key_N)
    assert view.selection.ids == ["relu"]
    hand.key(Qt.Key.Key_Up, ALT)
    assert view.selection.ids == ["stem"]


def test_double_click_on_its_ground_opens_the_tab(view, hand, inner):
    spot = inner.card.rect.topLeft() + QPointF(20, 12)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=hand.pixel(spot))
    assert view.scene.path == ("stem",)


def test_the_menu_leads_to_the_same_node_in_the_tab(view, hand, inner):
    menu = menus.build(view, inner.middle("relu"))
    assert view.selection.ids == ["relu"]
    texts = {a.text().partition("\t")[0]: a for a in menu.actions()}
    texts["Show in its own tab"].trigger()
    assert view.scene.path == ("stem",)
    assert view.selection.ids == ["relu"]
    menu.deleteLater()


def test_undoing_the_opening_forgets_what_was_selected_inside(
    view, hand, inner, document
):
    hand.click(inner.middle("relu"))
    document.undo_stack.undo()
    assert view.selection.ids == []


def test_an_open_card_in_an_open_card_is_edited_too(view, hand, inner, document):
    made = blocks.group(document, ["conv", "relu"], "pair", "stem")
    view.scene.toggle_open(["stem", made])
    view.fit()
    card = open_block.find(view.scene, ["stem", made])
    hand.click(card.rect_of("relu").center())
    assert view.selection.path == ("stem", made)
    hand.key(Qt.Key.Key_Delete)
    assert set(document.project.blocks["pair"].graph.nodes) == {"conv"}


def _dropped(view, place, type_id):
    data = drop.layer_data(type_id)
    drop.drop(
        view,
        QDropEvent(
            QPointF(view.mapFromScene(place)),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        ),
    )


def test_a_layer_dropped_into_an_open_block_stands_there(view, document, inner):
    before = set(inner.graph.nodes)
    place = inner.middle("relu") + QPointF(0, 90)
    rect = inner.card.rect.adjusted(0, 0, 0, 200)
    assert rect.contains(place)
    spot = QPointF(place.x(), min(place.y(), inner.card.rect.bottom() - 4))
    _dropped(view, spot, "tanh")
    (new,) = set(inner.graph.nodes) - before
    assert new not in document.project.graph.nodes
    assert document.undo_stack.count() - document.undo_stack.cleanIndex() == 1
    # Its middle is where the pointer let go, as far as the grid allows.
    gap = inner.middle(new) - spot
    assert abs(gap.x()) <= sizes.GRID
    assert view.selection.ids == [new]
    document.undo_stack.undo()
    assert set(inner.graph.nodes) == before


def test_a_layer_dropped_on_a_wire_inside_goes_into_it(view, document, inner):
    before = document.text()
    start = inner.port("conv.out", is_output=True)
    end = inner.port("relu.input", is_output=False)
    _dropped(view, (start + end) / 2, "tanh")
    (new,) = set(inner.graph.nodes) - {"conv", "relu", "flatten"}
    edges = {(str(e.source), str(e.target)) for e in inner.graph.edges}
    assert ("conv.out", f"{new}.input") in edges
    assert (f"{new}.out", "relu.input") in edges
    assert ("conv.out", "relu.input") not in edges
    document.undo_stack.undo()
    assert document.text() == before


def test_nodes_pasted_over_an_open_block_come_into_it(view, document, inner):
    outside = set(document.project.graph.nodes)
    view.select(["relu"], inner.card.path)
    edit.copy(view)
    edit.paste(view, inner.card.rect.center())
    assert set(document.project.graph.nodes) == outside
    assert len(inner.graph.nodes) == 4


def test_align_works_in_the_open_card_as_outside(view, hand, inner, block, document):
    hand.click(inner.middle("conv"))
    edit.nudge(view, 30, 50)
    view.select(["conv", "relu"], [block])
    outside = document.project.layout.get("", {}).copy()
    align.apply(view, "middle")
    middles = {inner.card.rect_of(i).center().y() for i in ("conv", "relu")}
    assert len(middles) == 1
    assert document.undo_stack.undoText() == "Align middles"
    assert document.project.layout.get("", {}) == outside
    align.apply(view, "left")
    lefts = {inner.card.rect_of(i).left() for i in ("conv", "relu")}
    assert len(lefts) == 1
