"""When an engine counts as stuck: silence is counted by hand, not waited for."""

import pytest

from engine.protocol import commands, messages
from tests.helpers import frames
from tests.workbench.session.conftest import READY, Engines, project
from workbench.session.session import Session
from workbench.session.vigil import LOOK_MS, Vigil

LOOKS_PER_S = 1000 // LOOK_MS


class Watched:
    """A session, its engine, and a vigil whose clock a test winds."""

    def __init__(self, tmp_path):
        self.now, self.told = 0.0, []
        self.engines = Engines()
        self.session = Session(self.engines, tmp_path / "runs")
        self.session.lifeline.vigil = Vigil(
            self.session._link, self.session._state, lambda: self.now
        )
        self.vigil = self.session.lifeline.vigil
        self.vigil.silent.connect(self.told.append)
        self.session.start_engine()
        self.vigil._timer.stop()

    @property
    def engine(self):
        return self.engines.last

    def hear(self, *bodies):
        for body in bodies:
            self.engine.answer(body, 0)
        self.session._on_tick()
        self.vigil._timer.stop()

    def train(self):
        self.hear(READY)
        self.session.train(project())
        self.engine.answer(frames.run_started())
        self.hear()

    def step(self, seconds, count=1):
        self.wait(seconds)
        self.steps = getattr(self, "steps", 0) + count
        told = list(frames.frames(self.steps))[-1]
        self.hear(
            messages.Frame(
                self.steps,
                0.1,
                "training",
                told.steps[-count:],
                told.losses[-count:],
                told.rates[-count:],
            )
        )

    def wait(self, seconds, answers=False):
        for _ in range(round(seconds * LOOKS_PER_S)):
            self.now += 1 / LOOKS_PER_S
            self.vigil.look()
            if answers and self.pings():
                self.hear(messages.Pong())

    def pings(self):
        return [c for c in self.engine.sent if isinstance(c, commands.Ping)]


@pytest.fixture
def watched(qtbot, tmp_path):
    made = Watched(tmp_path)
    yield made
    made.session.close(0.1)


def test_a_training_that_is_silent_for_ten_seconds_is_said(watched):
    watched.train()
    for _ in range(5):
        watched.step(0.5)
    watched.wait(9.5)
    assert watched.told == []
    watched.wait(1.0)
    [silence] = watched.told
    assert (silence.doing, silence.answers) == ("training", False)
    watched.step(0.5)
    assert watched.told[-1] is None


def test_slow_steps_are_slow_and_not_stuck(watched):
    watched.train()
    for _ in range(3):
        watched.step(30.0)
        watched.told.clear()
    watched.wait(140.0, answers=True)
    assert watched.told == []
    watched.wait(11.0, answers=True)
    [silence] = watched.told
    assert silence.answers


def test_a_first_step_may_be_slow_while_the_engine_answers(watched):
    watched.train()
    watched.wait(55.0, answers=True)
    assert watched.told == []
    watched.wait(10.0, answers=True)
    assert watched.told[0].answers


def test_time_in_which_the_computer_slept_does_not_count(watched):
    watched.train()
    watched.step(0.5)
    for _ in range(5):
        watched.now += 3600.0
        watched.vigil.look()
    assert watched.told == []


def test_nothing_is_awaited_of_a_pause_until_it_is_to_end(watched):
    watched.train()
    watched.hear(messages.Frame(0, 0.0, "paused", *_nothing()))
    watched.wait(100.0)
    assert watched.told == []
    watched.session.resume()
    watched.wait(11.0)
    assert watched.told[0].doing == "paused"


def _nothing():
    told = next(frames.frames(1))
    return told.steps[:0], told.losses[:0], told.rates[:0]


def test_an_engine_that_never_starts_is_said(watched):
    watched.wait(29.0)
    assert watched.told == []
    watched.wait(2.0)
    assert watched.told[0].doing == "starting"


def test_a_check_without_answer_is_said_and_a_forecast_that_takes_long_is_not(watched):
    watched.hear(READY)
    watched.session._ask(commands.Estimate("", 1))
    watched.wait(300.0, answers=True)
    assert watched.told == []
    watched.session._ask(commands.Export("", "pt", "x.pt"))
    watched.wait(70.0, answers=True)
    assert watched.told[0].doing == "Export"


def test_stop_is_shown_at_once_and_said_when_it_takes_long(watched):
    watched.train()
    watched.step(0.5)
    watched.session.stop()
    assert watched.session.state == "stopping"
    watched.step(0.5)
    assert watched.session.state == "stopping"
    watched.wait(6.0, answers=True)
    assert watched.told[-1].doing == "stopping"
    watched.hear(messages.Outcome("stopped", "runs/one", 7, "Stopped."))
    assert watched.session.state == "stopped"
    watched.wait(0.5)
    assert watched.told[-1] is None


def test_forced_end_fails_the_run_starts_another_engine_and_settles_the_run(
    watched, qtbot
):
    watched.train()
    lost = []
    watched.session.engine_lost.connect(lost.append)
    watched.session.lifeline.kill()
    watched.hear()
    assert watched.session.state == "failed"
    assert "force" in watched.session.failure.text
    assert lost == [True]
    qtbot.waitUntil(lambda: len(watched.engines.clients) == 2)
    watched.hear(READY)
    assert commands.SettleRun("runs/one") in watched.engine.sent


def test_an_engine_that_even_the_system_cannot_end_is_given_up(
    watched, qtbot, monkeypatch
):
    monkeypatch.setattr("workbench.session.lifeline.UNDEAD_MS", 20)
    watched.train()
    monkeypatch.setattr(watched.engine, "kill", lambda: None)
    watched.session.lifeline.kill()
    qtbot.waitUntil(lambda: len(watched.engines.clients) == 2)
    assert watched.session.state == "failed"
