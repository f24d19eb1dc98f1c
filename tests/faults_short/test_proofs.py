"""The short form of `python -m tests.faults proofs`."""

import pytest

from engine.explain.diagnose import table
from tests.faults import proofs


def test_there_is_a_case_for_every_rule_that_has_a_cure():
    assert {rule.fault for rule in table.RULES} == {*proofs.CASES, *proofs.NO_CURE}


@pytest.mark.parametrize("name", ["answer_as_input", "zero_start", "not_finite"])
def test_a_cure_is_proved_or_says_why_it_cannot_be(name, tmp_path):
    fault, said = proofs.look(name, tmp_path)
    assert not fault, said
    assert ("can't prove" in said) == (name == "answer_as_input")
