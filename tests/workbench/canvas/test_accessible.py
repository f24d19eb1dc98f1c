"""What a screen reader hears: the canvas, its nodes and their ports."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from engine.graph.model import Edge
from engine.graph.problems import Problem
from tests.workbench.canvas import nets
from workbench.document import actions, blocks

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def heard(view, monkeypatch):
    """Every kind of event that is sent to screen readers."""
    kinds = []
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: kinds.append(event.type())
    )
    return kinds


def test_the_canvas_has_a_name_and_counts_its_nodes(view):
    assert view.accessibleName() == "Network canvas"
    view.select([])
    assert view.accessibleDescription() == "6 nodes"


def test_a_node_is_told_with_settings_result_and_neighbours(view):
    view.set_analysis(nets.analysis())
    view.select(["conv"])
    assert view.accessibleDescription() == (
        "Conv2d, 8 · 3×3, output 8×6×6, 80 parameters, reads Data, feeds ReLU"
    )


def test_ports_that_nothing_is_wired_to_are_told(view, document):
    view.select(["loss"])
    assert "output not connected: loss" in view.accessibleDescription()
    assert "input not connected" not in view.accessibleDescription()
    actions.disconnect(document, [Edge.parse("data.label", "loss.target")])
    assert "input not connected: target" in view.accessibleDescription()


def test_a_problem_is_told_at_its_node(view):
    view.set_analysis(nets.analysis([Problem("conv", "The kernel is too large.")]))
    view.select(["conv"])
    assert view.accessibleDescription().endswith("The kernel is too large.")


def test_several_nodes_are_counted(view, hand):
    hand.key(Qt.Key.Key_A, CONTROL)
    assert view.accessibleDescription() == "6 nodes selected"


def test_walking_sends_the_new_words_to_screen_readers(view, hand, heard):
    hand.key(Qt.Key.Key_Home)
    hand.key(Qt.Key.Key_N)
    changed = QAccessible.Event.DescriptionChanged
    assert heard.count(changed) == 2


def test_a_refusal_is_announced(view, hand, heard):
    hand.key(Qt.Key.Key_C)
    assert QAccessible.Event.Announcement in heard


def test_lists_lines_and_the_overview_have_names(view, hand, document):
    view.quick_add()
    assert view.popups.quick_add.field.accessibleName() == "Search layers"
    assert view.popups.quick_add.results.accessibleName() == "Layers that fit"
    view.popups.quick_add.hide()
    view.select(["conv"])
    hand.key(Qt.Key.Key_C)
    assert view.popups.chooser.results.accessibleName() == "Connect to"
    lines = [
        view.popups.chooser.results.item(i).text()
        for i in range(view.popups.chooser.results.count())
    ]
    assert "Flatten · input   flatten" in lines  # node and port of every line
    view.popups.chooser.hide()
    blocks.group(document, ["relu"], "act")
    view.show_path(["act"])
    assert view.popups.breadcrumbs.accessibleName() == "Open blocks"
    assert view.minimap.accessibleName() == "Overview of the network"
