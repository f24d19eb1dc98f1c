"""Every tool does in an open block what it does in the block's own tab."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.graph.model import Edge
from workbench.canvas.edits import align, edit, lora
from workbench.canvas.edits import blocks as block_edits
from workbench.canvas.scene import open_block
from workbench.document import actions, blocks

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def stem(view, document, block):
    """conv → part (relu inside) → flatten and a loose Linear, out of line."""
    blocks.group(document, ["relu"], "part", block)
    actions.add_node(document, "linear", (40.0, 330.0), None, block)
    x, y = document.project.layout[block]["part"]
    actions.move(document, {"part": (x + 30.0, y + 50.0)}, block)
    view.fit()
    document.undo_stack.clear()
    return block


def typed(tool, words):
    """Return a tool that asks, and is answered."""

    def do(view):
        tool(view)
        field = view.popups.inline
        field.setText(words)
        QTest.keyClick(field, Qt.Key.Key_Return)

    return do


def copied(view):
    edit.copy(view)
    edit.paste(view)


def adapted(view):
    lora.adapt(view)
    lora.restore(view)
    lora.adapt(view)


TOOLS = {
    "align": (["conv", "part"], lambda view: align.apply(view, "middle")),
    "distribute": (["conv", "part", "flatten"], lambda v: align.apply(v, "across")),
    "nudge": (["conv", "part"], lambda view: edit.nudge(view, 10, -50)),
    "delete": (["part"], edit.delete),
    "heal": (["part"], edit.heal),
    "unplug": (["part"], edit.unplug),
    "cut": (["conv", "flatten"], edit.cut),
    "duplicate": (["conv", "part"], edit.duplicate),
    "copy and paste": (["conv", "part"], copied),
    "freeze": (["conv", "linear"], lambda v: edit.set_trainable(v, value=False)),
    "LoRA": (["linear", "conv"], adapted),
    "rename": (["conv"], typed(edit.rename, "Edges")),
    "rename a block": (["part"], typed(edit.rename, "bend")),
    "group": (["conv", "part"], typed(block_edits.group, "both")),
    "unpack": (["part"], block_edits.unpack),
    "copy as independent": (["part"], block_edits.copy_independent),
    "select all": (["conv"], lambda v: (edit.select_all(v), edit.nudge(v, 20, 0))),
    "walk": (["conv"], lambda v: (edit.walk(v, 1), edit.delete(v))),
    "walk to the end": (
        ["conv"],
        lambda v: (edit.walk_to_end(v, first=False), edit.nudge(v, 0, 10)),
    ),
    "add behind": (["flatten"], lambda view: edit.add(view, "gelu")),
}


@pytest.mark.parametrize("name", TOOLS)
def test_tool_does_inside_what_it_does_in_the_tab(view, document, stem, name):
    ids, tool = TOOLS[name]
    before = document.text()
    view.select(ids, [stem])
    tool(view)
    inside, words = document.text(), document.undo_stack.undoText()
    assert inside != before
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.text() == before
    view.show_path([stem])
    view.select(ids)
    tool(view)
    assert document.text() == inside
    assert document.undo_stack.undoText() == words


def test_gaps_are_equal_after_distributing_inside(view, document, stem, inner):
    view.select(["conv", "part", "flatten"], [stem])
    align.apply(view, "across")
    rects = [inner.card.rect_of(i) for i in ("conv", "part", "flatten")]
    rects.sort(key=lambda rect: rect.left())
    gaps = [two.left() - one.right() for one, two in pairwise(rects)]
    assert gaps[0] == pytest.approx(gaps[1])
    assert document.undo_stack.count() == 1


def test_arranging_inside_lays_out_the_block_alone(view, document, stem, inner):
    outside = dict(document.project.layout[""])
    view.select(["conv"], [stem])
    view.arrange()
    cards = {i: inner.card.rect_of(i) for i in inner.graph.nodes}
    assert cards["conv"].right() < cards["part"].left()
    assert cards["part"].right() < cards["flatten"].left()
    assert not any(a.intersects(b) for i, a in cards.items()
                   for j, b in cards.items() if i != j)  # fmt: skip
    assert document.project.layout[""] == outside
    assert document.undo_stack.undoText() == "Arrange nodes"
    assert document.undo_stack.count() == 1
    assert not view.arranging.is_running


def test_arranging_some_inside_leaves_the_others(view, document, stem):
    before = dict(document.project.layout[stem])
    view.select(["conv", "part"], [stem])
    view.arrange()
    after = document.project.layout[stem]
    assert {i for i in after if after[i] != before[i]} <= {"conv", "part"}
    assert after["conv"][1] == after["part"][1]


def test_fit_shows_what_is_selected_inside(view, stem, inner):
    view.camera.set_zoom(0.3)
    view.select(["flatten"], [stem])
    edit.fit_selection(view)
    assert view.camera.seen().contains(inner.middle("flatten"))
    gap = view.camera.centre() - inner.middle("flatten")
    assert gap.manhattanLength() < 3
    assert view.camera.zoom > 0.3


def test_a_drag_with_alt_copies_inside(view, hand, document, stem, inner):
    place = inner.middle("conv")
    hand.drag(place, place + QPointF(0, 120), keys=ALT)
    assert "conv_2" in inner.graph.nodes
    assert (view.selection.path, view.selection.ids) == ((stem,), ["conv_2"])
    assert "conv_2" not in document.project.graph.nodes
    x, y = document.project.layout[stem]["conv"]
    copy = document.project.layout[stem]["conv_2"]
    assert abs(copy[0] - x) <= 10
    assert abs(copy[1] - y - 120) <= 10


def test_a_moved_node_comes_in_line_with_others_inside(
    view, hand, document, stem, inner
):
    part, conv = inner.middle("part"), inner.card.rect_of("conv")
    reach = 3 / view.camera.zoom
    hand.drag(part, QPointF(part.x(), conv.center().y() + reach))
    assert inner.card.rect_of("part").center().y() == conv.center().y()
    assert document.undo_stack.count() == 1


def test_opening_a_block_inside_a_block_pushes_what_is_beside_it(view, document, stem):
    before = document.text()
    view.select(["part"], [stem])
    block_edits.toggle_open(view)
    card = open_block.find(view.scene, [stem])
    assert card.face("part").inner is not None
    rects = [card.rect_of(node_id) for node_id in card.inner.ids]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])
    assert document.text() == before
    place = card.place("flatten") + QPointF(40, 40)
    stored = card.to_stored(place) - card.to_stored(card.place("flatten"))
    assert stored == QPointF(40, 40)
    where = document.project.layout[stem]["flatten"]
    assert card.to_stored(card.place("flatten"), "flatten").toTuple() == where


def test_a_wire_dropped_on_the_blocks_ground_adds_a_node_there(
    view, hand, document, stem, inner
):
    start = inner.port("flatten.out", is_output=True)
    spot = QPointF(inner.middle("flatten").x(), inner.card.rect.bottom() - 12)
    hand.drag(start, spot)
    popup = view.popups.quick_add
    assert popup.isVisible()
    QTest.keyClicks(popup.field, "gelu")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert inner.graph.has_edge(Edge.parse("flatten.out", "gelu.input"))
    assert (view.selection.path, view.selection.ids) == ((stem,), ["gelu"])


def test_a_wire_dropped_outside_the_block_says_where_it_may_end(
    view, hand, document, stem, inner, qtbot
):
    before = document.text()
    start = inner.port("flatten.out", is_output=True)
    with qtbot.waitSignal(view.notice) as told:
        hand.drag(start, view.camera.to_scene(QPointF(8, 8)))
    assert told.args == ["Drop it on a port inside the block."]
    assert document.text() == before


def test_keys_lead_into_a_block_in_a_block_and_out(view, hand, document, stem):
    view.select(["part"], [stem])
    block_edits.toggle_open(view)
    hand.key(Qt.Key.Key_Down, ALT)
    assert (view.selection.path, view.selection.ids) == ((stem, "part"), ["relu"])
    hand.key(Qt.Key.Key_Up, ALT)
    assert (view.selection.path, view.selection.ids) == ((stem,), ["part"])
    hand.key(Qt.Key.Key_Escape)
    assert (view.selection.path, view.selection.ids) == ((), [stem])
