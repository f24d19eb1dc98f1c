"""What an empty panel says in each state of a run."""

import pytest

from tests.helpers import frames
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.log import LogView
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.plots.views.panel import ViewPanel

PANELS = [LossPlot, GradientPlot, WeightChangePlot, AccuracyPlot, ViewPanel]


class Painter:
    """Takes down the words that are drawn."""

    def __init__(self):
        self.said = ""

    def drawText(self, *args):
        self.said = args[-1]

    def __getattr__(self, _name):
        return lambda *_: None


def said(panel):
    if hasattr(panel, "canvas"):
        assert not panel.canvas.isVisible()
        return panel._empty.text()
    painter = Painter()
    panel._paint_empty(painter)
    return painter.said


@pytest.fixture
def empty(shown):
    def show(kind):
        panel = shown(kind)
        if kind is ViewPanel:
            panel.expect(has_views=True)
        return panel

    return show


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("state", ["", "starting", "idle", "stopped", "finished"])
def test_without_a_run_it_says_what_to_press(empty, kind, state):
    panel = empty(kind)
    panel.set_state(state)
    assert said(panel).startswith("Press Train to see")


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("state", ["compiling", "training"])
def test_in_a_run_it_says_that_the_first_are_coming(empty, kind, state):
    panel = empty(kind)
    panel.set_state(state)
    assert said(panel).startswith("The first")
    panel.set_state("stopped")
    assert said(panel).startswith("Press Train to see")


@pytest.mark.parametrize("kind", [LossPlot, GradientPlot, WeightChangePlot])
def test_in_a_pause_it_says_how_to_go_on(empty, kind):
    panel = empty(kind)
    panel.set_state("paused")
    assert "resume" in said(panel)


def test_metrics_come_with_an_evaluation_also_in_a_pause(empty):
    panel = empty(AccuracyPlot)
    panel.set_state("paused")
    assert said(panel) == "The first numbers come with the first evaluation."


def test_a_network_without_views_says_how_to_get_one(empty):
    panel = empty(ViewPanel)
    panel.expect(has_views=False)
    for state in ("idle", "training", "paused"):
        panel.set_state(state)
        assert "“View” in the layers" in said(panel)
        assert "Press Train" not in said(panel)


def test_numbers_take_the_place_of_the_words(empty, history):
    panel = empty(LossPlot)
    panel.set_state("training")
    for told in frames.frames(10):
        history.add(told)
    panel.catch_up()
    assert panel.canvas.isVisible()


def test_the_empty_log_knows_of_the_run(qtbot, history):
    log = LogView(history)
    qtbot.addWidget(log)
    assert log.placeholderText() == "Press Train to see what happens"
    log.set_state("training")
    assert log.placeholderText() == "The first lines are on the way."
