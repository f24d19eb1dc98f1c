import pytest
from PySide6.QtCore import Qt

from workbench.inspector import TrainingForm


@pytest.fixture
def form(qtbot, document):
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    return form


def typed(qtbot, edit, text):
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def test_learning_rate_is_one_undo_step(qtbot, document, form):
    typed(qtbot, form.optimizer.form.rows["lr"].field.edit, "0.01")
    assert document.project.training.phases[0].optimizer.params["lr"] == 0.01
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert form.optimizer.form.rows["lr"].field.edit.text() == "0.001"


def test_dragging_the_slider_is_one_undo_step(document, form):
    slider = form.optimizer.form.rows["lr"].field.slider
    slider.setSliderDown(True)
    for position in (200, 210, 220):
        slider.setValue(position)
    assert document.undo_stack.count() == 0
    slider.setSliderDown(False)
    assert document.undo_stack.count() == 1


def test_optimizer_brings_its_own_fields(document, form):
    combo = form.optimizer.kind.rows["type"].field.combo
    combo.setCurrentIndex(combo.findData("sgd"))
    combo.activated.emit(combo.currentIndex())
    assert document.project.training.phases[0].optimizer.type == "sgd"
    assert set(form.optimizer.form.rows) == {"lr", "momentum", "weight_decay"}
    assert form.optimizer.form.rows["lr"].field.edit.text() == "0.1"


def test_run_settings_are_edited_and_reset(qtbot, document, form):
    typed(qtbot, form.main.rows["batch_size"].field.edit, "128")
    assert document.project.training.value("batch_size") == 128
    form.main.rows["batch_size"].reset.click()
    assert "batch_size" not in document.project.training.params


def test_weight_averaging_is_set_in_its_section(qtbot, document, form):
    row = form.more.rows["ema"]
    assert row.field.edit.text() == "0"
    typed(qtbot, row.field.edit, "0.999")
    assert document.project.training.decay == 0.999
    typed(qtbot, row.field.edit, "1")
    assert row.error.text()
    assert document.project.training.decay == 0.999
    document.undo_stack.undo()
    assert document.project.training.decay == 0


def test_bad_batch_size_is_told_and_changes_nothing(qtbot, document, form):
    typed(qtbot, form.main.rows["batch_size"].field.edit, "0")
    assert form.main.rows["batch_size"].error.text()
    assert document.undo_stack.count() == 0


def test_clipping_can_be_set_and_cleared(qtbot, document, form):
    edit = form.limits.rows["clip_norm"].field.edit
    assert edit.placeholderText() == "auto"
    typed(qtbot, edit, "1")
    assert document.project.training.phases[0].value("clip_norm") == 1.0


def test_live_note_shows_only_while_a_run_is_active(form):
    assert not form.live_note.isVisible()
    form.set_live(True)
    assert form.live_note.isVisible()


def test_holding_on_is_offered_where_there_is_an_earlier_phase(qtbot, document, form):
    assert not form._hold.isVisibleTo(form)
    document.load_preset("forgetting")
    assert form._hold.isVisibleTo(form)
    form.table.choose(1)
    typed(qtbot, form.hold.rows["ewc"].field.edit, "250")
    phases = document.project.training.phases
    assert [phase.value("ewc") for phase in phases] == [0.0, 250.0]
    typed(qtbot, form.hold.rows["ewc"].field.edit, "-1")
    assert form.hold.rows["ewc"].error.text()
    form.hold.rows["ewc"].reset.click()
    assert document.project.training.phases[1].value("ewc") == 0.0
