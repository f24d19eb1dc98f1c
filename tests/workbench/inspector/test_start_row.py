from dataclasses import replace

from PySide6.QtCore import Qt

from engine.graph.edits import ReplaceNode
from tests.workbench.inspector.test_node_panel import panel


def ask(document, **weights):
    nodes = document.project.graph
    edits = [
        ReplaceNode(replace(nodes.node(node_id), weights=text))
        for node_id, text in weights.items()
    ]
    document.apply(edits, "Load weights")


def test_node_says_which_file_it_starts_from_and_forgets_it_on_a_click(qtbot, document):
    shown = panel(qtbot, document, "conv")
    assert not shown.start.isVisible()
    ask(document, conv="some/where/net.pt#enc.conv")
    assert shown.start.isVisible()
    assert shown.start.words.text() == "Starts from net.pt · enc.conv"
    assert "some/where/net.pt" in shown.start.words.toolTip()
    qtbot.wait(20)
    qtbot.mouseClick(shown.start.clear, Qt.MouseButton.LeftButton)
    assert document.project.graph.node("conv").weights == ""
    assert not shown.start.isVisible()
    assert document.undo_stack.undoText() == "Start weights anew"
    document.undo_stack.undo()
    weights = document.project.graph.node("conv").weights
    assert weights == "some/where/net.pt#enc.conv"
    assert shown.start.isVisible()


def test_several_nodes_show_their_files_and_are_cleared_in_one_step(qtbot, document):
    ask(document, conv="a.pt#x", conv_b="b.safetensors")
    count = document.undo_stack.count()
    shown = panel(qtbot, document, "conv", "conv_b", "linear")
    assert shown.start.words.text() == "Starts from a.pt, b.safetensors"
    shown.start.clear.click()
    assert document.undo_stack.count() == count + 1
    nodes = document.project.graph.nodes.values()
    assert not any(node.weights for node in nodes)


def test_a_path_is_shown_literally(qtbot, document):
    ask(document, conv="<b>x</b>/<i>.pt")
    shown = panel(qtbot, document, "conv")
    assert shown.start.words.text() == "Starts from <i>.pt"
    assert "<b>x" not in shown.start.words.toolTip()
