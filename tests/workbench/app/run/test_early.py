"""Keys that are pressed before the engine is ready."""

import pytest
from PySide6.QtCore import Qt

from engine.graph.problems import Problem
from engine.protocol import commands
from engine.protocol.messages import Analysis, EngineReady
from tests.workbench.app.conftest import DEVICES

TRAINS = ["train", "restart", "step", "epoch"]


@pytest.fixture
def pressed(early, request):
    early.actions_[getattr(request, "param", "train")].trigger()
    return early


def get_ready(qtbot, window, engine, *problems):
    engine.tell(EngineReady(DEVICES))
    newest = window.session.revision

    def checks():
        told = engine.commands(commands.Check)
        return [check for check in told if check.revision == newest]

    qtbot.waitUntil(lambda: bool(checks()))
    check = checks()[-1]
    number = engine.sent.index(check) + 1
    engine.tell(Analysis(check.revision, {}, problems, 7), number)
    qtbot.waitUntil(lambda: window.analysis is not None)


@pytest.mark.parametrize("pressed", TRAINS, indirect=True)
def test_training_begins_when_the_engine_is_ready(qtbot, pressed, engine):
    assert "when the engine is ready" in pressed.banner.words.text()
    assert not engine.commands(commands.Train)
    get_ready(qtbot, pressed, engine)
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    assert not pressed.banner.isVisible()
    assert len(engine.commands(commands.Train)) == 1


def test_stop_forgets_it(qtbot, pressed, engine):
    assert pressed.actions_["stop"].isEnabled()
    pressed.actions_["stop"].trigger()
    assert not pressed.banner.isVisible()
    get_ready(qtbot, pressed, engine)
    assert not engine.commands(commands.Train)


def test_escape_on_the_canvas_forgets_it(qtbot, pressed, engine):
    pressed.canvas.setFocus()
    qtbot.keyClick(pressed.canvas, Qt.Key.Key_Escape)
    assert not pressed.banner.isVisible()
    get_ready(qtbot, pressed, engine)
    assert not engine.commands(commands.Train)


def test_another_document_forgets_it(qtbot, pressed, engine):
    pressed.document.load_preset("digits-mlp")
    get_ready(qtbot, pressed, engine)
    assert not engine.commands(commands.Train)


def test_a_problem_is_said_instead(qtbot, pressed, engine):
    get_ready(qtbot, pressed, engine, Problem("linear1", "Broken"))
    assert "Broken" in pressed.banner.words.text()
    assert not engine.commands(commands.Train)
