from dataclasses import replace

import pytest

from engine.protocol.messages import Forecast
from workbench.inspector.training import forecast


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0123, "12 ms"),
        (1.26, "1.3 s"),
        (59.6, "1 min 0 s"),
        (83, "1 min 23 s"),
        (599, "10 min"),
        (863, "14 min"),
        (3599, "1 h"),
        (9000, "2.5 h"),
    ],
)
def test_a_forecast_says_two_digits_in_the_unit_that_fits(seconds, words):
    assert forecast._seconds(seconds) == words


def test_what_any_training_takes_once_stands_beside_its_own_memory():
    found = Forecast(0, "cpu", 1, 0.1, 1.0, 2.0, 20, 10, 46_000_000)
    alone = forecast._memory(found)
    assert "once" not in alone
    both = forecast._memory(replace(found, once_bytes=86_000_000))
    assert both.startswith(alone)
    assert both.endswith("once")
    assert "86" in both or "82" in both
