import pytest

from workbench.inspector import forecast


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
