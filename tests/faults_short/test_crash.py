"""The short form of `python -m tests.faults crash`."""

import sys

import pytest

from tests.faults import crash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")


def test_killed_window_loses_two_seconds_or_one_edit_at_most(tmp_path):
    assert crash.crashed(1, "every 0.2 s", tmp_path / "1", (2.0, 2.6)) == ""
