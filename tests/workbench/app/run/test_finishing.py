"""What is said of a training that has ended, and training it longer from there."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton

import presets
from engine.graph.edits import SetParam
from engine.graph.options import SCHEDULES
from engine.graph.problems import Fix
from engine.graph.settings import Choice
from engine.graph.settings_text import Assign
from engine.protocol import commands, messages
from engine.protocol.baselines import Baseline
from engine.protocol.messages import Evaluation, Outcome
from engine.training.parts import schedules
from workbench.app.bars.finish_bar import Finish, FinishBar
from workbench.app.run import ending, finishing
from workbench.dialogs.export import ExportDialog
from workbench.document import actions
from workbench.session.names import Names

LAST = "Goes on from the last weights and the optimizer's memory"
BEST = "Goes on from the best weights"
MEMORY = "The optimizer's memory is that of the last step"
STRETCHED = "The learning rate rises again: its schedule is stretched"


def frame(step, *evaluations):
    return messages.Frame(
        step=step,
        epoch=step / 10,
        state="training",
        steps=np.array([step]),
        losses=np.array([[0.25]]),
        rates=np.array([[0.1]]),
        evaluations=evaluations,
    )


def evaluation(step, loss, accuracy):
    return Evaluation(step, step / 10, {"loss": loss, "accuracy": accuracy})


@pytest.fixture
def ended(qtbot, running, engine):
    """A window whose run has reached its end."""
    told = (evaluation(50, 0.31, 0.9), evaluation(100, 0.4, 0.9812))
    engine.tell(frame(100, *told), len(engine.sent))
    qtbot.waitUntil(lambda: running.session.history.step == 100)
    engine.tell(Outcome("finished", "run", 100, "Finished."))
    qtbot.waitUntil(running.controllers.finishing.bar.isVisible)
    return running


def bar_of(window):
    return window.controllers.finishing.bar


def choose(window, words):
    menu = bar_of(window).longer.menu()
    next(each for each in menu.actions() if each.text() == words).trigger()


def test_it_says_result_goal_best_and_length(ended):
    bar = bar_of(ended)
    target = ended.document.project.extra["preset"]["target"]
    assert target["metric"] == "accuracy"
    assert bar.title.text() == "Finished: Accuracy 98.1 %"
    said = bar.words.text().replace("\u200b", "")
    reached = "goal reached" if target["value"] < 0.981 else "goal not reached yet"
    assert said.startswith(f"{reached}: {target['text']}")
    assert "best validation loss 0.310 at step 50" in said
    assert "100 steps, 10 epochs" in said


@pytest.mark.parametrize(("value", "is_good"), [(0.99, True), (0.5, False)])
def test_the_goal_is_compared_with_the_value(window, value, is_good):
    history = window.session.history
    history.evaluations.append(evaluation(10, 0.1, value))
    finish = ending.of_run(history, window.document.project, "finished")
    assert finish.is_good == is_good


def test_without_a_goal_the_lazy_answer_stands_beside_it(window, started):
    history = window.session.history
    lazy = {"accuracy": Baseline(0.1, "class", "7", higher=True)}
    run = messages.RunStarted(**{**vars(started), "baselines": lazy})
    history.begin(run, Names(metrics={"accuracy": "Accuracy"}))
    history.evaluations.append(evaluation(10, 0.1, 0.5))
    window.document.project.extra.clear()
    finish = ending.of_run(history, window.document.project, "early")
    assert finish.title == "Stopped early: Accuracy 50.0 %"
    assert finish.words.startswith("always “7”: 10.0 %")
    assert finish.is_good


@pytest.mark.parametrize("reached", [0.097, 0.1])
def test_what_a_lazy_answer_reaches_too_is_no_success(window, started, reached):
    history = window.session.history
    lazy = {"accuracy": Baseline(0.1, "class", "7", higher=True)}
    run = messages.RunStarted(**{**vars(started), "baselines": lazy})
    history.begin(run, Names(metrics={"accuracy": "Accuracy"}))
    history.evaluations.append(evaluation(10, 0.1, reached))
    window.document.project.extra.clear()
    finish = ending.of_run(history, window.document.project, "finished")
    words = "no better than an answer without a network – always “7”: 10.0 %"
    assert finish.words.startswith(words)
    assert not finish.is_good


def test_training_longer_goes_on_with_the_run_and_lengthens_the_document(
    qtbot, ended, engine
):
    epochs = ended.document.project.training.value("epochs")
    choose(ended, f"{epochs} more epochs")
    (asked,) = engine.commands(commands.ResumeRun)
    assert (asked.folder, asked.more, asked.from_step) == ("run", epochs, -1)
    assert ended.document.project.training.value("epochs") == 2 * epochs
    assert ended.document.undo_stack.count() == 1
    assert not bar_of(ended).isVisible()
    assert len(engine.commands(commands.Train)) == 1
    qtbot.wait(200)
    assert not ended.banner.isVisible()


@pytest.mark.parametrize(
    ("keeps_best", "schedule", "lines"),
    [
        (False, "constant", [LAST]),
        (False, "cosine", [LAST, STRETCHED]),
        (True, "one_cycle", [BEST, MEMORY, STRETCHED]),
        (True, "step", [BEST, MEMORY]),
    ],
)
def test_it_says_from_what_a_longer_training_goes_on(
    ended, keeps_best, schedule, lines
):
    training = presets.load("digits-mlp").training.with_value("keep_best", keeps_best)
    phases = [replace(each, schedule=Choice(schedule)) for each in training.phases]
    training = replace(training, phases=tuple(phases))
    if schedule in {"cosine", "one_cycle"}:  # at a later end the rate is higher there
        params = {each.name: each.default for each in SCHEDULES[schedule].params}
        rate = schedules.Pure(schedule, params).rate
        assert rate(99, 200) > 2 * rate(99, 100)
    words = finishing.words_of(training)
    assert words.splitlines() == lines
    bar_of(ended).offer_longer([("5 more epochs", 5)], words)
    told = [each for each in bar_of(ended).longer.menu().actions() if each.text()]
    assert [each.text() for each in told[2:]] == lines
    assert not any(each.isEnabled() for each in told[2:])
    assert bar_of(ended).longer.toolTip() == words


def test_curves_go_on_where_they_ended(qtbot, ended, engine, started):
    choose(ended, f"{ended.document.project.training.value('epochs')} more epochs")
    longer = {**vars(started), "step": 100, "total_steps": 200}
    engine.tell(messages.RunStarted(**longer), len(engine.sent))
    qtbot.waitUntil(lambda: ended.session.state == "training")
    engine.tell(frame(101), len(engine.sent))
    qtbot.waitUntil(lambda: ended.session.history.step == 101)
    assert list(ended.session.history.losses[0].steps.values) == [100, 101]
    assert not bar_of(ended).isVisible()


def test_a_changed_canvas_can_not_go_on_until_it_is_put_back(ended):
    bar = bar_of(ended)
    assert bar.longer.isEnabled()
    ended.document.apply([SetParam("linear1", "out_features", 9)], "Set Outputs")
    assert not bar.longer.isEnabled()
    assert "no longer" in bar.longer.toolTip()
    assert not ended.controllers.finishing.can_go_on
    ended.document.undo_stack.undo()
    assert bar.longer.isEnabled()


def test_export_folder_and_closing(qtbot, ended, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    bar = bar_of(ended)
    qtbot.mouseClick(bar.folder, Qt.MouseButton.LeftButton)
    assert [url.toLocalFile() for url in opened] == ["run"]
    qtbot.mouseClick(bar.export, Qt.MouseButton.LeftButton)
    assert isinstance(ended.controllers.helpers.export_dialog, ExportDialog)
    ended.controllers.helpers.export_dialog.reject()


def test_another_training_or_document_hides_it(qtbot, ended):
    ended.document.load_preset("xor")
    assert not bar_of(ended).isVisible()


def test_a_run_that_has_failed_says_nothing_here(qtbot, running, engine):
    engine.tell(Outcome("diverged", "run", 5, "The loss is not finite."))
    qtbot.waitUntil(lambda: running.session.state == "diverged")
    assert not bar_of(running).isVisible()


def end_another(qtbot, window, engine, started, accuracy):
    """Train once more, to another end; return the bar."""
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: len(engine.commands(commands.Train)) == 2)
    engine.tell(started, len(engine.sent))
    qtbot.waitUntil(lambda: window.session.state == "training")
    engine.tell(frame(100, evaluation(100, 0.3, accuracy)), len(engine.sent))
    qtbot.waitUntil(lambda: window.session.history.step == 100)
    engine.tell(Outcome("finished", "run", 100, "Finished."))
    qtbot.waitUntil(bar_of(window).isVisible)
    return bar_of(window)


def test_the_next_run_says_what_was_before_it(qtbot, ended, engine, started):
    assert bar_of(ended).title.text() == "Finished: Accuracy 98.1 %"
    assert not bar_of(ended).better.isVisible()
    fix = Fix("faster", (Assign(("lr=0.5",)),))
    actions.mend(ended.document, fix, lambda _fix: {})
    bar = end_another(qtbot, ended, engine, started, 0.99)
    assert bar.title.text() == "Finished: Accuracy 99.0 %, 98.1 % before"
    assert bar.words.text().startswith("Learning rate 0.003 → 0.5")
    bar.better.click()
    dialog = ended.controllers.bench.better.dialog
    assert [dialog.first.itemText(i) for i in range(dialog.first.count())] == [
        "Accuracy 98.1 %: Learning rate 0.003"
    ]
    dialog.reject()


def test_the_same_run_again_is_no_question_of_better(qtbot, ended, engine, started):
    bar = end_another(qtbot, ended, engine, started, 0.97)
    assert bar.title.text() == "Finished: Accuracy 97.0 %, 98.1 % before"
    assert bar.words.text().startswith("with the same settings")
    assert not bar.better.isVisible()
    ended.actions_["better"].trigger()
    dialog = ended.controllers.bench.better.dialog
    assert "Nothing differs" in dialog.told.text()
    assert not dialog.go.isEnabled()
    dialog.reject()


def test_in_little_room_the_words_go_before_the_buttons(qtbot):
    bar = FinishBar()
    qtbot.addWidget(bar)
    bar.show_finish(Finish("Finished", "Learning rate 0.1 → 0.2", has_before=True))
    bar.resize(660, 60)
    shown = [b for b in bar.findChildren(QPushButton) if b.isVisibleTo(bar)]
    assert shown == [bar.longer, bar.better]
    bar.resize(1400, 60)
    assert bar.try_it.isVisibleTo(bar)
    assert bar.folder.isVisibleTo(bar)


def test_the_room_explain_has_the_height_of_the_bar(ended):
    bar = bar_of(ended)
    bar.step_aside(is_aside=True)
    assert not bar.isVisible()
    bar.show_finish(bar.finish)
    assert not bar.isVisible()
    ended.rooms.enter("build")
    assert bar.isVisible()
