from dataclasses import replace

import numpy as np
import pytest

from engine.protocol.messages import Frame
from tests.helpers import frames
from workbench.plots.panels.loss import LINEAR, LossPlot
from workbench.session.names import Names


def stream_of(count, **options):
    told = list(frames.frames(count, **options))
    steps = np.concatenate([frame.steps for frame in told])
    values = np.concatenate([frame.losses[:, 0] for frame in told])
    return told, steps, values


def test_raw_curve_holds_the_numbers_of_the_frames(shown):
    panel = shown(LossPlot, played=300)
    _, steps, values = stream_of(300)
    x, y = panel.raw[0].getData()
    np.testing.assert_array_equal(x, steps)
    np.testing.assert_array_equal(y, values)


def test_raw_curve_of_a_long_run_is_the_extremes_of_its_buckets(shown):
    panel = shown(LossPlot, played=20_000, per_frame=500, layers=())
    _, _, values = stream_of(20_000, per_frame=500, layers=())
    x, y = panel.raw[0].getData()
    assert len(x) <= 2 * panel.canvas.box.width() + 4
    size = int(x[2] - x[0])
    buckets = [values[start : start + size] for start in range(0, len(values), size)]
    np.testing.assert_array_equal(y[0::2], [bucket.min() for bucket in buckets])
    np.testing.assert_array_equal(y[1::2], [bucket.max() for bucket in buckets])


def test_validation_curve_holds_the_numbers_of_the_frames(shown):
    panel = shown(LossPlot, played=300)
    told, _, _ = stream_of(300)
    evaluations = [e for frame in told for e in frame.evaluations]
    for item in (panel.validation.curves[0].line, panel.validation.curves[0].dots):
        x, y = item.getData()
        assert list(x) == [e.step for e in evaluations]
        assert list(y) == [e.values["loss"] for e in evaluations]


def test_smooth_curve_has_at_most_a_thousand_points(shown):
    panel = shown(LossPlot, played=20_000, per_frame=500, layers=())
    x, y = panel.smooth[0].getData()
    assert 100 < len(x) <= 1000
    assert np.isfinite(y).all()


def test_log_axis_draws_log10_of_the_same_numbers(shown):
    panel = shown(LossPlot, played=300)
    panel.switch.choose(1)
    _, _, values = stream_of(300)
    np.testing.assert_allclose(panel.raw[0].getData()[1], np.log10(values))
    ticks = panel.canvas.getPlotItem().getAxis("left")._tickLevels[0]
    for place, words in ticks:
        assert 10**place == pytest.approx(float(words))


def test_legend_hides_and_shows_a_series(shown):
    panel = shown(LossPlot, played=300)
    assert [chip.text() for chip in panel.legend.chips] == ["train", "validation"]
    panel.legend.chips[0].click()
    assert not panel.raw[0].isVisible()
    assert not panel.smooth[0].isVisible()
    assert panel.validation.curves[0].line.isVisible()
    panel.legend.chips[0].click()
    assert panel.raw[0].isVisible()


def test_cursor_reads_the_recorded_values(shown, history):
    panel = shown(LossPlot, played=300)
    text = panel.reading(120.2)
    series = history.losses[0]
    assert "step 120" in text
    assert f"{series.values.values[119]:.4g}" in text
    assert f"{frames.evaluation(120).values['loss']:.4g}" in text


def test_range_stands_still_while_the_run_fits(shown, history):
    panel = shown(LossPlot, played=330)
    before = panel.canvas.box.viewRange()
    for told in list(frames.frames(340))[33:]:
        history.add(told)
    panel.catch_up()
    assert panel.canvas.box.viewRange() == before
    assert 340 <= before[0][1] <= 1.04 * 340


def test_zoomed_view_stays_until_it_follows_again(shown, history):
    panel = shown(LossPlot, played=300)
    box = panel.canvas.box
    box.setRange(xRange=(100, 120), yRange=(0, 3), padding=0)
    box.sigRangeChangedManually.emit([True, True])
    x, _ = panel.raw[0].getData()
    assert (x[0], x[-1]) == (99, 121)
    for told in list(frames.frames(400))[30:]:
        history.add(told)
    panel.catch_up()
    assert box.viewRange()[0] == [100, 120]
    panel.follow()
    assert box.viewRange()[0][0] == 0
    assert box.viewRange()[0][1] >= 400


def test_each_phase_has_its_own_curves(shown, history):
    history.begin(frames.run_started(run="gan", phases=("critic", "<b>gen")), Names())
    losses = np.array([[1.0, np.nan], [2.0, 20.0], [3.0, np.nan], [4.0, 40.0]])
    history.add(Frame(4, 0.1, "training", np.arange(1, 5), losses, losses))
    panel = shown(LossPlot)
    assert [chip.text() for chip in panel.legend.chips] == ["critic", "<b>gen"]
    assert panel.raw[0].getData()[1].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert panel.raw[1].getData()[0].tolist() == [2, 4]
    assert panel.raw[1].getData()[1].tolist() == [20.0, 40.0]


def test_panel_without_a_run_says_what_to_do(shown):
    panel = shown(LossPlot)
    assert not panel.canvas.isVisible()
    assert "Press Train" in panel._empty.text()
    assert panel.legend.chips == ()


def test_diverging_loss_keeps_the_rest_readable(shown, history):
    steps = np.arange(1, 101)
    losses = np.ones((100, 1))
    losses[90] = 1e12
    losses[99] = np.inf
    history.add(Frame(100, 1, "training", steps, losses, losses))
    panel = shown(LossPlot)
    assert np.isfinite(panel.canvas.box.viewRange()).all()
    assert history.losses[0].nonfinite_steps == [100]


def test_hidden_panel_draws_nothing_until_it_is_shown(shown, history):
    panel = shown(LossPlot, played=100)
    panel.hide()
    for told in list(frames.frames(200))[10:]:
        history.add(told)
    for _ in range(4):
        panel.refresh()
    assert len(panel.raw[0].getData()[0]) == 100
    panel.show()
    assert len(panel.raw[0].getData()[0]) == 200


def test_table_holds_every_step(shown):
    header, rows = shown(LossPlot, played=60).table()
    _, steps, values = stream_of(60)
    assert header == ["series", "step", "loss", "smoothed"]
    assert [row[1] for row in rows[:60]] == steps.tolist()
    assert [row[2] for row in rows[:60]] == values.tolist()
    assert rows[-1][:2] == ["validation", 60]


def test_rate_face_shows_the_rates_of_the_frames_and_hides_the_loss(shown):
    panel = shown(LossPlot, played=300)
    panel.switch.choose(2)
    told, steps, _ = stream_of(300)
    x, y = panel.smooth[0].getData()
    np.testing.assert_array_equal(x, steps)
    rates = np.concatenate([frame.rates[:, 0] for frame in told])
    np.testing.assert_array_equal(y, rates)
    assert not panel.raw[0].isVisible()
    assert not panel.validation.curves[0].line.isVisible()
    low, high = panel.canvas.box.viewRange()[1]
    assert low <= 0 < rates.max() <= high
    panel.switch.choose(0)
    assert panel.raw[0].isVisible()
    assert panel.validation.curves[0].line.isVisible()


def test_step_without_a_finite_loss_is_marked(shown):
    panel = shown(LossPlot, played=300)
    assert not any(mark.isVisible() for mark in panel.marks)
    panel.history.diverge(301)
    panel.catch_up()
    assert [mark.value() for mark in panel.marks if mark.isVisible()] == [301]
    assert "not finite" in panel.reading(301)


def test_changed_setting_is_marked_at_its_first_step(shown):
    panel = shown(LossPlot, played=300)
    assert not panel.changes
    last = stream_of(301)[0][-1]
    panel.history.add(replace(last, changes=(120,)))
    panel.catch_up()
    assert [mark.value() for mark in panel.changes if mark.isVisible()] == [120]


@pytest.mark.parametrize("value", [0.6931, 0.0, 3e-7, 2.5e4])
@pytest.mark.parametrize("face", [0, 1, 2])
def test_one_step_alone_is_a_dot_between_numbers(shown, history, value, face):
    told = np.array([[value]])
    history.add(Frame(1, 0.1, "training", np.array([1]), told, told))
    panel = shown(LossPlot)
    panel.switch.choose(face)
    if face == 1 and value == 0:
        assert not panel.canvas.isVisible()  # zero has no logarithm
        return
    expected = np.log10(value) if face == 1 else value
    assert panel.lonely[0].isVisible()
    (x,), (y,) = panel.lonely[0].getData()
    assert (x, y) == (1, pytest.approx(expected))
    (left, right), (low, high) = panel.canvas.box.viewRange()
    assert left < x < right
    assert low <= y <= high
    marks = panel.canvas.getPlotItem().getAxis("left")._tickLevels[0]
    words = [words for place, words in marks if low <= place <= high]
    assert len(words) >= 2
    assert len(set(words)) == len(words)


def test_the_dot_goes_when_a_line_begins(shown, history):
    panel = shown(LossPlot)
    for step, value in ((1, 0.7), (2, 0.6)):
        told = np.array([[value]])
        history.add(Frame(step, 0.1, "training", np.array([step]), told, told))
        panel.catch_up()
    assert not panel.lonely[0].isVisible()
    assert panel.smooth[0].isVisible()


def falling(history, first, last, steps=200):
    """Tell losses that fall evenly on a logarithmic axis."""
    losses = np.geomspace(first, last, steps)[:, None]
    number = np.arange(1, steps + 1)
    history.add(
        Frame(
            step=steps,
            epoch=1.0,
            state="training",
            steps=number,
            losses=losses,
            rates=np.full_like(losses, 0.1),
        )
    )


@pytest.mark.parametrize(("last", "is_log"), [(2.3 / 30, False), (2.3 / 90, True)])
def test_a_wide_range_of_losses_has_a_logarithmic_axis_by_itself(
    shown, history, last, is_log
):
    history.begin(frames.run_started(run="wide"), Names())
    falling(history, 2.3, last)
    panel = shown(LossPlot)
    assert panel.log == is_log
    assert panel.switch.current == int(is_log)
    low, high = panel.canvas.box.viewRange()[1]
    ends = np.array([last, 2.3])
    drawn = np.log10(ends) if is_log else ends
    assert low < drawn[0] < drawn[1] < high
    history.begin(frames.run_started(run="next"), Names())
    falling(history, 1.0, 0.9)
    panel.take_in()
    assert not panel.log


def test_who_has_chosen_an_axis_keeps_it(shown, history):
    history.begin(frames.run_started(run="wide"), Names())
    falling(history, 2.3, 1e-3)
    panel = shown(LossPlot)
    assert panel.log
    panel.switch.choose(LINEAR)
    panel.take_in()
    assert not panel.log
    history.begin(frames.run_started(run="next"), Names())
    falling(history, 2.3, 1e-3)
    panel.take_in()
    assert not panel.log
