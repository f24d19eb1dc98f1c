"""A short form of `python -m tests.faults errors`."""

import pytest

from tests.faults import errors


@pytest.mark.parametrize("name", errors.WRITERS)
def test_each_call_of_a_save_may_fail(tmp_path, name, monkeypatch):
    monkeypatch.setattr(errors, "NUMBERS", (28,))
    assert [text for text in errors.each_call(name, tmp_path) if text] == []


def test_a_training_goes_on_after_a_call_that_failed(tmp_path):
    assert [text for text in errors.each_training(tmp_path, 0) if text] == []
