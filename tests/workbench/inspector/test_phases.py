"""The phase table: rows that say what each phase does, edited by mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent

from engine.advice.analysis import Analyser
from engine.graph.options import OPTIMIZERS
from workbench.document import Document, actions
from workbench.document import phases as edits
from workbench.inspector import Inspector
from workbench.inspector.inspector import LAYER, TRAINING
from workbench.inspector.training.phase_paint import FACE

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def document(qapp):
    document = Document()
    document.load_preset("gan-2d")
    return document


@pytest.fixture
def inspector(qtbot, document, dressed):
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.resize(320, 900)
    inspector.show()
    qtbot.waitExposed(inspector)
    inspector.set_analysis(Analyser().analyse(document.project))
    document.changed.connect(
        lambda _edits: inspector.set_analysis(Analyser().analyse(document.project))
    )
    return inspector


@pytest.fixture
def form(inspector):
    return inspector.training


def phases(document):
    return document.project.training.phases


def spoken(form):
    rows, role = form.table.rows, Qt.ItemDataRole.AccessibleTextRole
    return [rows.item(row).data(role) for row in range(rows.count())]


def click_row(qtbot, form, row):
    rows = form.table.rows
    place = rows.visualItemRect(rows.item(row)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def button(form, words):
    return form.table.buttons[words]


def test_rows_say_what_each_phase_does(form):
    assert spoken(form) == [
        "Phase 1, discriminator; minimises Real is real, Fake is fake; "
        "updates Discriminator 1; Adam · 0.001 · Cosine with warm-up",
        "Phase 2, generator; minimises Fake is real; updates Generator; "
        "Adam · 0.001 · Cosine with warm-up",
    ]


def test_one_phase_keeps_the_simple_form_and_adding_leads_to_the_table(
    qtbot, document, form
):
    document.load_preset("xor")
    assert not form.table.isVisible()
    assert not form.phase_form.isVisible()
    press(qtbot, form.add_phase)
    assert form.table.isVisible()
    assert not form.add_phase.isVisible()
    assert [p.name for p in phases(document)] == ["training", "phase 2"]
    assert form.phase_form.name.hasFocus()
    assert document.undo_stack.undoText() == "Add phase phase 2"
    document.undo_stack.undo()
    assert not form.table.isVisible()
    assert form.main.isVisible()


def test_clicking_a_row_shows_its_form_and_edits_go_there(qtbot, document, form):
    click_row(qtbot, form, 1)
    assert form.phase_form.name.text() == "generator"
    edit = form.optimizer.form.rows["lr"].field.edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "0.02")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    rates = [p.optimizer.complete(OPTIMIZERS)["lr"] for p in phases(document)]
    assert rates == [0.001, 0.02]
    assert "0.02" in spoken(form)[1]


def test_keys_move_copy_and_delete_phases_as_named_undo_steps(qtbot, document, form):
    rows, stack = form.table.rows, document.undo_stack
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Down, ALT)
    assert [p.name for p in phases(document)] == ["generator", "discriminator"]
    assert form.table.index == 1
    assert stack.undoText() == "Move phase discriminator"
    qtbot.keyClick(rows, Qt.Key.Key_D, CTRL)
    assert [p.name for p in phases(document)][2] == "discriminator 2"
    assert stack.undoText() == "Duplicate phase discriminator"
    qtbot.keyClick(rows, Qt.Key.Key_Up)
    qtbot.keyClick(rows, Qt.Key.Key_Up)
    qtbot.keyClick(rows, Qt.Key.Key_Delete)
    assert [p.name for p in phases(document)] == ["discriminator", "discriminator 2"]
    assert stack.undoText() == "Delete phase generator"
    for _ in range(3):
        stack.undo()
    assert [p.name for p in phases(document)] == ["discriminator", "generator"]
    assert stack.isClean()


def test_a_dragged_row_runs_where_it_is_dropped_as_one_undo_step(qtbot, document, form):
    press(qtbot, button(form, "Add phase"))
    names = [phase.name for phase in phases(document)]
    assert len(names) == 3
    click_row(qtbot, form, 0)
    steps = document.undo_stack.count()
    rows = form.table.rows
    below = rows.visualItemRect(rows.item(1)).bottomLeft() - QPoint(-20, 2)
    drop(rows, below)
    assert [phase.name for phase in phases(document)] == [names[1], names[0], names[2]]
    assert form.table.index == 1
    assert document.undo_stack.count() == steps + 1
    drop(rows, rows.visualItemRect(rows.item(1)).center())
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert [phase.name for phase in phases(document)] == names


def drop(rows, place):
    data = rows.model().mimeData([rows.model().index(rows.currentRow(), 0)])
    move, left = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    rows.dropEvent(QDropEvent(QPointF(place), move, data, left, none))


def test_the_last_phase_can_not_be_deleted(qtbot, document, form):
    press(qtbot, button(form, "Delete phase"))
    assert len(phases(document)) == 1
    assert form.table.isVisible()  # it still names losses and weights
    assert not button(form, "Delete phase").isEnabled()
    form.table.rows.setFocus()
    qtbot.keyClick(form.table.rows, Qt.Key.Key_Delete)
    assert len(phases(document)) == 1


def test_renaming_is_one_step_and_a_taken_name_is_refused(qtbot, document, form):
    rows, name = form.table.rows, form.phase_form.name
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_F2)
    assert name.hasFocus()
    qtbot.keyClicks(name, "judge")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert phases(document)[0].name == "judge"
    assert document.undo_stack.undoText() == "Rename phase to judge"
    name.selectAll()
    qtbot.keyClicks(name, "generator")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert phases(document)[0].name == "judge"
    assert name.text() == "judge"
    assert "same name" in form.phase_form.error.text()
    assert form.phase_form.error.isVisible()


def test_settings_that_name_a_phase_follow_its_new_name(qtbot, document, form):
    document.load_preset("forgetting")
    form.table.choose(1)
    edit = form.hold.rows["ewc_of"].field.edit
    edit.setText("task A")
    edit.editingFinished.emit()
    form.table.choose(0)
    form.phase_form.focus_name()
    qtbot.keyClicks(form.phase_form.name, "first")
    qtbot.keyClick(form.phase_form.name, Qt.Key.Key_Return)
    assert phases(document)[1].value("ewc_of") == "first"


def test_nodes_are_found_in_the_list_by_search_and_ticked_by_keys(
    qtbot, document, form
):
    click_row(qtbot, form, 1)
    picker = form.phase_form.update_
    press(qtbot, picker.open)
    assert picker.search.hasFocus()
    qtbot.keyClicks(picker.search, "discr linear2")
    shown = [i.text().strip() for i in picker._items() if not i.isHidden()]
    assert shown == [
        "Discriminator 1 · Linear 2",
        "Discriminator 2 · Linear 2",
    ]
    qtbot.keyClick(picker.search, Qt.Key.Key_Return)
    assert phases(document)[1].update == ("gen", "d_real.linear2")
    assert document.undo_stack.undoText() == "Set what generator updates"
    qtbot.keyClick(picker.search, Qt.Key.Key_Down)
    qtbot.keyClick(picker.list, Qt.Key.Key_Space)
    assert phases(document)[1].update == ("gen",)
    qtbot.keyClick(picker.list, Qt.Key.Key_Escape)
    assert not picker.drawer.isVisible()


def test_chips_take_out_and_nothing_named_means_all(qtbot, document, form):
    picker = form.phase_form.minimise
    assert [c.text() for c in picker.chips] == ["Real is real", "Fake is fake"]
    press(qtbot, picker.chips[0])
    assert phases(document)[0].minimise == ("loss_fake",)
    press(qtbot, picker.chips[0])
    assert phases(document)[0].minimise == ()
    assert [c.text() for c in picker.chips] == ["all losses"]
    assert "minimises all losses" in spoken(form)[0]


def test_the_list_offers_losses_and_what_has_weights(qtbot, form):
    press(qtbot, form.phase_form.minimise.open)
    losses = [item.text() for item in form.phase_form.minimise._items()]
    assert losses == ["all losses", "Real is real", "Fake is fake", "Fake is real"]
    press(qtbot, form.phase_form.update_.open)
    words = [item.text().strip() for item in form.phase_form.update_._items()]
    assert words[:3] == [
        "all weights that its losses need",
        "Generator",
        "Generator · Linear 1",
    ]
    assert not any("ReLU" in word for word in words)
    assert len(words) == 1 + 3 * 5


def test_picking_takes_what_is_selected_on_the_canvas(qtbot, document, inspector):
    form = inspector.training
    inspector.show_nodes(["gen", "z"])
    assert inspector.tabs.currentIndex() == LAYER
    inspector.tabs.setCurrentIndex(TRAINING)
    press(qtbot, form.phase_form.update_.pick)
    assert phases(document)[0].update == ("gen",)
    assert not form.phase_form.update_.pick.isChecked()


def test_picking_without_a_selection_waits_for_one_and_stays_here(
    qtbot, document, inspector
):
    form = inspector.training
    picker = form.phase_form.minimise
    press(qtbot, picker.pick)
    assert picker.note.isVisible()
    inspector.show_nodes(["gen"])
    assert "loss" in picker.note.text()
    assert inspector.tabs.currentIndex() == TRAINING
    inspector.show_nodes(["loss_real", "loss_fool"])
    assert phases(document)[0].minimise == ("loss_real", "loss_fool")
    assert not picker.note.isVisible()
    assert inspector.tabs.currentIndex() == TRAINING
    inspector.show_nodes(["gen"])
    assert inspector.tabs.currentIndex() == LAYER


def test_picking_inside_a_block_names_the_inner_node(qtbot, document, inspector):
    inspector.show_nodes(["linear2"], "generator", "gen.")
    inspector.tabs.setCurrentIndex(TRAINING)
    press(qtbot, inspector.training.phase_form.update_.pick)
    assert phases(document)[0].update == ("gen.linear2",)


def test_rows_show_mistakes_and_offer_ways_out(qtbot, document, form):
    press(qtbot, form.phase_form.minimise.chips[1])
    left_over = [row.problem.text for row in form.table.problems]
    assert left_over == ["No phase minimises Fake is fake"]
    with qtbot.waitSignal(form.fix_requested) as asked:
        fixes = form.table.problems[0].findChildren(type(form.add_phase))
        press(qtbot, fixes[0])
    document.apply(asked.args[0].edits, "Fix")
    assert form.table.problems == []
    click_row(qtbot, form, 1)
    press(qtbot, form.phase_form.update_.chips[0])
    assert "“discriminator” updates Discriminator 1 too" in spoken(form)[1]


def test_a_phase_with_nothing_to_train_says_so_in_its_row(document, form):
    edits.set_update(document, 1, ("loss_real",))
    assert "The phase “generator” has no weights to train" in spoken(form)[1]


def test_a_node_that_is_gone_is_marked(document, form):
    actions.remove(document, ["loss_fool"])
    face = form.table.rows.item(1).data(FACE)
    assert face.minimises[0].is_broken
    assert face.minimises[0].text == "loss_fool"


def test_the_canvas_is_told_which_phase_is_in_view(qtbot, document, inspector):
    form, told = inspector.training, []
    form.phase_shown.connect(lambda *args: told.append(args))
    click_row(qtbot, form, 1)
    index, losses, updates = told[-1]
    assert (index, losses) == (1, ("loss_fool",))
    assert set(updates) == {f"gen.{n}" for n in ("linear1", "linear2", "linear3")} | {
        "gen.point"
    }
    inspector.tabs.setCurrentIndex(LAYER)
    assert told[-1] == (-1, (), ())
    inspector.tabs.setCurrentIndex(TRAINING)
    assert told[-1][0] == 1
    document.load_preset("xor")
    assert told[-1][0] == -1


def test_rows_grow_with_their_tags(document, form, inspector):
    rows = form.table.rows
    edits.set_minimise(document, 0, ["loss_real", "loss_fake", "loss_fool"])
    inspector.resize(600, 900)
    before = rows.height()
    inspector.resize(290, 900)
    assert rows.height() > before
    assert rows.itemAt(QPoint(5, rows.height() - 10)) is rows.item(1)


def test_nothing_is_wider_than_the_panel(qtbot, document, inspector):
    form = inspector.training
    press(qtbot, form.phase_form.minimise.chips[1])
    press(qtbot, form.phase_form.update_.open)
    inspector.resize(290, 900)
    assert len(form.table.problems) == 1
    page = inspector.pages.currentWidget()
    assert page.widget().width() <= page.viewport().width()
    buttons = form.table.buttons.values()
    edge = form.mapToGlobal(QPoint(form.width(), 0)).x()
    assert all(b.mapToGlobal(QPoint(b.width(), 0)).x() <= edge for b in buttons)
