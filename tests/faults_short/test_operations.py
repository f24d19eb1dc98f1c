"""The short form of `python -m tests.faults operations`."""

from tests.faults import operations


def test_random_operations_leave_no_exception_warning_or_dialog(qapp, tmp_path):
    assert operations.operate(40, 1, tmp_path) == 40
