"""Byte-level BPE: texts as tokens that another network was trained with.

Every byte has a letter of its own, so that no text lacks a token; letters are joined in
the order in which the pairs were learnt. Joined again, the bytes of the tokens are the
text. A token may end within a letter: its bytes then stand as lone surrogates until
they are joined (`joined`).

Source: Radford et al. 2019, Language Models are Unsupervised Multitask Learners
"""

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.graph.files import giving_up

Ints = npt.NDArray[np.int64]
_MOST_KEPT = 100_000
_LONGEST = 2_000
"""Letters that are joined at once; a longer word is cut."""


@lru_cache(maxsize=1)
def byte_letters() -> dict[int, str]:
    """Return byte → the letter that stands for it: itself where it can be seen."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {
        byte: chr(256 + number) for number, byte in enumerate(rest)
    }


@lru_cache(maxsize=1)
def _numbers() -> str:
    """Return all numbers of Unicode (its class N) as ranges of a pattern."""
    codes = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)).startswith("N")
    ]
    return "".join(_ranges(codes))


def _ranges(codes: list[int]) -> Iterator[str]:
    first = last = codes[0]
    for code in [*codes[1:], -1]:
        if code == last + 1:
            last = code
            continue
        yield f"{chr(first)}-{chr(last)}"
        first = last = code


@lru_cache(maxsize=4)
def _pattern(way: str) -> re.Pattern[str]:
    """Return what cuts a text into words, which no pair reaches over."""
    number = f"[{_numbers()}]"
    letter, other = rf"[^\W_{_numbers()}]", r"[^\s\w]|_"
    if way == "llama-bpe":
        return re.compile(
            rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|(?:(?![\r\n])(?:{other}|\s))?{letter}+"
            rf"|{number}{{1,3}}| ?(?:{other})+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
    return re.compile(
        rf"'s|'t|'re|'ve|'m|'ll|'d| ?{letter}+| ?{number}+| ?(?:{other})+"
        r"|\s+(?!\S)|\s+"
    )


class BytePairs:
    """Encodes and decodes texts.

    Args:
        pieces: The tokens, as the file writes them: with letters for bytes.
        merges: Pairs in the order in which they were learnt.
        special: Numbers of the tokens that no text is written with.
        way: How a text is cut into words: `gpt-2`, `smollm` or `llama-bpe`.
        end: Number of the token that ends a text; −1 without one.
    """

    def __init__(
        self,
        pieces: Sequence[str],
        merges: Iterable[tuple[str, str]],
        special: Iterable[int],
        way: str,
        end: int,
    ) -> None:
        self.end, self.way = end, way
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        self._pieces = tuple(pieces)
        self._letters = byte_letters()
        self._kept: dict[str, tuple[int, ...]] = {}
        named = {pieces[n]: n for n in special if 0 <= n < len(pieces)}
        self._special = {piece: number for piece, number in named.items() if piece}
        known = {letter: byte for byte, letter in self._letters.items()}
        alone = set(named.values())
        self.names = tuple(
            piece if number in alone else _text(piece, known)
            for number, piece in enumerate(pieces)
        )

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of tokens, pairs and the way a text is cut."""
        digest = hashlib.sha256(f"{self.way} {self.end}".encode())
        pairs = (f"{one} {other}" for one, other in self._ranks)
        for words in (*self._pieces, *pairs):
            digest.update(words.encode("utf-8", "backslashreplace") + b"\0")
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.names)

    def encode(self, text: str, *, special: bool = False) -> Ints:
        """Return the numbers of a text's tokens.

        Args:
            text: Any.
            special: Tokens such as the end of a text are read by their names.

        Shape:
            letters → T
        """
        found: list[int] = []
        if special and self._special:
            longest = sorted(map(re.escape, self._special), key=len, reverse=True)
            for part in re.split(f"({'|'.join(longest)})", text):
                number = self._special.get(part)
                found += self._of_text(part) if number is None else [number]
        else:
            found += self._of_text(text)
        return np.array(found, np.int64)

    def _of_text(self, text: str) -> Iterator[int]:
        for count, word in enumerate(self._words(text)):
            if not count % 10_000:
                giving_up.check()
            for start in range(0, len(word), _LONGEST):
                yield from self._of_word(word[start : start + _LONGEST])

    def _words(self, text: str) -> Iterator[str]:
        """Yield the words of a text; SmolLM's digits stand alone before all else."""
        parts = [text]
        if self.way == "smollm":
            parts = re.split(f"([{_numbers()}])", text)
        for part in parts:
            yield from (match[0] for match in _pattern(self.way).finditer(part))

    def _of_word(self, word: str) -> tuple[int, ...]:
        found = self._kept.get(word)
        if found is None:
            found = tuple(self._merged(word))
            if len(self._kept) < _MOST_KEPT:
                self._kept[word] = found
        return found

    def _merged(self, word: str) -> Iterator[int]:
        data = word.encode("utf-8", "replace")
        pieces = [self._letters[byte] for byte in data]
        whole = self._numbers.get("".join(pieces))
        if whole is not None and self.way == "llama-bpe":
            yield whole
            return
        none = len(self._ranks)
        while len(pieces) > 1:
            ranks = [self._ranks.get(pair, none) for pair in pairwise(pieces)]
            best = min(ranks)
            if best == none:
                break
            pieces = _joined(pieces, ranks, best)
        for piece in pieces:
            if piece in self._numbers:
                yield self._numbers[piece]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens."""
        return joined(self.names[n] for n in tokens if 0 <= n < len(self.names))


def _joined(pieces: list[str], ranks: list[int], best: int) -> list[str]:
    """Return the pieces with one pair joined wherever it stands, from the left."""
    made: list[str] = []
    at = 0
    while at < len(pieces):
        if at < len(ranks) and ranks[at] == best:
            made.append(pieces[at] + pieces[at + 1])
            at += 2
        else:
            made.append(pieces[at])
            at += 1
    return made


def _text(piece: str, known: Mapping[str, int]) -> str:
    """Return a token as text; a part of a letter as lone surrogates."""
    if any(letter not in known for letter in piece):
        return piece
    return bytes(known[letter] for letter in piece).decode("utf-8", "surrogateescape")


def joined(names: Iterable[str]) -> str:
    """Return the text of tokens, parts of letters put together."""
    data = "".join(names).encode("utf-8", "surrogateescape")
    return data.decode("utf-8", "replace")
