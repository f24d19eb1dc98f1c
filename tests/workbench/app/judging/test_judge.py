"""The report in the window says what the engine has found out, and can be left."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QWidget

from engine.cli.main import main
from workbench.app.judging.judge import JudgeCommand
from workbench.dialogs.judging.charts import Confusion, Drawn, SmallChart
from workbench.dialogs.judging.report import ReportDialog

MADE_MS = 120_000


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name in ("digits-mlp", "diabetes"):
        words = ["--steps", "40", "--threads", "1", "--out", str(folder / name)]
        assert main(["train", name, *words]) == 0
    return folder


def judge(qtbot, run):
    widget = QWidget()
    qtbot.addWidget(widget)
    asked = []
    page = SimpleNamespace(ask=lambda: asked.append(True))
    looking = SimpleNamespace(folder=str(run))
    desk = SimpleNamespace(widget=widget, session=SimpleNamespace(looking=looking))
    command = JudgeCommand(desk, page)
    command.show()
    return command, asked


def words(dialog):
    labels = dialog.findChildren(QLabel)
    return [label.text().replace("\u200b", "") for label in labels]


@pytest.mark.parametrize("name", ["digits-mlp", "diabetes"])
def test_report_shows_what_the_command_line_says(qtbot, runs, capsys, name):
    command, asked = judge(qtbot, runs / name)
    dialog = command.dialog
    assert not dialog.export.isEnabled()
    qtbot.waitUntil(lambda: bool(dialog.record), timeout=MADE_MS)
    capsys.readouterr()
    assert main(["evaluate", str(runs / name), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    shown = words(dialog)
    for line in (told["head"], *told["says"]["loss"], *told["says_of_scores"]):
        assert line in shown
    found = told["judged"][0]["found"]
    tables = dialog.findChildren(Confusion)
    if name == "digits-mlp":
        assert np.array_equal(tables[0].table, found["confusion"])
        charts = {c.drawn.title: c.drawn for c in dialog.findChildren(SmallChart)}
        for title, key in (
            ("ROC, each against the rest", "roc"),
            ("Precision and recall", "precision_recall"),
        ):
            drawn = charts[title]
            for (_, points), curve in zip(
                drawn.lines, found[key].values(), strict=True
            ):
                assert np.allclose(points, np.stack([curve["x"], curve["y"]], 1))
    else:
        clouds = [c.drawn.points for c in dialog.findChildren(SmallChart)]
        assert np.allclose(next(filter(None, clouds)), found["pairs"])
        bars = next(c.drawn for c in dialog.findChildren(SmallChart) if c.drawn.bars)
        counts, _ = np.histogram(found["residuals"], 30)
        assert [height for _, _, height in bars.bars] == counts.tolist()
    dialog.export.click()
    assert asked == [True]
    dialog.grab()
    dialog.leave.click()
    assert command.dialog is None


def test_judging_can_be_given_up(qtbot, runs):
    command, _ = judge(qtbot, runs / "diabetes")
    assert command._tool.is_on
    command.dialog.leave.click()
    assert not command._tool.is_on
    assert command.dialog is None


def test_no_report_is_said(qtbot, tmp_path):
    command, _ = judge(qtbot, tmp_path)
    head = command.dialog.head
    qtbot.waitUntil(lambda: "no run" in head.text().replace("\u200b", ""),
                    timeout=MADE_MS)  # fmt: skip
    command.dialog.reject()


def test_place_of_a_value_on_a_chart(qtbot):
    chart = SmallChart(Drawn("x", ("a", "b"), x=(-1.0, 3.0), y=(0.0, 10.0)))
    qtbot.addWidget(chart)
    low, high = chart._place(-1.0, 0.0), chart._place(3.0, 10.0)
    middle = chart._place(1.0, 5.0)
    assert middle.x() == pytest.approx((low.x() + high.x()) / 2)
    assert middle.y() == pytest.approx((low.y() + high.y()) / 2)
    assert high.x() > low.x()
    assert high.y() < low.y()


def test_names_of_classes_are_shown_as_they_are(qtbot):
    name = "<b>x</b>"
    dialog = ReportDialog()
    qtbot.addWidget(dialog)
    dialog.show_failure(name)
    assert dialog.head.text() == name
    assert dialog.head.textFormat().name == "PlainText"
