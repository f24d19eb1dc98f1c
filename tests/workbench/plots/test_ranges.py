import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFontMetrics

from workbench.plots.parts.chart import fitted
from workbench.plots.parts.ranges import (
    StepRange,
    ValueRange,
    decades,
    log_ticks,
    number,
    rounded_up,
    share_ticks,
    ticks,
    whole_ticks,
)

numbers = st.floats(-1e9, 1e9)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20))
def test_range_always_holds_its_data(pairs):
    span = ValueRange()
    for pair in pairs:
        low, high = sorted(pair)
        span.follow(low, high)
        assert span.low <= low <= high <= span.high
        assert span.low < span.high


@given(st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=1))
def test_range_in_whole_decades_holds_its_data(pairs):
    span = ValueRange(-9, 0, 0.3, margin=0.1, unit=1, smallest=6)
    for pair in pairs:
        low, high = sorted(pair)
        span.follow(low, high)
        assert span.low <= low <= high <= span.high
        assert span.low == int(span.low)
        assert span.high - span.low >= 6


def test_range_stands_still_until_data_leave_or_shrink():
    span = ValueRange()
    assert span.follow(0, 10)
    assert not span.follow(0.5, 10.5)
    assert not span.follow(1, 8)
    assert span.follow(1, 4)
    assert span.follow(1, 40)
    assert not span.follow(math.nan, 4)


@given(st.integers(1, 10**8))
def test_step_range_is_the_same_however_the_run_was_followed(step):
    once, often = StepRange(), StepRange()
    once.follow(step)
    for part in range(1, 8):
        often.follow(step * part // 7)
    assert once.high == often.high
    assert step <= once.high <= max(1.04 * step + 1, 50)


def test_step_range_ends_with_the_run():
    span = StepRange()
    span.follow(990, 1000)
    assert span.high == 1000


@given(st.floats(1e-6, 1e9))
def test_rounded_up_is_close_above(value):
    assert value * (1 - 1e-8) <= rounded_up(value) <= 1.5 * value


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_lie_inside_and_are_about_as_many(low, width, count):
    found = ticks(low, low + width, count)
    assert all(low - 1e-6 * width <= v <= low + width * (1 + 1e-6) for v, _ in found)
    assert count / 2.6 - 1 <= len(found) <= 2.6 * count + 1


@given(st.floats(-8, 8), st.floats(0.05, 12))
def test_log_ticks_stand_at_the_logarithm_of_their_words(low, width):
    for place, words in log_ticks(low, low + width, 5):
        assert 10**place == pytest.approx(value_of(words), rel=1e-2)


def value_of(words: str) -> float:
    """Read a tick's words back: `12k`, `−3`, `10⁻³` and `6·10¹⁴`."""
    front, dot, back = words.rpartition("·")
    if dot or any(letter in _RAISED for letter in back):
        power = back.removeprefix("10").translate(_RAISED_TO_PLAIN)
        return float(front or 1) * 10.0 ** int(power)
    return float(words.translate({0x2212: "-", 107: "e3", 77: "e6"}))


_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED_TO_PLAIN = str.maketrans(_RAISED, "-0123456789")


def test_decades_are_written_as_powers():
    assert decades(-3.2, 0.5, 9) == (
        (-3, "10⁻³"),
        (-2, "10⁻²"),
        (-1, "10⁻¹"),
        (0, "10⁰"),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.5, "−0.5"),
        (9000, "9000"),
        (12000, "12k"),
        (2e-5, "2e−5"),
        (2.5e6, "2.5M"),
        (-4e14, "−4·10¹⁴"),
        (1e9, "10⁹"),
    ],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_names_lose_their_first_parts_first(qapp):
    metrics = QFontMetrics(qapp.font())
    wide = metrics.horizontalAdvance

    def short(name, like):
        return fitted(name, metrics, wide(like))

    name = "Discriminator · Convolution · linear3"
    assert short(name, name) == name
    cut = short(name, "Discrim… · Convolution · linear3")
    assert cut.startswith("Disc")
    assert cut.endswith("… · Convolution · linear3")
    assert short(name, "Convo… · linear3").endswith("… · linear3")
    assert short("one · wide · read help texts", "wide · read help…").startswith("wide")
    for room in range(20, wide(name), 9):
        assert wide(fitted(name, metrics, room)) <= room


def test_shares_are_written_as_per_cent():
    found = share_ticks(0.9, 1.0, 5)
    assert [round(place, 9) for place, _ in found] == [0.9, 0.92, 0.94, 0.96, 0.98, 1.0]
    assert [words for _, words in found][:2] == ["90\u202f%", "92\u202f%"]
    fine = [words for _, words in share_ticks(0.981, 0.987, 3)]
    assert fine == ["98.2\u202f%", "98.4\u202f%", "98.6\u202f%"]


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 20))
def test_what_is_counted_has_whole_ticks_in_its_range(low, span, count):
    found = whole_ticks(low, low + span, count)
    assert all(abs(value - round(value)) < 1e-6 for value, _ in found)
    assert all(low - 1e-3 <= value <= low + span for value, _ in found)
    assert len({words for _, words in found}) == len(found) or span > 1e4


def test_first_steps_are_counted_one_by_one():
    assert [words for _, words in whole_ticks(0, 1, 14)] == ["0", "1"]
    assert [words for _, words in whole_ticks(0, 3, 14)] == ["0", "1", "2", "3"]
