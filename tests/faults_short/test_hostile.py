"""A part of the hostile things; `python -m tests.faults hostile --n 1000` is all."""

import argparse
import os

import pytest

from tests.faults import corrupt, hostile, save_kill


@pytest.mark.skipif(os.name == "nt", reason="links and signals are of Unix")
def test_hostile_things_are_refused_or_harmless(tmp_path, capsys):
    options = argparse.Namespace(n=25, seed=3)
    assert hostile.run(options, tmp_path) == 0, capsys.readouterr().out


def test_damage_is_named_and_the_checkpoint_before_offered(tmp_path, capsys):
    options = argparse.Namespace(n=40, seed=1)
    assert corrupt.run(options, tmp_path) == 0, capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="links and signals are of Unix")
def test_killed_saves_leave_something_whole(tmp_path, capsys):
    options = argparse.Namespace(n=3, seed=5, child="")
    assert save_kill.run(options, tmp_path) == 0, capsys.readouterr().out
