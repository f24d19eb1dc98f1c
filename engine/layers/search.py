"""How far a search is from names: the one measure of every list that is searched."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

SCATTERED = 3.0
"""From this distance on a name has but the letters, in order, with gaps."""
_BEGINS, _WORD_ITSELF, _BEGINS_WORD = 1.0, 1.13, 1.5
_INSIDE, _BY_PARTS = 2.0, 2.5
_ALIAS, _WHOLE_ALIAS = 0.5, 0.7
"""What an alias is further than a name; a whole one is further than the beginning of
a name, or one of its words."""
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def distance(
    text: str, names: Sequence[str], aliases: Sequence[str] = ()
) -> float | None:
    """Return how far a search is from something with names; None: it doesn't fit.

    0 a name itself, 1 its beginning or that of one of its words, 2 somewhere inside,
    several of its words included (AvgPool in GlobalAvgPool), or each word of the search
    somewhere, 3 letters in order; the rest, under 1, prefers short names, early places
    and small gaps.

    Args:
        text: What was typed; an empty one is 0 from everything.
        names: What it is called; letters alone count, not case, spaces or marks.
        aliases: Other words for it, a little further away.
    """
    needles = [part for part in map(_squeezed, text.split()) if part]
    if not needles:
        return 0.0
    whole = _nearest("".join(needles), names, aliases)
    if len(needles) == 1 or (whole is not None and whole < _BY_PARTS):
        return whole
    parts = [_nearest(part, names, aliases) for part in needles]
    known = [part for part in parts if part is not None and part < SCATTERED]
    if len(known) < len(parts):
        return whole
    return _BY_PARTS + sum(known) / (10 * len(known))


def _nearest(needle: str, names: Iterable[str], aliases: Iterable[str]) -> float | None:
    found = [_distance(name, needle) for name in names]
    found += [
        None if far is None else max(far, _WHOLE_ALIAS) + _ALIAS
        for far in (_distance(alias, needle) for alias in aliases)
    ]
    return min((far for far in found if far is not None), default=None)


def _distance(name: str, needle: str) -> float | None:
    flat, starts = _parts(name)
    if flat == needle:
        return 0.0
    if flat.startswith(needle):
        return _BEGINS + min(len(flat) / 1000, 0.12)
    place = next((at for at in starts if flat.startswith(needle, at)), -1)
    end = place + len(needle)
    is_several = needle.isascii() and any(place < at < end for at in starts)
    if place > 0 and not is_several:
        is_word = end in (*starts, len(flat))
        return (_WORD_ITSELF if is_word else _BEGINS_WORD) + min(place / 1000, 0.05)
    if (place := flat.find(needle)) >= 0:
        return _INSIDE + min(place / 100, 0.4)
    return _scattered(flat, starts, needle)


def _scattered(flat: str, starts: Sequence[int], needle: str) -> float | None:
    """Return 3 plus the gaps' share when the letters occur in this order.

    The first of them begins a word: in a long name any letters occur in some order.
    """
    # Greedy from the left: not always the tightest run of letters, but what the eye
    # finds first, and linear while one types.
    first = next((at for at in starts if flat.startswith(needle[0], at)), -1)
    place = first
    for letter in needle[1:]:
        place = flat.find(letter, place + 1) if place >= 0 else -1
    if place < 0:
        return None
    return SCATTERED + (place - first + 1 - len(needle)) / 10


def _squeezed(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, tuple[int, ...]]:
    """Return a name without marks, and where its words begin in that.

    Scripts without spaces may begin a word anywhere.
    """
    flat = ""
    starts: list[int] = []
    for run in _WORD.findall(name):
        for word in _HUMP.split(run):
            small = word.casefold()  # letters alone: that is what was found
            is_spaced = small.isascii()
            starts += [len(flat)] if is_spaced else range(len(flat), len(flat + small))
            flat += small
    return flat, tuple(starts)
