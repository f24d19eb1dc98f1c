"""The short form of `python -m tests.faults windows`."""

import sys

import pytest

from tests.faults import windows

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")


def test_two_windows_and_another_program_overwrite_nothing_unasked(tmp_path):
    assert windows.played(1, tmp_path / "1", steps=3, kept_s=60.0) == ""
