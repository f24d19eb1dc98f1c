"""The validation loss of several phases, against sums that numpy makes."""

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import Evaluation, Frame
from tests.helpers import frames
from workbench.plots.panels import export
from workbench.plots.panels.loss import LossPlot
from workbench.session.curves.history import History
from workbench.session.names import Names

FIRST, SECOND = PhaseGoal({"a": 1.0}, 1, 40), PhaseGoal({"b": 0.5, "c": 2.0}, 41, 0)
STEPS = np.array([20, 40, 60, 80])
A, B, C = np.random.default_rng(1).uniform(0.1, 3.0, (3, 4))
"""What the losses are at each evaluation."""


def begun(*goals):
    history = History()
    names = ("task A", "task B")[: max(len(goals), 1)]
    history.begin(frames.run_started(phases=names, goals=goals), Names())
    steps = np.arange(1, 91)
    losses = np.full((90, len(names)), np.nan)
    losses[:40, 0], losses[40:, -1] = 1.0, 2.0
    evaluations = tuple(
        Evaluation(int(s), s / 9, {"loss": a + b / 2 + 2 * c, "a": a, "b": b, "c": c})
        for s, a, b, c in zip(STEPS, A, B, C, strict=True)
    )
    told = Frame(90, 9.0, "training", steps, losses, losses, evaluations=evaluations)
    history.add(told)
    return history


@pytest.fixture
def history():
    return begun(FIRST, SECOND)


EXPECTED = (STEPS[:2], A[:2]), (STEPS[2:], 0.5 * B[2:] + 2 * C[2:])


def test_each_phase_has_the_sum_of_its_own_losses_while_it_is_active(shown):
    panel = shown(LossPlot)
    assert len(panel.validation.curves) == 2
    for curve, (steps, values) in zip(panel.validation.curves, EXPECTED, strict=True):
        for item in (curve.line, curve.dots):
            np.testing.assert_array_equal(item.getData()[0], steps)
            np.testing.assert_allclose(item.getData()[1], values, rtol=1e-12)


def test_phases_that_run_side_by_side_are_shown_at_every_evaluation(shown, history):
    both = begun(PhaseGoal({"a": 1.0}), PhaseGoal({"b": 1.0, "c": 1.0}))
    history.__dict__.update(vars(both))
    panel = shown(LossPlot)
    lines = panel.reading(80).splitlines()
    for curve, values, line in zip(
        panel.validation.curves, (A, B + C), lines, strict=True
    ):
        assert line.endswith(f"validation {values[3]:.4g}")
        np.testing.assert_array_equal(curve.line.getData()[0], STEPS)
        np.testing.assert_allclose(curve.line.getData()[1], values, rtol=1e-12)


def test_a_curve_has_the_colour_of_its_phase_and_is_dashed(shown):
    panel = shown(LossPlot)
    for smooth, curve in zip(panel.smooth, panel.validation.curves, strict=True):
        pen = curve.line.opts["pen"]
        assert pen.color() == smooth.opts["pen"].color()
        assert pen.style() != smooth.opts["pen"].style()


def test_the_log_axis_draws_log10_of_the_sums(shown):
    panel = shown(LossPlot)
    panel.switch.choose(1)
    for curve, (_, values) in zip(panel.validation.curves, EXPECTED, strict=True):
        np.testing.assert_allclose(curve.line.getData()[1], np.log10(values))


def test_legend_hides_a_phase_with_its_validation_or_all_validation(shown):
    panel = shown(LossPlot)
    chips = panel.legend.chips
    assert [chip.text() for chip in chips] == ["task A", "task B", "validation"]

    def seen():
        return [curve.line.isVisible() for curve in panel.validation.curves]

    assert seen() == [True, True]
    chips[0].click()
    assert seen() == [False, True]
    assert not panel.smooth[0].isVisible()
    chips[2].click()
    assert seen() == [False, False]
    assert panel.smooth[1].isVisible()


def test_cursor_and_table_have_the_drawn_numbers(shown):
    panel = shown(LossPlot)
    (_, first), (_, second) = EXPECTED
    line = panel.reading(38)
    assert line == f"step 38 · task A 1 (≈ 1) · validation {first[1]:.4g}"
    line = panel.reading(62)
    assert line == f"step 62 · task B 2 (≈ 2) · validation {second[0]:.4g}"
    table = list(csv.reader(io.StringIO(export.csv_bytes(panel).decode())))
    for name, (steps, values) in zip(("task A", "task B"), EXPECTED, strict=True):
        rows = [row for row in table if row[0] == f"{name} validation"]
        assert [int(row[1]) for row in rows] == steps.tolist()
        np.testing.assert_allclose([float(row[2]) for row in rows], values)


def test_a_single_phase_and_an_old_run_keep_one_curve_of_the_total(shown, history):
    for other in (begun(PhaseGoal({"a": 1.0})), begun()):
        history.__dict__.update(vars(other))
        panel = shown(LossPlot)
        (curve,) = panel.validation.curves
        np.testing.assert_allclose(curve.line.getData()[1], A + B / 2 + 2 * C)
        assert [chip.text() for chip in panel.legend.chips][-1] == "validation"


def test_a_run_with_other_phases_gets_other_curves(shown, history):
    panel = shown(LossPlot)
    seen = history.runs_seen
    history.__dict__.update(vars(begun(PhaseGoal({"a": 1.0}))), runs_seen=seen + 1)
    panel.catch_up()
    assert len(panel.validation.curves) == 1


def test_many_evaluations_are_a_line_with_gaps_that_is_quick_to_draw(shown, history):
    steps = np.arange(1, 1001)
    history.begin(
        frames.run_started(run="long", phases=("x", "y"), goals=(FIRST, SECOND)),
        Names(),
    )
    values = np.random.default_rng(2).uniform(1, 2, 1000)
    evaluations = tuple(
        Evaluation(int(step), 1.0, {"b": value, "c": 0.0})
        for step, value in zip(steps, values, strict=True)
    )
    losses = np.ones((1000, 2))
    history.add(
        Frame(1000, 1.0, "training", steps, losses, losses, evaluations=evaluations)
    )
    panel = shown(LossPlot)
    line = panel.validation.curves[1].line
    x, y = line.getData()
    np.testing.assert_array_equal(x, steps[40:])
    np.testing.assert_allclose(y, 0.5 * values[40:])
    # A dashed pen takes 40 times longer: each dash is computed along the line.
    assert line.opts["pen"].style() == Qt.PenStyle.SolidLine
    assert 0.5 < np.mean(line.opts["connect"]) < 0.8
