"""Panels of gradients and weight changes show one phase or all."""

import time

import numpy as np
import pytest

from tests.helpers import frames
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.session.curves.history import SAMPLE, History
from workbench.session.names import Names

LAYERS, MOVERS = ("gen.a", "gen.b", "critic.a"), (1, 1, 0)


@pytest.fixture
def history():
    history = History()
    started = frames.run_started(LAYERS, phases=("judge", "forge"), layer_phases=MOVERS)
    history.begin(started, Names())
    for told in frames.frames(100, layers=LAYERS):
        both = np.repeat(told.losses, 2, axis=1) * [1.0, 3.0]
        history.add(type(told)(**{**vars(told), "losses": both, "rates": both * 1e-3}))
    return history


def words(panel):
    return [row[1] for row in panel.face.chart().rows]


@pytest.mark.parametrize("kind", [GradientPlot, WeightChangePlot])
def test_choosing_a_phase_leaves_its_layers(shown, kind):
    panel = shown(kind)
    panel.catch_up()
    assert panel.phase.isVisible()
    items = [panel.phase.itemText(i) for i in range(panel.phase.count())]
    assert items == ["All phases", "judge", "forge"]
    assert words(panel) == list(LAYERS)
    panel.phase.choose(1)
    for face in range(len(panel.faces)):
        panel.show_face(face)
        panel.grab()
        if kind is GradientPlot or face != 1:
            assert words(panel) == ["gen.a", "gen.b"]
    panel.phase.choose(0)
    panel.show_face(0)
    assert words(panel) == ["critic.a"]
    assert "critic.a" in panel.face.read(0.5, 0.5)
    panel.phase.choose(-1)
    assert words(panel) == list(LAYERS)


def test_the_shares_of_a_phase_are_those_of_its_rows(shown):
    panel = shown(GradientPlot)
    panel.catch_up()
    whole = panel.face.shares.copy()
    panel.phase.choose(1)
    seen = panel.face.shares
    both = min(whole.shape[1], seen.shape[1])
    np.testing.assert_allclose(seen[:, :both].sum(axis=1), whole[:2].sum(axis=1))


def test_one_phase_needs_no_chooser(shown, history):
    history.begin(frames.run_started(layer_phases=(0,) * 5), Names())
    panel = shown(GradientPlot, played=30)
    panel.catch_up()
    assert not panel.phase.isVisible()


def test_the_reading_of_the_loss_names_the_phases(shown, history):
    panel = shown(LossPlot)
    panel.catch_up()
    judge, forge = (series.at(50) for series in history.losses)
    text = panel.reading(50)
    assert f"judge {judge.value:.4g}" in text
    assert f"forge {forge.value:.4g}" in text
    panel.switch.choose(2)
    assert f"forge {forge.value * 1e-3:.4g}" in panel.reading(50)


@pytest.mark.parametrize("kind", [GradientPlot, WeightChangePlot])
def test_a_phase_that_was_not_measured_says_so_in_place_of_a_flat_line(shown, kind):
    """Its rows are NaN in every sample: that is no gradient of zero."""
    panel = shown(kind)
    history = History()
    started = frames.run_started(LAYERS, phases=("judge", "forge"), layer_phases=MOVERS)
    history.begin(started, Names())
    for told in frames.frames(20, layers=LAYERS):
        if told.sample is not None:
            for name in ("grad_norm", "update_ratio", "grad_zeros", "grad_nonfinite"):
                vars(told.sample)[name][:2] = np.nan
            told.sample.grad_histogram[:2] = 0
        both = np.repeat(told.losses, 2, axis=1)
        history.add(type(told)(**{**vars(told), "losses": both, "rates": both}))
    panel.history = history
    panel.rows._history = history
    panel.phase.choose(1)
    for face in range(len(panel.faces)):
        panel.show_face(face)
        panel.again()
        assert panel.face.chart() is None
        assert "not measured yet" in panel.words("empty")
        panel.grab()
    panel.phase.choose(0)
    panel.again()
    assert panel.face.chart() is not None


def test_an_old_measurement_says_how_old_it_is(shown, history, monkeypatch):
    panel = shown(GradientPlot)
    panel.set_state("training")
    panel.catch_up()
    assert panel._step_words() == f"step {history.sample.step}"
    then = history.shown_at[SAMPLE]
    monkeypatch.setattr(time, "monotonic", lambda: then + 8.4)
    step = history.sample.step
    history.step = step + 49
    assert panel._step_words() == f"step {history.sample.step}"
    history.step = step + 50
    assert panel._step_words() == f"step {step}, 8 s ago, waiting"
    seen = panel.news()
    monkeypatch.setattr(time, "monotonic", lambda: then + 9.4)
    assert panel.news() != seen  # it is drawn again each second
    panel.set_state("paused")
    assert panel._step_words() == f"step {history.sample.step}"
