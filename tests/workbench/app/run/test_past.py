"""A run's folder shown again, against the numbers that were put into it."""

import json
import os
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog

import presets
from engine.folder import account
from engine.graph.edits import SetParam
from engine.graph.files import serialize
from engine.protocol import commands
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import Analysis, Evaluation, Failed, NodeInfo
from engine.training.records import past_runs
from engine.training.records.metric_store import MetricStore
from workbench.session.past.curves import started

ANALYSIS = Analysis(
    0, {n: NodeInfo(parameters=p) for n, p in (("data", 0), ("linear1", 7))}, (), 7
)


def write(folder, preset, **fields):
    document = serialize.dumps(presets.load(preset))
    head = {"format": account.FORMAT, "version": account.VERSION, "state": "finished"}
    text = json.dumps({**head, "document": document, **fields})
    (folder / "run.json").write_text(text)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    write(folder, "digits-mlp", device="cpu", threads=2)
    store = MetricStore(folder / "metrics.sqlite")
    losses = np.array([[3.0], [2.0], [1.0]])
    store.add_steps(np.arange(1, 4), losses, np.full((3, 1), 0.1))
    store.add_evaluation(Evaluation(3, 1.0, {"loss": 1.5, "accuracy": 0.5}))
    store.close()
    return folder


def show(qtbot, window, folder):
    """Open a run, and wait until its curves are there."""
    runs, replaced = window.controllers.past_runs, []
    window.document.replaced.connect(lambda: replaced.append(True))
    if folder is not None:
        runs.open(folder)
    qtbot.waitUntil(lambda: bool(replaced))
    window.session.analysis_ready.emit(ANALYSIS)
    qtbot.waitUntil(lambda: not runs.is_busy)
    assert window.session.history.run is not None


def test_attach_shows_the_curves_when_the_shapes_are_known(
    qtbot, window, engine, folder
):
    show(qtbot, window, folder)
    history = window.session.history
    assert history.losses[0].values.values.tolist() == [3.0, 2.0, 1.0]
    assert history.evaluated("accuracy").tolist() == [[3.0], [0.5]]
    assert history.run.layers == ("linear1",)
    assert window.status.state.words == "Finished"


@pytest.fixture
def interrupted(folder):
    entry = {"step": 2, "file": "x.safetensors", "sha256": "0" * 64}
    write(folder, "digits-mlp", state="running", checkpoint=entry)
    return folder


def open_run(qtbot, window, engine, folder, monkeypatch):
    asked = QFileDialog, "getExistingDirectory"
    monkeypatch.setattr(*asked, lambda *_: str(folder))
    QTimer.singleShot(0, window.actions_["open_run"].trigger)
    show(qtbot, window, None)


def test_interrupted_run_is_opened_and_resumed(
    qtbot, window, engine, started, interrupted, monkeypatch
):
    open_run(qtbot, window, engine, interrupted, monkeypatch)
    assert window.status.state.words == "Interrupted"
    assert window.tools.train.text() == "Resume"
    assert "from step 2" in window.banner.words.text()
    window.actions_["train"].trigger()
    assert engine.commands(commands.ResumeRun) == [commands.ResumeRun(str(interrupted))]
    run = replace(started, run=str(interrupted), step=2)
    with qtbot.waitSignal(window.session.run_started):
        engine.tell(run, len(engine.sent))
    history = window.session.history
    qtbot.waitUntil(lambda: history.losses[0].values.values.tolist() == [3.0, 2.0])
    assert history.evaluations == []
    assert window.session.state == "training"
    assert not window.banner.isVisible()


def test_changed_canvas_is_trained_anew_but_the_run_can_still_go_on(
    qtbot, window, engine, interrupted, monkeypatch
):
    open_run(qtbot, window, engine, interrupted, monkeypatch)
    window.document.apply([SetParam("linear1", "out_features", 9)], "Set Outputs")
    assert window.tools.train.text() == "Train"
    window.banner.buttons[0].click()
    assert engine.commands(commands.ResumeRun)


def test_finished_run_is_not_resumed(qtbot, window, engine, folder, monkeypatch):
    open_run(qtbot, window, engine, folder, monkeypatch)
    assert window.tools.train.text() == "Train"
    assert not window.banner.isVisible()


def test_folder_that_is_no_run_is_told(qtbot, window, tmp_path, monkeypatch):
    asked = QFileDialog, "getExistingDirectory"
    monkeypatch.setattr(*asked, lambda *_: str(tmp_path))
    before = window.document.project
    window.actions_["open_run"].trigger()
    qtbot.waitUntil(lambda: "no run in this folder" in window.banner.words.text())
    assert window.document.project is before
    assert not window.controllers.past_runs.is_busy


def test_attach_shows_the_task_matrix_of_the_evaluations(qtbot, window, engine, folder):
    write(folder, "forgetting")
    (folder / "metrics.sqlite").unlink()
    store = MetricStore(folder / "metrics.sqlite")
    store.add_evaluation(Evaluation(20, 2.0, {"accuracy_a": 0.75, "accuracy_b": 0.0}))
    store.add_evaluation(Evaluation(40, 4.0, {"accuracy_a": 0.25, "accuracy_b": 0.5}))
    store.close()
    show(qtbot, window, folder)
    view = window.session.history.views["tasks"]
    assert view.arrays["steps"].tolist()[-2:] == [20, 40]
    assert view.arrays["values"][:2, -2:].tolist() == [[0.75, 0.25], [0.0, 0.5]]
    window.docks.raise_("views")
    window.panels.refresh()
    panel = window.panels.plots["views"]
    assert panel.node == "tasks"
    assert panel.face.summary() == "one head  ·  mean of the tasks 37.5\u202f%"


def test_goals_of_the_phases_are_read_back_and_missing_ones_are_not_made_up(tmp_path):
    goals = [{"losses": {"x": 0.5}, "first": 1, "last": 40}]
    for told, expected in (
        ({"goals": goals}, (PhaseGoal({"x": 0.5}, 1, 40),)),
        ({}, ()),
    ):
        write(tmp_path, "gan-2d", **told)
        opened, _curves = past_runs.told(str(tmp_path))
        run = started(opened, presets.load("gan-2d"), ANALYSIS)
        assert run.goals == expected


def test_earlier_checkpoint_is_offered_when_the_newest_is_damaged(
    qtbot, window, engine, interrupted, monkeypatch
):
    open_run(qtbot, window, engine, interrupted, monkeypatch)
    window.actions_["train"].trigger()
    engine.tell(Failed("The checkpoint is damaged", earlier=1), len(engine.sent))
    qtbot.waitUntil(lambda: "damaged" in window.banner.words.text())
    (button,) = window.banner.buttons
    assert button.text() == "Resume from step 1"
    button.click()
    asked = commands.ResumeRun(str(interrupted), from_step=1)
    assert engine.commands(commands.ResumeRun)[-1] == asked


def fail_export(engine, earlier):
    exports = [
        n for n, c in enumerate(engine.sent, 1) if isinstance(c, commands.Export)
    ]
    engine.tell(Failed("The checkpoint is damaged", earlier=earlier), exports[-1])


def test_export_offers_an_earlier_checkpoint(qtbot, window, engine, folder, tmp_path):
    show(qtbot, window, folder)
    window.actions_["export"].trigger()
    dialog = window.controllers.helpers.export_dialog
    dialog.path.setText(str(tmp_path / "w.safetensors"))
    dialog.button.click()
    fail_export(engine, 7)
    qtbot.waitUntil(lambda: dialog.button.text() == "Export step 7 instead")
    dialog.button.click()
    assert engine.commands(commands.Export)[-1].from_step == 7
    fail_export(engine, 7)
    qtbot.waitUntil(dialog.button.isEnabled)
    dialog.path.setText(str(tmp_path / "v.safetensors"))
    dialog.button.click()
    assert engine.commands(commands.Export)[-1].from_step == -1
    dialog.reject()


@pytest.mark.parametrize("damage", ["garbage", "view", "rows", "link", "fifo"])
def test_damaged_curves_are_told_and_the_rest_is_shown(
    qtbot, window, engine, interrupted, monkeypatch, damage
):
    path = interrupted / "metrics.sqlite"
    if damage in {"garbage", "link", "fifo"}:
        path.unlink()
    if damage == "garbage":
        path.write_bytes(b"none " * 999)
    elif damage == "link":
        path.symlink_to(interrupted.parent / "nowhere")
    elif damage == "fifo":
        os.mkfifo(path)
    else:
        change = "UPDATE evaluations SET value = 7"
        view = "DROP TABLE samples; CREATE VIEW samples AS SELECT * FROM steps"
        with sqlite3.connect(path) as file:
            file.executescript(view if damage == "view" else change)
        file.close()
    before = sorted(each.name for each in interrupted.iterdir())
    open_run(qtbot, window, engine, interrupted, monkeypatch)
    words = window.banner.words.text()
    assert "from step 2" in words
    assert "curves" in words or "could lead out" in words
    assert [each.text() for each in window.banner.buttons] == ["Resume the run"]
    losses = [*window.session.history.losses[0].values.values]
    assert losses == ([3.0, 2.0, 1.0] if damage == "rows" else [])
    assert sorted(each.name for each in interrupted.iterdir()) == before


def test_the_result_stands_beside_what_a_lazy_answer_reaches(
    qtbot, window, engine, folder
):
    lazy = {"value": 0.1, "kind": "class", "answer": "<b>7</b>", "higher": True}
    bad = {"value": "0.1", "kind": "class"}
    write(folder, "digits-mlp", baselines={"accuracy": lazy, "loss": bad})
    show(qtbot, window, folder)
    told = window.session.history.run.baselines
    assert list(told) == ["accuracy"]
    assert "accuracy 50.0\u202f%" in window.status.run.words
    assert "always “<b>7</b>”: 10.0\u202f%" in window.status.run.words


@pytest.mark.parametrize("rows", [[["linear1", 0]] * 3, [["a", 0]] * 300_000])
def test_rows_that_no_network_has_are_not_shown(qtbot, window, engine, folder, rows):
    write(folder, "digits-mlp", rows=rows)
    show(qtbot, window, folder)
    assert window.session.history.run.layers == ("linear1",)


def test_run_that_starts_from_a_place_outside_is_asked_about_before_it_goes_on(
    qtbot, window, engine, folder, monkeypatch
):
    write(folder, "digits-mlp", state="interrupted", weights_from="/private.pt")
    open_run(qtbot, window, engine, folder, monkeypatch)
    window.actions_["train"].trigger()
    assert engine.commands(commands.ResumeRun) == []
    assert "/private.pt" in window.banner.words.text().replace("\u200b", "")
    window.banner.buttons[0].click()
    window.actions_["train"].trigger()
    assert engine.commands(commands.ResumeRun)


def test_a_past_run_says_what_it_is_and_is_left_as_it_is(qtbot, window, engine, folder):
    write(folder, "digits-mlp", created="2026-11-29T14:05:00+00:00")
    before = (folder / "run.json").read_bytes()
    show(qtbot, window, folder)
    bar = window.controllers.finishing.bar
    assert bar.isVisible()
    title = bar.title.text()
    assert title.startswith("Run of ")
    assert "Nov" in title
    assert title.endswith(", finished, read-only")
    assert window.rooms.current.id == "train"
    assert window.inspector.training.outlook.is_past
    bar.branch.click()
    assert not bar.isVisible()
    assert window.session.history.run is None
    assert window.document.project.graph.nodes
    assert (folder / "run.json").read_bytes() == before


def test_another_document_leaves_nothing_of_a_past_run(qtbot, window, engine, folder):
    show(qtbot, window, folder)
    looking = window.controllers.looking_back.bar
    assert looking.isVisible()
    window.document.load_preset("xor")
    assert window.status.state.words == "Ready"
    assert not looking.isVisible()
    show(qtbot, window, folder)
    window.controllers.finishing.bar.branch.click()
    assert window.status.state.words == "Ready"
    assert not looking.isVisible()


def test_an_interrupted_run_says_how_long_it_is_and_at_which_rate(
    qtbot, window, engine, interrupted, monkeypatch
):
    change = {"step": 1, "name": "lr", "value": 0.25, "phase": "training"}
    wrong = [
        {"step": 1, "name": "batch_size", "value": -3, "phase": ""},
        {"step": 2, "name": "nothing", "value": 1, "phase": ""},
    ]
    entry = {"step": 2, "file": "x.safetensors", "sha256": "0" * 64}
    write(
        interrupted,
        "digits-mlp",
        state="running",
        checkpoint=entry,
        changes=[change, *wrong],
    )
    open_run(qtbot, window, engine, interrupted, monkeypatch)
    training = window.document.project.training
    assert training.phases[0].optimizer.params["lr"] == 0.25
    assert training.number("batch_size") > 0
    assert f"epoch 2/{training.number('epochs')} · step 3" in window.status.run.words
    assert window.tools.train.text() == "Resume"


def test_a_past_run_is_trained_longer(qtbot, window, engine, folder):
    show(qtbot, window, folder)
    epochs = window.document.project.training.value("epochs")
    window.controllers.finishing.longer(5)
    asked = engine.commands(commands.ResumeRun)[-1]
    assert (asked.folder, asked.more) == (str(folder), 5)
    assert window.document.project.training.value("epochs") == epochs + 5


def test_findings_of_a_past_run_come_back(qtbot, window, engine, folder):
    found = {
        "fault": "vanishing_gradients", "title": "Vanishing gradients", "text": "t",
        "cure": "c", "source": "s", "nodes": ["linear1"], "evidence": [], "step": 7,
        "fixes": [],
    }  # fmt: skip
    write(folder, "digits-mlp", findings=[found])
    show(qtbot, window, folder)
    assert window.docks["diagnosis"].windowTitle().startswith("Diagnosis")
