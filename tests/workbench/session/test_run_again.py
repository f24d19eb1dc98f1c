"""What is wanted after a run, and whether the document would make another one."""

import pytest

from engine.graph.edits import SetParam, SetTraining
from engine.protocol import commands, messages
from tests.workbench.session.conftest import project

STOPPED = messages.Outcome("stopped", "run", 5, "Stopped.")


def end(training, engines):
    engines.last.answer(STOPPED)
    training._on_tick()


def test_what_is_wanted_after_a_run_is_done_once_it_is_over(training, engines, qtbot):
    done = []
    training.stop(then=lambda: done.append(training.state))
    assert training.state == "stopping"
    assert done == []
    end(training, engines)
    qtbot.waitUntil(lambda: done == ["stopped"])
    training.train(project())
    end(training, engines)
    qtbot.wait(20)
    assert done == ["stopped"]


@pytest.mark.parametrize("how", ["stop", "leave"])
def test_who_stops_or_leaves_meanwhile_ends_it_for_good(training, engines, qtbot, how):
    done = []
    training.stop(then=lambda: done.append(1))
    getattr(training, how)()
    end(training, engines)
    qtbot.wait(20)
    assert done == []


def test_run_differs_by_what_a_new_run_would_train(training):
    shown = project()
    assert not training.differs(shown)
    SetParam("hidden", "out_features", 5).apply(shown)
    assert training.differs(shown)
    SetParam("hidden", "out_features", 4).apply(shown)
    assert not training.differs(shown)
    SetTraining(shown.training.with_value("epochs", 77)).apply(shown)
    assert training.differs(shown)


def test_nothing_differs_when_no_run_is_on(training, engines, qtbot):
    other = project()
    SetParam("hidden", "out_features", 5).apply(other)
    assert training.differs(other)
    end(training, engines)
    assert not training.differs(other)


def test_rates_reach_the_run_that_is_on_and_only_it(training, engines):
    shown = project().training
    training.follow(shown)
    assert not _hypers(engines)
    training.follow(shown.with_value("batch_size", 16))
    assert [(c.name, c.value) for c in _hypers(engines)] == [("batch_size", 16.0)]
    end(training, engines)
    training.follow(shown.with_value("batch_size", 8))
    assert len(_hypers(engines)) == 1


def _hypers(engines):
    return [c for c in engines.last.sent if isinstance(c, commands.SetHyper)]
