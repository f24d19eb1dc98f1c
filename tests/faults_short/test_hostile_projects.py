"""Every hostile project is refused in a sentence, or opened and checked."""

import time
from pathlib import Path

import pytest

from engine.advice.analysis import Analyser
from tests.faults import _audit, mutated
from tests.faults._hostile_projects import PROJECTS

_HANG_S = 60
"""Far beyond what the slowest machine needs for what grows with the file alone."""


@pytest.mark.parametrize("name", [name for name, _ in PROJECTS])
def test_hostile_project_is_refused_or_checked(name: str, tmp_path: Path) -> None:
    path = dict(PROJECTS)[name](tmp_path)
    start = time.monotonic()
    with _audit.watch(tmp_path) as seen:
        fault, _ = mutated.problem_of(path, lambda p: Analyser().analyse(p, 0, ""))
    assert fault == ""
    assert [event for event in seen if "touch" in event or "passwd" in event] == []
    assert time.monotonic() - start < _HANG_S
