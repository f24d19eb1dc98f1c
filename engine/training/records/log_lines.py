"""Lines for a log: one entry is one line, whatever stands in names."""

import unicodedata

_LONGEST = 4_000
_ODD = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Controls, marks of direction, halves of characters, ends of lines."""
_JOINERS = frozenset("\u200c\u200d")
"""Parts of words and of pictures; they do no harm."""


def one_line(text: str) -> str:
    """Return a text as one line that is what it looks like; it may be cut."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(map(_shown, cut))


def _shown(letter: str) -> str:
    if letter in _JOINERS or unicodedata.category(letter) not in _ODD:
        return letter
    return letter.encode("unicode_escape").decode("ascii")
