"""Foreign words in messages: short, on one line, never Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import plain
from engine.errors import EngineError, UnknownLayerError

LONG = "w" * 300_000


@given(st.text(alphabet=st.characters(), max_size=500))
def test_name_is_short_on_one_line_and_can_be_written(text: str) -> None:
    name = plain.name(text)
    assert len(name) <= plain.NAME
    assert len(name.splitlines()) <= 1
    name.encode()
    assert plain.name(name) == name


def test_name_of_emoji_and_other_scripts_stays() -> None:
    for name in ("👩‍👩‍👧 net", "می‌خواهم", "畳み込み　層", "Δ·∂"):
        assert plain.name(name) == name


@pytest.mark.parametrize("letters", [300, 30_000, 300_000])
def test_message_does_not_grow_with_the_word_it_is_about(letters: int) -> None:
    word = "w" * letters
    error = EngineError(f"“{word}”", where=word, expected=word, got=word, fix=word)
    assert len(str(error)) < 800
    assert len(str(UnknownLayerError(word, ["linear"]))) < 400


def test_long_path_keeps_its_end() -> None:
    path = "/folder" * 40 + "/net.bpw"
    assert plain.sentence(path).endswith("/net.bpw")


def test_sentence_of_many_words_and_of_japanese_stays() -> None:
    text = "「畳み込み」の層の形が合いません。" * 10
    assert plain.sentence(text) == text
    assert plain.sentence("a word " * 60) == "a word " * 60
    assert len(plain.sentence("a word " * 9000)) == plain.SENTENCE


@pytest.mark.parametrize(
    ("anything", "words"),
    [
        (None, "nothing"),
        (True, "true"),
        ("x", '"x"'),
        ({"a": None}, "{ … }"),
        ([1, None, [2], "b", 5], '[1, nothing, [ … ], "b", …]'),
        (10**400, "a number of 401 digits"),
        (1.5, "1.5"),
    ],
)
def test_value_is_said_as_in_json(anything: object, words: str) -> None:
    assert plain.value(anything) == words


def test_value_of_more_digits_than_python_prints_is_said() -> None:
    assert plain.value(10**100_000) == "a number of 100001 digits"


def test_no_cell_is_a_formula_and_numbers_stay():
    bad = ["=cmd|calc", "+1+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=1"]
    assert plain.cells(bad) == [f"'{text}" for text in bad]
    good = ["-1.5", "+3", "-2e-5", "-4 %", "-inf", "-", "+", "a=b", "", 5, -1.5, None]
    assert plain.cells(good) == good
