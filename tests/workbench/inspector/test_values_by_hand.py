"""Fields, notches and sliders of settings, number by number."""

import pytest

from engine.layers.spec import Param
from workbench.inspector import values

RATE = Param("lr", "float", 1e-3, "Rate", min=0.0, max=10.0, log=True)
DECAY = Param("decay", "float", 1e-3, "Decay", min=1e-4, max=100.0, log=True)
POSITIVE = Param(
    "eps", "float", 1e-3, "ε", min=0.0, max=1.0, log=True, exclusive_min=True
)
OPEN = Param("t", "float", 1.0, "T", min=0.0, log=True)
SHARE = Param("p", "float", 0.5, "Share", min=0.0, max=1.0)
FREE = Param("x", "float", 0.5, "x")
COUNT = Param("n", "int", 4, "Count", min=1, max=8)
FLOATS = Param("f", "floats", (1.0,), "Numbers")
WORD = Param("w", "text", "", "Word")


def test_a_slider_of_rates_ends_at_one_and_others_at_their_limit():
    assert values.log_limits(RATE) == (1e-7, 1.0)
    assert values.log_limits(DECAY) == (1e-4, 100.0)
    assert values.log_limits(OPEN) == (1e-7, 1.0)
    low_rate = Param("lr", "float", 1e-3, "Rate", min=1e-6, max=0.1, log=True)
    assert values.log_limits(low_rate) == (1e-6, 0.1)


@pytest.mark.parametrize(
    ("param", "share", "value"),
    [(DECAY, 0.5, 0.1), (DECAY, 0.0, 1e-4), (DECAY, 1.0, 100), (DECAY, 1 / 3, 1e-2),
     (RATE, 1.0, 1.0), (RATE, 0.0, 0.0), (RATE, -0.1, 0.0), (POSITIVE, 0.0, 1e-7),
     (RATE, 3 / 7, 1e-4), (RATE, 0.4, 6.3e-5)],
)  # fmt: skip
def test_a_place_on_a_slider_means_a_value_of_two_digits(param, share, value):
    assert values.from_slider(param, share) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("param", "value", "share"),
    [(DECAY, 0.1, 0.5), (DECAY, 1e-4, 0), (DECAY, 1e-9, 0), (DECAY, 100.0, 1),
     (DECAY, 999.0, 1), (RATE, 1e-4, 3 / 7), (RATE, 5.0, 1), (RATE, 0, 0),
     (DECAY, None, 0), (DECAY, True, 0), (DECAY, 1, 2 / 3)],
)  # fmt: skip
def test_a_value_stands_at_its_place_on_a_slider(param, value, share):
    assert values.to_slider(param, value) == pytest.approx(share)


@pytest.mark.parametrize(
    ("param", "value", "up", "down"),
    [
        (COUNT, 4, 5, 3),
        (COUNT, 1, 2, 1),
        (COUNT, 8, 8, 7),
        (SHARE, 0.5, 0.51, 0.49),
        (SHARE, 0.05, 0.051, 0.049),
        (SHARE, 0.0, 0.01, 0.0),
        (SHARE, 1.0, 1.0, 0.9),
        (FREE, 25.0, 26.0, 24.0),
        (FREE, -0.5, -0.49, -0.51),
        (RATE, 1e-3, 1.26e-3, 7.94e-4),
        (RATE, 10.0, 10.0, 7.94),
        (RATE, 0.0, 0.01, 0.0),
        (FREE, True, True, True),
        (FREE, "auto", "auto", "auto"),
    ],
)
def test_a_notch_is_a_tenth_of_a_decade_or_the_second_digit(param, value, up, down):
    assert values.stepped(param, value, 1) == pytest.approx(up)
    assert values.stepped(param, value, -1) == pytest.approx(down)


def test_a_notch_into_what_is_not_allowed_is_none():
    assert values.stepped(POSITIVE, 0.01, -1) == pytest.approx(7.94e-3)
    tiny = Param("x", "float", 0.01, "x", min=0.0, exclusive_min=True)
    assert values.stepped(tiny, 0.01, -1) == pytest.approx(0.009)
    assert values.stepped(COUNT, 4, 99) == 8
    assert values.stepped(COUNT, 4, -99) == 1


@pytest.mark.parametrize(
    ("param", "value", "text"),
    [(FLOATS, (0.5, 1e-7), "0.5, 1e-07"), (SHARE, 0.1 + 0.2, "0.3"), (COUNT, 4, "4"),
     (SHARE, 1234567.0, "1.23457e+06"), (WORD, "a b", "a b")],
)  # fmt: skip
def test_words_of_a_value_are_short(param, value, text):
    assert values.to_text(param, value) == text


@pytest.mark.parametrize(
    ("param", "text", "value"),
    [(SHARE, "0.25", 0.25), (FREE, "−3", -3.0), (FREE, "-3", -3.0),
     (FLOATS, "1, 2.5", (1, 2.5)),
     (FLOATS, "1;2;3", (1, 2, 3)), (WORD, " cat ", "cat"), (FREE, "4", 4)],
)  # fmt: skip
def test_what_is_typed_is_read(param, text, value):
    found = values.from_text(param, text)
    assert found == value
    if param.kind == "float":
        assert isinstance(found, float)
