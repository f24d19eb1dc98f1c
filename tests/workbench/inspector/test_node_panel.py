from PySide6.QtCore import Qt

from engine.graph.edits import AddNode, RemoveNode, SetParam
from engine.graph.model import Node
from engine.protocol.messages import Analysis, NodeInfo
from workbench.inspector import Inspector
from workbench.inspector.facts import Facts
from workbench.inspector.inspector import LAYER, TRAINING


def panel(qtbot, document, *ids):
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.show()
    inspector.show_nodes(ids)
    qtbot.wait(20)  # so that a click meets a button where the layout put it
    return inspector.node_panel


def typed(qtbot, edit, text):
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def test_field_commits_one_undo_step_and_undo_shows_the_old_value(qtbot, document):
    shown = panel(qtbot, document, "conv")
    edit = shown.form.rows["out_channels"].field.edit
    typed(qtbot, edit, "48")
    assert document.project.graph.node("conv").params["out_channels"] == 48
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert "out_channels" not in document.project.graph.node("conv").params
    assert edit.text() == "32"


def test_bad_value_is_told_beneath_the_field_and_changes_nothing(qtbot, document):
    shown = panel(qtbot, document, "conv")
    row = shown.form.rows["out_channels"]
    typed(qtbot, row.field.edit, "0")
    assert document.undo_stack.count() == 0
    assert row.error.isVisible()
    assert "≥ 1" in row.error.text()


def test_escape_takes_typing_back(qtbot, document):
    shown = panel(qtbot, document, "conv")
    edit = shown.form.rows["out_channels"].field.edit
    edit.setFocus()
    qtbot.keyClicks(edit, "99")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "32"


def test_arrow_key_steps_a_number(qtbot, document):
    shown = panel(qtbot, document, "conv")
    qtbot.keyClick(shown.form.rows["out_channels"].field.edit, Qt.Key.Key_Up)
    assert document.project.graph.node("conv").params["out_channels"] == 33


def test_linked_size_changes_every_dimension_unlinked_only_one(qtbot, document):
    shown = panel(qtbot, document, "conv")
    field = shown.form.rows["kernel_size"].field
    typed(qtbot, field.edits[1], "5")
    assert document.project.graph.node("conv").params["kernel_size"] == 5
    assert field.edits[0].text() == "5"
    qtbot.mouseClick(field.link, Qt.MouseButton.LeftButton)
    typed(qtbot, field.edits[1], "7")
    assert document.project.graph.node("conv").params["kernel_size"] == (5, 7)


def test_reset_forgets_the_value(qtbot, document):
    shown = panel(qtbot, document, "conv_b")
    row = shown.form.rows["out_channels"]
    assert row.reset.isVisible()
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert dict(document.project.graph.node("conv_b").params) == {}
    assert not row.reset.isVisible()


def test_several_nodes_share_a_form_and_change_together(qtbot, document):
    shown = panel(qtbot, document, "conv", "conv_b")
    edit = shown.form.rows["out_channels"].field.edit
    assert edit.text() == ""
    assert edit.placeholderText() == "—"
    typed(qtbot, edit, "12")
    nodes = document.project.graph.nodes
    assert nodes["conv"].params["out_channels"] == 12
    assert nodes["conv_b"].params["out_channels"] == 12
    assert document.undo_stack.count() == 1


def test_nodes_of_different_kinds_show_only_shared_params(qtbot, document):
    shown = panel(qtbot, document, "linear", "relu")
    assert shown.form.rows == {}


def test_weights_switch_and_factor_edit_the_node(qtbot, document):
    shown = panel(qtbot, document, "linear")
    shown.weights.rows["trainable"].field.check.click()
    typed(qtbot, shown.weights.rows["lr_factor"].field.edit, "0.1")
    node = document.project.graph.node("linear")
    assert node.trainable is False
    assert node.lr_factor == 0.1


def test_title_renames_and_its_own_title_clears_the_name(qtbot, document):
    shown = panel(qtbot, document, "linear")
    typed(qtbot, shown.title, "Scores")
    assert document.project.graph.node("linear").name == "Scores"
    typed(qtbot, shown.title, "Linear")
    assert document.project.graph.node("linear").name == ""


def test_facts_are_the_engines_numbers(qtbot, document):
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.show_nodes(["conv"])
    info = NodeInfo({}, {"out": (-1, 64, 16, 16)}, 18496, 4_718_592, 65536)
    inspector.set_analysis(Analysis(0, {"conv": info}, (), 18496))
    texts = {k: v.text() for k, v in inspector.node_panel.facts.labels.items()}
    assert texts == {
        "output": "64×16×16",
        "parameters": "18,496",
        "flops": "4.72\u202fM",
        "memory": "64\u202fKiB",
    }


def test_selection_turns_to_the_layer_and_back_to_the_training(qtbot, document):
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    assert inspector.tabs.currentIndex() == TRAINING
    inspector.show_nodes(["conv"])
    assert inspector.tabs.currentIndex() == LAYER
    inspector.show_nodes([])
    assert inspector.tabs.currentIndex() == TRAINING


def test_removed_node_leaves_the_inspector(qtbot, document):
    shown = panel(qtbot, document, "relu")
    document.apply([RemoveNode("relu")], "Delete")
    assert not shown.isVisible()


def test_settings_that_a_data_set_does_not_use_are_left_out(qtbot, document):
    document.apply([AddNode(Node("d", "data", {"source": "xor"}))], "add")
    shown = panel(qtbot, document, "d")
    rows = shown.form.rows
    assert rows["noise"].field.isVisible()
    for name in ("context", "classes", "label_noise"):
        assert not rows[name].field.isVisible()
        assert not rows[name].label.isVisible()
    document.apply([SetParam("d", "source", "mnist")], "set")
    shown.show_nodes(["d"])
    assert rows["classes"].field.isVisible()
    assert not rows["noise"].field.isVisible()
    document.apply([SetParam("d", "noise", 0.1)], "set")
    shown.show_nodes(["d"])
    assert rows["noise"].field.isVisible()


def test_a_setting_back_at_its_default_leaves_the_document_as_it_was(qtbot, document):
    shown = panel(qtbot, document, "conv")
    before = document.text()
    for name, other, usual in (("out_channels", 48, 32), ("stride", 2, 1)):
        shown.form.edited.emit(name, other)
        assert document.text() != before
        shown.form.edited.emit(name, usual)
        assert document.text() == before


def refused(qtbot, document):
    row = panel(qtbot, document, "conv").form.rows["out_channels"]
    typed(qtbot, row.field.edit, "0")
    assert row.error.isVisible()
    return row


def test_escape_takes_the_complaint_back_with_the_value(qtbot, document):
    row = refused(qtbot, document)
    qtbot.keyClick(row.field.edit, Qt.Key.Key_Escape)
    assert row.field.edit.text() == "32"
    assert not row.error.isVisible()


def test_undo_takes_a_refused_value_back_and_no_step_of_the_document(qtbot, document):
    document.apply([SetParam("conv", "bias", value=False)], "Set Bias")
    row = refused(qtbot, document)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(row.field.edit, Qt.Key.Key_Z, control)
    assert row.field.edit.text() == "32"
    assert not row.error.isVisible()
    assert document.undo_stack.index() == 1


def test_many_parameters_are_shown_short_and_told_in_full(qtbot):
    facts = Facts()
    qtbot.addWidget(facts)
    facts.show_info(NodeInfo(parameters=26_000_000))
    shown = facts.labels["parameters"]
    assert (shown.text(), shown.toolTip()) == ("26\u202fM", "26,000,000")
