import dataclasses

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from tests.helpers import frames
from workbench import theme
from workbench.plots.panels.weights import WeightChangePlot
from workbench.plots.parts import style
from workbench.plots.parts.chart import bar_label
from workbench.theme.text import per_mille

HEAT, LINES, SPREAD = range(3)


def test_colours_of_change_mean_the_same_in_both_themes(qapp):
    table = style.change_table()
    seen = [QColor.fromRgb(int(table[i])).name() for i in (0, 127, 255)]
    assert seen == ["#4aa8ff", "#2f6d50", "#ff9147"]
    for name in ("light", "dark"):
        theme.tokens.set_current(theme.tokens.THEMES[name])
        np.testing.assert_array_equal(style.change_table(), table)


def samples(count=300):
    return [told.sample for told in frames.frames(count)]


def test_heat_map_colours_the_ratio_of_each_sample(shown, history):
    panel = shown(WeightChangePlot, played=300)
    face = panel.face
    assert history.layers.ratio_bins.span == 1
    table = style.change_table()
    for sample in samples():  # 0.1 ‰ is the first colour, 10 ‰ the last
        level = (np.log10(sample.update_ratio) + 4) / 2
        colours = table[np.clip(level * 255, 0, 255).astype(np.uint8)]
        found = face.map.image.pixels[:, sample.step - 1]
        np.testing.assert_array_equal(found, colours)


def test_heat_map_drawn_step_by_step_equals_one_drawn_at_once(shown, history):
    slow = shown(WeightChangePlot)
    for told in frames.frames(2000):
        history.add(told)
        slow.catch_up()
    quick = shown(WeightChangePlot)
    for panel in (slow, quick):
        panel.faces[HEAT].restyle()
    slow.faces[HEAT]._range = quick.faces[HEAT]._range
    slow.take_in()
    quick.take_in()
    np.testing.assert_array_equal(
        slow.faces[HEAT].map.image.pixels, quick.faces[HEAT].map.image.pixels
    )


def test_lines_hold_log10_of_the_ratios(shown, history):
    panel = shown(WeightChangePlot, played=300)
    panel.show_face(LINES)
    told = samples()
    drawn = panel.face.ratios[history.layers.ratio_bins.measured()]
    expected = np.log10([sample.update_ratio for sample in told])
    np.testing.assert_allclose(drawn, expected, atol=1e-12)


def test_guide_is_in_view_of_every_run(shown):
    panel = shown(WeightChangePlot, played=300)
    panel.show_face(LINES)
    panel.catch_up()
    low, high = panel.face._range.low, panel.face._range.high
    assert low <= -3 <= high
    assert "10⁻³" in [words for _, words in panel.face.chart().rows]


def test_layer_that_does_not_change_is_the_smallest_value(shown, history):
    sample = samples(10)[0]
    ratio = sample.update_ratio.copy()
    ratio[0], ratio[1] = 0.0, np.nan
    history.layers.add(dataclasses.replace(sample, update_ratio=ratio))
    history.samples_seen += 1
    panel = shown(WeightChangePlot)
    for face in (HEAT, LINES, SPREAD):
        panel.show_face(face)
        panel.grab()
    pixels = panel.faces[HEAT].map.image.pixels[:, sample.step - 1]
    assert pixels[1] == style.background()
    assert np.isfinite(panel.faces[HEAT]._range.low)


def test_reading_gives_the_ratio_of_the_step(shown):
    panel = shown(WeightChangePlot, played=300)
    sample = samples()[19]
    assert sample.step == 200
    x = (sample.step - 0.5) / panel.face._steps.high
    assert panel.face.read(x, 0.01) == (
        f"conv1 · step 200 · ‖Δw‖/‖w‖ = {per_mille(sample.update_ratio[0])}"
    )
    panel.show_face(LINES)
    low, high = panel.face._range.low, panel.face._range.high
    y = (high - np.log10(sample.update_ratio[3])) / (high - low)
    assert panel.face.read(x, y).startswith("bn2 · step 200")


def test_table_holds_every_sample(shown):
    header, rows = shown(WeightChangePlot, played=100).table()
    told = samples(100)
    assert header[1] == "update ratio of conv1"
    assert [row[0] for row in rows] == [sample.step for sample in told]
    found = np.array([row[1:] for row in rows])
    np.testing.assert_array_equal(found, [sample.update_ratio for sample in told])


def test_words_beside_the_colours_stay_within_their_height():
    bar = QRectF(100, 28, 8, 200)
    for y in (28, 120, 228):
        label = bar_label(bar, y, 15)
        assert label.top() >= bar.top()
        assert label.bottom() <= bar.bottom()
    assert bar_label(bar, 120, 15).center().y() == 120


def test_lines_hold_the_last_measurement_of_a_run_measured_twice(shown, history):
    panel = shown(WeightChangePlot)
    first, *_, last = frames.frames(900)
    small = dataclasses.replace(
        last.sample, update_ratio=np.full_like(last.sample.update_ratio, 1e-6)
    )
    for told in (first, dataclasses.replace(last, sample=small)):
        history.add(told)
    panel.catch_up()
    panel.take_in()
    assert panel.faces[HEAT]._range.low <= -5.9
