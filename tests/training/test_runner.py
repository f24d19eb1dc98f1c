import math
import threading
import time

import pytest
import torch
from torch import nn

from engine.errors import ConfigError
from engine.training.loop.runner import Runner
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.training.projects import mlp, phase

FOREVER = 10**8


class Listener:
    """Collects what a runner tells and waits for it."""

    def __init__(self, document=None, **options):
        self.frames, self.outcomes, self.refused, self.started = [], [], [], []
        self.news = threading.Condition()
        document = document or mlp(steps=FOREVER)
        self.trainer = Trainer(document, **options)
        self.runner = Runner(
            self.trainer,
            self.keep(self.frames),
            self.keep(self.outcomes),
            self.keep(self.started),
            self.keep(self.refused),
        )

    def keep(self, target):
        def told(value):
            with self.news:
                target.append(value)
                self.news.notify_all()

        return told

    def wait(self, condition):
        with self.news:
            assert self.news.wait_for(condition, 10.0)

    def wait_for_step(self, step):
        self.wait(lambda: self.frames and self.frames[-1].step >= step)

    def wait_for_pause(self, step=0):
        self.wait(
            lambda: (
                self.frames
                and self.frames[-1].state == "paused"
                and self.frames[-1].step >= step
            )
        )

    def end(self):
        self.runner.stop()
        assert self.runner.join(10.0)
        assert len(self.outcomes) == 1
        return self.outcomes[0]


@pytest.fixture
def paused():
    listener = Listener()
    listener.runner.start(paused=True)
    listener.wait_for_pause()
    yield listener
    if listener.runner.running:
        listener.end()


def test_run_tells_start_frames_and_one_outcome():
    listener = Listener(mlp(steps=300))
    listener.runner.start()
    assert listener.runner.join(20.0)
    (outcome,) = listener.outcomes
    assert (outcome.kind, outcome.step) == ("finished", 300)
    assert listener.started[0].layers == ("hidden", "scores")
    assert listener.started[0].layer_parameters == (4 * 16 + 16, 16 * 3 + 3)
    steps = [step for frame in listener.frames for step in frame.steps.tolist()]
    assert steps == list(range(1, 301))
    assert all(f.losses.shape == (len(f.steps), 1) for f in listener.frames)
    assert listener.frames[-1].epoch == pytest.approx(37 + 4 * 16 / 120)
    assert [e.step for f in listener.frames for e in f.evaluations][-1] == 300
    assert any(
        "Step 300, epoch" in line and ": validation " in line
        for f in listener.frames
        for line in f.log
    )


def test_frames_come_at_most_thirty_times_a_second():
    listener = Listener()
    start = time.perf_counter()
    listener.runner.start()
    listener.wait(lambda: len(listener.frames) >= 8)
    listener.end()
    assert len(listener.frames) <= (time.perf_counter() - start) * 30 + 3
    assert listener.frames[4].samples_per_s > 0
    assert listener.frames[4].eta_s > 0
    assert 0 <= listener.frames[4].overhead < 0.5


def test_a_frame_that_waited_for_the_machine_does_not_silence_the_next(monkeypatch):
    listener = Listener()
    waits = iter([0.1])  # at half a percent of the time: 20 s without news
    told = listener.runner._tell.on_frame

    def slow(frame):
        told(frame)
        if frame.step:
            time.sleep(next(waits, 0.0))

    listener.runner._tell.on_frame = slow
    monkeypatch.setattr("engine.training.loop.runner._MOST_S", 0.2)
    start = time.perf_counter()
    listener.runner.start()
    listener.wait(lambda: len(listener.frames) >= 4)
    assert time.perf_counter() - start < 5.0
    listener.end()


def test_frames_that_are_dear_each_time_become_rare():
    apart = Listener().runner._frames_apart_s
    assert [apart(0.015) for _ in range(3)] == [2.0, 2.0, pytest.approx(6.0)]
    assert apart(0.0005) == pytest.approx(0.2)  # the others had waited
    assert [apart(9.0), apart(9.0)] == [pytest.approx(0.2)] * 2
    assert apart(9.0) == 10.0


def test_step_makes_exactly_so_many_steps(paused):
    assert paused.frames[-1].step == 0
    paused.runner.step()
    paused.wait_for_pause(1)
    assert paused.frames[-1].step == 1
    paused.runner.step(7)
    paused.wait_for_pause(8)
    assert paused.frames[-1].step == 8
    assert math.isnan(paused.frames[-1].eta_s)
    assert paused.frames[-1].samples_per_s == 0


def test_run_to_epoch_end_stops_there(paused):
    paused.runner.step(3)
    paused.wait_for_pause(3)
    paused.runner.run_to_epoch_end()
    paused.wait_for_pause(8)
    assert paused.frames[-1].epoch == 1.0
    paused.runner.run_to_epoch_end()
    paused.wait_for_pause(16)
    assert paused.frames[-1].epoch == 2.0


def test_pause_and_resume_go_on(paused):
    paused.runner.resume()
    paused.wait_for_step(20)
    paused.runner.pause()
    paused.wait(lambda: paused.frames[-1].state == "paused")
    step = paused.frames[-1].step
    paused.runner.resume()
    paused.wait_for_step(step + 10)
    assert paused.end().kind == "stopped"


def test_log_says_begin_and_pause_but_not_single_steps(paused):
    paused.runner.step(2)
    paused.wait_for_pause(2)
    paused.runner.resume()
    paused.wait_for_step(4)
    paused.runner.pause()
    paused.wait(lambda: paused.frames[-1].state == "paused")
    step = paused.frames[-1].step
    paused.end()
    lines = [line for frame in paused.frames for line in frame.log]
    assert lines[0].startswith("Training from step 1 to ")
    assert [line for line in lines if line.startswith("Paused")] == [
        f"Paused after step {step}"
    ]


def test_setting_changed_in_a_pause_counts_from_the_next_step(paused):
    paused.runner.step(2)
    paused.wait_for_pause(2)
    paused.runner.set_hyper("lr", 0.25)
    paused.wait(
        lambda: any(
            line == "Learning rate 0.25 from step 3"
            for f in paused.frames
            for line in f.log
        )
    )
    paused.runner.step(1)
    paused.wait_for_pause(3)
    rates = [rate for frame in paused.frames for rate in frame.rates[:, 0]]
    assert rates == [1e-3, 1e-3, 0.25]
    assert [step for frame in paused.frames for step in frame.changes] == [3]


def test_refused_setting_is_told_and_training_goes_on(paused):
    paused.runner.set_hyper("speed", 2.0)
    paused.wait(lambda: paused.refused)
    assert isinstance(paused.refused[0], ConfigError)
    paused.runner.step()
    paused.wait_for_pause(1)


def test_paused_steps_equal_a_run_in_one_go(paused):
    for _ in range(10):
        paused.runner.step(2)
    paused.runner.step(20)
    paused.wait_for_pause(20)
    reference = Trainer(mlp(steps=20))
    for _ in reference.steps():
        pass
    found = [loss for frame in paused.frames for loss in frame.losses[:20, 0]]
    assert found[:20] == reference.drain().losses[:, 0].tolist()


def test_stop_answers_quickly_and_saves(tmp_path):
    run = runs.create(tmp_path, mlp(steps=FOREVER), name="run")
    listener = Listener(run=run)
    listener.runner.start()
    listener.wait_for_step(10)
    start = time.perf_counter()
    outcome = listener.end()
    assert time.perf_counter() - start < 2.0
    assert outcome.kind == "stopped"
    assert outcome.run == str(run.folder)
    assert runs.open_run(run.folder).step == outcome.step


class Slow(nn.Module):
    """Stands for a layer that takes long; counts how often it was computed."""

    def __init__(self, inner, seconds):
        super().__init__()
        self.inner, self.seconds, self.calls = inner, seconds, 0
        self.entered = threading.Event()

    def forward(self, x):
        self.calls += 1
        self.entered.set()
        time.sleep(self.seconds)
        return self.inner(x)


def replace_module(trainer, path, wrap):
    """Put `wrap(module)` in the place of a node's module in the phase."""
    program = trainer.parts.program.phases[0].graph_module
    (call,) = [n for n in program.graph.nodes if n.meta.get("node") == path]
    setattr(program, call.target, wrap(getattr(program, call.target)))


def test_stop_ends_a_slow_step_in_the_middle_and_rewinds():
    listener = Listener()
    slow = Slow(nn.Tanh(), 1.2)
    replace_module(listener.trainer, "act", lambda _inner: slow)
    listener.runner.start()
    assert slow.entered.wait(10.0)  # not a frame: those come after the layer
    start = time.perf_counter()
    outcome = listener.end()
    assert time.perf_counter() - start < 2.2
    assert (outcome.kind, outcome.step) == ("stopped", 0)
    assert listener.trainer.parts.feeds.order.position == 0


class Broken(nn.Module):
    """Fails in a chosen call."""

    def __init__(self, inner, error):
        super().__init__()
        self.inner, self.error = inner, error

    def forward(self, x):
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("boom"), SystemExit(3)])
def test_failing_node_becomes_an_outcome(error):
    listener = Listener()
    replace_module(listener.trainer, "act", lambda inner: Broken(inner, error))
    listener.runner.start()
    assert listener.runner.join(10.0)
    (outcome,) = listener.outcomes
    assert outcome.kind == "failed"
    assert "Traceback" in outcome.details
    if isinstance(error, RuntimeError):
        assert outcome.node == "act"
        assert "Tanh: Step 1 failed: boom (got inputs 16×16)." in outcome.text


def test_listener_that_raises_becomes_a_failed_outcome(tmp_path):
    run = runs.create(tmp_path, mlp(), name="run")
    trainer = Trainer(mlp(), run=run)
    outcomes = []

    def raising(_started):
        raise ValueError("no pipe")

    runner = Runner(trainer, lambda _f: None, outcomes.append, raising)
    runner.start()
    assert runner.join(10.0)
    assert [outcome.kind for outcome in outcomes] == ["failed"]
    assert "no pipe" in outcomes[0].text
    assert runs.open_run(run.folder).state == "failed"


def test_run_on_a_full_disk_still_has_an_outcome(tmp_path, monkeypatch):
    run = runs.create(tmp_path, mlp(steps=FOREVER), name="run")
    listener = Listener(run=run)

    def full(*_arguments, **_fields):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "update", full)
    monkeypatch.setattr(run, "log", full)
    listener.runner.start()
    listener.wait(lambda: listener.frames and listener.frames[-1].held)
    listener.runner.stop()
    assert listener.runner.join(10.0)
    (outcome,) = listener.outcomes
    assert outcome.kind == "failed"
    assert "the disk is full" in outcome.text


def test_what_failed_first_is_told_when_closing_fails_too(tmp_path, monkeypatch):
    run = runs.create(tmp_path, mlp(steps=FOREVER), name="run")
    listener = Listener(run=run)

    def broken(text):
        def raising(*_arguments):
            raise ValueError(text)

        return raising

    monkeypatch.setattr(listener.trainer.parts.feeds, "next", broken("first"))
    monkeypatch.setattr(run.metrics, "add_steps", broken("second"))
    listener.runner.start()
    assert listener.runner.join(10.0)
    assert "first" in listener.outcomes[0].text
    run.close()


def test_diverged_run_names_step_and_loss():
    document = mlp(phase("sgd", values={"lr": 10.0}), steps=FOREVER)
    listener = Listener(document)
    with torch.no_grad():
        listener.trainer.parts.phases[0].parameters[0].fill_(float("inf"))
    listener.runner.start()
    assert listener.runner.join(10.0)
    (outcome,) = listener.outcomes
    assert (outcome.kind, outcome.node, outcome.step) == ("diverged", "loss", 0)
    assert "step 1" in outcome.text


def test_stop_in_a_slow_evaluation_ends_as_stopped_and_evaluates_again(tmp_path):
    document = mlp(steps=2, evaluate_every=1)
    run = runs.create(tmp_path, document, name="run")
    listener = Listener(document, run=run)
    trainer = listener.trainer
    program = trainer.parts.evaluator._groups[0].subprogram.module
    (call,) = [n for n in program.graph.nodes if n.meta.get("node") == "act"]
    slow = Slow(nn.Tanh(), 0.3)
    setattr(program, call.target, slow)
    trainer.interrupt.listen(slow=True)
    listener.runner.start()
    listener.wait(lambda: slow.calls > 0)
    outcome = listener.end()
    assert (outcome.kind, outcome.step) == ("stopped", 1)
    second = Trainer.resume(runs.open_run(run.folder))
    for _ in second.steps():
        pass
    assert [e.step for e in second.drain().evaluations] == [1, 2]
