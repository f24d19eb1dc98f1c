"""The short form of `python -m tests.faults training`."""

import pytest

from tests.faults import training
from tests.faults._nets import MLP


@pytest.mark.parametrize("name", ["zero init", "plateau", "underfit"])
def test_a_planted_fault_is_named_and_its_cure_helps(name, tmp_path):
    fault = next(each for each in training.FAULTS if each.name == name)
    cell = training.look(MLP, fault, tmp_path)
    assert cell.named
    assert cell.cured


def test_a_column_that_repeats_another_is_named(tmp_path):
    fault = next(each for each in training.SPOILED if "duplicate" in each.name)
    assert training.look_at_table(fault.tables[0], fault, tmp_path).named
