"""A short run of the random edits; the long one is `python -m tests.faults undo`."""

import pytest

from tests import undo_machine


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_are_undone_to_the_exact_start(qapp, seed):
    result = undo_machine.run(seed, 250)
    assert result.is_equal
    assert result.is_redone
    assert result.steps > 100


def test_every_kind_of_edit_is_among_the_rules():
    for kind in ("group", "unpack", "paste", "arrange", "heal", "ports", "note"):
        assert kind in undo_machine.RULES
