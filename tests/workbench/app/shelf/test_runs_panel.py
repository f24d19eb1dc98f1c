"""The list of runs in the window: found, ordered, named, starred, deleted and back."""

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from engine.protocol import commands
from engine.protocol.messages import Outcome
from engine.protocol.past_runs import RunMarks, RunsMoved, RunSummary
from tests.training.listing.test_listing import make, rated
from tests.training.projects import mlp
from workbench.app.compare.states import state_words
from workbench.app.shelf import rows


def summary(run, **fields):
    values = {"title": "Net", "state": "finished", "score_title": "Accuracy"}
    return RunSummary(run, **{**values, **fields})


RUNS = [
    summary("c", score=0.5, is_lower=False, took_s=3.0, changed=("Learning rate 0.1",)),
    summary("b", score=0.9, is_lower=False, took_s=9.0,
            marks=RunMarks("Best one", ("keep",), True, "on the large set")),
    summary("a", state="running"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("", "cba"), ("rate", "c"), ("LEARNING 0.1", "c"), ("best", "b"), ("#ke", "b"),
        ("#rate", ""), ("large set", "b"), ("interrupted", "a"), ("net", "cba"),
        ("net best rate", ""),
    ],
)  # fmt: skip
def test_every_word_must_stand_in_a_run(words, runs):
    found = rows.found(RUNS, words, starred=False)
    assert "".join(run.run for run in found) == runs


def test_only_starred_runs_are_found():
    assert [run.run for run in rows.found(RUNS, "", starred=True)] == ["b"]


@pytest.mark.parametrize(
    ("sort", "runs"),
    [("newest", "cba"), ("best", "bca"), ("longest", "bca"), ("name", "bca")],
)
def test_runs_stand_in_the_order_that_is_wanted(sort, runs):
    assert "".join(run.run for run in rows.ordered([*RUNS], sort)) == runs


def test_lower_scores_are_better_where_they_are_losses():
    losses = [
        summary("x", score=0.5, score_title="Loss"),
        summary("y", score=0.25, score_title="Loss"),
        summary("z", score=math.nan),
    ]
    assert [run.run for run in rows.ordered(losses, "best")] == ["y", "x", "z"]


def test_run_is_called_by_people_else_by_what_is_different_else_by_its_project():
    assert [run.heading for run in RUNS] == ["Learning rate 0.1", "Best one", "Net"]


def test_score_is_written_as_on_the_card():
    assert rows.score_words(replace(RUNS[0], score_kind="accuracy")) == "50.0 %"
    assert rows.score_words(replace(RUNS[0], score_kind="rmse")) == "0.500"
    assert rows.score_words(RUNS[2]) == ""


@pytest.fixture
def listed(qtbot, window):
    folder = window.session.runs_folder
    make(folder, "20310101-a", mlp(), (0.5, 0.75))
    make(folder, "20310102-b", rated(mlp(), 0.25), (0.25, 0.875))
    window.actions_["runs_list"].trigger()
    panel = window.controllers.runs.panel
    qtbot.waitUntil(lambda: len(panel.rows.shown) == 2)
    return panel


def test_panel_shows_the_runs_with_what_is_different(window, listed):
    assert window.docks.is_visible("runs")
    new, old = listed.rows.shown
    assert (new.heading, rows.score_words(new)) == ("Learning rate 0.25", "87.5 %")
    assert (old.heading, rows.score_words(old)) == ("test", "75.0 %")
    assert listed.words.text() == "2 runs"
    assert listed.open.isEnabled() is False


def test_search_finds_and_says_how_many(qtbot, listed):
    qtbot.keyClicks(listed.search, "rate")
    qtbot.waitUntil(lambda: len(listed.rows.shown) == 1)
    assert listed.words.text() == "1 of 2"


def test_enter_opens_a_run(qtbot, window, listed):
    listed.choose(["20310102-b"])
    assert listed.open.isEnabled()
    qtbot.keyClick(listed.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.document.project.name == "test")
    phase = window.document.project.training.phases[0]
    assert phase.optimizer.params["lr"] == 0.25


def test_name_of_a_run_is_no_html_in_a_question(window, listed, monkeypatch):
    run = replace(RUNS[1], marks=RunMarks("<img src='red.png'><b>x</b>"))
    monkeypatch.setattr(type(listed), "chosen", property(lambda _panel: [run]))
    asked = []

    def ask(_parent, _title, label, _text):
        asked.append(label)
        return "", False

    monkeypatch.setattr(QInputDialog, "getMultiLineText", ask)
    window.controllers.runs.note()
    assert "&lt;img" in asked[0]
    assert "<img" not in asked[0]


def test_star_name_and_tags_are_kept_in_the_run(qtbot, window, listed, monkeypatch):
    listed.choose(["20310101-a"])
    qtbot.keyClick(listed.list, Qt.Key.Key_S)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: ("First", True))
    qtbot.keyClick(listed.list, Qt.Key.Key_F2)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: ("x, #y ,", True))
    window.controllers.runs.tag()
    told = [RunMarks("First", ("x", "y"), True)]
    qtbot.waitUntil(lambda: [run.marks for run in listed.chosen] == told)
    window.controllers.runs.refresh()
    qtbot.wait(150)
    shown = {run.run: run.marks for run in listed.rows.shown}
    assert shown["20310101-a"] == told[0]
    assert shown["20310102-b"] == RunMarks()


def test_deleted_run_is_taken_back(qtbot, window, listed):
    folder = window.session.runs_folder
    listed.choose(["20310101-a"])
    qtbot.keyClick(listed.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(listed.rows.shown) == 1)
    assert not (folder / "20310101-a").exists()
    assert window.banner.words.text() == "1 run was moved to the trash."
    window.banner.buttons[0].click()
    qtbot.waitUntil(lambda: len(listed.rows.shown) == 2)
    assert (folder / "20310101-a" / "run.json").is_file()


def test_ten_thousand_runs_are_found_at_once(qtbot, window, listed):
    shelf = window.session.past_runs.shelf
    shelf.runs = {str(n): summary(str(n), title=f"Net {n}") for n in range(10_000)}
    listed.search.setText("9999")
    qtbot.waitUntil(lambda: [run.run for run in listed.rows.shown] == ["9999"])


def test_train_again_tells_what_it_is_compared_with(qtbot, running, engine, started):
    running.session.stop()
    engine.tell(Outcome("finished", "/x/20310101-a", 5, "Done"), len(engine.sent))
    qtbot.waitUntil(lambda: not running.session.active)
    running.session.train(running.document.project)
    assert engine.commands(commands.Train)[-1].parent == started.run


def test_keys_go_on_from_a_run_that_was_starred(qtbot, window, listed):
    listed.list.setFocus()
    listed.list.setCurrentIndex(listed.rows.index(1))
    qtbot.keyClick(listed.list, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: listed.rows.shown[1].marks.is_starred)
    qtbot.wait(150)
    assert listed.list.currentIndex().row() == 1
    qtbot.keyClick(listed.list, Qt.Key.Key_Up)
    assert [run.run for run in listed.chosen] == ["20310102-b"]


def test_what_was_deleted_is_taken_back_when_nothing_offers_it_any_more(
    qtbot, window, listed
):
    folder = window.session.runs_folder
    for run in ("20310101-a", "20310102-b"):
        listed.choose([run])
        window.controllers.runs.delete()
        qtbot.waitUntil(lambda run=run: not (folder / run).exists())
    window.banner.hide()
    qtbot.waitUntil(lambda: not listed.rows.shown)
    assert listed.open.isHidden()
    for left in (1, 2):
        window.controllers.runs.take_back()
        qtbot.waitUntil(lambda left=left: len(listed.rows.shown) == left)
    window.controllers.runs.take_back()
    assert listed.open.isVisible()


def test_run_in_the_trash_is_not_trained_longer(qtbot, running, engine):
    session, finishing = running.session, running.controllers.finishing
    session.history.moved(str(session.runs_folder / "a"))
    session.history.step = 5
    engine.tell(Outcome("finished", "a", 5, "Done"), len(engine.sent))
    qtbot.waitUntil(lambda: finishing.bar.finish is not None)
    assert finishing.can_go_on
    moved = RunsMoved(str(session.runs_folder), ("a",), discarded=True)
    session.past_runs.shelf.moved.emit(moved)
    assert not finishing.can_go_on
    assert not finishing.bar.longer.isEnabled()
    assert finishing.bar.longer.toolTip() == "This run is in the trash."
    session.past_runs.shelf.moved.emit(replace(moved, discarded=False))
    assert finishing.bar.longer.isEnabled()


def test_run_that_goes_on_is_not_said_to_be_interrupted(qtbot, running, engine):
    panel, run = running.controllers.runs.panel, summary("run", state="running")
    card = panel.list.itemDelegate()
    assert (card.current, card.trains) == ("run", True)
    assert state_words(run, trains=True) == ("training now", "accent")
    engine.tell(Outcome("stopped", "run", 5, "Stopped"), len(engine.sent))
    qtbot.waitUntil(lambda: not card.trains)
    assert state_words(run)[0] == "interrupted"


def test_one_run_is_compared_with_the_one_that_is_shown(window, listed):
    listed.choose(["20310101-a"])
    assert not listed.compare.isEnabled()
    assert listed.words.text() == "Ctrl+click: more"
    listed.mark_current("20310101-a")
    assert not listed.compare.isEnabled()  # with itself says nothing
    listed.mark_current("20310102-b")
    assert listed.compare.isEnabled()
    assert [run.run for run in listed.compared] == ["20310102-b", "20310101-a"]
    assert listed.compare.toolTip() == "Learning rate 0.25 beside test"
