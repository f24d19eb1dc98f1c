"""A run's folder shown again, against the numbers that were put into it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

import presets
from engine.errors import DocumentError
from engine.folder import account
from engine.graph import serialize
from engine.graph.edits import SetParam
from engine.protocol import commands
from engine.protocol.frame import Analysis, Evaluation, NodeInfo
from engine.protocol.goals import PhaseGoal
from engine.training.metrics import MetricStore
from workbench.app.past import PastRun, attach
from workbench.session.history import History

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


def test_attach_shows_the_curves_when_the_shapes_are_known(
    qtbot, window, engine, folder
):
    attach(window, folder)
    qtbot.waitUntil(lambda: len(engine.commands(commands.Check)) > 0)
    window.session.analysis_ready.emit(ANALYSIS)
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
    window.actions_["open_run"].trigger()
    qtbot.waitUntil(lambda: len(engine.commands(commands.Check)) > 0)
    window.session.analysis_ready.emit(ANALYSIS)


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
    assert history.losses[0].values.values.tolist() == [3.0, 2.0]
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


def test_folder_that_is_no_run_is_told(window, tmp_path, monkeypatch):
    asked = QFileDialog, "getExistingDirectory"
    monkeypatch.setattr(*asked, lambda *_: str(tmp_path))
    window.actions_["open_run"].trigger()
    assert "no run in this folder" in window.banner.words.text()


def test_other_folder_is_refused(tmp_path):
    with pytest.raises(DocumentError, match="no run in this folder"):
        PastRun(tmp_path)


def test_attach_shows_the_task_matrix_of_the_evaluations(qtbot, window, engine, folder):
    write(folder, "forgetting")
    (folder / "metrics.sqlite").unlink()
    store = MetricStore(folder / "metrics.sqlite")
    store.add_evaluation(Evaluation(20, 2.0, {"accuracy_a": 0.75, "accuracy_b": 0.0}))
    store.add_evaluation(Evaluation(40, 4.0, {"accuracy_a": 0.25, "accuracy_b": 0.5}))
    store.close()
    attach(window, folder)
    qtbot.waitUntil(lambda: len(engine.commands(commands.Check)) > 0)
    window.session.analysis_ready.emit(ANALYSIS)
    view = window.session.history.views["tasks"]
    assert view.arrays["steps"].tolist()[-2:] == [20, 40]
    assert view.arrays["values"][:2, -2:].tolist() == [[0.75, 0.25], [0.0, 0.5]]
    window.docks.raise_("views")
    window.panels.refresh()
    panel = window.panels.plots["views"]
    assert panel.node == "tasks"
    assert panel.face.summary() == "one head  ·  mean of the tasks 37.5 %"


def test_goals_of_the_phases_are_read_back_and_missing_ones_are_not_made_up(tmp_path):
    goals = [{"losses": {"x": 0.5}, "first": 1, "last": 40}]
    for told, expected in (
        ({"goals": goals}, (PhaseGoal({"x": 0.5}, 1, 40),)),
        ({}, ()),
    ):
        write(tmp_path, "gan-2d", **told)
        history = History()
        PastRun(tmp_path).show(history, ANALYSIS)
        assert history.run.goals == expected
