"""Tokens: joined they are the text; pairs are those of the paper's own loop."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.own.tokens import Tokeniser, vocabulary

TEXT = "the cat sat on the mat, and the other cat sat on the other mat\n" * 5
WAYS = ["characters", "words", "pairs"]


@pytest.mark.parametrize("way", WAYS)
def test_tokens_of_a_text_join_to_the_text(way):
    tokens = vocabulary([TEXT], way, 100)
    numbers = Tokeniser(tokens, way).encode(TEXT)
    assert "".join(tokens[n] for n in numbers) == TEXT
    assert len(set(tokens)) == len(tokens)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60),
       st.sampled_from(WAYS))  # fmt: skip
def test_any_text_is_its_tokens(text, way):
    tokens = vocabulary([text], way, 400)
    numbers = Tokeniser(tokens, way).encode(text)
    assert "".join(tokens[n] for n in numbers) == text


def test_pairs_are_those_of_the_plain_loop():
    words = Counter({"low": 5, "lower": 2, "newest": 6, "widest": 3})
    text = " ".join(word for word, count in words.items() for _ in range(count))
    tokens = vocabulary([text], "pairs", 24)
    split = {tuple(f" {w}"): c for w, c in words.items()}
    # The first word of the text has no blank before it.
    split[tuple(" low")] -= 1
    split[tuple("low")] = 1
    wanted = []
    while len(wanted) < 24 - len({*text}):
        pairs = Counter()
        for pieces, count in split.items():
            for pair in pairwise(pieces):
                pairs[pair] += count
        best = max(pairs, key=lambda p: (pairs[p], p))
        wanted.append("".join(best))
        merged = {}
        for pieces, count in split.items():
            new, at = [], 0
            while at < len(pieces):
                if pieces[at : at + 2] == best:
                    new.append("".join(best))
                    at += 2
                else:
                    new.append(pieces[at])
                    at += 1
            merged[tuple(new)] = merged.get(tuple(new), 0) + count
        split = merged
    assert list(tokens[len({*text}) :]) == wanted


def test_rare_words_are_the_unknown_token():
    tokens = vocabulary(["a a a b b c"], "words", 3)
    assert tokens[0] == ""
    assert len(tokens) == 3
    assert Tokeniser(tokens, "words").encode(" c")[0] == 0


def test_letter_without_a_token_is_told():
    tokens = vocabulary(["abc"], "characters", None)
    assert Tokeniser(tokens, "characters").encode("abx").tolist() == [0, 1, -1]
