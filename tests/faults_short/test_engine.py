"""Short forms of `python -m tests.faults engine`, `close`, `stop` and `resume`."""

import argparse
import os

import pytest

from tests.faults import close, engine, resume, stop
from workbench.session import vigil

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.mark.parametrize("fault", ["kill", "memory"])
def test_a_broken_engine_is_replaced_and_its_run_goes_on(
    qapp, tmp_path, monkeypatch, fault
):
    for name, seconds in (("LEAST_S", 1.0), ("START_S", 1.0), ("PING_S", 0.3)):
        monkeypatch.setattr(vigil, name, seconds)
    case = engine.Case(tmp_path)
    try:
        case.broken("training", fault, 0.0)
    finally:
        case.close()


@pytest.mark.parametrize("moment", ["starting", "stuck"])
def test_a_window_that_is_asked_to_end_is_gone_and_its_run_resumable(tmp_path, moment):
    wrong, _seconds = close.ended(moment, "SIGTERM", tmp_path, 0.0)
    assert wrong == ""


def test_a_stop_leaves_a_long_step(tmp_path):
    assert stop.stopped(tmp_path / "run", 2.6, 0.3) < 1.0


def test_a_killed_run_ends_with_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(resume, "FAMILIES", {"CNN": resume.Family(resume._CNN, 60)})
    assert resume.run(argparse.Namespace(n=1, seed=1), tmp_path) == 0
