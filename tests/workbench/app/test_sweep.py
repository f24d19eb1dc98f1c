"""Sweeps in the window: what is asked for, what is shown, what comes of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt

import presets
from engine.graph.files import serialize
from engine.protocol.bench.sweep import (
    FindSweeps,
    StartSweep,
    StopSweep,
    SweepsFound,
    SweepTold,
    SweepTrial,
)
from engine.protocol.messages import Failed
from workbench.app.bench import beside
from workbench.dialogs.bench.sweep.parallel import uprights

LR, KIND = "lr", "optimizer"
SCORES = (0.912, 0.9534, 0.871, math.nan)


def told(folder, *, is_running=False, total=4):
    points = [(0.1, "adam"), (0.001, "sgd"), (0.01, "adam"), (0.05, "sgd")]
    states = ("done", "done", "done", "failed")
    trials = tuple(
        SweepTrial(n, f"trial-{n:04}", {LR: lr, KIND: kind}, state, score, 60, 2.0)
        for n, ((lr, kind), state, score) in enumerate(
            zip(points, states, SCORES, strict=True)
        )
    )
    return SweepTold(
        str(folder), "XOR", {LR: "Learning rate", KIND: "Optimizer"}, (LR,), "random",
        total, "acc", "Accuracy", "accuracy", True, trials, {LR: 0.254, KIND: 0.6},
        is_running,
    )  # fmt: skip


@pytest.fixture
def sweep(window, engine):
    window.document.load_preset("xor")
    window.actions_["sweep"].trigger()
    command = window.controllers.bench.sweep
    yield command
    if command.dialog is not None:
        command.dialog.reject()


def tell(window, engine, body):
    engine.tell(body)
    window.session._on_tick()


def test_what_is_wanted_reaches_the_engine(sweep, window, engine):
    dialog = sweep.dialog
    assert not dialog.start.isEnabled()
    dialog.plan.axes.add("lr")
    dialog.plan.axes.add("hidden.out_features")
    dialog.plan.axes.rows[0].values.setText("1e-3..1e-1[log]")
    dialog.plan.axes.rows[1].values.setText("2, 4")
    dialog.plan.trials.setValue(7)
    dialog.start.click()
    (asked,) = engine.commands(StartSweep)
    assert asked.over == ("lr=1e-3..1e-1[log]", "hidden.out_features=2, 4")
    assert (asked.method, asked.count, asked.prunes) == ("random", 7, True)
    assert '"XOR"' in asked.document
    assert str(window.session.runs_folder) in asked.folder


def test_no_more_trials_are_foretold_than_there_are_points(sweep):
    plan = sweep.dialog.plan
    place = plan.method.y()
    plan.axes.add("lr")
    plan.axes.rows[0].values.setText("0.1, 0.2, 0.3")
    plan.trials.setValue(20)
    assert plan.words.text().startswith("3 trials,")
    plan.axes.rows[0].values.setText("0.1..0.3")
    assert plan.words.text().startswith("20 trials,")
    plan.layout().activate()
    assert plan.method.y() == place


def test_values_that_do_not_fit_are_told_beside_them(sweep):
    dialog = sweep.dialog
    dialog.plan.axes.add("lr")
    row = dialog.plan.axes.rows[0]
    row.values.setText("1..0")
    assert not row.wrong.isHidden()
    assert not dialog.start.isEnabled()
    dialog.plan.method.setCurrentIndex(1)
    row.values.setText("0.1,0.2,0.3")
    assert "3 trials" in dialog.plan.words.text()
    row.values.setText("0.1..0.2")
    assert "single values" in dialog.plan.words.text()


def test_settings_of_the_selected_layer_stand_first(sweep, window):
    sweep.dialog.plan.follow_canvas(["hidden"], "")
    sweep.dialog.plan.show_project()
    assert sweep.dialog.plan.axes.picker.itemData(0) == "hidden.out_features"


def test_the_best_trial_is_told_in_words_and_in_the_table(
    sweep, window, engine, tmp_path
):
    tell(window, engine, told(tmp_path / "s"))
    dialog = sweep.dialog
    order = np.argsort([-s for s in SCORES[:3]])
    shown = [dialog.table.topLevelItem(row) for row in range(4)]
    assert [item.text(0) for item in shown[:3]] == [str(n + 1) for n in order]
    assert [item.text(1) for item in shown] == ["95.3 %", "91.2 %", "87.1 %", "–"]
    assert shown[0].text(2) == "0.001"
    assert dialog.words.text().replace("\u200b", "") == (
        "Best: Accuracy 95.3 % with Learning rate 0.001, Optimizer sgd"
    )
    assert dialog.head.text() == "4 of 4 trials"
    assert dialog.shares.accessibleName() == (
        "What decides: Optimizer 60\u202f%, Learning rate 25.4\u202f%"
    )
    assert not dialog.grab().isNull()


def test_lines_pass_the_axes_where_the_values_are(sweep, window, engine, tmp_path):
    news = told(tmp_path / "s")
    rate, kind, score = uprights(news)
    logs = np.log([trial.point[LR] for trial in news.trials])
    wanted = (logs - logs.min()) / np.ptp(logs)
    found = [rate.share(trial.point[LR]) for trial in news.trials]
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    assert [kind.share(word) for word in ("adam", "sgd")] == [0.0, 1.0]
    assert score.ticks() == [(0.0, "87.1 %"), (1.0, "95.3 %")]
    assert rate.ticks() == [(0.0, "0.001"), (1.0, "0.1")]
    tell(window, engine, news)
    chart = sweep.dialog.chart
    best = chart.line(news.trials[1])
    assert best[0].y() > best[-1].y()
    assert len(chart.line(news.trials[3])) == 2
    assert chart.nearest(best[0] + (best[1] - best[0]) * 0.5).number == 1


def test_the_best_settings_are_one_undo_step(sweep, window, engine, tmp_path):
    tell(window, engine, told(tmp_path / "s"))
    before = window.document.undo_stack.count()
    sweep.dialog.use.click()
    (phase,) = window.document.project.training.phases
    assert (phase.optimizer.type, phase.optimizer.params["lr"]) == ("sgd", 0.001)
    assert window.document.undo_stack.count() == before + 1
    sweep.dialog.table.choose(2)
    sweep.dialog.use.click()
    (phase,) = window.document.project.training.phases
    assert (phase.optimizer.type, phase.optimizer.params["lr"]) == ("adam", 0.01)


def test_a_sweep_that_names_foreign_files_is_asked_about(
    sweep, window, engine, tmp_path
):
    folder = tmp_path / "s"
    folder.mkdir()
    project = presets.load("xor")
    project.weights = "/etc/hostname"
    (folder / "project.bpw").write_text(serialize.dumps(project), "utf-8")
    tell(window, engine, told(folder, total=9))
    sweep.dialog.go_on.click()
    assert not engine.commands(StartSweep)
    assert "/etc/hostname" in window.banner.words.text()
    window.controllers.foreign_weights.allow(("/etc/hostname",))
    sweep.dialog.go_on.click()
    assert engine.commands(StartSweep)[-1].folder == str(folder)


def test_the_picker_says_which_layer_is_offered_first(sweep):
    plan = sweep.dialog.plan
    plan.follow_canvas([], "")
    plan.show_project()
    assert "click a layer" in plan.axes.picker.lineEdit().placeholderText()
    plan.follow_canvas(["hidden"], "")
    plan.show_project()
    assert "Hidden layer" in plan.axes.picker.lineEdit().placeholderText()


def test_a_sweep_that_was_cut_off_is_offered_and_no_other(sweep, window, engine):
    folder = sweep.folder
    folder.mkdir(parents=True)
    sweep.offer_to_go_on()
    assert not window.banner.isVisible()
    tell(window, engine, told(folder / "s", is_running=True))
    sweep.offer_to_go_on()  # it goes on
    assert not window.banner.isVisible()
    sign = (folder / ".running").read_bytes()
    tell(window, engine, told(folder / "s"))
    assert not (folder / ".running").exists()
    sweep.offer_to_go_on()  # it was stopped, and nobody was killed
    assert not window.banner.isVisible()
    pid = sign.splitlines()[0]
    (folder / ".running").write_bytes(sign.replace(pid, b"999999999", 1))
    sweep.offer_to_go_on()
    assert "cut off" in window.banner.words.text()
    assert not (folder / ".running").exists()


def test_a_sweep_is_stopped_and_gone_on_with(sweep, window, engine, tmp_path):
    folder = tmp_path / "s"
    tell(window, engine, told(folder, is_running=True, total=9))
    dialog = sweep.dialog
    assert not dialog.go_on.isVisibleTo(dialog)
    dialog.stop.click()
    assert engine.commands(StopSweep)
    tell(window, engine, told(folder, total=9))
    assert dialog.head.text() == "Stopped: 4 of 9 trials"
    dialog.go_on.click()
    asked = engine.commands(StartSweep)[-1]
    assert (asked.folder, asked.document) == (str(folder), "")


def test_a_refused_sweep_says_why_and_can_be_started_again(sweep, window, engine):
    dialog = sweep.dialog
    dialog.plan.axes.add("lr")
    dialog.start.click()
    number = 1 + next(n for n, c in enumerate(engine.sent) if isinstance(c, StartSweep))
    engine.tell(Failed("No data"), number)
    window.session._on_tick()
    assert dialog.words.text() == "No data"
    assert dialog.start.isVisibleTo(dialog)
    assert dialog.start.isEnabled()


def test_earlier_sweeps_are_offered(sweep, window, engine, tmp_path):
    assert engine.commands(FindSweeps)
    sweeps = tuple(told(tmp_path / name) for name in ("b", "a"))
    tell(window, engine, SweepsFound(str(tmp_path), sweeps))
    assert sweep.dialog.earlier.count() == 2
    assert sweep.dialog.told.folder == str(tmp_path / "b")


def test_the_end_is_told_where_nobody_looks(sweep, window, engine, tmp_path):
    sweep.dialog.reject()
    tell(window, engine, told(tmp_path / "s"))
    assert "95.3 %" in window.banner.words.text()
    window.banner.buttons[0].click()
    assert sweep.dialog.told.num_ended == 4


def test_enter_takes_the_first_setting_that_fits_and_starts_nothing(
    sweep, engine, qtbot
):
    dialog = sweep.dialog
    dialog.show()
    picker = dialog.plan.axes.picker
    picker.setFocus()
    for popup in (True, False):
        qtbot.keyClicks(picker.lineEdit(), "weight dec" if popup else "learning r")
        if not popup:
            picker.completer().popup().hide()
        target = picker.lineEdit() if popup else picker
        qtbot.keyClick(target, Qt.Key.Key_Return)
        assert picker.currentText() == ""
    assert [row.setting.key for row in dialog.plan.axes.rows] == ["weight_decay", "lr"]
    qtbot.keyClicks(picker.lineEdit(), "no such thing")
    qtbot.keyClick(picker, Qt.Key.Key_Return)
    assert len(dialog.plan.axes.rows) == 2
    assert not engine.commands(StartSweep)


def test_many_values_show_their_beginning(sweep):
    dialog = sweep.dialog
    dialog.plan.axes.add("optimizer")
    values = dialog.plan.axes.rows[0].values
    assert values.selectedText() == values.text()
    assert values.cursorPosition() == 0


def test_the_window_is_narrow_beside_the_canvas_until_something_comes_of_it(
    sweep, window, engine, tmp_path
):
    dialog = sweep.dialog
    narrow = dialog.width()
    assert dialog.results.isHidden()
    assert not dialog.plan.about.isHidden()
    tell(window, engine, told(tmp_path / "s"))
    assert dialog.width() > 2 * narrow
    assert dialog.plan.about.isHidden()
    screen = QRect(0, 0, 1920, 1080)
    canvas = QRect(240, 60, 1340, 600)
    assert beside.corner(376, canvas, screen) == QPoint(1544, 60)  # covers 36 of it
    assert beside.corner(300, canvas, screen) == QPoint(1580, 60)
    assert beside.corner(2000, canvas, screen) == QPoint(0, 60)


def test_what_a_sweep_was_made_for_is_its_main_button(sweep, window, engine, tmp_path):
    dialog = sweep.dialog
    tell(window, engine, told(tmp_path / "s", is_running=True, total=9))
    assert not dialog.use.property("accent")
    tell(window, engine, told(tmp_path / "s"))
    assert dialog.use.property("accent")
    assert not dialog.start.property("accent")
    asked = []
    sweep.open_wanted.connect(asked.append)
    dialog.open_run.click()
    assert asked == [tmp_path / "s" / "trial-0001"]
    assert sweep.dialog is None  # it would stand before the run


def test_nothing_is_drawn_before_the_first_trial(sweep, window, engine, tmp_path):
    news = told(tmp_path / "s", is_running=True)
    tell(window, engine, replace(news, trials=(), importance={}))
    assert sweep.dialog.words.text() == "The first trial starts…"
    assert sweep.dialog.chart.isHidden()
