"""Ranges and ticks, number by number."""

import math

import pytest

from workbench.plots.parts.ranges import (
    StepRange,
    ValueRange,
    decades,
    log_ticks,
    number,
    rounded_up,
    tick_step,
    ticks,
)


def test_steps_begin_with_50_and_go_on_by_a_twenty_fifth():
    span = StepRange()
    assert (span.follow(50), span.high) == (False, 50)
    assert (span.follow(51), span.high) == (True, 52)
    assert (span.follow(52), span.high) == (False, 52)
    assert (span.follow(69, 70), span.high) == (True, 70)
    assert (span.follow(90, 70), span.high) == (True, 90)
    assert (span.follow(91, 1000), span.high) == (True, 94)  # 50 · 1.04¹⁶ = 93.6


def test_a_new_range_has_a_margin_of_8_percent():
    span = ValueRange()
    assert span.follow(0, 10)
    assert (span.low, span.high) == (pytest.approx(-0.8), pytest.approx(10.8))


def test_a_range_shrinks_when_data_fill_less_than_six_tenths():
    span = ValueRange(0, 10, fresh=False)
    assert not span.follow(1, 7.1)
    assert (span.low, span.high) == (0, 10)
    assert span.follow(1, 6.9)
    assert (span.low, span.high) == (pytest.approx(0.528), pytest.approx(7.372))


@pytest.mark.parametrize(("low", "high"), [(0, 10), (-0.1, 9), (1, 10.1)])
def test_a_range_moves_as_soon_as_data_leave_it(low, high):
    span = ValueRange(0, 10, fresh=False)
    leaves = low < 0 or high > 10
    assert span.follow(low, high) == leaves
    assert (span.low == 0) != leaves


def test_ends_are_multiples_of_the_unit():
    span = ValueRange(0, 1, margin=0.1, unit=2, smallest=1)
    span.follow(3, 13)
    assert (span.low, span.high) == (2, 14)
    span = ValueRange(0, 1, margin=0.1, unit=1, smallest=6)
    span.follow(2.2, 2.8)  # margin 0.6: 1.6 … 3.4, so 1 … 4, and 3 more
    assert (span.low, span.high) == (0, 6)


def test_a_value_alone_has_room_on_both_sides():
    span = ValueRange(0, 100, smallest=2.0, margin=0.0)
    assert span.follow(7, 7)
    assert (span.low, span.high) == (6, 8)
    span = ValueRange(margin=0.0)
    span.follow(5e6, 5e6)
    assert (span.low, span.high) == (pytest.approx(5e6 - 2.5), pytest.approx(5e6 + 2.5))


@pytest.mark.parametrize("pair", [(math.nan, 1), (0, math.inf), (-math.inf, 0)])
def test_what_is_no_number_moves_nothing(pair):
    span = ValueRange()
    assert not span.follow(*pair)
    assert (span.low, span.high, span.fresh) == (0, 1, True)


def test_a_range_that_stays_the_same_has_not_changed():
    span = ValueRange(-0.08, 1.08)
    assert not span.follow(0, 1)
    assert not span.fresh


@pytest.mark.parametrize(
    ("value", "above"),
    [(1, 1), (1.1, 1.5), (1.5, 1.5), (1.6, 2), (2.1, 3), (3.1, 4), (4.1, 6), (6.1, 8),
     (8.1, 10), (95, 100), (0.031, 0.04), (1000, 1000), (0.99, 1)],
)  # fmt: skip
def test_rounded_up_is_the_next_of_its_numbers(value, above):
    assert rounded_up(value) == pytest.approx(above)


@pytest.mark.parametrize(
    ("low", "high", "count", "step"),
    [(0, 10, 5, 2), (0, 1, 6, 0.2), (0, 30, 6, 5), (0, 70, 10, 5), (0, 80, 10, 10),
     (0, 13, 10, 1), (0, 17, 10, 2), (5, 5.4, 4, 0.1), (0, 3, 0, 2)],
)  # fmt: skip
def test_the_step_of_ticks_is_the_nearest_of_1_2_and_5(low, high, count, step):
    assert tick_step(low, high, count) == pytest.approx(step)


@pytest.mark.parametrize(
    ("low", "high", "count", "words"),
    [
        (0, 10, 5, "0 2 4 6 8 10"),
        (-1, 1, 4, "−1.0 −0.5 0.0 0.5 1.0"),
        (0.1, 0.9, 4, "0.2 0.4 0.6 0.8"),
        (3, 5, 2, "3 4 5"),
        (0, 60_000, 6, "0 10k 20k 30k 40k 50k 60k"),
    ],
)
def test_ticks_are_the_multiples_inside(low, high, count, words):
    found = ticks(low, high, count)
    assert " ".join(text for _, text in found) == words
    assert found[1][0] - found[0][0] == pytest.approx(tick_step(low, high, count))


@pytest.mark.parametrize(
    ("low", "high", "count", "exponents"),
    [
        (-9, 0, 3, [-9, -6, -3, 0]),
        (-4.5, 0.2, 2, [-3, 0]),
        (0.5, 3.5, 9, [1, 2, 3]),
        (-2, 2, 4, [-2, -1, 0, 1, 2]),
        (0, 2, 0, [0, 2]),
    ],
)
def test_decades_are_the_multiples_inside(low, high, count, exponents):
    assert [place for place, _ in decades(low, high, count)] == exponents


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-1, 4.5, "10⁻¹ 10⁰ 10¹ 10² 10³ 10⁴"),
        (0, 2.9, "1 10 100"),
        (0, 1.2, "1 3 10"),
        (0, 0.9, "1 2 5"),
        (0.3, 0.75, "2 3 4 5"),
        (0.01, 0.05, "1.04 1.06 1.08 1.10 1.12"),
        (-0.2, 3.8, "1 10 100 1000"),
    ],
)
def test_log_ticks_get_denser_as_the_axis_gets_shorter(low, high, words):
    found = log_ticks(low, high, 5 if high < 4 else 9)
    assert " ".join(text for _, text in found) == words
    assert all(low <= place <= high for place, _ in found)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9999, "9999"),
        (10_000, "10k"),
        (-12_500, "−12.5k"),
        (999_000, "999k"),
        (1e6, "1M"),
        (123e6, "123M"),
        (1.5e9, "1.5·10⁹"),
        (1e-13, "0"),
        (1e-11, "1e−11"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_numbers_change_their_unit_where_they_get_long(value, text):
    assert number(value) == text
