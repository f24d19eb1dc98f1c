"""Histograms and changes of layers over each other, against numpy."""

import csv
import io

import numpy as np
import pytest

from engine.protocol.listing.layers import LayersCompared, LayersOfRun
from tests.workbench.app.compare.test_compare import TOLD
from workbench.app.compare import plots, report
from workbench.app.compare.results import of_layers
from workbench.app.compare.window import CompareWindow
from workbench.plots.compare.drift import COLUMNS, DriftMap, columns
from workbench.plots.compare.histograms import HistogramOverlay

RNG = np.random.default_rng(2)


def of_run(name, steps, since=0):
    steps = np.array(steps)
    counts = RNG.integers(0, 9, size=(2, len(steps), 2, 12))
    changes = 10.0 ** RNG.uniform(-5, -1, size=(len(steps), 2))
    return LayersOfRun(
        name, steps, changes, steps, *counts, since,
        np.array([0.5, np.nan]), np.array([0.0 if name == "a" else 2.0, np.nan]),
    )  # fmt: skip


def told():
    runs = of_run("a", [1, 10, 40]), of_run("b", [2, 30, 80], since=30)
    return LayersCompared(("hidden", "out"), ("Linear 1", "<b>Out"), -8, runs)


def test_each_run_shows_the_measured_step_nearest_to_the_one_that_is_wanted(qtbot):
    plot, found = HistogramOverlay(), told()
    qtbot.addWidget(plot)
    plot.show_layers(found)
    for step, nearest in ((1, [1, 2]), (24, [10, 30]), (26, [40, 30]), (99, [40, 80])):
        plot.step = step
        drawn = plot.drawn()
        assert [at for _, at, _ in drawn] == nearest
    assert drawn[1][2] is not None
    np.testing.assert_array_equal(drawn[1][2], found.runs[1].gradients[2])
    plot.is_weights = True
    np.testing.assert_array_equal(plot.drawn()[0][2], found.runs[0].weights[2])


def test_table_of_histograms_has_shares_and_edges(qtbot):
    plot, found = HistogramOverlay(), told()
    qtbot.addWidget(plot)
    plot.show_layers(found)
    plot.step = 1
    _, rows = plot.table()
    mine = [row for row in rows if row[:3] == ["a", 1, "Linear 1"]]
    counts = found.runs[0].gradients[0, 0]
    assert sum(row[5] for row in mine) == pytest.approx(1)
    for _, _, _, low, high, share in mine:
        place = int(np.log2(low)) + 8
        assert high == 2 * low
        assert share == pytest.approx(counts[place] / counts.sum())


def test_median_ratio_is_that_of_the_numbers(qtbot):
    plot = HistogramOverlay()
    qtbot.addWidget(plot)
    numbers = 2.0 ** RNG.normal(-3, 0.7, size=(2, 20_000))
    edges = 2.0 ** np.arange(-12.0, 5)
    counts = np.stack([np.histogram(row, edges)[0] for row in numbers])
    plot.show_layers(LayersCompared(("x", "y"), ("X", "Y"), -12, ()))
    found = plot._medians(counts)
    np.testing.assert_allclose(found, np.log2(np.median(numbers, axis=1)), atol=0.1)


def test_columns_are_means_of_what_was_measured_in_them():
    run = of_run("a", sorted(RNG.choice(np.arange(1, 2001), 700, replace=False)))
    found = columns(run, 2400)
    logs = np.log10(run.changes)
    for column in range(int((run.steps[-1] - 1) // 10)):
        inside = (run.steps > 10 * column) & (run.steps <= 10 * column + 10)
        if inside.any():
            np.testing.assert_allclose(found[column], logs[inside].mean(axis=0))
        elif column:
            np.testing.assert_array_equal(found[column], found[column - 1])
    assert np.isnan(found[200:]).all()
    assert found.shape == (COLUMNS, 2)


def test_strips_of_a_layer_stand_beside_each_other(qtbot):
    plot, found = DriftMap(), told()
    qtbot.addWidget(plot)
    plot.show_layers(found)
    levels = plot.levels()
    for row in range(4):
        run = found.runs[row % 2]
        np.testing.assert_array_equal(levels[row], columns(run, 80)[:, row // 2])


def test_window_shows_layers_and_writes_them(qtbot):
    window = CompareWindow(TOLD)
    qtbot.addWidget(window)
    window.show()
    assert [button.isEnabled() for button in window._savers] == [True, False, False]
    window.take_layers(told())
    assert all(button.isEnabled() for button in window._savers)
    for kind in (plots.GRADIENTS, plots.WEIGHTS, plots.CHANGE, plots.CURVES):
        window.show_kind(kind)
        assert window.value.isVisible() is (kind == plots.CURVES)
        assert not window.plots.current.grab().isNull()
    rows = [*csv.reader(io.StringIO(report.table(TOLD, window.sections)))]
    head = "Weights moved, ‖w − w₀‖ / ‖w₀‖ (w₀: the earliest kept)"
    assert [head, "Linear 1", "50\u202f%", "50\u202f%"] in rows
    assert [
        "Last weights, ‖w − w_A‖ / ‖w_A‖",
        "Linear 1",
        "0\u202f%",
        "200\u202f%",
    ] in rows
    page = window._page()
    assert page.count("data:image/svg+xml") == 4
    assert "&lt;b&gt;Out" in page
    assert "<b>Out" not in page


def test_runs_without_measurements_say_so(qtbot):
    window = CompareWindow(TOLD)
    qtbot.addWidget(window)
    window.show()
    window.take_layers(LayersCompared())
    for kind in range(4):
        window.show_kind(kind)
        assert not window.plots.current.grab().isNull()
    assert of_layers(LayersCompared()) == []
    assert window._page().count("data:image/svg+xml") == 1
