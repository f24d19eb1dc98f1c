"""Where the legend stands, against the pixels that pyqtgraph gives the curves."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.protocol.messages import Evaluation, Frame
from tests.helpers import frames
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.loss import LossPlot
from workbench.plots.parts import legend_place
from workbench.plots.parts.legend_place import Corner
from workbench.session.curves.history import History
from workbench.session.names import Names


def hidden_points(panel, line):
    """Return how many points of a line lie below the legend."""
    x, y = (np.asarray(part, float) for part in line.getData())
    fine = np.linspace(x[0], x[-1], 2000)
    box, canvas = panel.canvas.box, panel.canvas
    spots = [
        canvas.mapToParent(canvas.mapFromScene(box.mapViewToScene(QPointF(a, b))))
        for a, b in zip(fine, np.interp(fine, x, y), strict=True)
    ]
    return sum(panel.legend.geometry().contains(spot) for spot in spots)


def rising(history, steps, top):
    """Tell a training loss that falls and a validation loss that climbs."""
    history.begin(frames.run_started(run=f"rise {top}", total_steps=steps), Names())
    numbers = np.arange(1, steps + 1)
    losses = (0.2 + np.exp(-numbers / 40))[:, None]
    told = [Evaluation(n, n / 9, {"loss": top * n / steps}) for n in numbers[9::10]]
    history.add(
        Frame(steps, 9.0, "training", numbers, losses, losses, evaluations=tuple(told))
    )


def test_the_end_of_a_climbing_validation_is_not_hidden(shown, history):
    rising(history, 300, 3.0)
    panel = shown(LossPlot)
    panel.catch_up()
    assert hidden_points(panel, panel.validation.curves[0].line) == 0
    assert hidden_points(panel, panel.smooth[0]) == 0


def test_a_falling_loss_leaves_the_legend_at_the_top_right(shown):
    panel = shown(LossPlot, played=300)
    assert panel.corner.index == legend_place.TOP_RIGHT
    assert panel.legend.geometry().right() == pytest.approx(
        panel.canvas.box.sceneBoundingRect().right() - legend_place.MARGIN_PX, abs=4
    )


@pytest.mark.parametrize("kind", [LossPlot, AccuracyPlot])
def test_the_legend_moves_at_most_once_in_a_run(shown, history, kind):
    panel = shown(kind)
    seen = []
    for told in frames.frames(900):
        history.add(told)
        panel.catch_up()
        seen.append(panel.corner.index)
    assert np.count_nonzero(np.diff(seen)) <= 1


def test_it_stays_while_it_has_the_focus(qtbot, shown, history):
    panel = shown(LossPlot, played=30)
    with qtbot.waitActive(panel):
        panel.activateWindow()
    panel.legend.chips[0].setFocus()
    where = panel.legend.pos()
    assert panel.legend.is_in_use
    steps = np.arange(31, 51)
    high = np.full((20, 1), 9.0)
    history.add(Frame(50, 1.0, "training", steps, high, high))
    panel.catch_up()
    assert panel.legend.pos() == where
    panel.legend.chips[0].clearFocus()
    panel.again()
    assert hidden_points(panel, panel.smooth[0]) == 0


def test_another_run_begins_in_the_first_corner(shown, history):
    rising(history, 300, 3.0)
    panel = shown(LossPlot)
    panel.catch_up()
    assert panel.corner.index != legend_place.TOP_RIGHT
    other = History()
    other.begin(frames.run_started(run="other"), Names())
    for told in frames.frames(300):
        other.add(told)
    history.__dict__.update(vars(other), runs_seen=history.runs_seen + 1)
    panel.catch_up()
    assert panel.corner.index == legend_place.TOP_RIGHT


def test_a_line_between_two_points_counts_where_it_runs():
    line = (np.array([0.0, 10.0]), np.array([0.0, 10.0]), 1.0)
    assert legend_place.crowd([line], QRectF(4, 4, 2, 2)) == 1.0
    assert legend_place.crowd([line], QRectF(0, 4, 2, 2)) == 0.0
    assert legend_place.crowd([line], QRectF(12, 12, 2, 2)) == 0.0
    half = legend_place.crowd([line], QRectF(4, 5, 2, 9))
    assert half == pytest.approx(0.5, abs=0.05)


def test_a_corner_is_left_only_for_a_much_emptier_one():
    place = Corner()
    assert not place.follow([0.5, 0.3, 0.4, 0.6])
    assert not place.follow([0.05, 0.0, 0.0, 0.0])
    assert place.follow([0.5, 0.3, 0.1, 0.2])
    assert place.index == legend_place.TOP_LEFT
    assert not place.follow([0.0, 0.0, 0.06, 0.0])
    assert place.follow([0.0, 0.0, 0.5, 0.0])
    assert place.index == legend_place.TOP_RIGHT
