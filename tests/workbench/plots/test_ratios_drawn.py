"""The ratio ‖Δw‖/‖w‖ as heat and as lines: drawn and read where its steps are."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from tests.helpers import frames
from tests.helpers.written import Written
from workbench.plots.panels.curves import joined, with_room
from workbench.plots.panels.weights import RatioFace, WeightChangePlot
from workbench.plots.parts import style
from workbench.plots.parts.legend import NEUTRAL, Entry, Legend, apart
from workbench.session.curves.phase_rows import PhaseView
from workbench.session.names import Names

HEAT, LINES = 0, 1
AREA = QRectF(60, 28, 400, 200)


@pytest.fixture
def panel(shown):
    return shown(WeightChangePlot, played=300)


def mille(ratio):
    """Two digits, in thousandths."""
    return f"{float(f'{1000 * ratio:.1e}'):#.2g}".rstrip(".") + "\u202f‰"


def samples():
    return [told.sample for told in frames.frames(300)]


@pytest.mark.parametrize("row", range(5))
def test_heat_is_read_in_the_row_of_its_name(panel, row):
    face = panel.faces[HEAT]
    heights = {text: place for place, text in face.chart().rows}
    assert heights[frames.NAMES[row]] == pytest.approx((row + 0.5) / 5)
    for index in (0, 12, 29):
        sample = samples()[index]
        x = (sample.step - 0.5) / face._steps.high
        assert face.read(x, heights[frames.NAMES[row]]) == (
            f"{frames.NAMES[row]} · step {sample.step} · "
            f"‖Δw‖/‖w‖ = {mille(sample.update_ratio[row])}"
        )
    assert face.read(0.5 / face._steps.high, 1.0).startswith("linear · step 1 ·")
    assert face.read(0.5 / face._steps.high, 0.0).startswith("conv1 · step 1 ·")


def test_nothing_is_read_beyond_the_newest_step(shown):
    panel = shown(WeightChangePlot, played=310)
    face = panel.faces[HEAT]
    x = 310 / face._steps.high
    assert face.read(x - 1e-6, 0.5)
    assert face.read(x + 1e-6, 0.5) == ""
    panel.show_face(LINES)
    assert panel.face.read(x - 1e-6, 0.5)
    assert panel.face.read(x + 1e-6, 0.5) == ""


@pytest.mark.parametrize("row", range(5))
def test_the_line_nearest_to_the_mouse_is_read(panel, row):
    panel.show_face(LINES)
    face, sample = panel.face, samples()[20]
    low, high = face._range.low, face._range.high
    x = (sample.step - 0.5) / face._steps.high
    y = (high - np.log10(sample.update_ratio[row])) / (high - low)
    assert face.read(x, y) == (
        f"{frames.NAMES[row]} · step {sample.step} · "
        f"‖Δw‖/‖w‖ = {mille(sample.update_ratio[row])}"
    )


def test_heat_reaches_as_far_as_the_run(panel, history):
    face, painter = panel.faces[HEAT], Written()
    face.paint(painter, AREA)
    (image,) = painter.named("drawImage")
    assert (image.box.left(), image.box.top(), image.box.height()) == (61, 28, 200)
    assert image.box.width() == pytest.approx(400 * 300 / face._steps.high)
    assert image.arguments[2] == QRectF(0, 0, 300, 5)
    words = [text for _, text in face.chart().bar.ticks]
    assert words == [
        "0.1\u202f‰ too slow", "1\u202f‰ healthy", "10\u202f‰ too fast",
    ]  # fmt: skip
    newest = samples()[-1].update_ratio
    for row, ratio in enumerate(newest):
        box = painter.box(mille(ratio))
        assert box.center().y() == pytest.approx(28 + (row + 0.5) * 40, abs=1)
        assert box.left() == 468


def test_lines_go_through_the_middles_of_their_steps(panel, history):
    panel.show_face(LINES)
    face, painter = panel.face, Written()
    face.paint(painter, AREA)
    low, high = face._range.low, face._range.high
    lines = painter.named("drawPolyline")
    steps = np.array([sample.step for sample in samples()])
    x = 60 + (steps - 0.5) / face._steps.high * 400
    for row, stroke in enumerate(lines):
        ratios = np.array([sample.update_ratio[row] for sample in samples()])
        y = 28 + (high - np.log10(ratios)) / (high - low) * 200
        drawn = [(p.x(), p.y()) for p in stroke.arguments[0]]
        np.testing.assert_allclose(drawn, np.stack([x, y], axis=1), atol=1e-9)
        assert stroke.colour == style.series(row).name()
    assert len(lines) == 5
    rows = {text: place for place, text in face.chart().rows}
    assert rows["10⁻³"] == pytest.approx((high + 3) / (high - low))
    guide = 28 + (high + 3) / (high - low) * 200
    assert (60, pytest.approx(guide), 460, pytest.approx(guide)) in painter.lines
    words = painter.box("guide 10⁻³")
    assert words.bottom() <= guide
    assert words.left() == 66


def test_the_words_of_the_guide_stay_inside(panel):
    panel.show_face(LINES)
    face = panel.face
    face._range.high = -3.0
    painter = Written()
    face._paint_guide(painter, AREA)
    assert painter.box("guide 10⁻³").top() == 29
    for low, high in ((-2.9, 0), (-9, -3.1)):
        face._range.low, face._range.high = low, high
        bare = Written()
        face._paint_guide(bare, AREA)
        assert not bare.strokes


def test_names_stand_at_the_ends_of_their_lines_and_never_on_each_other(panel):
    panel.show_face(LINES)
    face, painter = panel.face, Written()
    ends = np.array([50.0, 52.0, 54.0, 150.0, np.nan])
    face._paint_names(painter, AREA, 300.0, ends)
    height = painter.fontMetrics().height() - 2
    boxes = {name: painter.box(name) for name in frames.NAMES}
    assert all(box.left() == 305 for box in boxes.values())
    assert boxes["bn2"].center().y() == 150
    assert boxes["linear"].center().y() == 228  # without an end: at the bottom
    order = sorted(("conv1", "bn1", "conv2"), key=lambda n: boxes[n].top())
    assert order == ["conv1", "bn1", "conv2"]
    assert boxes["conv2"].center().y() == 54
    assert boxes["bn1"].bottom() == pytest.approx(boxes["conv2"].top())
    assert boxes["conv1"].bottom() == pytest.approx(boxes["bn1"].top())
    assert boxes["conv1"].height() == height
    far = Written()
    face._paint_names(far, AREA, 999.0, ends)
    assert far.box("conv1").left() == 465
    for name in frames.NAMES:
        assert (
            painter.stroke(name).colour == style.series(frames.NAMES.index(name)).name()
        )


def test_the_range_holds_all_but_the_rarest_ratios(history):
    face = RatioFace(PhaseView(history))
    first = frames.sample(1)
    for step in range(1, 201):
        ratio = np.full(5, 1e-4 if step > 3 else 1e-8)
        history.layers.add(dataclasses.replace(first, step=step, update_ratio=ratio))
    face.take_in()
    low, _high = np.percentile([-4.0] * 197 + [-8.0] * 3, (1, 100))
    assert low < -7
    assert face._range.low <= low
    assert (face._range.low, face._range.high) == (-9, -2)


@pytest.mark.parametrize(("count", "room"), [(12, 70), (13, 14)])
def test_few_lines_have_names_beside_them(shown, history, count, room):
    layers = tuple(f"layer{n}" for n in range(count))
    history.begin(frames.run_started(layers), Names())
    panel = shown(WeightChangePlot, played=50, layers=layers)
    panel.show_face(LINES)
    panel.catch_up()
    assert panel.face.chart().right_px == room
    painter = Written()
    panel.face.paint(painter, AREA)
    assert ("layer0" in painter.words) == (room == 70)


# Curves: what all panels of them share.


@pytest.mark.parametrize(
    ("low", "high", "log", "found"),
    [
        (1.0, 3.0, False, (1.0, 3.0)),
        (2.0, 2.0, False, (1.8, 2.2)),
        (-4.0, -4.0, False, (-4.4, -3.6)),
        (0.0, 0.0, False, (-1.0, 1.0)),
        (2.0, 2.0, True, (1.9, 2.1)),
        (1e6, 1e6 + 0.5, False, (9e5, 1.1e6 + 0.5)),
    ],
)
def test_a_value_alone_gets_room(low, high, log, found):
    assert with_room(low, high, log=log) == pytest.approx(found)


def test_ranges_are_joined_to_the_smallest_that_holds_all():
    assert joined([(1, 5), None, (-2, 3)]) == (-2, 5)
    assert joined([None]) is None


def test_names_at_the_ends_of_curves_keep_apart_and_inside():
    assert apart([50, 150], [20, 20], 0, 200) == [40, 140]
    assert apart([50, 55, 52], [20] * 3, 0, 200) == [40, 80, 60]
    assert apart([-9, 500], [20, 20], 10, 200) == [10, 180]
    assert apart([198, 199], [20, 20], 0, 200) == [160, 180]
    assert apart([50, 55], [40, 20], 0, 200) == [30, 70]
    assert apart([190, 195], [40, 20], 0, 200) == [140, 180]


def test_a_value_that_would_be_cut_off_stands_below_its_name(qtbot):
    panel = QWidget()
    qtbot.addWidget(panel)
    panel.resize(300, 200)
    panel.show()
    legend = Legend(panel)
    legend.set_entries([Entry("train", 0), Entry("class frequencies: 2.30", NEUTRAL)])
    chip = legend.chips[1]
    narrow = chip.wanted_px() - 1
    assert chip.lines(chip.wanted_px()) == ["class frequencies: 2.30"]
    assert chip.lines(narrow) == ["class frequencies:", "2.30"]
    assert legend.chips[0].lines(1) == ["train"]
    assert legend.room(narrow) < narrow
    left = 300 - narrow - 4
    legend.place(QRectF(0, 0, left, 150), [20, 20])
    first, second = (c.geometry() for c in legend.chips)
    assert second.height() == 2 * first.height()
    assert second.width() >= chip.needed_px(narrow)
    assert not first.intersects(second)
