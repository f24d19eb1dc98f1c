"""The short form of `python -m tests.faults diagnoses`."""

import pytest

from tests.faults import diagnoses
from tests.faults.diagnoses import Case


def test_what_is_told_does_not_depend_on_the_load():
    cases = [
        Case("too-fast", "learning_rate_too_high", steps=150),
        Case("digits-mlp", steps=150),
    ]
    assert diagnoses.check(cases, 2, busy=2, train=diagnoses.here) == len(cases)


@pytest.mark.parametrize("case", [c for c in diagnoses.BROKEN if c.words][:-2])
def test_a_fault_is_named_alone_and_its_first_fix_mends_it(case):
    fault, better = diagnoses.cured(case)
    assert fault == [case.fault]
    assert better
