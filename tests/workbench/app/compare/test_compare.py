"""Runs over each other in a window, and as files."""

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from engine.protocol.listing.layers import LayersCompared
from engine.protocol.past_runs import (
    ComparedRun,
    Comparison,
    CurveTitle,
    RunMarks,
    RunSummary,
    SettingRow,
)
from tests.training.listing.test_listing import make, rated
from tests.training.projects import mlp
from workbench.app.compare import report
from workbench.app.compare.results import marks, sections
from workbench.app.compare.window import CompareWindow
from workbench.plots.compare.overlay import Overlay, places

TITLES = (
    CurveTitle("train:training", "Training loss"),
    CurveTitle("loss", "Validation loss"),
    CurveTitle("accuracy", "Accuracy", "accuracy", is_lower=False),
)


def run(name, values, took_s=10.0, **fields):
    steps = 10.0 * np.arange(1, len(values) + 1)
    curves = {
        "train:training": np.array([steps, values]),
        "loss": np.array([steps, values]),
        "accuracy": np.array([steps, 1 - np.array(values)]),
    }
    summary = RunSummary(name, "Net", state="finished", took_s=took_s, **fields)
    return ComparedRun(summary, curves, 20.0, int(steps[-1]))


TOLD = Comparison(
    (
        run("a", [0.5, 0.25, 0.375], goal="low", is_met=True),
        run("b", [0.5, 0.125], took_s=4.0, marks=RunMarks("<b>&B")),
    ),
    TITLES,
    (
        SettingRow("setting", "", "Learning rate", ("0.1", "<i>")),
        SettingRow("added", "norm", "Norm", ("–", "has it")),
        SettingRow("removed", "drop", "Drop", ("has it", "–")),
        SettingRow("setting", "hidden", "Hidden: Units", ("4", "8")),
    ),
)


def rows(told=TOLD):
    found = [row for section in sections(told) for row in section.rows]
    return {row.words: (row.cells, row.best) for row in found}


def test_results_tell_last_and_best_and_mark_the_better_one():
    found = rows()
    assert found["Training loss"] == (("0.375", "0.125"), 1)
    assert found["Validation loss, best"] == (("0.250", "0.125"), 1)
    assert found["Accuracy"] == (("62.5 %", "87.5 %"), 1)
    assert found["Accuracy, best"] == (("75.0 %", "87.5 %"), 1)
    assert found["Steps"][0] == ("30", "20")
    assert found["Time"][0] == ("10 s", "4 s")
    assert found["Time of a step"][0] == ("333 ms", "200 ms")
    assert found["Goal"][0] == ("reached", "–")
    assert found["Learning rate"][0] == ("0.1", "<i>")


def test_equal_results_have_no_best():
    told = replace(TOLD, runs=(TOLD.runs[0], TOLD.runs[0]))
    assert rows(told)["Accuracy"] == (("62.5 %", "62.5 %"), -1)


def test_canvas_rings_what_is_new_changed_and_gone():
    assert marks(TOLD) == {"norm": "ok", "drop": "err", "hidden": "warn"}


def test_curves_stand_over_steps_epochs_and_time():
    steps = TOLD.runs[0].curves["loss"][0]
    np.testing.assert_array_equal(places(TOLD.runs[0], steps, "step"), [10, 20, 30])
    np.testing.assert_array_equal(places(TOLD.runs[0], steps, "epoch"), [0.5, 1, 1.5])
    np.testing.assert_allclose(
        places(TOLD.runs[0], steps, "time"), [10 / 3, 20 / 3, 10]
    )
    unknown = replace(TOLD.runs[0], steps_per_epoch=0.0, last_step=0)
    assert (
        len(places(unknown, steps, "epoch")) == len(places(unknown, steps, "time")) == 0
    )


@pytest.fixture
def plot(qtbot):
    plot = Overlay()
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show_runs(TOLD, TITLES[1])
    plot.show()
    return plot


def test_cursor_reads_the_nearest_point_of_each_curve(plot):
    assert plot.read(24.0) == [(0, 20.0, 0.25), (1, 20.0, 0.125)]
    plot.hidden = {0}
    assert plot.read(0.0) == [(1, 10.0, 0.5)]


def test_plot_lists_what_it_draws(plot):
    header, found = plot.table()
    assert header == ["run", "name", "step", "Validation loss"]
    assert found[:2] == [["a", "Net", 10.0, 0.5], ["a", "Net", 20.0, 0.25]]
    assert len(found) == 5


def test_nothing_recorded_is_said_and_draws_no_line(qtbot, plot):
    plot.show_runs(TOLD, CurveTitle("f1", "F1"))
    assert plot.lines() == []
    plot.grab()


def test_logarithm_leaves_out_what_has_none(plot):
    plot.show_runs(replace(TOLD, runs=(run("a", [0.5, 0.0, -1.0]),)), TITLES[1])
    plot.is_log = True
    assert plot.lines()[0].y.tolist() == [0.5]
    plot.grab()


def test_report_escapes_every_foreign_word():
    page = report.page(TOLD, sections(TOLD), {"Curves": b"<svg/>"})
    assert "<b>&B" not in page
    assert "&lt;b&gt;&amp;B" in page
    assert "<td><i>" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_table_holds_all_rows():
    read = [*csv.reader(io.StringIO(report.table(TOLD, sections(TOLD))))]
    assert read[0] == ["", "", "Net", "<b>&B"]
    assert ["Results", "Accuracy", "62.5 %", "87.5 %"] in read
    assert ["What is different", "Learning rate", "0.1", "<i>"] in read


def test_window_writes_report_and_table(qtbot, tmp_path, monkeypatch):
    window = CompareWindow(TOLD)
    qtbot.addWidget(window)
    window.show()
    window.take_layers(LayersCompared())
    for name, save in (("r.html", window.save_report), ("t", window.save_table)):
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_a, n=name: (str(tmp_path / n), "")
        )
        save()
    assert "data:image/svg+xml" in (tmp_path / "r.html").read_text()
    assert (tmp_path / "t.csv").read_text().startswith(",,Net")


def test_two_chosen_runs_are_compared(qtbot, window):
    folder = window.session.runs_folder
    make(folder, "20310101-a", mlp(), (0.5, 0.75))
    make(folder, "20310102-b", rated(mlp(), 0.25), (0.25, 0.875))
    made = window.controllers.runs
    made.show()
    qtbot.waitUntil(lambda: len(made.panel.rows.shown) == 2)
    assert not made.panel.compare.isEnabled()
    made.panel.list.selectAll()
    qtbot.mouseClick(made.panel.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: made.comparing is not None)
    shown = made.comparing
    assert [r.summary.run for r in shown.told.runs] == ["20310102-b", "20310101-a"]
    assert not math.isnan(shown.told.runs[0].summary.score)
    qtbot.waitUntil(lambda: all(button.isEnabled() for button in shown._savers))
    shown.reject()
    assert made.comparing is None
