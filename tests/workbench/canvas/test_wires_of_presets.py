"""Wires of all presets as they are drawn: sampled from the paths, counted by hand."""

import math

import pytest
from PySide6.QtCore import QPointF, Qt

import presets
from engine.graph.edits import Disconnect
from tests import canvas_figures
from tests.workbench.canvas.conftest import Hand
from workbench.canvas.view import CanvasView
from workbench.document import Document, actions

SAMPLES = 201
BUSY = ("multimodal", "seq2seq", "mnist-resnet", "sunspots", "spirals", "mnist-cnn")
BEFORE = 222
"""Crossings of the six before labels and targets became tags; counted as here."""


@pytest.fixture
def shown(qtbot, qapp):
    def show(preset):
        document = Document()
        document.set_project(presets.load(preset))
        view = CanvasView(document)
        qtbot.addWidget(view)
        view.resize(908, 528)
        return view.scene

    return show


def points(path):
    """Return the drawn path as points."""
    found = (path.pointAtPercent(i / (SAMPLES - 1)) for i in range(SAMPLES))
    return [(point.x(), point.y()) for point in found]


def lines(scene):
    """Return (edge, points) of every wire that is seen as a line."""
    items = scene.edges.values()
    return [(item.edge, points(item.path)) for item in items if item.is_drawn]


def gap(rect, point):
    """Return how far a point is from a rectangle, 0 inside."""
    across = max(rect.left() - point[0], 0, point[0] - rect.right())
    down = max(rect.top() - point[1], 0, point[1] - rect.bottom())
    return math.hypot(across, down)


def turn(one, two, three):
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (
        three[0] - one[0]
    )


def crosses(a, b, c, d):
    """Return whether two pieces of line cross."""
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def near(one, two):
    """Return whether the rectangles around two lines touch."""
    return all(
        max(p[axis] for p in one) >= min(p[axis] for p in two)
        and max(p[axis] for p in two) >= min(p[axis] for p in one)
        for axis in (0, 1)
    )


def crossings(found):
    """Count crossings of wires; those of one output run in one bundle."""
    count = 0
    for index, (edge, one) in enumerate(found):
        for other, two in found[:index]:
            if other.source != edge.source and near(one, two):
                count += sum(
                    crosses(one[i], one[i + 1], two[j], two[j + 1])
                    for i in range(SAMPLES - 1)
                    for j in range(SAMPLES - 1)
                )
    return count


@pytest.mark.parametrize("preset", presets.all_ids())
def test_no_wire_comes_near_a_card_that_it_does_not_join(preset, shown):
    scene = shown(preset)
    for edge, path in lines(scene):
        for node_id, item in scene.nodes.items():
            if node_id not in (edge.source.node, edge.target.node):
                assert min(gap(item.card(), point) for point in path) >= 8 - 1e-6


@pytest.mark.parametrize("preset", presets.all_ids())
def test_no_wire_runs_behind_the_cards_at_its_ends(preset, shown):
    scene = shown(preset)
    for edge, path in lines(scene):
        for node_id in (edge.source.node, edge.target.node):
            card = scene.nodes[node_id].card().adjusted(1, 1, -1, -1)
            assert not any(gap(card, point) == 0 for point in path)
        end = scene.nodes[edge.target.node]
        assert path[-2][0] < path[-1][0]  # It arrives from the left.
        assert path[-1] == end.port_place(edge.target.port, is_output=False).toTuple()


def test_the_busiest_presets_have_a_tenth_of_their_crossings(shown):
    assert sum(crossings(lines(shown(preset))) for preset in BUSY) <= BEFORE // 10


@pytest.mark.parametrize("preset", presets.all_ids())
def test_no_preset_has_many_crossings(preset, shown):
    assert crossings(lines(shown(preset))) <= 5


def test_a_label_that_many_read_is_a_tag_at_both_ends(shown):
    scene = shown("mnist-cnn")
    tagged = {str(edge.target): item for edge, item in scene.edges.items() if item.tag}
    assert set(tagged) == {"loss.target", "accuracy.target", "confusion.target"}
    for item in tagged.values():
        assert item.tag == "label"
        start, end = item.tag_rects()
        source = scene.nodes["data"].card()
        assert source.right() < start.left() < source.right() + 12
        card = scene.nodes[item.edge.target.node].card()
        assert card.left() - 12 < end.right() < card.left()
        assert not item.is_drawn


def test_a_tagged_wire_is_seen_while_it_is_asked_for(shown):
    scene = shown("mnist-cnn")
    wires = {str(edge.target): item for edge, item in scene.edges.items()}
    loss, accuracy = wires["loss.target"], wires["accuracy.target"]
    place = loss.tag_rects()[1].center()
    assert scene.edge_at(place) is loss
    assert scene.edge_at(loss.path.pointAtPercent(0.5)) is not loss
    loss.set_hovered(on=True)
    assert (loss.is_drawn, accuracy.is_drawn) == (True, False)
    loss.set_hovered(on=False)
    scene.select(["data"])
    assert (loss.is_drawn, accuracy.is_drawn) == (True, True)
    scene.select(["accuracy"])
    assert (loss.is_drawn, accuracy.is_drawn) == (False, True)
    scene.select([])
    assert (loss.is_drawn, accuracy.is_drawn) == (False, False)
    scene.select([], [loss.edge])
    assert loss.is_drawn


def test_in_a_larger_graph_a_card_put_on_a_wire_is_gone_around(qtbot, qapp):
    document = Document()
    document.set_project(canvas_figures.graph(60))
    view = CanvasView(document)
    qtbot.addWidget(view)
    scene = view.scene
    edge, item = max(scene.edges.items(), key=lambda e: e[1].path.length())
    assert "head" not in (edge.source.node, edge.target.node)
    others = {e: i.path for e, i in scene.edges.items() if "head" not in str(e)}
    middle = item.path.pointAtPercent(0.5)
    actions.move(document, {"head": (middle.x() - 88, middle.y() - 34)})
    card = scene.nodes["head"].card()
    for other, wire in scene.edges.items():
        if "head" not in (other.source.node, other.target.node):
            assert min(gap(card, point) for point in points(wire.path)) >= 8 - 1e-6
    kept = [e for e, path in others.items() if scene.edges[e].path == path]
    assert len(kept) > len(others) / 2


@pytest.fixture
def tagged(qtbot, qapp):
    """A canvas with the label of a CNN as tags, and a hand for it."""
    document = Document()
    document.set_project(presets.load("mnist-cnn"))
    view = CanvasView(document)
    qtbot.addWidget(view)
    view.resize(1300, 800)
    view.show()
    view.fit()
    return view, Hand(view)


def label(view, reader):
    ends = {str(edge.target): item for edge, item in view.scene.edges.items()}
    return ends[f"{reader}.target"]


def test_the_pointer_on_a_tag_shows_its_wire_and_on_the_output_all(tagged):
    view, _ = tagged
    start, end = label(view, "loss").tag_rects()
    view.pointer.hover.follow(end.center())
    drawn = [r for r in ("loss", "accuracy", "confusion") if label(view, r).is_drawn]
    assert drawn == ["loss"]
    view.pointer.hover.follow(start.center() + QPointF(6, 0))
    assert all(label(view, r).is_drawn for r in ("loss", "accuracy", "confusion"))
    view.pointer.hover.clear()
    assert not any(label(view, r).is_drawn for r in ("loss", "accuracy", "confusion"))


def test_a_click_on_a_tag_selects_the_wire_and_delete_takes_it(tagged):
    view, hand = tagged
    place = label(view, "accuracy").tag_rects()[1].center() - QPointF(8, 0)
    hand.click(place)
    assert [str(e.target) for e in view.scene.selected_edges()] == ["accuracy.target"]
    hand.key(Qt.Key.Key_Delete)
    graph = view.document.project.graph
    assert [e.source.node for e in graph.edges_into("accuracy")] == ["scores"]
    view.document.undo_stack.undo()
    assert label(view, "accuracy").tag == "label"


def test_a_wire_is_pulled_from_the_tag_of_an_output(tagged):
    view, hand = tagged
    graph = view.document.project.graph
    view.document.apply([Disconnect(label(view, "accuracy").edge)], "Unplug")
    place = label(view, "loss").tag_rects()[0].center() + QPointF(8, 0)
    goal = hand.port("accuracy", "target", is_output=False)
    hand.drag(place, goal)
    assert {str(e.source) for e in graph.edges_into("accuracy")} == {
        "scores.out", "data.label"
    }  # fmt: skip
    assert graph.edges_into("loss")[-1].source.node == "data"
