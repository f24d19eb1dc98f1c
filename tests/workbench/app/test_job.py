"""The whole job through the widgets, with the real engine in its own process."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt

from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.inspector.inspector import TRAINING
from workbench.session.session import Session

LIMIT_MS = 60_000


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.show()
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


def keyed(qtbot, edit, text):
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def test_open_train_watch_change_pause_undo_export(qtbot, window, tmp_path):
    frames = []
    window.session.frame_received.connect(frames.append)
    _open(qtbot, window)
    _train_100_steps(qtbot, window)
    _curves_hold_the_engines_numbers(qtbot, window, frames)
    _change_the_learning_rate_and_pause(qtbot, window)
    rates = np.concatenate([frame.rates[:, 0] for frame in frames])
    assert rates[-1] <= 5e-4 < rates[99]
    _edit_and_undo(qtbot, window)
    path = tmp_path / "weights.pt"
    _export(qtbot, window, path)
    weights = torch.load(path, weights_only=True)
    nodes = window.document.project.graph.nodes
    first, second = (nodes[n].params["out_features"] for n in ("linear1", "linear2"))
    assert weights["linear1.weight"].shape == (first, 64)
    assert weights["linear2.weight"].shape == (second, first)
    assert weights["scores.bias"].shape == (10,)
    assert all(torch.isfinite(tensor).all() for tensor in weights.values())


def _open(qtbot, window):
    window.controllers.files.open_preset("digits-mlp")
    qtbot.waitUntil(lambda: window.analysis is not None, timeout=LIMIT_MS)
    assert window.analysis.trainable
    qtbot.waitUntil(lambda: window.panels.is_loaded, timeout=LIMIT_MS)


def _train_100_steps(qtbot, window):
    session = window.session
    window.controllers.training.start(paused=True)
    session.step(100)
    qtbot.waitUntil(lambda: session.history.step == 100, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LIMIT_MS)


def _change_the_learning_rate_and_pause(qtbot, window):
    session = window.session
    window.inspector.tabs.setCurrentIndex(TRAINING)
    keyed(qtbot, window.inspector.training.optimizer.form.rows["lr"].field.edit, "5e-4")
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: session.history.step > 120, timeout=LIMIT_MS)
    window.actions_["pause"].trigger()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=LIMIT_MS)


def _edit_and_undo(qtbot, window):
    graph = window.document.project.graph
    before = graph.node("linear1")
    window.canvas.select(["linear1"])
    rows = window.inspector.node_panel.form.rows
    keyed(qtbot, rows["out_features"].field.edit, "99")
    assert graph.node("linear1") != before
    qtbot.waitUntil(window.banner.isVisible)
    window.actions_["undo"].trigger()
    assert graph.node("linear1") == before


def _export(qtbot, window, path):
    window.actions_["export"].trigger()
    dialog = window.controllers.helpers.export_dialog
    dialog.format.setCurrentIndex(dialog.format.findData("pt"))
    dialog.path.setText(str(path))
    with qtbot.waitSignal(window.session.exported, timeout=LIMIT_MS) as exported:
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert str(path) in dialog.outcome.text()
    assert exported.args[0].step == window.session.history.step
    dialog.close()


def _curves_hold_the_engines_numbers(qtbot, window, frames):
    steps = np.concatenate([frame.steps for frame in frames])
    losses = np.concatenate([frame.losses[:, 0] for frame in frames])
    assert steps.tolist() == list(range(1, 101))
    header, rows = window.panels.plots["loss"].table()
    assert header[:3] == ["series", "step", "loss"]
    shown = {int(row[1]): row[2] for row in rows if row[0] == "training"}
    assert shown == dict(zip(steps.tolist(), losses.tolist(), strict=True))
    line = window.panels.plots["loss"].raw[0]
    qtbot.waitUntil(lambda: len(line.getData()[0]) == len(steps), timeout=LIMIT_MS)
    drawn_steps, drawn = line.getData()
    assert np.array_equal(drawn_steps, steps)
    assert np.array_equal(drawn, losses)
    last = next(f.sample for f in reversed(frames) if f.sample is not None)
    assert window.session.history.sample is last
