"""What a diagnosis says in the window, and its fix by one click."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton

from engine.graph import settings_text
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.protocol import commands, messages
from engine.protocol.bench.preflight import CalledOff, CallOff
from engine.protocol.bench.proof import Prove, Proved, Proving
from engine.protocol.findings import Evidence, Finding
from tests.helpers import frames
from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.inspector.findings import FindingList
from workbench.inspector.parts.course import CoursePlot
from workbench.inspector.parts.evidence import EvidencePlot
from workbench.session.session import Session

START_MS, RUN_MS = 60_000, 120_000
LEFT = Qt.MouseButton.LeftButton


def finding(
    fault="vanishing_gradients", title="Vanishing gradients", nodes=("scores",)
):
    return Finding(
        fault,
        title,
        "The gradient of the first layer is 1e+11 times smaller.",
        "Use ReLU.",
        "Hochreiter 1991",
        nodes,
        (Evidence("‖g‖ of the first layer / of the last", 1e-11, "≤", 1e-3),),
        (
            Fix("A lower rate.", (Assign(("lr=0.5",)),)),
            Fix("Fewer epochs", (Assign(("epochs=3",)),)),
        ),
        step=7,
    )


def told(*findings, step=1):
    return messages.Frame(
        step=step,
        epoch=0.1,
        state="training",
        steps=np.array([step]),
        losses=np.array([[1.0]]),
        rates=np.array([[0.1]]),
        findings=findings,
    )


@pytest.fixture
def ill(qtbot, running, engine):
    """A window whose run has a fault."""
    engine.tell(told(finding()), len(engine.sent))
    qtbot.waitUntil(running.controllers.diagnosing.bar.isVisible)
    return running


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


def test_nothing_is_said_while_nothing_is_wrong(qtbot, running, engine):
    engine.tell(told(), len(engine.sent))
    qtbot.waitUntil(lambda: running.session.history.step == 1)
    assert not running.controllers.diagnosing.bar.isVisible()
    assert running.docks["diagnosis"].windowTitle() == "Diagnosis"
    assert "No fault" in running.controllers.diagnosing.panel.empty.text()


def test_a_fault_stands_above_the_canvas_in_the_panel_and_at_its_node(ill):
    bar, panel = ill.controllers.diagnosing.bar, ill.controllers.diagnosing.panel
    assert (bar.title.text(), bar.words.text()) == (
        "Vanishing gradients",
        "The gradient of the first layer is 1e+11 times smaller.",
    )
    assert ill.docks["diagnosis"].windowTitle() == "Diagnosis (1)"
    shown = texts(panel.cards[0])
    assert {"Use ReLU.", "Hochreiter 1991"} <= set(shown)
    (plot,) = panel.cards[0].findChildren(EvidencePlot)
    assert "1 × 10⁻¹¹, the fault begins at 0.001" in plot.accessibleName()
    scene = ill.canvas.scene
    assert scene.nodes["scores"].face.severity == "warning"
    assert "Vanishing" in scene.problems_of("scores")[0].text
    assert scene.nodes["linear1"].face.severity == ""


def test_a_check_of_the_graph_keeps_the_badge(ill, qtbot, engine):
    ill.canvas.set_analysis(messages.Analysis(1, {}, (), 0))
    assert ill.canvas.scene.nodes["scores"].face.severity == "warning"


def test_the_fix_is_one_step_trains_again_and_can_be_undone(qtbot, ill, engine):
    before = serialize.dumps(ill.document.project)
    qtbot.mouseClick(ill.controllers.diagnosing.bar.fix, LEFT)
    assert not ill.controllers.diagnosing.bar.isVisible()
    assert ill.canvas.scene.nodes["scores"].face.severity == ""
    assert ill.document.undo_stack.count() == 1
    assert ill.document.undo_stack.undoText() == "Cure: Vanishing gradients"
    assert engine.commands(commands.Stop)
    outcome = messages.Outcome("stopped", "run", 1, "Stopped")
    engine.tell(outcome, 1 + engine.sent.index(engine.commands(commands.Train)[0]))
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    document = engine.commands(commands.Train)[1].document
    phase = serialize.loads(document).training.phases[0]
    assert phase.optimizer.params["lr"] == 0.5
    assert not ill.banner.isVisible()
    engine.tell(frames.run_started(run="cured"), len(engine.sent))
    qtbot.waitUntil(ill.banner.isVisible)
    assert ill.banner.words.text() == "Changed: A lower rate. It trains again."
    (undo,) = ill.banner.buttons
    qtbot.mouseClick(undo, LEFT)
    assert serialize.dumps(ill.document.project) == before
    assert not ill.banner.isVisible()


@pytest.mark.parametrize(
    ("value", "comparison", "limit", "is_left"),
    [(192.0, "≥", 10.0, False), (1e-11, "≤", 1e-3, True), (0.0, "≤", 0.0, None),
     (float("inf"), "≥", 1.0, False), (-2.0, "≤", -1.0, True)],
)  # fmt: skip
def test_a_number_is_drawn_on_its_side_of_the_limit(
    qtbot, value, comparison, limit, is_left
):
    plot = EvidencePlot(Evidence("x", value, comparison, limit))
    qtbot.addWidget(plot)
    at, edge = plot.shares()
    assert 0 < at < 1
    assert 0 < edge < 1
    assert is_left is None or (at < edge) == is_left
    assert not plot.grab().isNull()


@pytest.mark.parametrize("is_log", [True, False])
def test_a_course_is_drawn_over_the_steps_with_its_limit(qtbot, is_log):
    last = 1000.0 if is_log else 4.0
    points = ((10, 1.0), (20, 2.0), (50, last))
    plot = CoursePlot(Evidence("x", last, "≥", 3.0, points), 40)
    qtbot.addWidget(plot)
    plot.resize(212, plot.sizeHint().height())
    assert plot.is_log == is_log
    first, end = plot.placed(10, 1.0), plot.placed(50, last)
    assert (first.x(), end.x()) == pytest.approx((6, 206))
    assert plot.placed(30, 1.0).x() == pytest.approx(106)
    limit = plot.placed(10, 3.0).y()
    assert end.y() < limit < first.y()
    share = (math.log(3) / math.log(1000)) if is_log else 2 / 3
    assert (first.y() - limit) / (first.y() - end.y()) == pytest.approx(share)
    assert "told at step 40" in plot.accessibleName()
    assert not plot.grab().isNull()


def test_prove_trains_before_and_after_the_cure_and_says_the_answer(qtbot, ill, engine):
    outcome = messages.Outcome("stopped", "run", 1, "Stopped")
    before = engine.commands(commands.Train)[0].document
    proof, panel = ill.controllers.bench.proof, ill.controllers.diagnosing.panel
    panel.cards[0].prove.click()
    assert proof.dialog is None  # a training that goes on is not cut short
    (offer,) = ill.banner.buttons
    assert not engine.commands(commands.Stop)
    qtbot.mouseClick(offer, LEFT)
    assert engine.commands(commands.Stop)
    engine.tell(outcome, 1 + engine.sent.index(engine.commands(commands.Train)[0]))
    qtbot.waitUntil(lambda: proof.dialog is not None)
    assert not ill.banner.isVisible()
    (wish,) = engine.commands(Prove)
    assert wish.before == before
    after = serialize.loads(wish.after).training.phases[0]
    assert after.optimizer.params["lr"] == 0.5
    number, dialog = 1 + engine.sent.index(wish), proof.dialog
    curve = np.array([[10.0, 0.3], [20.0, 0.4]])
    engine.tell(Proving(1, 20, 40, "accuracy", curve), number)
    qtbot.waitUntil(lambda: bool(dialog.chart.curves[1]))
    assert dialog.chart.curves[1] == [(10.0, 0.3), (20.0, 0.4)]
    assert (dialog.progress.value(), dialog.progress.maximum()) == (60, 80)
    answer = Proved("helps", "It helps.", "accuracy", True, 0.3, 0.9, 0)
    engine.tell(answer, number)
    qtbot.waitUntil(lambda: dialog.answer is not None)
    assert dialog.told.text() == "It helps."
    assert not dialog.grab().isNull()
    dialog.cure.click()
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    assert ill.document.undo_stack.undoText() == "Cure: Vanishing gradients"


def test_a_proof_is_cancelled_and_changes_nothing(qtbot, ill, engine):
    outcome = messages.Outcome("stopped", "run", 1, "Stopped")
    engine.tell(outcome, 1 + engine.sent.index(engine.commands(commands.Train)[0]))
    qtbot.waitUntil(lambda: not ill.session.active)
    ill.controllers.diagnosing.panel.cards[0].prove.click()
    number, dialog = len(engine.sent), ill.controllers.bench.proof.dialog
    dialog.stop.click()
    assert engine.commands(CallOff)
    engine.tell(CalledOff(), number)
    qtbot.waitUntil(lambda: "Cancelled" in dialog.told.text())
    assert not ill.document.undo_stack.count()


def test_another_fix_is_a_button_in_the_panel(qtbot, ill):
    ill.docks.raise_("diagnosis")
    card = ill.controllers.diagnosing.panel.cards[0]
    words = [button.accessibleName() for button in card.buttons]
    assert words == ["A lower rate.", "Fewer epochs"]
    qtbot.mouseClick(card.buttons[1], LEFT)
    assert ill.document.project.training.number("epochs") == 3


@pytest.mark.parametrize("width", [220, 400])
def test_long_words_of_a_fix_leave_the_numbers_in_sight(qtbot, width):
    long = Fix("Use ReLU, which keeps the gradient, and batch norm as well", ())
    found = finding()
    panel = FindingList()
    qtbot.addWidget(panel)
    panel.show_findings([replace(found, fixes=(long, *found.fixes))], has_run=True)
    panel.resize(width, 500)
    panel.show()
    (card,) = panel.cards
    right = card.mapTo(panel, card.rect().topRight()).x()
    assert right < width
    for label in card.findChildren(QLabel):
        assert label.mapTo(panel, label.rect().topRight()).x() <= right
    assert card.buttons[0].toolTip() == long.label


def test_details_bring_the_panel_forward(qtbot, ill):
    assert not ill.docks.is_visible("diagnosis")
    qtbot.mouseClick(ill.controllers.diagnosing.bar.details, LEFT)
    qtbot.waitUntil(lambda: ill.docks.is_visible("diagnosis"))


def test_a_card_leads_to_its_node(qtbot, ill):
    ill.docks.raise_("diagnosis")
    qtbot.mouseClick(ill.controllers.diagnosing.panel.cards[0], LEFT)
    assert ill.canvas.selection.ids == ["scores"]


def test_a_closed_bar_stays_closed_for_this_fault_only(qtbot, ill, engine):
    bar = ill.controllers.diagnosing.bar
    qtbot.mouseClick(bar.findChildren(QToolButton)[0], LEFT)
    assert not bar.isVisible()
    engine.tell(told(finding(), step=2), len(engine.sent))
    qtbot.waitUntil(lambda: ill.session.history.step == 2)
    assert not bar.isVisible()
    other = finding("dead_relu", "Dead ReLUs")
    engine.tell(told(other, finding(), step=3), len(engine.sent))
    qtbot.waitUntil(bar.isVisible)
    assert bar.title.text() == "Dead ReLUs"
    assert ill.docks["diagnosis"].windowTitle() == "Diagnosis (2)"


def test_a_lost_loss_is_explained_by_the_diagnosis_alone(qtbot, ill, engine):
    engine.tell(messages.Outcome("diverged", "run", 1, "No number"), len(engine.sent))
    qtbot.waitUntil(lambda: ill.session.state == "diverged")
    assert not ill.banner.isVisible()
    assert ill.controllers.diagnosing.bar.isVisible()


def test_another_document_forgets_the_fault(ill):
    ill.document.load_preset("xor")
    assert not ill.controllers.diagnosing.bar.isVisible()
    assert ill.controllers.diagnosing.panel.cards == []
    assert "Train" in ill.controllers.diagnosing.panel.empty.text()


def test_a_fix_that_the_document_refuses_is_told(qtbot, ill):
    lost = Fix("Lost", (Assign(("nothing.of=healthy",)),))
    ill.controllers.diagnosing.mend(finding(), lost)
    assert ill.banner.isVisible()
    assert ill.document.undo_stack.count() == 0


@pytest.fixture
def real(qtbot, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.document.load_preset("vanishing")
    # steady beside
    edits = settings_text.edits(
        window.document.project, ["threads=1"]
    )  # steady beside others
    window.document.apply(edits, "One thread")
    window.show()
    qtbot.waitUntil(lambda: window.session.engine_ready, timeout=START_MS)
    qtbot.waitUntil(lambda: window.panels.is_loaded, timeout=20_000)
    qtbot.waitUntil(lambda: window.analysis is not None, timeout=START_MS)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


def test_vanishing_gradients_are_read_cured_by_a_click_and_gone(qtbot, real):
    before = serialize.dumps(real.document.project)
    bar, session = real.controllers.diagnosing.bar, real.session
    real.actions_["train"].trigger()
    qtbot.waitUntil(bar.isVisible, timeout=RUN_MS)
    assert bar.finding.fault == "vanishing_gradients"
    assert "times smaller" in bar.words.text()
    assert real.canvas.scene.nodes["layers"].face.severity == "warning"
    ended = {"finished", "stopped", "diverged", "failed"}
    qtbot.waitUntil(lambda: session.state in ended, timeout=RUN_MS)
    assert session.state == "finished"
    first = session.history.run.run
    assert session.history.evaluations[-1].values["accuracy"] < 0.5

    qtbot.mouseClick(bar.fix, LEFT)
    assert real.document.project.graph.node("layers").params["of"] == "healthy"
    qtbot.waitUntil(
        lambda: session.state in ended and session.history.run.run != first,
        timeout=RUN_MS,
    )
    assert session.state == "finished"
    assert session.history.evaluations[-1].values["accuracy"] >= 0.95
    assert not bar.isVisible()
    assert real.controllers.diagnosing.panel.cards == []

    real.actions_["undo"].trigger()
    assert serialize.dumps(real.document.project) == before
