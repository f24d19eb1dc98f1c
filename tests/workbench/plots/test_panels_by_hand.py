"""Where the mouse is, what a panel says and what stays in view, by hand."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QMenu

from engine.protocol.messages import Evaluation, Frame
from tests.helpers import frames
from workbench.plots.panels import validation
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.session.curves.history import SAMPLE
from workbench.session.names import Names


def told(history, evaluations, step=None, **run):
    history.begin(frames.run_started(**run), history.names)
    steps = np.arange(1, (step or evaluations[-1].step) + 1)
    values = np.ones((len(steps), len(history.losses)))
    history.add(
        Frame(int(steps[-1]), 1.0, "training", steps, values, values,
              evaluations=tuple(evaluations))
    )  # fmt: skip


def evaluation(step, new, known):
    return Evaluation(step, step / 8, {"accuracy": new}, {"accuracy": known})


# Painted panels.


def test_the_mouse_reads_the_place_where_it_is(shown, monkeypatch):
    panel = shown(GradientPlot, played=100)
    area = panel.face.chart().area(panel.size())
    read = []
    monkeypatch.setattr(panel.face, "read", lambda x, y: read.append((x, y)) or "read")
    x, y = area.left() + area.width() / 4, area.top() + area.height() / 8
    panel._read(QPointF(x, y))
    assert read == [pytest.approx((0.25, 0.125))]
    assert panel._readout == "read"
    panel._read(QPointF(1, 1))
    assert panel._readout == ""
    panel._read(area.center())
    panel.leaveEvent(None)
    assert panel._readout == ""


def test_switch_and_words_share_the_head_of_a_panel(shown):
    panel = shown(WeightChangePlot, played=100)
    assert panel.switch.geometry().right() == pytest.approx(panel.width() - 9, abs=1)
    assert panel._room_px == panel.switch.x()
    assert panel.switch.y() == 4


def test_a_measurement_says_how_old_it_is_while_it_trains(shown, history, monkeypatch):
    panel = shown(GradientPlot, played=100)
    monkeypatch.setattr(history, "age_s", lambda name, step: 8 * (name == SAMPLE))
    assert panel._step_words() == "step 100"
    panel.set_state("training")
    assert panel._step_words() == "step 100, 8 s ago, waiting"
    panel.set_state("paused")
    assert panel._step_words() == "step 100"


def test_the_menu_ticks_the_face_that_is_shown(shown, qtbot):
    panel = shown(WeightChangePlot, played=50)
    panel.show_face(1)
    menu = QMenu()
    qtbot.addWidget(menu)
    panel.fill_menu(menu)
    ticks = [(a.text(), a.isChecked()) for a in menu.actions()][:3]
    assert ticks == [("Heat map", False), ("Lines", True), ("Histogram", False)]
    menu.actions()[2].trigger()
    assert panel.face is panel.faces[2]


# Metrics.


@pytest.mark.parametrize(
    ("bounds", "found"),
    [((0.6, 0.8), (0.6, 1)), ((0.95, 0.97), (0.9, 1)), ((0.95, 1.0), (0.9, 1)),
     ((0.1, 0.5), (0.1, 1)),
     ((0.1, 0.49), (0.1, 0.49)), ((0.2, 1.0), (0.2, 1)), ((0.2, 1.01), (0.2, 1.01)),
     (None, None)],
)  # fmt: skip
def test_a_metric_that_nears_one_is_shown_up_to_one(shown, bounds, found):
    assert shown(AccuracyPlot)._with_bounds(bounds) == found


def test_both_curves_are_told_at_the_evaluation_nearest_to_the_cursor(shown, history):
    panel = shown(AccuracyPlot)
    told(history, [evaluation(10, 0.5, 0.6), evaluation(20, 0.7, 0.8)])
    panel.catch_up()
    assert panel.reading(14.9) == "step 10 · train 0.6 · validation 0.5"
    assert panel.reading(15.1) == "step 20 · train 0.8 · validation 0.7"
    train, new = (curve.line.getData() for curve in panel.curves)
    assert [part.tolist() for part in train] == [[10, 20], [0.6, 0.8]]
    assert [part.tolist() for part in new] == [[10, 20], [0.5, 0.7]]
    header, rows = panel.table()
    assert header == ["step", "epoch", "validation accuracy", "train accuracy"]
    assert rows == [[10, 1.25, 0.5, 0.6], [20, 2.5, 0.7, 0.8]]


def test_the_axis_of_metrics_grows_with_the_run(shown, history):
    panel = shown(AccuracyPlot)
    told(history, [evaluation(10, 0.5, 0.6)], step=40)
    panel.catch_up()
    assert not panel._outgrown()
    history.step = panel.steps.high
    assert not panel._outgrown()
    history.step = panel.steps.high + 1
    assert panel._outgrown()
    history.evaluations.clear()
    assert not panel._outgrown()


# Validation.


def test_the_validation_nearest_to_the_cursor_is_read(history):
    told(history, [Evaluation(n, 0.0, {"loss": n / 4}) for n in (10, 20, 40)])
    for step, value in ((0, "2.5"), (14.9, "2.5"), (15.1, "5"), (31, "10"), (99, "10")):
        assert validation.readings(history, step) == [f"validation {value}"]
    history.evaluations.clear()
    assert validation.readings(history, 10) == [""]


# Curves.


def test_a_zoom_stays_until_the_run_is_followed_again(shown, history):
    panel = shown(LossPlot, played=100)
    panel.catch_up()
    assert panel.begin_view() == (0, panel.steps.high)
    panel.canvas.box.setRange(xRange=(20, 40), padding=0)
    panel._on_zoomed(None)
    assert panel.begin_view() == pytest.approx((20, 40))
    assert panel._readout.text() == "Double-click: whole run"
    panel.follow()
    assert panel.following
    assert panel.begin_view() == (0, panel.steps.high)
    assert panel._readout.text() == ""


def test_the_cursor_line_follows_the_mouse_inside_the_data(shown):
    panel = shown(LossPlot, played=100)
    panel.catch_up()
    box = panel.canvas.box
    place = box.mapViewToScene(QPointF(30, panel.values.low))
    panel._on_mouse_moved(place - QPointF(0, 1))
    assert panel.canvas.cursor_line.isVisible()
    assert panel.canvas.cursor_line.value() == pytest.approx(30)
    assert panel._readout.text().startswith("step 30 ·")
    panel._on_mouse_moved(QPointF(-5, -5))
    assert not panel.canvas.cursor_line.isVisible()
    assert panel._readout.text() == ""


def test_a_long_reading_covers_the_switch_wholly(shown):
    panel = shown(LossPlot, played=100)
    panel._say("x")
    assert panel._readout.geometry().right() == panel.switch.x() - 9
    assert panel._readout.pos() == QPoint(12, 3)
    panel._say("x" * 100)
    assert panel._readout.width() == panel.width() - 12


def test_rates_of_all_phases_are_in_view_from_zero(shown, history):
    panel = shown(LossPlot)
    history.begin(frames.run_started(phases=("one", "two")), Names())
    steps, values = np.arange(1, 11), np.ones((10, 2))
    history.add(Frame(10, 1.0, "training", steps, values, values * [0.2, 0.4]))
    panel.switch.choose(2)
    panel.catch_up()
    assert panel.shows_rate
    lines = [line.getData()[1] for line in panel.smooth]
    assert [set(np.asarray(line).tolist()) for line in lines] == [{0.2}, {0.4}]
    low, high = panel.canvas.box.viewRange()[1]
    assert low <= 0
    assert 0.42 <= high <= 0.5
    assert panel.reading(3) == "step 3 · one 0.2 · two 0.4"
    assert not any(line.isVisible() for line in panel.raw)


def test_one_step_alone_is_a_dot(shown, history):
    panel = shown(LossPlot)
    told(history, [Evaluation(1, 0.0, {"loss": 2.0})], step=1)
    panel.catch_up()
    (dot,) = panel.lonely
    assert dot.isVisible()
    assert [part.tolist() for part in map(np.asarray, dot.getData())] == [[1], [1]]
    told(history, [Evaluation(2, 0.0, {"loss": 2.0})], step=2, run="next")
    panel.catch_up()
    assert not panel.lonely[0].isVisible()
