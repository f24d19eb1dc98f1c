"""Going to nodes, the overview, aligning, the undo list, and xor by keys alone."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

import presets
from engine.graph.model import Endpoint
from engine.layers.datasets.catalogue import DATASETS
from engine.protocol.messages import Analysis, NodeInfo
from tests.workbench.canvas import nets
from workbench.canvas.commands import menus
from workbench.canvas.edits import align
from workbench.canvas.widgets.layer_list import LayerList
from workbench.canvas.widgets.undo_list import UndoList
from workbench.document import actions, blocks
from workbench.inspector import Inspector

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def words(view):
    rows = range(view.popups.chooser.results.count())
    return [view.popups.chooser.results.item(i).text() for i in rows]


def test_ctrl_f_goes_to_a_node_inside_a_block(view, hand, document):
    blocks.group(document, ["conv", "relu"], "stem")
    hand.key(Qt.Key.Key_F, CONTROL)
    assert view.popups.chooser.isVisible()
    assert any(line.startswith("CrossEntropy") for line in words(view))
    QTest.keyClicks(view.popups.chooser.field, "relu stem")
    assert words(view) == ["ReLU   stem › relu"]
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert view.scene.path == ("stem",)
    assert view.selection.ids == ["relu"]


def search(view, text, place=None):
    view.quick_add(place)
    QTest.keyClicks(view.popups.quick_add.field, text)
    return [
        view.popups.quick_add.results.item(i).text()
        for i in range(view.popups.quick_add.results.count())
    ]


@pytest.mark.parametrize(
    ("text", "first", "source"),
    [
        ("xor", "XOR   data set", "xor"),
        ("mnist", "MNIST (5,000)   data set", None),
        ("two moons", "Two moons   data set", "moons"),
        ("data iris", "Iris   data set", "iris"),
    ],
)
def test_tab_search_offers_data_sets(view, document, text, first, source):
    document.new()
    assert search(view, text)[0] == first
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    (node,) = document.project.graph.nodes.values()
    assert (node.type, node.params.get("source")) == ("data", source)
    assert document.undo_stack.undoText() == f"Add {first.removesuffix('   data set')}"


def test_a_search_for_data_names_the_layer_first_and_then_all_sets(view):
    found = search(view, "data")
    assert found[0] == "Data"
    files = 1  # "From a file…"
    sets = sum(words.endswith("   data set") for words in found)
    assert sets == len(DATASETS) + files


def test_a_search_without_a_result_says_so_and_adds_nothing(view, hand, document):
    before = document.text()
    assert search(view, "qqzzxx") == ["Nothing fits"]
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    assert document.text() == before
    view.popups.quick_add.hide()
    hand.key(Qt.Key.Key_F, CONTROL)
    QTest.keyClicks(view.popups.chooser.field, "qqzzxx")
    assert words(view) == ["Nothing fits"]
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert view.popups.chooser.isVisible()
    view.popups.chooser.hide()


def test_a_wire_taken_off_an_input_finds_the_sets_that_give_it(view, hand, document):
    actions.add_node(document, "embedding", (0.0, 300.0))
    end = Endpoint("embedding", "input")
    view.quick_add(QPointF(0, 420), end)
    QTest.keyClicks(view.popups.quick_add.field, "data set")
    found = {
        view.popups.quick_add.results.item(i).text().removesuffix("   data set")
        for i in range(view.popups.quick_add.results.count())
    }
    whole = {d.title for d in DATASETS.values()
             if any(p.port.kind == "int" for p in d.layout)}  # fmt: skip
    assert found == {"Data", *whole}
    QTest.keyClicks(view.popups.quick_add.field, " python help")
    QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)
    (edge,) = document.project.graph.edges_into("embedding")
    assert document.project.graph.node(edge.source.node).params == {
        "source": "python_help"
    }


def test_palette_has_the_data_sets_and_adds_one(view, document, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    palette.layer_chosen.connect(view.add_at_centre)
    heads = [
        palette.tree.topLevelItem(i) for i in range(palette.tree.topLevelItemCount())
    ]
    sets = next(head for head in heads if head.text(0) == "Data sets")
    titles = [sets.child(i).text(0) for i in range(sets.childCount())]
    assert titles == ["From a file…", *(spec.title for spec in DATASETS.values())]
    QTest.keyClicks(palette.field, "spirals")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert document.project.graph.node("data_2").params == {"source": "spirals"}


def test_go_to_tells_nodes_of_a_kind_apart_by_their_settings(view, hand, document):
    hand.key(Qt.Key.Key_F, CONTROL)
    QTest.keyClicks(view.popups.chooser.field, "digits")
    assert words(view) == ["Data · Digits 8 × 8   data"]
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert view.selection.ids == ["data"]


def test_c_connects_to_a_port_chosen_from_the_list(view, hand, document):
    actions.disconnect(document, [document.project.graph.edges_into("relu")[0]])
    view.select(["conv"])
    hand.key(Qt.Key.Key_C)
    assert words(view)[0] == "ReLU · input   relu"
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert document.project.graph.edges_into("relu")[0].source.node == "conv"


def test_shift_c_connects_from_another_node(view, hand, document):
    actions.disconnect(document, [document.project.graph.edges_into("relu")[0]])
    view.select(["relu"])
    hand.key(Qt.Key.Key_C, SHIFT)
    QTest.keyClicks(view.popups.chooser.field, "conv")
    QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
    assert document.project.graph.edges_into("relu")[0].source.node == "conv"


def test_c_without_a_selection_says_why(view, hand, qtbot):
    with qtbot.waitSignal(view.notice):
        hand.key(Qt.Key.Key_C)
    assert not view.popups.chooser.isVisible()


def test_xor_is_built_by_keys_alone(view, hand, document):
    document.new()
    view.setFocus()

    def add(text):
        hand.key(Qt.Key.Key_Tab)
        QTest.keyClicks(view.popups.quick_add.field, text)
        QTest.keyClick(view.popups.quick_add.field, Qt.Key.Key_Return)

    def connect(first, last, text):
        view.select([first])
        hand.key(Qt.Key.Key_C)
        assert view.popups.chooser.isVisible(), view._overlay.notice
        QTest.keyClicks(view.popups.chooser.field, text)
        QTest.keyClick(view.popups.chooser.field, Qt.Key.Key_Return)
        assert any(e.source.node == first for e in
                   document.project.graph.edges_into(last))  # fmt: skip

    add("data")
    actions.set_param(document, ["data"], "source", "xor")
    for text in ("linear", "tanh", "linear", "mse", "decision boundary"):
        add(text)
    actions.set_param(document, ["linear"], "out_features", 4)
    actions.set_param(document, ["linear_2"], "out_features", 1)
    connect("data", "decision_boundary", "boundary points")  # the rest was wired
    built, wanted = document.project.graph, presets.load("xor").graph
    names = {"hidden": "linear", "output": "linear_2", "loss": "mse",
             "boundary": "decision_boundary"}  # fmt: skip
    ends = {
        tuple(
            f"{names.get(end.node, end.node)}.{end.port}"
            for end in (edge.source, edge.target)
        )
        for edge in wanted.edges
    }
    assert {(str(e.source), str(e.target)) for e in built.edges} == ends


def test_enter_leads_to_the_settings_and_keys_choose_a_data_set(view, hand, qtbot):
    document = view.document
    document.new()
    panel = Inspector(document)
    qtbot.addWidget(panel)
    panel.show()
    view.selection_changed.connect(panel.show_nodes)
    view.node_activated.connect(panel.focus_first)
    view.add_at_centre("data")
    hand.key(Qt.Key.Key_Return)
    field = panel.node_panel.form.rows["source"].field
    combo = field.focusProxy()
    combo.setFocus()
    QTest.keyClicks(combo, "XOR")
    QTest.keyClick(combo, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: combo.currentText().startswith("XOR"))


def test_m_shows_the_overview_and_a_press_there_pans(view, hand):
    hand.key(Qt.Key.Key_M)
    assert view.minimap.isVisible()
    view.grab()
    before = view.camera.centre()
    QTest.mouseClick(view.minimap, Qt.MouseButton.LeftButton, pos=QPoint(12, 60))
    assert view.camera.centre().x() < before.x() - 50
    hand.key(Qt.Key.Key_M)
    assert not view.minimap.isVisible()


CARDS = {
    "a": QRectF(0, 10, 100, 60),
    "b": QRectF(130, 0, 150, 80),
    "c": QRectF(400, 30, 100, 60),
}


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("left", {"a": (0, 10), "b": (0, 0), "c": (0, 30)}),
        ("right", {"a": (400, 10), "b": (350, 0), "c": (400, 30)}),
        ("centre", {"a": (200, 10), "b": (175, 0), "c": (200, 30)}),
        ("top", {"a": (0, 0), "b": (130, 0), "c": (400, 0)}),
        ("middle", {"a": (0, 15), "b": (130, 5), "c": (400, 15)}),
        ("bottom", {"a": (0, 30), "b": (130, 10), "c": (400, 30)}),
        ("across", {"a": (0, 10), "b": (175, 0), "c": (400, 30)}),
    ],
)
def test_align_puts_cards(kind, wanted):
    assert align.places(kind, CARDS) == wanted


def test_distribute_down_makes_equal_gaps():
    cards = {i: QRectF(0, y, 100, 60) for i, y in (("a", 0), ("b", 70), ("c", 240))}
    assert align.places("down", cards)["b"] == (0, 120)


def test_align_from_the_menu_is_one_step(view, hand, document):
    view.select(["data", "flatten"])
    menu = menus.build(view, view.scene.nodes["data"].card().center())
    sub = next(a.menu() for a in menu.actions() if a.text() == "Align")
    next(a for a in sub.actions() if a.text() == "Align middles").trigger()
    ys = {view.scene.nodes[i].card().center().y() for i in ("data", "flatten")}
    assert len(ys) == 1
    assert document.undo_stack.undoText() == "Align middles"
    menu.deleteLater()


def test_undo_list_names_the_steps_and_goes_back(view, document, qtbot):
    panel = UndoList(document)
    qtbot.addWidget(panel)
    before = document.text()
    actions.rename(document, "relu", "Knee")
    actions.remove(document, ["conv"])
    model = panel.list.model()
    shown = [model.index(i, 0).data() for i in range(model.rowCount())]
    assert shown == ["As opened", "Rename ReLU", "Delete Conv2d"]
    panel.list.setCurrentIndex(model.index(0, 0))
    assert document.text() == before


def test_problem_of_an_inner_node_shows_inside_only(view, document):
    from engine.graph.problems import Problem  # one test

    blocks.group(document, ["conv", "relu"], "stem")
    view.set_analysis(nets.analysis([Problem("stem.conv", "too small")]))
    assert view.scene.nodes["stem"].face.severity == "error"
    view.show_path(["stem"])
    assert view.scene.nodes["conv"].face.severity == "error"
    assert view.scene.nodes["relu"].face.severity == ""


def offered(view, node_id):
    view.quick_add(QPointF(900, 300), Endpoint(node_id, "out"))
    return [
        view.popups.quick_add.results.item(i).text()
        for i in range(view.popups.quick_add.results.count())
    ]


def test_a_loose_wire_is_offered_what_usually_follows_its_shape_and_layer(view):
    image = {"out": (-1, 8, 28, 28)}
    infos = {"conv": NodeInfo(outputs=image), "relu": NodeInfo(outputs=image)}
    view.set_analysis(Analysis(0, infos, (), 0))
    after_conv, after_act = offered(view, "conv"), offered(view, "relu")
    assert after_conv[:2] == ["BatchNorm2d", "ReLU"]
    assert after_act[:3] == ["Conv2d", "MaxPool2d", "Flatten"]
    assert "Conv1d" not in after_conv[:40]
    assert sorted(after_conv) == sorted(after_act)


def test_the_wire_stays_on_the_canvas_while_its_node_is_chosen(view):
    before = view.viewport().grab().toImage()
    view.quick_add(QPointF(900, 300), Endpoint("relu", "out"))
    assert view.viewport().grab().toImage() != before
    view.popups.quick_add.hide()
    assert view.viewport().grab().toImage() == before
