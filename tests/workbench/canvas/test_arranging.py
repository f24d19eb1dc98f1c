"""Arranging glides, can be given up, and never holds up the window for long."""

import pytest
from PySide6.QtCore import Qt

from engine.graph.model import Edge, Node, Project
from workbench.canvas.geometry import layout
from workbench.document import actions


def chain(length):
    """Return a chain with skips, without places."""
    project = Project()
    for index in range(length):
        project.graph.add_node(Node(f"n{index}", "add"))
        for back in (1, 5):
            if index >= back:
                edge = Edge.parse(f"n{index - back}.out", f"n{index}.inputs")
                project.graph.connect(edge)
    project.layout[""] = {f"n{i}": (10.0 * i, 7.0 * i) for i in range(length)}
    return project


def places(view):
    return {i: node.pos().toTuple() for i, node in view.scene.nodes.items()}


def test_cards_glide_from_old_to_new_places(view, hand, document, qtbot):
    old = places(view)
    hand.key(Qt.Key.Key_L)
    new = dict(document.project.layout[""])
    assert places(view) == old
    assert view.arranging.is_running
    qtbot.waitUntil(lambda: not view.arranging.is_running)
    assert places(view) == new != old


def test_escape_while_gliding_takes_the_arranging_back(view, hand, document):
    before, old = document.text(), places(view)
    hand.key(Qt.Key.Key_L)
    hand.key(Qt.Key.Key_Escape)
    assert document.text() == before
    assert places(view) == old
    assert not view.arranging.is_running


def test_an_edit_while_gliding_ends_at_the_document(view, hand, document):
    hand.key(Qt.Key.Key_L)
    actions.remove(document, ["relu"])
    assert not view.arranging.is_running
    assert places(view) == dict(document.project.layout[""])


def test_undo_while_gliding_ends_at_the_old_places(view, hand, document):
    old = places(view)
    hand.key(Qt.Key.Key_L)
    document.undo_stack.undo()
    assert places(view) == old


def test_reduced_motion_goes_there_at_once(view, hand, document):
    view.reduced_motion = True
    hand.key(Qt.Key.Key_L)
    assert places(view) == dict(document.project.layout[""])
    assert not view.arranging.is_running


def test_only_the_selection_is_arranged(view, hand, document):
    old = dict(document.project.layout[""])
    view.select(["flatten", "linear", "loss"])
    hand.key(Qt.Key.Key_L)
    new = document.project.layout[""]
    assert {i for i in old if new[i] != old[i]} <= {"flatten", "linear", "loss"}
    left = min(old[i][0] for i in ("flatten", "linear", "loss"))
    assert min(new[i][0] for i in ("flatten", "linear", "loss")) == left
    view.arranging.finish()


@pytest.fixture
def large(view, document):
    document.set_project(chain(600))
    return view


def test_a_large_graph_is_arranged_in_slices(large, document, qtbot):
    before = document.text()
    large.arrange()
    assert document.text() == before
    qtbot.waitUntil(lambda: not large.arranging.is_running, timeout=20_000)
    assert document.undo_stack.undoText() == "Arrange nodes"
    assert document.undo_stack.count() == 1
    cards = {i: node.card() for i, node in large.scene.nodes.items()}
    near = [(f"n{i}", f"n{i + 1}") for i in range(599)]
    assert not any(cards[a].intersects(cards[b]) for a, b in near)
    document.undo_stack.undo()
    assert document.text() == before


def test_a_large_graph_given_up_half_way_stays(large, hand, document):
    before, old = document.text(), places(large)
    large.arrange()
    for _ in range(3):
        large.arranging._on_timeout()
    hand.key(Qt.Key.Key_Escape)
    assert document.text() == before
    assert places(large) == old


def test_slices_give_the_same_places_as_the_whole():
    graph = chain(200).graph
    work, count = layout.steps(graph, {}, 1.5), 0
    try:
        while True:
            next(work)
            count += 1
    except StopIteration as done:
        sliced = done.value
    assert count > 20
    assert sliced == layout.arrange(graph, {}, 1.5)


def test_arranging_an_empty_canvas_does_nothing(view, document):
    document.new()
    view.arrange()
    assert document.undo_stack.count() == 0
    assert not view.arranging.is_running
