from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from engine.graph.edits import Rename, SetParam, SetTraining
from engine.graph.problems import Fix, Problem
from engine.protocol import commands
from engine.protocol.messages import Analysis, Failed, Forecast, Outcome
from workbench.app.docks.docks import TitleBar
from workbench.dialogs import unsaved
from workbench.document import Document
from workbench.document.files.recovery import Recovery


def test_title_follows_the_document_and_its_changes(window):
    assert window.windowTitle().startswith("Digits")
    assert not window.isWindowModified()
    window.document.apply([Rename("Mine")], "Rename")
    assert window.windowTitle().startswith("Mine")
    assert window.isWindowModified()


def test_analysis_reaches_problems_inspector_and_train_button(qtbot, window, engine):
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Check)))
    revision = engine.commands(commands.Check)[-1].revision
    problem = Problem("linear1", "Broken", fixes=(Fix("Rename", (Rename("Fixed"),)),))
    engine.tell(Analysis(revision, {}, (problem,), 7), len(engine.sent))
    qtbot.waitUntil(lambda: window.analysis is not None)
    assert len(window.problems.cards) == 1
    assert not window.actions_["train"].isEnabled()
    assert window.docks["problems"].windowTitle() == "Problems (1)"
    window.problems.cards[0].fix_requested.emit(problem.fixes[0])
    assert window.document.project.name == "Fixed"
    window.problems.cards[0].activated.emit("linear1")
    assert window.canvas.selection.ids == ["linear1"]
    assert window.inspector.node_panel.isVisible()


def test_states_enable_what_makes_sense(qtbot, running, engine):
    actions = running.actions_
    assert not actions["train"].isEnabled()
    assert actions["pause"].isEnabled()
    assert actions["stop"].isEnabled()
    assert not actions["step"].isEnabled()
    engine.tell(Outcome("stopped", "run", 5, "Stopped."))
    qtbot.waitUntil(lambda: running.session.state == "stopped")
    assert actions["train"].isEnabled()
    assert not actions["stop"].isEnabled()


def test_learning_rate_edit_goes_to_the_run_and_raises_no_banner(
    qtbot, running, engine
):
    training = running.document.project.training
    phase = training.phases[0]
    optimizer = replace(phase.optimizer, params={**phase.optimizer.params, "lr": 0.05})
    changed = training.with_phase(0, replace(phase, optimizer=optimizer))
    running.document.apply([SetTraining(changed)], "Set Learning rate")
    assert engine.commands(commands.SetHyper) == [
        commands.SetHyper("lr", 0.05, phase.name)
    ]
    qtbot.wait(250)
    assert not running.banner.isVisible()
    running.document.undo_stack.undo()
    assert len(engine.commands(commands.SetHyper)) == 2


def test_batch_size_edit_goes_to_the_run(running, engine):
    training = running.document.project.training.with_value("batch_size", 32)
    running.document.apply([SetTraining(training)], "Set Batch size")
    assert engine.commands(commands.SetHyper)[-1].name == "batch_size"
    assert engine.commands(commands.SetHyper)[-1].value == 32


def test_changed_graph_offers_a_restart_and_undo_withdraws_it(qtbot, running):
    running.document.apply([SetParam("linear1", "out_features", 9)], "Set Outputs")
    qtbot.waitUntil(running.banner.isVisible)
    assert "differs" in running.banner.words.text()
    running.document.undo_stack.undo()
    qtbot.waitUntil(lambda: not running.banner.isVisible())


def test_restart_stops_and_trains_the_new_graph(qtbot, running, engine):
    running.document.apply([SetParam("linear1", "out_features", 9)], "Set Outputs")
    qtbot.waitUntil(running.banner.isVisible)
    _keep, restart = running.banner.buttons
    assert restart.text() == "Restart with the changes"
    qtbot.mouseClick(restart, Qt.MouseButton.LeftButton)
    assert engine.commands(commands.Stop)
    engine.tell(Outcome("stopped", "run", 5, "Stopped."))
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    again = engine.commands(commands.Train)[1]
    assert '"out_features": 9' in again.document
    assert again.weights_from == ""


def test_keep_trains_the_new_graph_from_the_weights_that_fit(qtbot, running, engine):
    running.document.apply([SetParam("linear1", "out_features", 9)], "Set Outputs")
    qtbot.waitUntil(running.banner.isVisible)
    keep, _restart = running.banner.buttons
    assert keep.text() == "Keep the weights that still fit"
    qtbot.mouseClick(keep, Qt.MouseButton.LeftButton)
    engine.tell(Outcome("stopped", "run", 5, "Stopped."))
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    again = engine.commands(commands.Train)[1]
    assert '"out_features": 9' in again.document
    assert again.weights_from == running.session.history.run.run == "run"


def test_step_before_a_run_starts_one_that_waits(qtbot, window, engine):
    window.actions_["step"].trigger()
    assert engine.commands(commands.Train)[0].paused
    assert engine.commands(commands.Step)[0].count == 1


def test_failure_is_told_above_the_canvas(qtbot, running, engine):
    engine.tell(Outcome("diverged", "run", 5, "The loss is not finite at step 5."))
    qtbot.waitUntil(running.banner.isVisible)
    assert "not finite" in running.banner.words.text()
    assert running.status.state.words == "Diverged"


def test_failure_leads_to_its_node(qtbot, running, engine):
    engine.tell(Outcome("failed", "run", 5, "Linear failed.", node="linear1"))
    qtbot.waitUntil(running.banner.isVisible)
    qtbot.mouseClick(running.banner.buttons[0], Qt.MouseButton.LeftButton)
    assert running.canvas.selection.ids == ["linear1"]


def test_device_menu_lists_what_the_picker_has(window):
    menu = window.actions_.menus["device"]
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["CPU · 2 cores"]


def test_device_pick_is_a_setting_of_the_document(window):
    window.tools.device.picked.emit("cuda:0")
    assert window.document.project.training.value("device") == "cuda:0"
    assert "not here" in window.tools.device.currentText()


def test_other_document_stops_the_run_and_clears_its_curves(running, engine):
    running.document.load_preset("xor")
    assert engine.commands(commands.Stop)
    assert running.session.history.run is None


def test_theme_flips_and_is_remembered(window):
    window.actions_["theme"].trigger()
    assert window.settings.theme == "light"
    window.actions_["theme"].trigger()
    assert window.settings.theme == "dark"


def test_layout_can_be_reset_and_is_kept(window):
    window.rooms.enter("train")
    window.docks["layers"].close()
    window.actions_["reset_layout"].trigger()
    assert window.docks["layers"].isVisible()
    kept = window.docks.save()
    window.docks["loss"].close()
    assert window.docks.restore(kept)
    assert window.docks["loss"].isVisible()


def test_tabbed_panels_have_no_second_title(window):
    window.rooms.enter("train")
    assert isinstance(window.docks["loss"].titleBarWidget(), TitleBar)
    assert not isinstance(window.docks["log"].titleBarWidget(), TitleBar)


def test_save_and_open_again(window, tmp_path, monkeypatch):
    path = tmp_path / "mine.bpw"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.document.apply([Rename("Mine")], "Rename")
    window.actions_["save"].trigger()
    assert path.is_file()
    assert not window.isWindowModified()
    assert window.settings.recent == [path]


def test_broken_file_is_told_and_the_open_project_stays(window, tmp_path):
    path = tmp_path / "broken.bpw"
    path.write_text("{")
    before = window.document.text()
    window.controllers.files.open_path(path)
    assert window.banner.isVisible()
    assert window.document.text() == before


def test_unsaved_changes_keep_the_window_open_on_cancel(window, monkeypatch):
    window.document.apply([Rename("Mine")], "Rename")
    monkeypatch.setattr(unsaved, "ask", lambda *_: "cancel")
    assert not window.close()
    assert window.isVisible()


@pytest.mark.parametrize("trains", [True, False])
def test_question_at_the_end_says_what_becomes_of_a_training(
    window, monkeypatch, trains
):
    asked = []
    monkeypatch.setattr(type(window.session), "active", trains)
    monkeypatch.setattr(unsaved, "ask", lambda *all_: asked.append(all_) or "cancel")
    window.document.apply([Rename("Mine")], "Rename")
    assert not window.close()
    monkeypatch.undo()
    [(_, title, more)] = asked
    assert title == "Mine"
    assert ("can be resumed" in more) == trains


def test_forecast_is_asked_for_when_still_and_shown(qtbot, window, engine):
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Check)))
    revision = engine.commands(commands.Check)[-1].revision
    engine.tell(Analysis(revision, {}, (), 33738), len(engine.sent))
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Estimate)), timeout=5000)
    found = Forecast(revision, "cpu", 1, 0.01, 0.2345, 90.4, 920, 23, 1024)
    engine.tell(found, len(engine.sent))
    labels = window.inspector.training.outlook.labels
    qtbot.waitUntil(lambda: labels["total"].text() != "—")
    assert labels["parameters"].text() == "33,738"
    assert labels["memory"].text() == "1\u202fKiB"
    assert labels["epoch"].text() == "230 ms · 23 steps"
    assert labels["total"].text() == "1 min 30 s · 920 steps"
    window.document.apply([SetParam("linear1", "out_features", 7)], "Set")
    assert labels["total"].text() == "—"


def test_forecast_that_fails_says_nothing(qtbot, window, engine):
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Check)))
    revision = engine.commands(commands.Check)[-1].revision
    engine.tell(Analysis(revision, {}, (), 7), len(engine.sent))
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Estimate)), timeout=5000)
    with qtbot.waitSignal(window.session.request_failed):
        engine.tell(Failed("no"), len(engine.sent))
    assert not window.banner.isVisible()


def test_preset_of_the_gallery_is_opened_and_trained(qtbot, running, engine):
    running.controllers.files.train_preset("xor")
    assert running.document.project.name.startswith("XOR")
    assert engine.commands(commands.Stop)
    engine.tell(Outcome("stopped", "run", 5, "Stopped."))
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    assert "xor" in engine.commands(commands.Train)[-1].document


def test_restored_work_is_unsaved_and_a_broken_file_is_still_told(window):
    crashed = Document()
    left = Recovery(crashed, window.recovery.path.with_name("recovery-1.bpw"))
    crashed.apply([Rename("Mine")], "Rename")
    left.leave()
    window.controllers.changed_on_disk.offer_recovery("broken.bpw: This is not JSON.")
    assert window.banner.words.text().startswith("broken.bpw: This is not JSON.\n")
    window.banner.buttons[0].click()
    assert window.document.project.name == "Mine"
    assert window.document.is_modified
    assert window.recovery.path == left.path  # One copy at any moment.
    assert window.recovery.path.exists()
    window.recovery.discard()
