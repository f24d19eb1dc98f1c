"""Replace with…, as a person does it: by key and by the menu, also in open blocks."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.protocol.messages import Analysis, NodeInfo
from workbench.canvas.commands import menus
from workbench.document import blocks


def offered(view):
    results = view.popups.chooser.results
    return [results.item(row).text() for row in range(results.count())]


def test_r_asks_and_enter_replaces(view, hand, document):
    view.select(["relu"])
    hand.key(Qt.Key.Key_R)
    chooser = view.popups.chooser
    assert chooser.isVisible()
    assert chooser.field.placeholderText() == "Replace ReLU with"
    QTest.keyClicks(chooser.field, "gel")
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    assert document.project.graph.node("relu").type == "gelu"
    assert view.scene.nodes["relu"].face.title == "GELU"
    assert view.selection.ids == ["relu"]
    assert document.undo_stack.count() == 1


def test_the_same_kind_comes_first_and_what_fits_the_shape_before_the_rest(view, hand):
    infos = {"data": NodeInfo(outputs={"image": (-1, 1, 8, 8)}),
             "conv": NodeInfo(outputs={"out": (-1, 8, 6, 6)})}  # fmt: skip
    view.set_analysis(Analysis(0, infos, (), 0))
    view.select(["conv"])
    hand.key(Qt.Key.Key_R)
    found = offered(view)
    assert found[0] == "ConvTranspose2d"
    assert found.index("ConvTranspose2d") < found.index("Conv1d") < found.index("ReLU")
    QTest.keyClicks(view.popups.chooser.field, "pool")
    assert offered(view)[0] == "MaxPool2d"


def test_the_menu_of_a_node_offers_it(view, hand, document):
    menu = menus.build(view, hand.card("relu"))
    entry = next(a for a in menu.actions() if a.text().startswith("Replace with…"))
    assert entry.text() == "Replace with…\tR"
    entry.trigger()
    menu.deleteLater()
    QTest.keyClicks(view.popups.chooser.field, "tanh")
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert document.project.graph.node("relu").type == "tanh"


def test_inside_an_open_block(view, hand, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    view.select([made])
    hand.key(Qt.Key.Key_E)
    view.select(["relu"], [made])
    hand.key(Qt.Key.Key_R)
    QTest.keyClicks(view.popups.chooser.field, "leaky")
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    inner = document.project.blocks["stem"].graph
    assert inner.node("relu").type == "leaky_relu"
    assert view.selection.ids == ["relu"]


def test_without_a_selection_it_says_what_it_needs(view, hand, qtbot):
    view.select([])
    with qtbot.waitSignal(view.notice) as said:
        hand.key(Qt.Key.Key_R)
    assert said.args == ["Select the layers to replace."]


def test_a_block_has_no_substitute(view, hand, document, qtbot):
    made = blocks.group(document, ["conv", "relu"], "stem")
    view.select([made])
    with qtbot.waitSignal(view.notice):
        hand.key(Qt.Key.Key_R)
    assert not view.popups.chooser.isVisible()
