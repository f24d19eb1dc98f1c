"""Byte-level pairs, against rules applied one after the other by hand."""

import pytest

from engine.pretrained import vocabulary
from engine.pretrained.bpe import BytePairs, joined
from tests.helpers import llama


@pytest.fixture
def pairs(tmp_path):
    llama.write_gguf(tmp_path / "tiny.gguf", llama.weights())
    return vocabulary.of(tmp_path / "tiny.gguf")


def by_hand(word: str) -> list[int]:
    """Apply each rule to the whole word, from the first learnt to the last."""
    tokens, merges = llama.vocabulary()
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    order = seen + [byte for byte in range(256) if byte not in seen]
    letter = dict(zip(order, llama.letters(), strict=True))
    pieces = [letter[byte] for byte in word.encode()]
    for rule in merges:
        one, other = rule.split(" ")
        made, at = [], 0
        while at < len(pieces):
            if pieces[at : at + 2] == [one, other]:
                made.append(one + other)
                at += 2
            else:
                made.append(pieces[at])
                at += 1
        pieces = made
    return [tokens.index(piece) for piece in pieces]


@pytest.mark.parametrize("word", ["the", " the", " tree", "string", "ä", "日本", "x_y"])
def test_word_is_joined_as_by_hand(pairs, word):
    assert pairs.encode(word).tolist() == by_hand(word)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello world", ["Hello", " world"]),
        ("don't", ["don", "'t"]),
        ("a  b", ["a", " ", " b"]),
        ("in 2026,", ["in", " ", "2", "0", "2", "6", ","]),
        ("x = 1", ["x", " =", " ", "1"]),
        ("a\n\n  b", ["a", "\n\n ", " b"]),
        ("naïve_x", ["naïve", "_", "x"]),
        ("end  ", ["end", "  "]),
    ],
)
def test_text_is_cut_into_words_first(pairs, text, words):
    expected = [number for word in words for number in by_hand(word)]
    assert pairs.encode(text).tolist() == expected


def test_any_text_comes_back(pairs):
    text = "Zoë \0 日本語 🙂\r\n\tx²½ \u2028 ´` 12345 \x7f"
    numbers = pairs.encode(text).tolist()
    assert pairs.decode(numbers) == text
    assert pairs.decode(numbers[:-1]).startswith(text[:-1])


def test_half_a_letter_is_shown_as_such(pairs):
    numbers = pairs.encode("日").tolist()
    assert len(numbers) == 3
    assert joined(pairs.names[n] for n in numbers[:2]) == "\ufffd"
    assert joined(pairs.names[n] for n in numbers) == "日"


def test_special_tokens_are_read_only_when_asked_for(pairs):
    assert pairs.encode("a<|end|>b", special=True).tolist()[1] == 0
    assert 0 not in pairs.encode("a<|end|>b").tolist()
    assert pairs.end == 0


def test_llama3_takes_a_whole_word_first_and_digits_by_three():
    tokens = [*llama.letters(), "abc", "ab"]
    found = BytePairs(tokens, [("a", "b")], (), "llama-bpe", -1)
    assert [tokens[n] for n in found.encode("abc")] == ["abc"]
    three = BytePairs([*tokens, "123"], [("1", "2"), ("12", "3")], (), "llama-bpe", -1)
    assert [three.names[n] for n in three.encode("12345")] == ["123", "4", "5"]


def test_json_and_gguf_tell_the_same_tokens(tmp_path, pairs):
    path = llama.write_safetensors(tmp_path, llama.weights())
    other = vocabulary.of(path)
    text = "The string in the tree, 12 of them"
    assert other.encode(text).tolist() == pairs.encode(text).tolist()
    assert other.names == pairs.names
