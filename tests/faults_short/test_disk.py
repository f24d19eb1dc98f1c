"""A short form of `python -m tests.faults disk`."""

import argparse

from tests.faults import disk


def test_training_outlives_disks_that_refuse(tmp_path, capsys):
    options = argparse.Namespace(n=len(disk.KINDS), seed=1)
    assert disk.run(options, tmp_path) == 0, capsys.readouterr().out
