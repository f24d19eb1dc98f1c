"""The list of layers beside the canvas: what it shows, and adding from it."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidgetItemIterator

from engine.graph.model import Edge
from engine.layers import registry
from workbench import theme
from workbench.canvas.edits import drop
from workbench.canvas.widgets.layer_list import LayerList

FAR = QPointF(300, 420)


def test_palette_double_click_and_enter_add(view, document, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    palette.layer_chosen.connect(view.add_at_centre)
    palette.resize(220, 600)
    palette.show()
    QTest.keyClicks(palette.field, "gelu")
    item = palette.tree.topLevelItem(0)
    assert item.text(0) == "GELU"
    spot = palette.tree.visualItemRect(item).center()
    none = Qt.KeyboardModifier.NoModifier
    port = palette.tree.viewport()
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, none, spot)
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, none, spot)
    assert "gelu" in document.project.graph.nodes
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert "gelu_2" in document.project.graph.nodes


def entries(item):
    """Return the titles below a head, those behind “More” too."""
    children = [item.child(i) for i in range(item.childCount())]
    deep = [title for child in children for title in entries(child)]
    return [c.text(0) for c in children if not c.childCount()] + deep


def test_palette_shows_every_entry_of_the_catalogue_but_blocks(view, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    tree = palette.tree
    heads = {
        tree.topLevelItem(i).text(0): tree.topLevelItem(i)
        for i in range(tree.topLevelItemCount())
    }
    titles = [t for c in registry.CATEGORIES.values() for t in entries(heads[c])]
    wanted = [s.title for s in registry.all_specs() if s.id != "block"]
    assert sorted(titles) == sorted(wanted)


def test_palette_begins_with_the_twelve_of_most_networks(view, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    first, others = palette.tree.topLevelItem(0), range(1, 14)
    assert first.text(0) == "Often used"
    assert first.isExpanded()
    assert len(entries(first)) == 12
    assert {"Data", "Linear", "Conv2d", "CrossEntropy"} <= set(entries(first))
    assert not any(palette.tree.topLevelItem(i).isExpanded() for i in others)


def test_rare_layers_stand_behind_more_and_are_found_by_searching(view, qtbot):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    dense = palette.tree.topLevelItem(2)
    more = dense.child(dense.childCount() - 1)
    assert (dense.text(0), more.text(0)) == ("Dense", "More")
    shown = [dense.child(i).text(0) for i in range(dense.childCount())]
    assert "Bilinear" not in shown
    assert "Bilinear" in entries(more)
    QTest.keyClicks(palette.field, "bilinear")
    assert palette.tree.topLevelItem(0).text(0) == "Bilinear"


@pytest.fixture
def dressed(qapp):
    theme.prepare(qapp, "dark")
    theme.dress(qapp)
    yield
    qapp.setStyleSheet("")


def test_names_of_the_palette_are_not_cut_at_the_width_of_a_new_window(
    dressed, view, qtbot
):
    palette = LayerList(view)
    qtbot.addWidget(palette)
    palette.resize(240, 700)
    palette.show()
    palette.tree.expandAll()
    items = QTreeWidgetItemIterator(palette.tree)
    cut = []
    while (item := items.value()) is not None:
        room = palette.tree.visualItemRect(item).width() - 2 * 4  # as in theme.qss
        icon = 0 if item.icon(0).isNull() else 16 + 6
        wide = palette.tree.fontMetrics().horizontalAdvance(item.text(0)) + icon
        if wide > room:
            cut.append((item.text(0), wide, room))
        items += 1
    assert cut == []


def _drop(view, place, type_id):
    data = drop.layer_data(type_id)
    event = QDropEvent(
        place.toPointF(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    view.dropEvent(event)
    return event.isAccepted()


def test_a_drop_from_the_palette_adds_around_the_pointer(view, hand, document):
    assert _drop(view, hand.pixel(FAR), "gelu")
    assert view.scene.nodes["gelu"].card().contains(FAR)
    assert document.undo_stack.count() == 1


def test_a_drop_onto_a_wire_inserts_in_one_step(view, hand, document):
    before = document.text()
    edge = Edge.parse("relu.out", "flatten.input")
    place = view.scene.edges[edge].path.pointAtPercent(0.5)
    assert _drop(view, hand.pixel(place), "gelu")
    graph = document.project.graph
    assert graph.has_edge(Edge.parse("relu.out", "gelu.input"))
    assert graph.has_edge(Edge.parse("gelu.out", "flatten.input"))
    document.undo_stack.undo()
    assert document.text() == before


def test_a_category_that_opens_is_in_sight(view, qtbot):
    """The last one stands at the lower edge: what it holds would stay below."""
    palette = LayerList(view)
    qtbot.addWidget(palette)
    palette.resize(220, 400)
    palette.show()
    tree = palette.tree
    last = tree.topLevelItem(tree.topLevelItemCount() - 1)
    tree.scrollToItem(last)
    place = tree.visualItemRect(last).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert last.isExpanded()
    seen = tree.viewport().rect()
    assert seen.contains(tree.visualItemRect(last).center())
    assert seen.contains(tree.visualItemRect(last.child(4)).center())
