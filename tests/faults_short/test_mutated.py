"""The short form of `python -m tests.faults mutated`."""

from argparse import Namespace
from pathlib import Path

from tests.faults import mutated


def test_mutated_projects_are_opened_or_refused_in_our_words(tmp_path: Path) -> None:
    assert mutated.run(Namespace(n=300, seed=1), tmp_path) == 0
