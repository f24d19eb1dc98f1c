"""A sweep beside the work: the engine tells of it, also after a stop."""

import time

import presets
from engine.bench.sweep import reading
from engine.graph.files import serialize
from engine.graph.settings_text import assign
from engine.host.sweeps import Sweeps
from engine.protocol.bench.sweep import FindSweeps, StartSweep, SweepTold
from engine.protocol.commands import Request
from engine.protocol.messages import Failed


def ask(rows, command):
    return dict(rows)[type(command)](Request(7, command))


def answers(heard, until):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if heard and until(heard[-1].body):
            return [message.body for message in heard]
        time.sleep(0.02)
    raise AssertionError(heard)


def is_over(body):
    return isinstance(body, SweepTold) and not body.is_running


def test_a_sweep_is_told_as_its_journal_has_it(tmp_path):
    project = presets.load("xor")
    assign(project, ("steps=12", "patience=0"))
    heard, folder = [], tmp_path / "sweeps" / "one"
    sweeps = Sweeps(heard.append)
    rows = [*sweeps.rows()]
    wish = StartSweep(
        str(folder), serialize.dumps(project), ("lr=0.05,1e-7",), "grid", jobs=2
    )
    ask(rows, wish)
    told = answers(heard, is_over)
    assert told[0].is_running
    assert {message.number for message in heard} == {7}
    last, kept = told[-1], reading.read(folder)
    assert [t.value for t in last.trials] == [t.value for t in kept.trials]
    assert last.ranked[0].point == {"lr": 0.05}
    assert last.names == {"lr": "Learning rate"}
    found = ask(rows, FindSweeps(str(folder.parent)))
    assert [each.trials for each in found.sweeps] == [last.trials]
    kept.trials.pop()  # as if it had been killed in its last trial
    kept.write()
    heard.clear()
    ask(rows, StartSweep(str(folder)))
    again = answers(heard, is_over)[-1]
    assert [t.value for t in again.trials] == [t.value for t in last.trials]
    sweeps.close()


def test_a_sweep_that_can_do_nothing_is_refused(tmp_path):
    heard = []
    sweeps = Sweeps(heard.append)
    rows = [*sweeps.rows()]
    document = serialize.dumps(presets.load("xor"))
    for wish in (
        StartSweep(str(tmp_path / "a"), document, ("lr=0.1",), "by magic"),
        StartSweep(str(tmp_path / "b"), document, ()),
        StartSweep(str(tmp_path / "c")),
    ):
        heard.clear()
        ask(rows, wish)
        (failed,) = answers(heard, lambda body: isinstance(body, Failed))
        assert failed.text
    assert not [*tmp_path.iterdir()]
    sweeps.close()
