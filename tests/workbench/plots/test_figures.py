"""The numbers in the heads of charts and in the status bar, against a second sum."""

import math

import numpy as np
import pytest

from tests.helpers import frames
from workbench.app.bars.status import StatusBar
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.gradients import GradientPlot, rounded
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.session.curves.headline import Headline
from workbench.session.curves.history import History
from workbench.session.names import Names
from workbench.theme.text import figure, per_mille, percent, short, size

NAMES = Names(metrics={"accuracy": "Accuracy"}, kinds={"accuracy": "accuracy"})


def numbers(history):
    """Newest smoothed loss, all validation losses and accuracies by step, by hand."""
    raw = history.losses[0].values.values[-10:][::-1]
    weights = [0.5 + 0.5 * math.cos(math.pi * k / 10) for k in range(10)]
    train = sum(w * v for w, v in zip(weights, raw, strict=True)) / sum(weights)
    losses = {e.step: e.values["loss"] for e in history.evaluations}
    right = {e.step: e.values["accuracy"] for e in history.evaluations}
    return train, losses, right


def test_head_of_the_loss_says_train_validation_and_best(shown, history):
    panel = shown(LossPlot, played=300)
    train, losses, _ = numbers(history)
    step = min(losses, key=losses.get)
    assert panel.figures.words == (
        f"train {train:.3f} · validation {losses[300]:.3f} · "
        f"best {losses[step]:.3f} at {step}"
    )
    assert panel.figures.accessibleName() == panel.figures.words
    panel.switch.choose(2)
    panel.again()
    assert panel.figures.words == "rate 0.001"


def test_head_of_the_accuracy_says_both_parts_and_best(shown, history):
    history.names = NAMES
    panel = shown(AccuracyPlot, played=300)
    _, _, right = numbers(history)
    best, step = max((value, step) for step, value in right.items())
    train = history.evaluations[-1].train_values["accuracy"]
    told = [f"{100 * value:.1f}\u202f%" for value in (train, right[300], best)]
    assert panel.figures.words == (
        f"train {told[0]} · validation {told[1]} · best {told[2]} at {step}"
    )


def test_heads_say_the_numbers_of_a_past_step_and_those_of_now_again(shown, history):
    history.names = NAMES
    loss, accuracy = shown(LossPlot, played=300), shown(AccuracyPlot)
    now = loss.figures.words, accuracy.figures.words
    history.look_back(155)
    loss.catch_up()
    accuracy.catch_up()
    raw = np.asarray(history.losses[0].values.values)[155 - 10 : 155 + 9]
    weights = [math.cos(math.pi * k / 20) ** 2 for k in range(-9, 10)]
    train = float(np.dot(weights, raw) / np.sum(weights))
    past = [each for each in history.evaluations if each.step <= 155]
    best = min(past, key=lambda each: each.values["loss"])
    assert loss.figures.words == (
        f"train {figure(train)} · validation {figure(past[-1].values['loss'])} · "
        f"best {figure(best.values['loss'])} at {best.step}"
    )
    best = max(past, key=lambda each: each.values["accuracy"])
    told = (past[-1].train_values, past[-1].values, best.values)
    words = [f"{100 * values['accuracy']:.1f}\u202f%" for values in told]
    assert accuracy.figures.words == (
        f"train {words[0]} · validation {words[1]} · best {words[2]} at {best.step}"
    )
    history.look_back(None)
    loss.catch_up()
    accuracy.catch_up()
    assert (loss.figures.words, accuracy.figures.words) == now


def test_heads_of_the_layers_say_what_and_when(shown):
    assert shown(GradientPlot, played=300).figures.words == "|∂L/∂w| · step 300"
    assert shown(WeightChangePlot).figures.words == "‖Δw‖ / ‖w‖ · step 300"


def status(state, history):
    bar = StatusBar()
    bar.show_state(state)
    bar.show_progress(history)
    return bar


@pytest.fixture
def played():
    history = History()
    history.begin(frames.run_started(), NAMES)
    for told in frames.frames(300):
        history.add(told)
    return history


def test_status_says_where_it_is_and_how_good(qapp, played):
    train, losses, right = numbers(played)
    best = f"{100 * max(right.values()):.1f}\u202f%"
    scores = (
        f"loss {train:.3f} · validation {losses[300]:.3f} · "
        f"accuracy {100 * right[300]:.1f}\u202f% · best {best}"
    )
    bar = status("training", played)
    assert bar.run.words == (
        f"epoch 5/16 · step 300 · {scores} · time left 12 s · samples/s 1,284 · "
        "monitoring 1.8\u202f%"
    )
    assert bar.progress.value() == 300
    bar = status("finished", played)
    assert bar.run.words == (f"step 300 of 1,000 · {scores} · monitoring 1.8\u202f%")


def test_status_of_a_new_run_says_no_number_that_is_not_there(qapp):
    history = History()
    history.begin(frames.run_started(), NAMES)
    assert status("compiling", history).run.words == "epoch 1/16 · step 0"
    history.clear()
    assert status("idle", history).run.words == ""


def test_best_follows_the_kind_of_metric(played):
    _, losses, right = numbers(played)
    found = Headline(played)
    assert found.validation.best == min(losses.values())
    assert found.metric.best == max(right.values())
    played.names = Names(metrics={"accuracy": "MAE"}, kinds={"accuracy": "mae"})
    played.runs_seen += 1
    assert found.metric.best == min(right.values())
    assert not found.metric.is_share


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.36, "0.360"), (2.3, "2.30"), (12.34, "12.3"), (1240.4, "1,240"),
        (0.0, "0.00"), (-0.5, "−0.500"), (4.1e-5, "4.1·10⁻⁵"), (6.02e20, "6.0·10²⁰"),
        (math.inf, "∞"), (math.nan, "–"), (99_999, "99,999"),
    ],
)  # fmt: skip
def test_measured_values_have_three_digits(value, words):
    assert figure(value) == words


def test_units_stand_behind_a_thin_space_and_counts_in_full():
    assert percent(0.981) == "98.1\u202f%"
    assert percent(1.0) == "100\u202f%"
    assert [per_mille(x) for x in (2e-9, 7e-5, 1.3e-4, 4.8e-3, 0.25)] == [
        "< 0.001\u202f‰", "0.070\u202f‰", "0.13\u202f‰", "4.8\u202f‰", "250\u202f‰",
    ]  # fmt: skip
    assert per_mille(0.0) == "0\u202f‰"
    assert short(54_314) == "54,314"
    assert short(4_720_000) == "4.72\u202fM"
    assert size(65_536) == "64\u202fKiB"


def test_medians_at_the_right_are_those_of_the_gradients(shown):
    panel = shown(GradientPlot)
    ridges = panel.faces[0]
    values = np.abs(np.random.default_rng(3).normal(size=(5, 20_000))) * [
        [1e-5], [1e-4], [1e-3], [0.02], [3.0],
    ]  # fmt: skip
    told = frames.sample(1)
    histogram = np.array([frames.histogram(row) for row in values])
    panel.history.add_sample(type(told)(**{**vars(told), "grad_histogram": histogram}))
    panel.catch_up()
    expected = np.log10(np.median(values, axis=1))
    np.testing.assert_allclose(ridges.medians, expected, atol=0.06)
    assert [rounded(x) for x in (-2.3, -3.0, -0.02, math.nan)] == [
        "5·10⁻³", "1·10⁻³", "1·10⁰", "",
    ]  # fmt: skip
