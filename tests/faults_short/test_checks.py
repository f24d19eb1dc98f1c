"""A short form of `python -m tests.faults checks`."""

import itertools

import pytest

from tests.faults import checks


@pytest.fixture
def tried():
    tried = checks.Tried()
    yield tried
    tried.close()


def _failed(tried, cases):
    for case in cases:
        tried.check(case)
    return dict(tried.examples)


def test_nodes_on_any_source_are_told_of_or_run(tried):
    assert not _failed(tried, itertools.islice(checks.grid(), 0, None, 47))


def test_nodes_with_any_settings_and_wires_are_told_of_or_run(tried):
    assert not _failed(tried, itertools.islice(checks.at_random(seed=1), 800))
