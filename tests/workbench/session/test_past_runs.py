"""Runs read by the engine, part by part, and put into a history a little at a time."""

import numpy as np
import pytest

import presets
from engine.graph.files import serialize
from engine.protocol import commands
from engine.protocol.messages import (
    Analysis,
    Evaluation,
    Failed,
    Frame,
    LayerSample,
    NodeInfo,
)
from engine.protocol.past_runs import CurvesPart, OpenedRun
from workbench.session.answers import Answers
from workbench.session.curves.history import History
from workbench.session.names import Names
from workbench.session.past.curves import PastCurves, put, started
from workbench.session.past.filling import Filling
from workbench.session.past.runs import PastRuns

NODES = {"hidden": NodeInfo(parameters=6), "output": NodeInfo(parameters=3)}
ANALYSIS = Analysis(0, NODES, (), 9)


def sample(step: int, layers: int = 2) -> LayerSample:
    counts = np.ones((layers, 512), dtype=np.int64)
    return LayerSample(step, counts, counts, *[np.full(layers, 0.1)] * 5)


def part(number: int, size: int = 4, run: str = "run") -> CurvesPart:
    """Steps 1-4, 5-8 …, the loss of each its own number."""
    steps = np.arange(size * number + 1, size * (number + 1) + 1)
    losses = steps[:, None].astype(float)
    known = Evaluation(int(steps[-1]), number + 0.5, {"loss": float(number)})
    return CurvesPart(run, number, steps, losses, losses / 10, (), (known,))


@pytest.fixture
def opened() -> OpenedRun:
    document = serialize.dumps(presets.load("xor"))
    return OpenedRun("run", document, "stopped", 7, 12, 1, 3)


@pytest.fixture
def history(opened) -> History:
    history = History()
    history.begin(started(opened, presets.load("xor"), ANALYSIS), Names())
    return history


def test_a_history_gets_all_parts_in_order(history):
    curves = PastCurves("run", 3, [part(0), part(1), part(2)])
    for piece in curves.pieces():
        put(history, piece)
    assert history.losses[0].steps.values.tolist() == list(range(1, 13))
    assert history.losses[0].values.values.tolist() == [*map(float, range(1, 13))]
    assert [e.step for e in history.evaluations] == [4, 8, 12]
    assert (history.step, history.epoch) == (12, 2.5)


def test_what_is_made_again_is_left_out(history):
    parts = [part(0), part(1), part(2)]
    for piece in PastCurves("run", 3, parts).pieces(until=7):
        put(history, piece)
    assert history.losses[0].steps.values.tolist() == list(range(1, 8))
    assert [e.step for e in history.evaluations] == [4]
    assert (history.step, history.epoch) == (7, 0.5)


def test_samples_of_other_layers_and_of_later_steps_are_left_out(history):
    empty = np.zeros((0, 1))
    samples = (sample(1), sample(2, layers=5), sample(3), sample(4))
    only = CurvesPart("run", 0, np.zeros(0, np.int64), empty, empty, samples)
    for piece in PastCurves("run", 1, [only]).pieces(until=3):
        put(history, piece)
    assert history.layers.steps.values.tolist() == [1, 3]
    assert history.samples_seen == 2


def test_filling_waits_for_parts_and_holds_back_what_the_run_tells(qtbot, history):
    curves, filling = PastCurves("run", 2, [part(0)]), Filling(history)
    filling.begin(curves.pieces())
    qtbot.waitUntil(lambda: history.step == 4)
    steps, numbers = np.array([9]), np.array([[9.0]])
    filling.add(Frame(9, 3.0, "training", steps, numbers, numbers))
    assert history.step == 4
    with qtbot.waitSignal(filling.done):
        curves.parts.append(part(1))
    assert history.losses[0].values.values.tolist() == [*map(float, range(1, 10))]
    assert not filling.is_busy
    filling.add(Frame(10, 3.0, "training", steps + 1, numbers, numbers))
    assert history.step == 10


def test_filling_yields_to_the_event_loop_between_pieces(qtbot, history, monkeypatch):
    monkeypatch.setattr("workbench.session.past.filling.BUDGET_S", -1.0)
    curves, filling, seen = PastCurves("run", 3, []), Filling(history), []
    curves.parts += [part(number) for number in range(3)]
    filling._timer.timeout.connect(lambda: seen.append(history.step))  # after a turn
    with qtbot.waitSignal(filling.done):
        filling.begin(curves.pieces())
    assert seen[:3] == [4, 8, 12]


class Asked:
    """Takes what is asked, and answers when the test wants."""

    def __init__(self) -> None:
        self.commands, self.answers = [], Answers()
        self.runs = PastRuns(self.commands.append)
        self.runs.listen(self.answers)
        self.opened, self.refused = [], []
        self.runs.opened.connect(self.opened.append)
        self.runs.refused.connect(lambda run, failed: self.refused.append(run))

    def tell(self, body) -> None:
        self.answers.give(body, self.commands[-1])


def test_parts_are_asked_for_one_after_the_other(opened):
    asked = Asked()
    asked.runs.open("run")
    asked.tell(opened)
    for number in range(3):
        assert not asked.runs.curves.is_complete
        asked.tell(part(number))
    assert asked.commands == [
        commands.OpenRun("run"),
        *(commands.ReadCurves("run", number) for number in range(3)),
    ]
    assert asked.runs.curves.is_complete
    assert asked.opened == [opened]


def test_answers_about_a_run_that_nobody_wants_any_more_are_dropped(opened):
    asked = Asked()
    asked.runs.open("run")
    first = asked.runs.curves
    asked.runs.open("other")
    asked.tell(opened)
    asked.tell(part(0))
    assert asked.opened == []
    assert asked.runs.curves.parts == []
    assert first.is_over  # who waits for it waits no more


@pytest.mark.parametrize("number", [0, 2])
def test_a_refusal_ends_the_waiting(opened, number):
    asked = Asked()
    asked.runs.open("run")
    curves = asked.runs.curves
    if number:
        asked.tell(opened)
        asked.tell(part(0))
    asked.runs.failed(asked.commands[-1], Failed("gone"))
    assert asked.refused == ["run"]
    assert curves.is_complete
    assert len([*curves.pieces()]) == number // 2


def test_curves_are_read_again_only_after_the_run_went_on(opened):
    asked = Asked()
    asked.runs.open("run")
    asked.tell(opened)
    asked.runs.want("run")
    assert len(asked.commands) == 2
    asked.runs.went_on()
    asked.runs.want("run")
    assert asked.commands[-1] == commands.OpenRun("run")


def test_curves_that_were_taken_are_not_kept_twice_but_read_again(opened):
    asked = Asked()
    asked.runs.open("run")
    asked.tell(opened)
    for number in range(3):
        asked.tell(part(number))
    taken = [*asked.runs.curves.pieces()]
    assert len(taken) == 3
    assert asked.runs.curves.parts == [None] * 3
    assert asked.runs.curves.is_complete
    asked.runs.want("run")
    assert asked.commands[-1] == commands.OpenRun("run")
    assert not asked.runs.curves.is_taken
