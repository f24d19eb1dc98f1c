"""What can be done when: before the engine answers, while it compiles, afterwards."""

from PySide6.QtCore import QSize

from engine.graph.edits import Rename
from engine.graph.problems import Problem
from engine.protocol import commands
from engine.protocol.messages import Analysis, EngineGone, EngineReady, Outcome
from tests.workbench.app.conftest import DEVICES
from workbench.app.commands.palette import all_commands
from workbench.app.window import first_size
from workbench.dialogs.report import ReportDialog


def analyse(qtbot, window, engine, *problems):
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Check)))
    revision = engine.commands(commands.Check)[-1].revision
    with qtbot.waitSignal(window.session.analysis_ready):
        engine.tell(Analysis(revision, {}, problems, 7), len(engine.sent))


def test_nothing_is_claimed_before_the_engine_answers(early):
    assert "Engine starting" in early.tools.train.toolTip()
    assert "not been checked" in early.problems.empty.text()


def test_train_says_which_problem_keeps_it(qtbot, window, engine):
    analyse(qtbot, window, engine, Problem("linear1", "Broken"))
    assert window.tools.train.toolTip() == "Train  (F5)\n1 problem: Broken"
    analyse(qtbot, window, engine)
    assert window.tools.train.toolTip() == "Train  (F5)"
    assert "ready to train" in window.problems.empty.text()


def test_new_document_forgets_the_problems_of_the_old_one(qtbot, window, engine):
    analyse(qtbot, window, engine, Problem("linear1", "Broken"))
    window.document.new()
    assert window.docks["problems"].windowTitle() == "Problems"
    assert not window.actions_["train"].isEnabled()
    assert window.tools.train.toolTip().endswith("The canvas is empty.")


def test_focus_is_on_the_canvas_after_train_and_new(qtbot, window, engine, started):
    window.activateWindow()
    window.tools.train.setFocus()
    window.tools.train.click()
    assert window.focusWidget() is window.canvas
    window.tools.search.setFocus()
    window.document.new()
    assert window.focusWidget() is window.canvas


def test_pause_while_compiling_is_sent(window, engine):
    window.actions_["train"].trigger()
    assert window.session.state == "compiling"
    window.actions_["pause"].trigger()
    assert engine.commands(commands.Pause)


def test_other_document_is_ready_and_not_finished(qtbot, running, engine):
    engine.tell(Outcome("finished", "run", 100, "Finished."))
    qtbot.waitUntil(lambda: running.session.state == "finished")
    running.document.load_preset("xor")
    assert running.status.state.words == "Ready"


def test_run_that_was_left_shows_nothing_more(qtbot, running, engine, started):
    running.document.load_preset("xor")
    engine.tell(started)
    engine.tell(Outcome("stopped", "run", 5, "Stopped."))
    qtbot.waitUntil(lambda: running.session.state == "idle")
    assert running.session.history.run is None
    assert running.status.state.words == "Ready"


def test_engine_that_keeps_crashing_is_one_sentence_with_offers(
    qtbot, window, engine, monkeypatch
):
    monkeypatch.setattr("workbench.session.link.RESPAWNS", 0)
    engine.tell(EngineGone("The engine has ended.", "Traceback\n" * 40))
    qtbot.waitUntil(window.banner.isVisible)
    words = [button.text() for button in window.banner.buttons]
    assert window.banner.words.text() == "The engine has ended."
    assert words == ["Details", "Start the engine again"]
    assert window.tools.device.currentText() == "The engine is off."
    assert not window.actions_["train"].isEnabled()
    window.banner.buttons[1].click()
    assert window.status.state.words.startswith("Engine starting")
    engine.tell(EngineReady(DEVICES))
    qtbot.waitUntil(lambda: window.session.state == "idle")
    assert window.tools.device.currentText() == "CPU · 2 cores"
    assert window.actions_["train"].isEnabled()
    assert not window.banner.isVisible()


def test_details_of_a_crash_can_be_read(window):
    window.controllers.engine_care.show_details(
        "The engine has ended.", "ImportError: torch"
    )
    dialog = window.findChild(ReportDialog)
    assert "ImportError: torch" in dialog.details.toPlainText()
    dialog.accept()


def test_first_window_leaves_room_for_its_frame():
    assert first_size(QSize(2560, 1400)) == QSize(1440, 900)
    small = first_size(QSize(1440, 875))
    assert small.width() < 1440
    assert small.height() < 875 - 30


def test_undo_steps_are_listed_on_demand(qtbot, window):
    assert not window.docks["undo"].isVisible()
    window.actions_["undo_list"].trigger()
    qtbot.waitUntil(lambda: window.docks.is_visible("undo"))
    window.document.apply([Rename("Mine")], "Rename")
    steps = window.docks.widget("undo").list
    assert steps.model().rowCount() == 2
    steps.setCurrentIndex(steps.model().index(0, 0))
    assert window.document.project.name != "Mine"


def test_align_menu_needs_two_nodes(window):
    menu = window.actions_.menus["align"]
    menu.aboutToShow.emit()
    assert not any(action.isEnabled() for action in menu.actions())
    window.canvas.select(["linear1", "linear2"])
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    cards = [window.canvas.scene.nodes[i].card() for i in ("linear1", "linear2")]
    assert cards[0].left() == cards[1].left()


def test_language_is_chosen_for_the_next_start(window):
    menu = window.actions_.menus["language"]
    menu.aboutToShow.emit()
    before = window.settings.language
    menu.actions()[2].trigger()
    assert window.settings.language == "ja"
    assert "starts again" in window.banner.words.text()
    window.settings.language = before


def test_the_command_palette_fine_tunes_the_selection_with_lora(window):
    commands_by_words = {each.text: each for each in all_commands(window.reach)}
    window.canvas.select(["linear1", "linear2"])
    commands_by_words["Fine-tune with LoRA"].run()
    nodes = window.document.project.graph.nodes
    assert [nodes[i].type for i in ("linear1", "linear2")] == ["lora_linear"] * 2
    assert window.document.undo_stack.count() == 1
    commands_by_words["Back to a plain Linear"].run()
    assert [nodes[i].type for i in ("linear1", "linear2")] == ["linear"] * 2
