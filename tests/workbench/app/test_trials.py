"""What is asked of trials: files count from the project's folder, strangers' wait."""

import numpy as np
import pytest

import presets
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.protocol.bench.better import Compare
from engine.protocol.bench.preflight import CallOff, LookAhead
from engine.protocol.bench.proof import Prove, Proved, Proving
from engine.protocol.bench.race import (
    RACERS,
    RaceLane,
    RaceSizes,
    RaceTold,
    SizeRace,
    StartRace,
)
from engine.protocol.findings import Finding
from engine.protocol.messages import Failed
from workbench.app.run.weights_dialog import rooted
from workbench.session.session import Session


def saved(folder, weights):
    """Return a file of a project that begins with weights."""
    project = presets.load("xor")
    project.weights = weights
    folder.mkdir()
    serialize.save(project, folder / "net.bpw")
    return folder / "net.bpw"


@pytest.fixture
def mine(window, tmp_path):
    file = saved(tmp_path / "mine", "net.safetensors")
    window.document.load(file)
    return window


def whole(path):
    return str(path.with_name("net.safetensors")).replace("\\", "\\\\")


def test_a_check_reads_files_beside_the_project(mine, engine):
    mine.controllers.bench.preflight.ask()
    (asked,) = engine.commands(LookAhead)
    assert whole(mine.document.path) in asked.document
    mine.controllers.bench.preflight.dialog.reject()


def test_both_of_a_comparison_read_files_beside_them(mine, engine, tmp_path):
    other = saved(tmp_path / "other", "net.safetensors")
    mine.controllers.bench.better.ask()
    dialog = mine.controllers.bench.better.dialog
    dialog.file_wanted.emit(other)
    dialog.go.click()
    (asked,) = engine.commands(Compare)
    assert whole(other) in asked.first
    assert whole(mine.document.path) in asked.second
    dialog.reject()


def test_a_project_is_not_compared_with_itself(mine, engine):
    mine.controllers.bench.better.ask()
    dialog = mine.controllers.bench.better.dialog
    dialog.add_file("same", serialize.dumps(rooted(mine.document)))
    dialog.go.click()
    assert not engine.commands(Compare)
    assert "Nothing differs" in dialog.told.text()
    assert dialog.go.isVisibleTo(dialog)
    dialog.reject()


def test_a_strangers_files_are_asked_about_before_they_are_read(
    window, engine, tmp_path
):
    window.document.load(saved(tmp_path / "mine", "../secret.safetensors"))
    bench = window.controllers.bench
    for command in (bench.preflight, bench.better):
        window.banner.hide()
        command.ask()
        assert command.dialog is None
        assert "secret" in window.banner.words.text()
    assert not engine.commands(LookAhead)


def test_the_menu_opens_the_race(window, engine, qtbot):
    window.actions_["race"].trigger()
    command = window.controllers.bench.race
    dialog = command.dialog
    assert dialog.isVisible()
    (sizing,) = engine.commands(SizeRace)
    assert serialize.loads(sizing.document).graph.nodes.keys() == (
        window.document.project.graph.nodes.keys()
    )
    engine.tell(RaceSizes((1.0,), (9,)), len(engine.sent))
    qtbot.waitUntil(dialog.go.isEnabled)
    dialog.go.click()
    (wish,) = engine.commands(StartRace)
    assert wish.document == sizing.document
    none = np.zeros(0)
    lanes = tuple(RaceLane(racer, 9, 3, 0.5, none, none) for racer in RACERS)
    for ended in (False, True):
        engine.tell(RaceTold(9, 2000, lanes, ended, "Far behind"), len(engine.sent))
    qtbot.waitUntil(dialog.leave.isVisible)
    assert dialog.head.text() == "Far behind"
    dialog.reject()
    assert command.dialog is None


def test_sizes_of_the_net_before_are_not_those_of_the_chosen_one(window, engine, qtbot):
    window.actions_["race"].trigger()
    dialog = window.controllers.bench.race.dialog
    first = len(engine.sent)
    dialog.net.setCurrentIndex(1)
    dialog.net.activated.emit(1)
    engine.tell(RaceSizes((1.0,), (9,)), first)
    engine.tell(RaceSizes((1.0,), (77,)), len(engine.sent))
    qtbot.waitUntil(dialog.go.isEnabled)
    assert "77" in dialog.count.text()
    dialog.reject()


@pytest.fixture
def proof(window, engine, monkeypatch):
    """Opens the proof of a cure that turns the rate down."""
    text = serialize.dumps(presets.load("xor"))
    monkeypatch.setattr(Session, "run_document", property(lambda _session: text))
    fix = Fix("Turn the rate down", (Assign(("lr=0.001",)),))
    finding = Finding("fast", "Too fast", "", "", "", (), (), (fix,), 5)
    command = window.controllers.bench.proof

    def ask():
        command.ask(finding, fix)
        return command.dialog, len(engine.sent)

    return ask


PROVING = Proving(0, 5, 10, "loss", np.array([[1.0, 2.0]]))
PROVED = Proved("helps", "It helps.", "loss", False, 2.0, 1.0, 0)


def test_a_proof_that_fails_on_its_way_says_so_and_can_be_closed(proof, engine, qtbot):
    dialog, number = proof()
    engine.tell(PROVING, number)
    engine.tell(Failed("There is too little memory"), number)
    qtbot.waitUntil(dialog.leave.isVisible)
    assert "too little memory" in dialog.told.text()
    assert not dialog.progress.isVisible()
    dialog.reject()


def test_a_proof_that_was_closed_does_not_answer_the_next_one(proof, engine, qtbot):
    dialog, first = proof()
    dialog.reject()
    assert engine.commands(CallOff)
    dialog, second = proof()
    assert len(engine.commands(Prove)) == 2
    engine.tell(PROVED, first)
    engine.tell(PROVING, second)
    qtbot.waitUntil(lambda: dialog.progress.value() == PROVING.step)
    assert dialog.answer is None
    engine.tell(PROVED, second)
    qtbot.waitUntil(lambda: dialog.answer == PROVED)
    dialog.reject()
