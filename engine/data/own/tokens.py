"""Texts as numbers: characters, words, or pairs that occur together often.

A token's number is its place in the vocabulary, which stands in the document. The empty
token stands for what the vocabulary lacks, and fills up short texts. Joined, the tokens
of a text are the text.

Source: Sennrich, Haddow & Birch, "Neural machine translation of rare words with subword
units", 2016 (pairs)
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from engine.data.readers.reader import Array
from engine.graph.files import giving_up

Way = Literal["characters", "words", "pairs"]
UNKNOWN = ""
MOST_TOKENS = 9000
_MOST_LETTERS = 1000
"""Different letters that pairs are made from."""
_WORD = re.compile(r"\s?\w+|\s?[^\w\s]+|\s+")
_SIZES: dict[Way, int] = {"characters": MOST_TOKENS, "words": 5000, "pairs": 512}
_MOST_WORDS = 50_000
"""Different words that pairs are learnt from."""


def vocabulary(pieces: Iterable[str], way: Way, size: int | None) -> tuple[str, ...]:
    """Return the tokens that are learnt from a text.

    Args:
        pieces: Of the text, in their order.
        way: What a token is.
        size: Most tokens; None is what is usual.

    Raises:
        DataError: Nobody wants it any more.
    """
    most = min(size or _SIZES[way], MOST_TOKENS)
    counts: Counter[str] = Counter()
    for piece in pieces:
        giving_up.check()
        counts.update(piece if way == "characters" else _WORD.findall(piece))
    if way == "pairs":
        return _pairs(counts, most)
    if len(counts) <= most:
        return tuple(sorted(counts))
    return (UNKNOWN, *sorted(word for word, _ in counts.most_common(most - 1)))


def _pairs(words: Counter[str], most: int) -> tuple[str, ...]:
    """Return letters, then the pairs in the order in which they were joined."""
    letters: Counter[str] = Counter()
    for word, count in words.items():
        for letter in word:
            letters[letter] += count
    if len(letters) <= min(most, _MOST_LETTERS):
        tokens = sorted(letters)
    else:
        room = min(most, _MOST_LETTERS) - 1
        tokens = [UNKNOWN, *sorted(one for one, _ in letters.most_common(room))]
    split = [(list(word), count) for word, count in words.most_common(_MOST_WORDS)]
    joined = _Joining(split)
    while len(tokens) < most and (pair := joined.most_frequent()):
        giving_up.check()
        joined.join(pair)
        if (token := pair[0] + pair[1]) not in tokens:
            tokens.append(token)
    return tuple(tokens)


class _Joining:
    """Words in pieces, and how often each pair of pieces stands together."""

    def __init__(self, words: list[tuple[list[str], int]]) -> None:
        self._words = words
        self._counts: Counter[tuple[str, str]] = Counter()
        self._where: dict[tuple[str, str], set[int]] = {}
        for index in range(len(words)):
            self._count(index, 1)

    def _count(self, index: int, sign: int) -> None:
        pieces, count = self._words[index]
        for pair in pairwise(pieces):
            self._counts[pair] += sign * count
            if sign > 0:
                self._where.setdefault(pair, set()).add(index)

    def most_frequent(self) -> tuple[str, str] | None:
        """Return the pair that occurs most often, at least twice."""
        if not self._counts:
            return None
        pair = max(self._counts, key=lambda each: (self._counts[each], each))
        return pair if self._counts[pair] > 1 else None

    def join(self, pair: tuple[str, str]) -> None:
        """Make one piece of a pair, wherever it stands."""
        for index in self._where.pop(pair, set()):
            self._count(index, -1)
            pieces, count = self._words[index]
            self._words[index] = (_joined(pieces, pair), count)
            self._count(index, 1)
        self._counts.pop(pair, None)


def _joined(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    made: list[str] = []
    for piece in pieces:
        if made and (made[-1], piece) == pair and not made[-1].startswith("\0"):
            made[-1] = "\0" + made[-1] + piece  # marked: it isn't joined again now
        else:
            made.append(piece)
    return [piece.removeprefix("\0") for piece in made]


class Tokeniser:
    """Encodes texts with a vocabulary.

    Args:
        tokens: The vocabulary.
        way: How it was learnt.
    """

    def __init__(self, tokens: Sequence[str], way: Way) -> None:
        self._way = way
        self._numbers = {token: number for number, token in enumerate(tokens)}
        self._unknown = self._numbers.get(UNKNOWN, -1)
        self._kept: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> Array:
        """Return the numbers of a text's tokens; −1 for one that there is none for.

        Shape:
            letters → T
        """
        if self._way == "pairs":
            found = [n for word in _WORD.findall(text) for n in self._of_word(word)]
            return np.array(found, np.int64)
        words = text if self._way == "characters" else _WORD.findall(text)
        numbers, unknown = self._numbers, self._unknown
        return np.array([numbers.get(word, unknown) for word in words], np.int64)

    def _of_word(self, word: str) -> tuple[int, ...]:
        if word not in self._kept:
            self._kept[word] = tuple(self._merged(word))
        return self._kept[word]

    def _merged(self, word: str) -> Iterator[int]:
        """Yield the tokens of a word: pairs in the order in which they were learnt."""
        pieces = list(word)
        while len(pieces) > 1:
            ranks = [
                self._numbers.get(one + other, len(self._numbers))
                for one, other in pairwise(pieces)
            ]
            best = min(range(len(ranks)), key=ranks.__getitem__)
            if ranks[best] == len(self._numbers):
                break
            pieces[best : best + 2] = [pieces[best] + pieces[best + 1]]
        for piece in pieces:
            yield self._numbers.get(piece, self._unknown)
