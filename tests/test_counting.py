"""Counts and their nouns: `1 node`, `2 nodes`, and languages without a plural."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import i18n

ROOT = Path(__file__).parents[1]
NOUN = re.compile(r"\{(\w+)\} (?:\w+ )?(\w+s)\b")
NEVER_ONE = {
    "1 to {n} channels at up to {rate} Hz",
    "Use all {n} samples",
    "a number of {n} digits",
    "at most {n} classes",
    "at most {n} letters",
    "at most {n} million pixels",
    "at most {count} nodes",
    "Select at least {count} nodes.",
    "Let all {n} layers train",
    "a multiple of {number} channels",
    "more than {n} tensors",
    "{title} needs {needed} dimensions",
}
NO_COUNT = {"as", "loss", "less", "times", "has", "is", "gets", "its", "needs"}


@pytest.fixture
def japanese() -> Iterator[None]:
    i18n.install("ja", {"{n:node|nodes} here": "ここに {n} ノード"})
    yield
    i18n.install("en", {})


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "0 nodes here"),
        (1, "1 node here"),
        ("1", "1 node here"),
        (2, "2 nodes here"),
        ("1,234", "1,234 nodes here"),
        ("—", "— nodes here"),
    ],
)
def test_noun_follows_its_count(n: object, words: str) -> None:
    assert i18n.tr("{n:node|nodes} here", n=n) == words


def test_formats_beside_a_noun_still_count() -> None:
    found = i18n.tr("{n:step|steps} in {s:.1f} s of {what}", n=1, s=0.25, what="a|b")
    assert found == "1 step in 0.2 s of a|b"


def test_language_without_plural_takes_the_bare_count(japanese: None) -> None:
    assert i18n.tr("{n:node|nodes} here", n=1) == "ここに 1 ノード"


def test_no_text_puts_a_plural_behind_a_count_that_may_be_one() -> None:
    texts = (ROOT / "assets" / "translations" / "ja.json").read_text("utf-8")
    keys = re.findall(r'^ "((?:[^"\\]|\\.)*)":', texts, re.MULTILINE)
    counts = {"n", "count", "layers", "steps", "tensors", "samples", "number"}
    wrong = [
        key
        for key in keys
        for name, noun in NOUN.findall(key)
        if name in counts and noun not in NO_COUNT and key not in NEVER_ONE
    ]
    assert keys
    assert wrong == [], wrong
