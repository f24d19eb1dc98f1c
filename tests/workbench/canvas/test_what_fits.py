"""What a search offers: what fits here comes first; a follower makes room."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest

from engine.graph.model import Edge
from engine.protocol.messages import Analysis, NodeInfo
from workbench.canvas.widgets.layer_list import LayerList
from workbench.document import actions, blocks

IMAGE, SEQUENCE, VECTOR = (-1, 8, 28, 28), (-1, 32, 64), (-1, 64)
SHIFT = Qt.KeyboardModifier.ShiftModifier


def shapes(view, shape):
    infos = {i: NodeInfo(outputs={"out": shape}) for i in ("conv", "relu", "flatten")}
    infos["data"] = NodeInfo(outputs={"input": shape, "image": shape})
    view.set_analysis(Analysis(0, infos, (), 0))


def tab(view, hand, text=""):
    hand.key(Qt.Key.Key_Tab)
    popup = view.popups.quick_add
    QTest.keyClicks(popup.field, text)
    return [popup.results.item(i).text() for i in range(popup.results.count())]


@pytest.mark.parametrize(
    ("shape", "typed", "first"),
    [
        (IMAGE, "conv", "Conv2d"),
        (SEQUENCE, "conv", "Conv1d"),
        (IMAGE, "pool", "MaxPool2d"),
        (SEQUENCE, "pool", "MaxPool1d"),
        (IMAGE, "norm", "BatchNorm2d"),
        (VECTOR, "norm", "BatchNorm1d"),
        (SEQUENCE, "norm", "LayerNorm"),
        (IMAGE, "drop", "Dropout2d"),
        (VECTOR, "drop", "Dropout"),
        (IMAGE, "conv1", "Conv1d"),
        (VECTOR, "lin", "Linear"),
    ],
)
def test_the_best_of_equals_is_what_fits_the_shape(view, hand, shape, typed, first):
    shapes(view, shape)
    view.select(["relu"])
    assert tab(view, hand, typed)[0] == first


def test_conv_and_enter_on_an_image_add_conv2d(view, hand, document):
    shapes(view, IMAGE)
    view.select(["relu"])
    tab(view, hand, "conv")
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    assert "conv2d" in document.project.graph.nodes


def test_without_a_selection_the_data_decide(view, hand, document):
    view.select([])
    shapes(view, SEQUENCE)
    assert tab(view, hand, "conv")[0] == "Conv1d"
    view.popups.quick_add.hide()
    document.new()
    assert tab(view, hand, "conv")[0] == "Conv2d"


def test_tab_begins_like_a_dropped_wire_and_keeps_the_rest_for_last(view, hand):
    shapes(view, IMAGE)
    view.select(["relu"])
    offered = tab(view, hand)
    assert offered[:3] == ["Conv2d", "MaxPool2d", "Flatten"]
    assert not {"Data", "Noise", "Constant"} & set(offered[:40])


def test_search_of_the_palette_ranks_by_what_is_selected(view, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    shapes(view, IMAGE)
    view.select(["relu"])
    QTest.keyClicks(palette.field, "conv")
    assert palette.tree.topLevelItem(0).text(0) == "Conv2d"
    QTest.keyClicks(palette.field, "qqzz")
    assert palette.tree.topLevelItem(0).text(0) == "Nothing fits"


def rects(view):
    return {i: QRectF(item.card()) for i, item in view.scene.nodes.items()}


def overlaps(cards):
    pairs = [(a, b) for a in cards for b in cards if a < b]
    return [pair for pair in pairs if cards[pair[0]].intersects(cards[pair[1]])]


def test_tab_before_an_only_follower_inserts_in_one_step(view, hand, document):
    shapes(view, IMAGE)
    view.select(["conv"])
    before, stood = document.text(), rects(view)
    tab(view, hand, "dropout2d")
    popup = view.popups.quick_add
    assert popup.foot.isVisible()
    assert "ReLU" in popup.foot.text()
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("conv.out", "dropout2d.input"))
    assert graph.has_edge(Edge.parse("dropout2d.out", "relu.input"))
    assert not graph.has_edge(Edge.parse("conv.out", "relu.input"))
    assert view.selection.ids == ["dropout2d"]
    now = rects(view)
    assert overlaps(stood) == overlaps(now) == []
    new = now["dropout2d"]
    assert now["conv"].right() < new.left() < new.right() < now["relu"].left()
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.text() == before


def test_a_follower_in_the_next_row_lies_under_nothing_either(view, hand, document):
    view.select(["relu"])
    tab(view, hand, "dropout2d")
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    assert document.project.graph.has_edge(Edge.parse("dropout2d.out", "flatten.input"))
    assert overlaps(rects(view)) == []


def test_shift_enter_adds_a_branch(view, hand, document):
    view.select(["relu"])
    tab(view, hand, "dropout2d")
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return, SHIFT)
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("relu.out", "dropout2d.input"))
    assert graph.has_edge(Edge.parse("relu.out", "flatten.input"))
    assert not graph.edges_out_of("dropout2d")


def test_what_cannot_stand_between_becomes_a_branch(view, hand, document):
    view.select(["relu"])
    tab(view, hand, "minimise")
    popup = view.popups.quick_add
    assert not popup.foot.isVisible()
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("relu.out", "flatten.input"))
    assert graph.has_edge(Edge.parse("relu.out", "minimise.input"))


def test_two_followers_are_left_alone(view, hand, document):
    actions.add_node(document, "tanh", (400.0, 400.0))
    actions.connect(document, Edge.parse("relu.out", "tanh.input"))
    view.select(["relu"])
    tab(view, hand, "dropout")
    assert not view.popups.quick_add.foot.isVisible()


def test_it_goes_between_inside_an_open_block_too(view, hand, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    view.select([made])
    hand.key(Qt.Key.Key_E)
    view.select(["conv"], [made])
    tab(view, hand, "batchnorm2d")
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    graph = document.project.blocks["stem"].graph
    assert graph.has_edge(Edge.parse("conv.out", "batch_norm2d.input"))
    assert graph.has_edge(Edge.parse("batch_norm2d.out", "relu.input"))


def test_tooltips_of_lists_are_words_and_no_tags(view, hand, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    tab(view, hand, "conv2d")
    tips = [
        view.popups.quick_add.results.item(0).toolTip(),
        palette.tree.topLevelItem(0).child(2).toolTip(0),
    ]
    for tip in tips:
        assert "&lt;" not in tip
        document = QTextDocument()
        document.setHtml(tip)
        assert document.toPlainText().startswith("Conv2d\nSlides learned filters")
