import math

import numpy as np
import pytest

from engine.protocol.goals import PhaseGoal


def test_value_is_the_weighted_sum():
    values = {"a": 0.25, "b": -3.0, "other": 99.0}
    goal = PhaseGoal({"a": 2.0, "b": 0.1})
    assert goal.value(values) == pytest.approx(np.dot([2.0, 0.1], [0.25, -3.0]))


@pytest.mark.parametrize("missing", [{}, {"b": math.inf}, {"b": math.nan}])
def test_value_is_unknown_while_a_loss_is(missing):
    assert math.isnan(PhaseGoal({"a": 1.0, "b": 1.0}).value({"a": 1.0, **missing}))


def test_active_from_the_first_step_to_the_last():
    assert [n for n in range(8) if PhaseGoal({}, 3, 5).is_active(n)] == [3, 4, 5]
    assert [n for n in range(8) if PhaseGoal({}, 3, 0).is_active(n)] == [3, 4, 5, 6, 7]
