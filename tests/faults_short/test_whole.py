"""A short form of `python -m tests.faults whole`."""

import pytest

from engine.layers import registry
from tests.faults import whole


@pytest.mark.parametrize("case", whole.CASES, ids=str)
def test_batches_give_the_value_of_the_whole_part(case):
    for size in (7, 256):
        far = whole.distance(case, size, seed=1, is_sorted=True)
        assert far <= whole.TOLERANCE


def test_every_loss_and_metric_has_a_case():
    judged = {s.id for s in registry.all_specs() if s.category in {"loss", "metric"}}
    assert judged == {case.type_id for case in whole.CASES}
