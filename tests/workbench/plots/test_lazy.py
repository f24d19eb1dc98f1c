"""The lines of lazy answers: where they stand, when they are seen, what is said."""

import numpy as np
import pytest

from engine.protocol.baselines import Baseline
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import Evaluation, Frame
from tests.helpers import frames
from workbench.plots.panels.accuracy import LAZY, AccuracyPlot
from workbench.plots.panels.loss import LOG, RATE, LossPlot
from workbench.session.names import Names

ACCURACY = Baseline(0.1, "class", "7", higher=True)
LOSS = Baseline(2.3, "shares")


@pytest.fixture
def known(history):
    """A run with a baseline for its accuracy and its loss."""
    names = Names(metrics={"accuracy": "Accuracy"}, losses={"ce": "Cross-entropy"})
    told = {"accuracy": ACCURACY, "loss": LOSS, "ce": LOSS}
    history.begin(frames.run_started(run="lazy", baselines=told), names)
    return history


def line_of(panel):
    (line,) = panel.lazy.lines
    return line


@pytest.mark.usefixtures("known")
def test_the_loss_stands_beside_a_thin_dashed_line(shown):
    panel = shown(LossPlot, played=300)
    line = line_of(panel)
    assert line.isVisible()
    assert line.value() == LOSS.value
    assert line.pen.style().name == "DashLine"
    assert panel.legend.chips[-1].text() == "class frequencies: 2.30"
    low, high = panel.canvas.box.viewRange()[1]
    assert low <= LOSS.value <= high


@pytest.mark.usefixtures("known")
def test_the_line_follows_the_scale_and_leaves_the_rate_alone(shown):
    panel = shown(LossPlot, played=300)
    panel.switch.choose(LOG)
    assert line_of(panel).value() == pytest.approx(np.log10(LOSS.value))
    panel.switch.choose(RATE)
    assert not line_of(panel).isVisible()


@pytest.mark.usefixtures("known")
def test_the_legend_hides_the_line(shown):
    panel = shown(AccuracyPlot, played=300)
    assert line_of(panel).value() == ACCURACY.value
    panel.legend.chips[LAZY].click()
    assert not line_of(panel).isVisible()
    assert "always “7”: 0.1" in panel.reading(100)
    panel.history.names = Names(
        metrics={"accuracy": "Accuracy"}, kinds={"accuracy": "accuracy"}
    )
    assert "always “7”: 10.0\u202f%" in panel.reading(100)


def test_a_line_far_off_does_not_flatten_the_curves(shown, history):
    far = {"loss": Baseline(1e6, "mean")}
    history.begin(frames.run_started(run="far", baselines=far), Names())
    panel = shown(LossPlot, played=300)
    assert panel.canvas.box.viewRange()[1][1] < 10
    assert panel.legend.chips[-1].text() == "always the mean: 1.0·10⁶"


def test_without_one_there_is_no_line(shown):
    panel = shown(LossPlot, played=300)
    assert panel.lazy.lines == []
    assert [chip.text() for chip in panel.legend.chips] == ["train", "validation"]


def test_each_phase_has_the_line_of_its_own_losses(shown, history):
    goals = (
        PhaseGoal({"a": 2.0, "b": 1.0}),
        PhaseGoal({"b": 1.0}),
        PhaseGoal({"c": 1}),
    )
    told = {"a": Baseline(0.5, "mean"), "b": Baseline(0.25, "mean")}
    started = frames.run_started(
        run="three", phases=("x", "y", "z"), goals=goals, baselines=told
    )
    history.begin(started, Names(losses={"a": "A", "b": "B", "c": "C"}))
    assert [b and b.value for b in history.baselines_of_losses()] == [1.25, 0.25, None]
    steps = np.arange(1, 4)
    values = {"a": 0.5, "b": 0.5, "c": 0.5}
    told = (Evaluation(2, 0.1, values),)
    rows = np.ones((3, 3))
    history.add(Frame(3, 0.1, "training", steps, rows, rows, None, told))
    panel = shown(LossPlot)
    assert [line.value() for line in panel.lazy.lines] == [1.25, 0.25]
    assert panel.legend.chips[-1].text() == "always the mean"


@pytest.mark.parametrize("keeps_best", [True, False])
def test_the_result_is_that_of_the_weights_that_are_kept(history, keeps_best):
    history.begin(frames.run_started(run="kept"), Names(keeps_best=keeps_best))
    told = tuple(
        Evaluation(step, 0.1, {"loss": value}, best=best)
        for step, value, best in ((1, 3.0, True), (2, 1.0, True), (3, 2.0, False))
    )
    empty = np.empty((0, 1))
    history.add(Frame(3, 1, "training", np.empty(0, int), empty, empty, None, told))
    assert history.result.values["loss"] == (1.0 if keeps_best else 2.0)
