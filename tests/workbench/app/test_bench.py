"""A training is tried before it begins, in the window."""

import pytest

import presets
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign, assign
from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document import actions
from workbench.document.settings import Settings
from workbench.session.session import Session

MADE_MS, TRIES = 120_000, 5
"""On a busy machine a rate may be untold: there is no time for its steps."""


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.show()
    qtbot.waitUntil(lambda: window.panels.is_loaded, timeout=20_000)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


def test_a_rate_is_judged_and_set_with_one_click(window, qtbot, tmp_path):
    project = presets.load("digits-mlp")
    assign(project, ("lr=1",))
    file = tmp_path / "fast.bpw"
    serialize.save(project, file)
    window.document.load(file)
    window.session.start_engine()
    action = window.actions_["preflight"]
    qtbot.waitUntil(
        lambda: window.session.engine_ready and action.isEnabled(), timeout=MADE_MS
    )
    action.trigger()
    command = window.controllers.bench.preflight
    dialog = command.dialog
    for _ in range(TRIES):
        qtbot.waitUntil(lambda: bool(dialog.rows), timeout=MADE_MS)
        first = dialog.rows[0]
        if first.answer.verdict == "failed":
            break
        dialog.again.click()
    assert first.answer.id == "rate"
    first.buttons[0].click()
    qtbot.waitUntil(lambda: bool(dialog.rows), timeout=MADE_MS)
    rate = window.document.project.training.phases[0].optimizer.params["lr"]
    assert rate < 0.1
    window.document.undo_stack.undo()
    rate = window.document.project.training.phases[0].optimizer.params["lr"]
    assert rate == 1
    dialog.reject()
    assert command.dialog is None


def test_a_project_is_compared_with_that_of_the_last_run(window, qtbot):
    document = window.document
    document.load_preset("xor")
    assign_here = ("steps=6", "patience=0")
    actions.mend(document, Fix("short", (Assign(assign_here),)), lambda _fix: {})
    window.session.start_engine()
    qtbot.waitUntil(
        lambda: window.session.engine_ready and not window.session.active,
        timeout=MADE_MS,
    )
    window.session.train(document.project)
    with qtbot.waitSignal(window.session.outcome, timeout=MADE_MS):
        pass
    actions.mend(document, Fix("slow", (Assign(("lr=1e-9",)),)), lambda _fix: {})
    window.actions_["better"].trigger()
    dialog = window.controllers.bench.better.dialog
    assert dialog.first.count() == 1
    dialog.seeds.setValue(3)
    dialog.go.click()
    assert dialog.stop.isVisible()
    qtbot.waitUntil(lambda: dialog.answer is not None, timeout=MADE_MS)
    first = dialog.answer
    assert len(first.seeds) == 3
    assert dialog.told.text().replace("\u200b", "") == first.text
    assert dialog.more.isVisible()
    dialog.more.click()
    qtbot.waitUntil(
        lambda: dialog.answer is not None and dialog.answer.looks == 2, timeout=MADE_MS
    )
    assert dialog.answer.first[:3] == first.first
    assert len(dialog.answer.seeds) == 8
    assert not dialog.chart.grab().isNull()
    dialog.reject()
