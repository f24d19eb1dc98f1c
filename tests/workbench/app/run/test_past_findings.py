"""What was found wrong with a run is shown again when the run is opened."""

import json

import pytest

import presets
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.protocol.findings import Evidence, Finding
from engine.protocol.messages import Analysis, NodeInfo
from engine.protocol.wire import finding_records
from engine.training.records import past_runs, runs
from tests.workbench.app.run.test_past import show

ANALYSIS = Analysis(
    0, {n: NodeInfo(parameters=p) for n, p in (("data", 0), ("linear1", 7))}, (), 7
)
FOUND = Finding(
    "learning_rate_too_low",
    "Learning rate too low",
    "No step has changed the weights by more than 0.00001 of their size.",
    "Raise the learning rate.",
    "Karpathy",
    ("linear1",),
    (Evidence("Largest ‖Δw‖/‖w‖ in one step", 1e-5, "≤", 1e-4),),
    (Fix("Set the learning rate to 0.01", (Assign(("lr=0.01",)),)),),
    step=64,
)


@pytest.fixture
def folder(tmp_path):
    run = runs.create(tmp_path, presets.load("digits-mlp"), name="run")
    run.metrics.commit()
    run.update(state="finished", findings=[finding_records.record_of(FOUND)])
    run.close()
    return run.folder


def test_bar_panel_and_canvas_show_it_and_mend_it(qtbot, window, engine, folder):
    show(qtbot, window, folder)
    bar, panel = window.controllers.diagnosing.bar, window.controllers.diagnosing.panel
    assert past_runs.told(str(folder))[0].findings == (FOUND,)
    assert bar.isVisibleTo(window)
    assert bar.title.text() == "Learning rate too low"
    assert [card.finding for card in panel.cards] == [FOUND]
    bar.fix.click()
    lr = window.document.project.training.phases[0].optimizer.params["lr"]
    assert lr == 0.01


def test_a_preset_gets_its_fix_back(tmp_path):
    project = presets.load("too-slow")
    run = runs.create(tmp_path, project, name="run")
    run.update(findings=[finding_records.record_of(FOUND)])
    (found,) = past_runs.told(str(run.folder))[0].findings
    assert [fix.label for fix in found.fixes] == [
        "Set the learning rate to 0.003",
        "Set the learning rate to 0.01",
    ]


def test_rubbish_in_a_strangers_run_is_passed_over(tmp_path):
    record = finding_records.record_of(FOUND)
    bad = [
        None,
        7,
        {},
        record | {"text": "x" * 10**5},
        record | {"title": "a\nb"},
        record | {"step": 10**400},
        record | {"step": True},
        [record],
    ]
    odd = record | {
        "nodes": ["linear1", 3, None],
        "evidence": [{"what": "x", "value": 10**400, "comparison": "≤", "limit": 0}],
        "fixes": [{"label": "x", "set": [["lr=1"]]}, {"label": 3, "set": ["lr=1"]}],
    }
    project = presets.load("digits-mlp")
    text = json.loads(json.dumps([*bad, odd]))
    (found,) = finding_records.read(text, project)
    assert (found.nodes, found.evidence, found.fixes) == (("linear1",), (), ())
    for other in (None, {}, "x", 3.0, {"findings": []}):
        assert finding_records.read(other, project) == ()
    assert serialize.dumps(project)
