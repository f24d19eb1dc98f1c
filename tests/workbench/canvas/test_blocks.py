"""Blocks in the window: keys, the path bar, open cards, the palette."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from engine.graph.model import Edge
from tests.workbench.canvas import nets
from workbench.canvas.commands import menus
from workbench.canvas.edits import blocks as block_edits
from workbench.canvas.edits import drop
from workbench.canvas.live import looks
from workbench.canvas.widgets.layer_list import LayerList
from workbench.document import blocks, library

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def _own_library(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "folder", lambda: tmp_path / "blocks")


@pytest.fixture
def block(view, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    view.scene.select([made])
    return made


def test_ctrl_g_asks_a_name_and_groups(view, hand, document):
    view.select(["conv", "relu"])
    hand.key(Qt.Key.Key_G, CONTROL)
    assert view.popups.inline.isVisible()
    QTest.keyClicks(view.popups.inline, "my stem")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    assert not view.popups.inline.isVisible()
    assert "my_stem" in document.project.blocks
    assert view.selection.ids == ["my_stem"]
    assert view.scene.nodes["my_stem"].face.summary == "2 layers"


def test_escape_in_the_name_groups_nothing(view, hand, document):
    before = document.text()
    view.select(["conv", "relu"])
    hand.key(Qt.Key.Key_G, CONTROL)
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Escape)
    assert not view.popups.inline.isVisible()
    assert document.text() == before


def test_ctrl_shift_g_unpacks(view, hand, document, block):
    hand.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert block not in document.project.graph.nodes
    assert sorted(view.selection.ids) == ["conv", "relu"]


def test_double_click_opens_and_backspace_goes_up(view, hand, block):
    place = hand.pixel(hand.card(block))
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.scene.path == (block,)
    assert set(view.scene.nodes) == {"conv", "relu"}
    assert view.popups.breadcrumbs.isVisible()
    assert view.popups.breadcrumbs.words == ["Main", "stem"]
    hand.key(Qt.Key.Key_Backspace)
    assert view.scene.path == ()
    assert view.selection.ids == [block]
    assert not view.popups.breadcrumbs.isVisible()


def test_enter_opens_and_alt_up_leaves(view, hand, block):
    hand.key(Qt.Key.Key_Return)
    assert view.scene.scope == "stem"
    hand.key(Qt.Key.Key_Up, ALT)
    assert view.scene.scope == ""


def test_path_bar_leads_back_from_two_levels(view, hand, document, block):
    inner = blocks.group(document, ["relu"], "act", "stem")
    view.show_path([block, inner])
    assert view.popups.breadcrumbs.words == ["Main", "stem", "act"]
    first = view.popups.breadcrumbs.findChildren(QToolButton)[-3]
    assert first.text() == "Main"
    first.click()
    assert view.scene.path == ()
    assert view.selection.ids == [block]


def test_edits_inside_a_block_are_undone(view, hand, document, block):
    before = document.text()
    block_edits.enter(view, block)
    view.select(["conv"])
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Delete)
    assert "conv" not in document.project.blocks["stem"].graph.nodes
    assert "conv" not in view.scene.nodes
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.text() == before
    assert set(view.scene.nodes) == {"conv", "relu"}


def test_undoing_the_group_while_inside_leads_out(view, document, block):
    block_edits.enter(view, block)
    document.undo_stack.undo()
    assert view.scene.path == ()
    assert "conv" in view.scene.nodes


def test_selection_tells_scope_and_prefix(view, qtbot, block):
    block_edits.enter(view, block)
    with qtbot.waitSignal(view.selection_changed) as told:
        view.select(["conv"])
    assert told.args == [["conv"], "stem", f"{block}."]


def test_focus_on_an_inner_path_opens_the_block(view, block):
    view.focus_node(f"{block}.relu")
    assert view.scene.path == (block,)
    assert view.selection.ids == ["relu"]


def test_repeat_and_share_stand_on_the_card(view, document, block):
    from workbench.document import actions  # one test

    actions.set_params(document, [block], {"repeat": 3, "share": "a"})
    face = view.scene.nodes[block].face
    assert face.repeat == 3
    assert face.summary == "2 layers · ×3 · shared weights"


def test_open_in_place_shows_the_inside_and_makes_room(view, hand, document, block):
    before, count = document.text(), document.undo_stack.count()
    closed = view.scene.nodes[block].card()
    places = {i: n.pos() for i, n in view.scene.nodes.items()}
    hand.key(Qt.Key.Key_E)
    face = view.scene.nodes[block].face
    assert [inner.title for _, inner in face.inner.cards] == ["Conv2d", "ReLU"]
    card = view.scene.nodes[block].card()
    assert card.height() > closed.height()
    others = [n.card() for i, n in view.scene.nodes.items() if i != block]
    assert not any(card.intersects(other) for other in others)
    assert (document.text(), document.undo_stack.count()) == (before, count)
    view.grab()
    hand.key(Qt.Key.Key_E)
    assert {i: n.pos() for i, n in view.scene.nodes.items()} == places


def test_a_card_moved_beside_an_open_block_is_stored_as_if_it_were_closed(
    view, hand, document, block
):
    hand.key(Qt.Key.Key_E)
    stored = document.project.position("", "linear")
    spot = view.scene.nodes["linear"].pos()
    assert spot != QPointF(*stored)
    view.select(["linear"])
    hand.drag(hand.card("linear"), hand.card("linear") + QPointF(80, 40))
    way = view.scene.nodes["linear"].pos() - spot
    x, y = document.project.position("", "linear")
    assert (x - stored[0], y - stored[1]) == way.toTuple()
    view.select([block])
    hand.key(Qt.Key.Key_E)
    assert view.scene.nodes["linear"].pos() == QPointF(x, y)


def test_what_stands_beside_an_open_block_is_level_with_its_ports(view, hand, block):
    hand.key(Qt.Key.Key_E)
    before = view.scene.nodes["data"].port_place("image", is_output=True)
    inside = view.scene.nodes[block].port_place("input", is_output=False)
    assert before.y() == inside.y()


def test_an_open_card_follows_edits_inside(view, document, block):
    from workbench.document import actions  # one test

    view.select([block])
    block_edits.toggle_open(view)
    actions.rename(document, "relu", "Knee", "stem")
    inner = view.scene.nodes[block].face.inner
    assert [face.title for _, face in inner.cards] == ["Conv2d", "Knee"]


def test_f2_renames_the_block(view, hand, document, block):
    hand.key(Qt.Key.Key_F2)
    QTest.keyClicks(view.popups.inline, "trunk")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    assert set(document.project.blocks) == {"trunk"}
    assert view.scene.nodes[block].face.title == "trunk"


def test_renaming_the_open_block_changes_the_path_bar(view, document, block):
    block_edits.enter(view, block)
    blocks.rename(document, "stem", "trunk")
    assert view.scene.scope == "trunk"
    assert view.popups.breadcrumbs.words == ["Main", "trunk"]


def test_menu_makes_a_port_of_the_open_block(view, document, block):
    block_edits.enter(view, block)
    menu = menus.build(view, view.scene.nodes["conv"].card().center())
    texts = {a.text().partition("\t")[0]: a for a in menu.actions()}
    texts["Make a block's port: out"].trigger()
    assert document.project.blocks["stem"].outputs["out_2"].node == "conv"
    menu.deleteLater()


def test_saved_block_is_in_the_palette_and_drops(view, document, block, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    view.library_changed.connect(palette.refill)
    block_edits.save_to_library(view)
    heads = [
        palette.tree.topLevelItem(i) for i in range(palette.tree.topLevelItemCount())
    ]
    mine = next(head for head in heads if head.text(0) == "My blocks")
    assert [mine.child(i).text(0) for i in range(mine.childCount())] == ["stem", "stem"]
    data = drop.layer_data("saved:stem")
    type_id = bytes(data.data(drop.LAYER_MIME).data()).decode()
    view.add_at_centre(type_id)
    assert len(document.project.blocks) == 1
    assert view.selection.ids == ["stem_2"]


def test_copy_independent_from_the_menu(view, document, block):
    block_edits.copy_independent(view)
    assert set(document.project.blocks) == {"stem", "stem_2"}


def test_gradients_inside_a_repeated_block_are_found():
    layers = ("stem.0.conv", "stem.1.conv", "linear")
    assert looks.within(layers, "stem.") == ("conv", "conv", "")
    assert looks.within(layers, "") == layers


def test_point_in_a_wire_is_where_it_was_put(view, document):
    from workbench.document import actions  # one test

    wire = Edge.parse("conv.out", "relu.input")
    actions.add_node(document, "reroute", (100.0, 50.0), wire)
    item = view.scene.nodes["reroute"]
    assert item.face.kind == "dot"
    assert view.scene.node_at(item.pos() + QPointF(12, 10)) is item


def test_live_measurement_shows_inside_the_block(view, block):
    block_edits.enter(view, block)
    view.set_live(nets.sample([[-3], [-5]], [1.0, 0.1]), (f"{block}.conv", "linear"))
    assert view.scene.live.looks["conv"].line
