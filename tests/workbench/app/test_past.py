"""A run's folder shown again, against the numbers that were put into it."""

import json

import numpy as np
import pytest

import presets
from engine.errors import DataError
from engine.graph import serialize
from engine.protocol import commands
from engine.protocol.frame import Analysis, Evaluation, NodeInfo
from engine.training.metrics import MetricStore
from workbench.app.past import PastRun, attach

ANALYSIS = Analysis(
    0, {n: NodeInfo(parameters=p) for n, p in (("data", 0), ("linear1", 7))}, (), 7
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    document = json.loads(serialize.dumps(presets.load("digits-mlp")))
    account = {"document": document, "device": "cpu", "threads": 2}
    (folder / "run.json").write_text(json.dumps(account))
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


def test_other_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="not the folder of a run"):
        PastRun(tmp_path)
