import pytest
from PySide6.QtCore import QPoint, Qt

from engine.graph.problems import Problem
from engine.protocol.live_settings import NAMES
from engine.protocol.messages import Analysis, Forecast
from workbench.inspector import TrainingForm
from workbench.inspector.form import LABEL_WIDTH
from workbench.inspector.parts.legend import Dot


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
    assert edit.placeholderText() == "off"
    typed(qtbot, edit, "1")
    assert document.project.training.phases[0].value("clip_norm") == 1.0


def test_dots_stand_at_what_counts_at_once_and_nowhere_else(document, form):
    forms = (form.main, form.more, form.limits, form.optimizer.form, form.schedule.form)
    marked = {
        name for each in forms for name, row in each.rows.items()
        if row.head.findChild(Dot)
    }  # fmt: skip
    assert marked == {"lr", "weight_decay", "batch_size"}
    assert marked < set(NAMES)


def test_the_bar_in_a_changed_field_puts_it_back(qtbot, document, form):
    row = form.main.rows["batch_size"]
    assert not row.reset.isVisible()
    typed(qtbot, row.field.edit, "128")
    assert row.reset.isVisible()
    assert row.field.edit.geometry().contains(row.reset.geometry().center())
    assert "64" in row.reset.toolTip()
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert document.project.training.value("batch_size") == 64
    assert not row.reset.isVisible()


def test_labels_are_of_one_width_and_fields_reach_the_edge(qtbot, document, form):
    form.resize(292, 900)
    qtbot.wait(10)
    lefts, rights = set(), set()
    for each in (form.main, form.optimizer.form, form.optimizer.kind):
        for row in each.rows.values():
            field = row.field.focusProxy()
            lefts.add(field.mapTo(form, QPoint(0, 0)).x())
            rights.add(field.mapTo(form, QPoint(field.width(), 0)).x())
    assert lefts == {LABEL_WIDTH + 8}
    assert rights == {form.width()}


def test_epochs_say_how_many_steps_they_are(document, form):
    form.show_forecast(forecast(steps_per_epoch=63))
    assert form.main.rows["epochs"].field.edit.unit.text() == "= 630 steps"
    form.show_forecast(None)
    assert form.main.rows["epochs"].field.edit.unit.text() == ""


def test_of_epochs_and_steps_one_counts_and_the_other_is_grey(qtbot, document, form):
    form.show_forecast(forecast(steps_per_epoch=50))
    epochs, steps = (form.main.rows[n].field.edit for n in ("epochs", "steps"))
    assert (epochs.property("quiet"), steps.property("quiet")) == (False, True)
    typed(qtbot, steps, "125")
    assert (epochs.property("quiet"), steps.property("quiet")) == (True, False)
    assert steps.unit.text() == "= 2.5 epochs"
    typed(qtbot, epochs, "7")
    training = document.project.training
    assert (training.value("epochs"), training.value("steps")) == (7, None)
    assert document.undo_stack.count() == 2


@pytest.mark.parametrize(
    ("preset", "told"),
    [("mnist-cnn", "cosine, warm-up 80"), ("xor", "constant")],
)
def test_a_closed_section_says_what_it_comes_to(document, form, preset, told):
    document.load_preset(preset)
    assert form._schedule.value.text() == told
    assert form._schedule.value.isVisibleTo(form)
    assert form._when.value.text() == "every step"
    assert form._limits.value.text() == "off"


def test_two_updates_a_step_are_said_in_the_closed_section(qtbot, document, form):
    typed(qtbot, form.when.rows["times"].field.edit, "2")
    assert document.project.training.phases[0].value("times") == 2
    assert form._when.value.text() == "2 updates a step"


def test_nothing_is_foretold_of_what_can_not_be_trained(form):
    labels = form.outlook.labels
    form.show_forecast(None)
    form.outlook.show_analysis(
        Analysis(1, {}, (Problem("", "The canvas is empty"),), 0)
    )
    shown = {key for key, each in labels.items() if each.isVisibleTo(form.outlook)}
    assert shown == {"parameters"}
    form.outlook.show_analysis(Analysis(2, {}, (), 7))
    assert all(each.isVisibleTo(form.outlook) for each in labels.values())


def test_what_a_run_took_stands_in_place_of_the_forecast_until_an_edit(document, form):
    form.show_forecast(forecast(steps_per_epoch=50))
    form.show_last(500, 50, 30.0)
    labels = form.outlook.labels
    assert labels["total"].text() == "30 s · 500 steps"
    assert labels["epoch"].text() == "3 s"
    assert not labels["memory"].isVisibleTo(form.outlook)
    assert "—" not in [each.text() for each in labels.values() if each.isVisible()]
    form.show_forecast(forecast(steps_per_epoch=50))
    assert labels["total"].text() == "30 s · 500 steps"
    form.show_forecast(None)
    assert labels["memory"].isVisibleTo(form.outlook)


def forecast(steps_per_epoch):
    return Forecast(1, "cpu", 1, 0.01, 0.5, 5.0, 500, steps_per_epoch, 1024)


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
