import numpy as np

from engine.protocol.messages import Evaluation, Frame
from tests.helpers import frames
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.session.names import Names


def evaluations(count):
    return [e for told in frames.frames(count) for e in told.evaluations]


def test_lines_hold_the_numbers_of_the_frames(shown):
    panel = shown(AccuracyPlot, played=300)
    told = evaluations(300)
    for line, values in ((0, "train_values"), (1, "values")):
        x, y = panel.curves[line].line.getData()
        assert list(x) == [e.step for e in told]
        assert list(y) == [getattr(e, values)["accuracy"] for e in told]


def with_metrics(history, names, *values, losses=None):
    known = Names(metrics=names, losses=losses or {})
    history.begin(frames.run_started(run="other"), known)
    empty = np.empty((0, 1))
    told = tuple(Evaluation(10 * (i + 1), 0.1, v) for i, v in enumerate(values))
    history.add(Frame(100, 1, "training", np.empty(0, int), empty, empty, None, told))


def test_title_follows_the_metric(shown, history):
    with_metrics(history, {"score": "R²"}, {"score": 0.2}, {"score": 0.4})
    panel = shown(AccuracyPlot)
    assert panel.title == "R²"
    assert panel.windowTitle() == "R²"
    assert panel.curves[1].line.getData()[1].tolist() == [0.2, 0.4]
    assert not panel.switch.isVisible()


def test_switch_chooses_among_several_metrics(shown, history):
    values = {"acc": 0.9, "f1": 0.7, "loss": 3.0}
    with_metrics(history, {"acc": "Accuracy", "f1": "F1"}, values)
    panel = shown(AccuracyPlot)
    assert panel.switch.isVisible()
    panel.switch.choose(1)
    assert panel.title == "F1"
    assert panel.curves[1].line.getData()[1].tolist() == [0.7]


def test_project_without_metric_shows_the_validation_loss(shown, history):
    with_metrics(history, {}, {"loss": 3.0}, {"loss": 2.0})
    panel = shown(AccuracyPlot)
    assert panel.curves[1].line.getData()[1].tolist() == [3.0, 2.0]


def test_project_without_metric_shows_each_of_several_losses(shown, history):
    values = {"loss": 5.0, "fake": 2.0, "real": 3.0}
    titles = {"real": "Real is real", "fake": "Fake is fake"}
    with_metrics(history, {}, values, losses=titles)
    panel = shown(AccuracyPlot)
    assert panel.title == "Real is real"
    assert panel.curves[1].line.getData()[1].tolist() == [3.0]
    panel.switch.choose(1)
    assert panel.windowTitle() == "Fake is fake"
    assert panel.curves[1].line.getData()[1].tolist() == [2.0]


def test_cursor_reads_the_nearest_evaluation(shown):
    panel = shown(AccuracyPlot, played=300)
    told = frames.evaluation(120)
    text = panel.reading(125)
    assert "step 120" in text
    assert f"train {told.train_values['accuracy']:.4g}" in text
    assert f"validation {told.values['accuracy']:.4g}" in text


def test_table_holds_every_value(shown):
    header, rows = shown(AccuracyPlot, played=90).table()
    told = evaluations(90)
    assert header[:5] == [
        "step",
        "epoch",
        "validation loss",
        "validation ce",
        "validation accuracy",
    ]
    assert [row[4] for row in rows] == [e.values["accuracy"] for e in told]
    trained = header.index("train accuracy")
    assert [row[trained] for row in rows] == [e.train_values["accuracy"] for e in told]
