"""Lines of lazy answers, ranges of losses and what the cursor reads, by hand."""

import math

import numpy as np
import pytest

from engine.protocol.baselines import Baseline
from engine.protocol.messages import Evaluation, Frame
from tests.helpers import frames
from workbench.plots.panels import lazy
from workbench.plots.panels.lazy import LazyLines
from workbench.plots.panels.loss import LossPlot
from workbench.plots.parts import points, style
from workbench.plots.parts.legend import NEUTRAL
from workbench.plots.parts.plot_widget import PlotCanvas
from workbench.session.names import Names

MEAN, MEDIAN = Baseline(2.0, "mean"), Baseline(3.0, "median")


@pytest.fixture
def canvas(qtbot):
    made = PlotCanvas(None)
    qtbot.addWidget(made)
    made.resize(400, 300)
    return made


@pytest.mark.parametrize(
    ("value", "bounds"),
    [(1.5, (1, 2)), (2.5, (1, 2.5)), (3.0, (1, 3)), (3.1, (1, 2)), (0.5, (0.5, 2)),
     (0.0, (0, 2)), (-0.1, (1, 2))],
)  # fmt: skip
def test_a_line_is_in_view_unless_it_would_flatten_the_curves(value, bounds):
    assert lazy._with((1.0, 2.0), value) == bounds
    assert lazy._with(None, value) is None


def test_lines_stand_at_their_values_as_they_are_drawn(canvas):
    lines = LazyLines(canvas)
    assert lines.draw([MEAN, None, MEDIAN], (1.0, 4.0), on=True) == (1, 4)
    assert [line.value() for line in lines.lines] == [2, 3]
    assert all(line.isVisible() for line in lines.lines)
    tints = [line.pen.color().name() for line in lines.lines]
    assert tints == [style.series(0).name(), style.series(2).name()]
    assert [e.name for e in lines.entries()] == ["lazy answers"]
    assert lines.draw([MEAN], (3.0, 4.0), on=True) == (2, 4)
    assert len(lines.lines) == 1
    assert lines.lines[0].pen.color().name() == style.colour("fg2").name()
    assert lines.entries()[0].name == "always the mean: 2.00"
    assert lines.draw([MEAN], (3.0, 4.0), on=False) == (3, 4)
    assert not lines.lines[0].isVisible()
    assert lines.draw([MEAN], None, on=True) is None
    assert not lines.lines[0].isVisible()
    assert lines.draw([None], (3.0, 4.0), on=True) == (3, 4)
    assert lines.entries() == []


def test_what_can_not_be_drawn_on_a_log_axis_is_hidden(canvas):
    def scale(steps, values):
        positive = values > 0
        return steps[positive], np.log10(values[positive])

    lines = LazyLines(canvas)
    zero = Baseline(0.0, "mean")
    bounds = lines.draw(
        [zero, Baseline(100.0, "mean")], (0.0, 3.0), on=True, scale=scale
    )
    assert bounds == (0, 3)
    assert [line.isVisible() for line in lines.lines] == [False, True]
    assert lines.lines[1].value() == 2
    assert lazy.words([zero, Baseline(1.0, "mean")], str) == "always the mean"
    assert lazy.words([zero, MEDIAN], str) == "lazy answers"
    assert lazy._scaled(math.inf, scale) is None


def test_names_stand_where_their_curves_end(shown):
    panel = shown(LossPlot, played=100)
    panel.catch_up()
    area = panel._data_area()
    low, high = panel.canvas.box.viewRange()[1]
    train, validation = panel.legend.chips
    end = panel.smooth[0].getData()[1][-1]
    y = area.bottom() - (end - low) / (high - low) * area.height()
    assert train.geometry().center().y() == pytest.approx(y, abs=8)
    assert train.x() >= area.right()
    assert not train.geometry().intersects(validation.geometry())
    assert train.geometry().right() <= panel.width()


def test_a_lonely_peak_is_not_in_view(shown):
    panel = shown(LossPlot)
    smooth = np.array([1.0, 2.0])
    assert panel._bounds((0.5, 2.5), smooth) == (0.5, 2.5)
    assert panel._bounds((-9.0, 99.0), smooth) == (0, 3)
    assert panel._bounds(None, smooth) is None
    assert panel._bounds((0.0, 1.0), smooth[:0]) is None


def told(history, phases, losses, evaluations=(), rates=0.5):
    history.begin(frames.run_started(phases=phases, run=str(phases)), Names())
    values = np.array(losses, float)
    steps = np.arange(1, len(values) + 1)
    history.add(
        Frame(len(values), 1.0, "training", steps, values, np.full_like(values, rates),
              evaluations=tuple(evaluations))
    )  # fmt: skip


def test_the_cursor_reads_step_raw_smooth_and_validation(shown, history):
    panel = shown(LossPlot)
    told(history, ("training",), [[1.0], [3.0]], [Evaluation(2, 1.0, {"loss": 7.0})])
    panel.catch_up()
    smooth = history.losses[0].at(2).smooth
    text = panel.reading(2)
    assert text.startswith(f"step 2 · 3 (≈ {smooth:.4g})")
    assert "7" in text.split("·")[-1]
    assert panel._rate_reading(1) == "step 1 · 0.5"


def test_every_phase_is_read_with_its_name(shown, history):
    panel = shown(LossPlot)
    told(history, ("one", "two"), [[1.0, 5.0], [2.0, 6.0]])
    panel.catch_up()
    assert panel._rate_reading(2) == "step 2 · one 0.5 · two 0.5"
    assert panel._names() == ["one ", "two "]
    assert [(e.name, e.index) for e in panel._phase_entries("x")] == [
        ("one", 0),
        ("two", 1),
    ]
    header, rows = panel.table()
    assert header == ["series", "step", "loss", "smoothed"]
    assert [row[:3] for row in rows] == [
        ["one", 1, 1.0], ["one", 2, 2.0], ["two", 1, 5.0], ["two", 2, 6.0]
    ]  # fmt: skip


def test_a_broken_loss_is_read_beside_its_mark(shown, history):
    panel = shown(LossPlot)
    told(history, ("training",), [[1.0], [math.inf], [2.0]])
    panel.catch_up()
    assert panel.reading(2.4).startswith("step 2: the loss is not finite")
    assert panel.reading(1.1).startswith("step 2: the loss is not finite")
    assert not panel.reading(3.0).startswith("step 2:")
    assert not panel.reading(1.0).startswith("step 2:")
    assert [mark.value() for mark in panel.marks] == [2]


@pytest.mark.parametrize(("count", "dots"), [(80, 80), (81, 1)])
@pytest.mark.parametrize("dashed", [True, False])
def test_dots_stand_on_few_points_and_on_the_last_of_many(canvas, count, dots, dashed):
    drawn = points.Points(canvas)
    pen = style.pen(style.series(0), dashed=dashed)
    drawn.dress(pen, style.series(0))
    values = np.stack([np.arange(count), np.arange(count) * 2.0])
    drawn.show_points(values)
    x, y = drawn.dots.getData()
    assert len(x) == dots
    assert (x[-1], y[-1]) == (count - 1, 2 * (count - 1))
    one_piece = dashed and count <= 80
    assert (drawn.line.opts["pen"].style() == pen.style()) == (one_piece or not dashed)
    gaps = drawn.line.opts["connect"]
    if dashed and count > 80:
        assert gaps.tolist() == [n % 3 != 2 for n in range(count)]
    else:
        assert isinstance(gaps, str)


def test_a_series_beyond_the_last_colour_begins_anew(qapp):
    count = len(style.tokens.current().series)
    assert style.series(count + 1) == style.series(1)
    assert style.series(0, 90).alpha() == 90
    assert style.rgb(style.colour("bg1")) == style.colour("bg1").getRgb()[:3]
    assert NEUTRAL < 0
