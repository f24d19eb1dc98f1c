import pytest

from engine.graph.files.serialize import loads
from engine.graph.model import Block, Graph, Node, Project
from engine.protocol import commands, messages
from tests.helpers import frames
from tests.workbench.session.conftest import READY, project
from workbench.session.names import names_of
from workbench.session.session import Session


def states(session):
    seen = []
    session.state_changed.connect(seen.append)
    return seen


def test_session_walks_through_the_states_of_a_run(session, engines):
    seen = states(session)
    assert session.state == "starting"
    session.start_engine()
    engines.last.answer(READY, 0)
    session._on_tick()
    session.train(project())
    engines.last.answer(frames.run_started())
    for told in list(frames.frames(20)):
        engines.last.answer(told)
    engines.last.answer(messages.Outcome("finished", "runs/one", 20, "Done."), 0)
    session._on_tick()
    assert seen == ["idle", "compiling", "training", "finished"]
    assert session.history.step == 20
    assert len(session.history.losses[0]) == 20


def test_train_sends_a_frozen_copy_and_the_runs_folder(training, engines, tmp_path):
    command = engines.last.sent[-1]
    assert isinstance(command, commands.Train)
    assert loads(command.document).graph.nodes["hidden"].name == "Hidden"
    assert command.folder == str(tmp_path / "runs")
    assert (tmp_path / "runs").is_dir()


def test_names_of_the_run_come_from_the_project(training):
    names = training.history.names
    assert names.layer("hidden") == "Hidden"
    assert names.layer("elsewhere") == "elsewhere"
    assert names.metrics == {"score": "Accuracy"}


def test_run_that_starts_paused_is_shown_as_paused(session, engines):
    seen = states(session)
    session.start_engine()
    session.train(project(), paused=True, steps=5, device="cpu")
    command = engines.last.sent[-1]
    assert (command.paused, command.steps, command.device) == (True, 5, "cpu")
    engines.last.answer(frames.run_started())
    session._on_tick()
    assert seen == ["compiling", "paused"]


def test_second_train_waits_for_the_end_of_the_first(training, engines):
    training.train(project())
    assert len([c for c in engines.last.sent if isinstance(c, commands.Train)]) == 1


def test_controls_reach_the_run(training, engines):
    training.pause()
    training.step(3)
    training.run_to_epoch_end()
    training.resume()
    training.set_hyper("lr", 0.01)
    training.stop()
    assert engines.last.sent[-6:] == [
        commands.Pause(),
        commands.Step(3),
        commands.RunToEpochEnd(),
        commands.Resume(),
        commands.SetHyper("lr", 0.01),
        commands.Stop(),
    ]


def test_controls_without_a_run_send_nothing(session, engines):
    session.start_engine()
    session.pause()
    session.step()
    session.stop()
    assert engines.last.sent == []


def test_paused_frame_shows_as_paused_and_goes_on(training, engines):
    seen = states(training)
    told = next(frames.frames(10))
    engines.last.answer(
        messages.Frame(10, 0.1, "paused", told.steps, told.losses, told.rates), 0
    )
    training._on_tick()
    engines.last.answer(next(frames.frames(10)), 0)
    training._on_tick()
    assert seen == ["paused", "training"]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("finished", "finished"),
        ("early", "finished"),
        ("stopped", "stopped"),
        ("diverged", "diverged"),
        ("failed", "failed"),
    ],
)
def test_outcome_becomes_the_state(training, engines, qtbot, kind, state):
    told = messages.Outcome(kind, "runs/one", 7, "It ended.", node="hidden")
    engines.last.answer(told, 0)
    with qtbot.waitSignal(training.outcome) as caught:
        training._on_tick()
    assert caught.args == [told]
    assert training.state == state
    assert training.failure == (told if state in {"diverged", "failed"} else None)
    assert not training.active


def test_check_is_asked_once_after_a_burst_of_edits(session, engines, qtbot):
    session.start_engine()
    session.check(project("one"))
    session.check(project("two"))
    revision = session.check(project("three"))
    qtbot.waitUntil(lambda: bool(engines.last.sent))
    [command] = engines.last.sent
    assert command.revision == revision == 3
    assert loads(command.document).name == "three"


def test_answer_to_an_old_question_is_ignored(session, engines, qtbot):
    answers = []
    session.analysis_ready.connect(answers.append)
    session.start_engine()
    old, new = session.check(project()), session.check(project())
    qtbot.waitUntil(lambda: bool(engines.last.sent))
    engines.last.answer(messages.Analysis(old, {}, (), 0))
    session._on_tick()
    assert answers == []
    engines.last.answer(messages.Analysis(new, {}, (), 5))
    session._on_tick()
    assert [answer.parameters for answer in answers] == [5]


def test_crash_fails_the_run_and_starts_a_fresh_engine(training, engines, qtbot):
    said = []
    training.notice.connect(said.append)
    engines.last.answer(
        messages.EngineGone("The engine was killed (out of memory)."), 0
    )
    training._on_tick()
    assert training.state == "failed"
    assert said == ["The engine was killed (out of memory)."]
    assert engines.clients[0].closed_with is not None
    qtbot.waitUntil(lambda: len(engines.clients) == 2)
    engines.last.answer(READY, 0)
    training._on_tick()
    assert training.state == "failed"
    training.train(project())
    assert isinstance(engines.last.sent[-1], commands.Train)


def test_crash_without_a_run_heals_and_asks_again(session, engines, qtbot):
    session.start_engine()
    session.check(project())
    qtbot.waitUntil(lambda: bool(engines.last.sent))
    engines.last.answer(messages.EngineGone("gone"), 0)
    session._on_tick()
    qtbot.waitUntil(lambda: len(engines.clients) == 2 and bool(engines.last.sent))
    assert isinstance(engines.last.sent[0], commands.Check)
    engines.last.answer(READY, 0)
    session._on_tick()
    assert session.state == "idle"


def test_engine_that_keeps_crashing_is_left_alone(session, engines, qtbot):
    said = []
    session.notice.connect(said.append)
    session.start_engine()
    for count in (2, 3, 4):
        engines.last.answer(messages.EngineGone("gone"), 0)
        session._on_tick()
        qtbot.waitUntil(lambda count=count: len(engines.clients) == count)
    engines.last.answer(messages.EngineGone("gone"), 0)
    session._on_tick()
    assert "keeps crashing" in said[-1]
    assert not session.lifeline.respawn.isActive()


def test_engine_that_cannot_start_fails_with_words(qtbot, tmp_path):
    def refuse():
        raise OSError("no such program")

    session = Session(refuse, tmp_path)
    session.start_engine()
    assert session.state == "failed"
    assert "no such program" in session.failure.text
    session.close(0.1)


def test_refused_training_fails_and_names_the_reason(session, engines):
    session.start_engine()
    session.train(project())
    engines.last.answer(messages.Failed("hidden: No input.", node="hidden"))
    session._on_tick()
    assert session.state == "failed"
    assert session.failure.node == "hidden"


def test_a_refused_training_leaves_the_run_that_is_shown(training, engines):
    engines.last.answer(messages.Outcome("stopped", "runs/one", 7, "Stopped."), 0)
    training._on_tick()
    training.train(project())
    engines.last.answer(messages.Failed("hidden: No input.", node="hidden"))
    training._on_tick()
    assert training.state == "stopped"
    assert training.history.run is not None


def test_refused_export_leaves_the_run_alone(training, engines, qtbot):
    training.export("pt", "/nowhere/x.pt")
    assert engines.last.sent[-1] == commands.Export("", "pt", "/nowhere/x.pt")
    engines.last.answer(messages.Failed("The folder does not exist."))
    with qtbot.waitSignal(training.request_failed) as caught:
        training._on_tick()
    assert isinstance(caught.args[0], commands.Export)
    assert training.state == "training"


def test_export_after_the_end_names_the_last_run(training, engines, qtbot):
    engines.last.answer(messages.Outcome("stopped", "runs/one", 7, "Stopped."), 0)
    training._on_tick()
    training.export("pt", "x.pt")
    assert engines.last.sent[-1] == commands.Export("runs/one", "pt", "x.pt")
    engines.last.answer(messages.Exported("x.pt", "pt", 4, 100, 7))
    with qtbot.waitSignal(training.exported):
        training._on_tick()


def test_timer_polls_fast_only_while_something_goes_on(session, engines):
    session.start_engine()
    assert session._timer.interval() == 33
    engines.last.answer(READY, 0)
    session._on_tick()
    assert session._timer.interval() == 100
    session.train(project())
    assert session._timer.interval() == 33


def test_close_stops_the_run_and_every_timer(training, engines):
    training.check(project())
    training.close(2.5)
    assert commands.Stop() in engines.last.sent
    assert engines.last.closed_with == 2.5
    timers = (training._timer, training._checking.debounce, training.lifeline.respawn)
    assert not any(timer.isActive() for timer in timers)


def test_runs_folder_that_cannot_be_made_is_said(qtbot, engines, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    session = Session(engines, blocked / "runs")
    session.start_engine()
    session.train(project())
    assert session.state == "failed"
    assert str(blocked) in session.failure.text
    session.close(0.1)


def test_divergence_marks_the_step_that_was_not_made(training, engines):
    engines.last.answer(messages.Outcome("diverged", "r", 7, "No number."))
    training._on_tick()
    assert training.history.broken_steps == (8,)


def test_layers_are_called_as_their_cards(training):
    inner = Graph()
    for node in (
        Node("one", "linear", name="Wide"),
        Node("two", "linear", name="Wide"),
        Node("norm", "layer_norm"),
        Node("x1", "linear"),
        Node("x2", "linear"),
    ):
        inner.add_node(node)
    outer = Graph()
    outer.add_node(Node("stack", "block", {"of": "b", "repeat": 3}, name="Tower"))
    outer.add_node(Node("out", "linear"))
    names = names_of(Project("t", outer, blocks={"b": Block(inner, {}, {})}))
    words = {
        "out": "Linear",
        "stack.0.norm": "Tower 1 · LayerNorm",
        "stack.2.one": "Tower 3 · Wide 1",
        "stack.2.two": "Tower 3 · Wide 2",
        "stack.1.x1": "Tower 2 · Linear 1",
        "stack.1.x2": "Tower 2 · Linear 2",
        "stack.1.gone": "stack.1.gone",
        "7.out": "7.out",
    }
    assert {path: names.layer(path) for path in words} == words


def test_a_forecast_that_training_came_before_is_asked_for_after_it(qtbot, training):
    engine = training._link._client
    training.check(project())
    qtbot.waitUntil(lambda: bool(asked(engine, commands.Check)))
    (check,) = asked(engine, commands.Check)
    engine.answer(messages.Analysis(check.revision, {}, (), 0))
    training._on_tick()
    assert training.active
    engine.answer(messages.Outcome("finished", "runs/one", 20, "Done."), 0)
    training._on_tick()
    qtbot.waitUntil(lambda: bool(asked(engine, commands.Estimate)), timeout=5000)


def asked(engine, kind):
    return [command for command in engine.sent if isinstance(command, kind)]
