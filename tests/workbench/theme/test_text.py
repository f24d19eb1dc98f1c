import math

import pytest

from workbench.theme import text


def test_escape_shows_markup_literally():
    assert text.escape("<b>&'x'") == "&lt;b&gt;&amp;&#x27;x&#x27;"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.9998, "1.00"), (0.9994, "0.999"), (9.996, "10.0"), (-99.96, "−100")],
)
def test_figures_have_three_digits_rounded_up_too(value, words):
    assert text.figure(value) == words


def test_place_is_said_from_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert text.place(str(tmp_path / "data" / "a.csv")) == "~/data/a.csv"
    assert text.place("data/a.csv") == "data/a.csv"
    assert text.place("/elsewhere/a.csv") == "/elsewhere/a.csv"
    assert text.place("") == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (999, "999"), (4_718_592, "4.72\u202fM"), (1e9, "1\u202fG")],
)
def test_short_has_three_digits_and_a_prefix(number, words):
    assert text.short(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(512, "512\u202fB"), (65536, "64\u202fKiB"), (1536, "1.5\u202fKiB")],
)
def test_size_counts_in_powers_of_1024(number, words):
    assert text.size(number) == words


def test_shape_leaves_the_batch_out():
    assert text.shape((-1, 64, 16, 16)) == "64×16×16"
    assert text.shape(()) == text.shape((-1,)) == "scalar"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.2, "5 s"), (200, "3 min 20 s"), (7260, "2 h 1 min"), (math.nan, "")],
)
def test_duration_uses_its_two_largest_units(seconds, words):
    assert text.duration(seconds) == words
