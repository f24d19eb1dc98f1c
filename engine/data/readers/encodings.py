"""In which encoding a text is written, as far as its first bytes tell.

A byte order mark says it, and so does UTF-8, which nothing else looks like. Japanese
encodings are told by kana and common kanji; what is left is Western.
"""

import codecs

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "cp1252")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16",
          codecs.BOM_UTF16_BE: "utf-16"}  # fmt: skip
_LEAST_SHARE = 0.7
"""Of the letters that aren't ASCII, which have to be usual ones in Japanese."""


def recognises_text(head: bytes) -> bool:
    """Return whether bytes can be the beginning of a text: no NUL, or in UTF-16."""
    return b"\0" not in head or marked(head) == "utf-16" or bool(_unmarked(head))


def marked(head: bytes) -> str:
    """Return the encoding that a byte order mark tells, or an empty string."""
    return next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")


def guessed(head: bytes, *, is_whole: bool) -> str:
    """Return the encoding that bytes are most probably written in.

    Args:
        head: From the beginning of a file.
        is_whole: There is no more: the last letter is not cut off.
    """
    if found := marked(head) or _unmarked(head):
        return found
    if _decoded(head, "utf-8", is_whole=is_whole) is not None:
        return "utf-8"
    shares = {
        name: _japanese(_decoded(head, name, is_whole=is_whole))
        for name in ("cp932", "euc_jp")
    }
    best = max(shares, key=lambda name: shares[name])
    if shares[best] >= _LEAST_SHARE:
        return best
    is_western = _decoded(head, "cp1252", is_whole=is_whole) is not None
    return "cp1252" if is_western and not _has_control(head) else "utf-8"


def _has_control(head: bytes) -> bool:
    """Return whether there are bytes that no text has."""
    return any(byte in head for byte in (*range(1, 9), *range(14, 27), *range(28, 32)))


def _unmarked(head: bytes) -> str:
    """Return the kind of UTF-16 that text without a mark looks like, or nothing."""
    if len(head) < 4 or b"\0" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    name = "utf-16-le" if odd > even else "utf-16-be"
    is_text = max(even, odd) > half * 0.4 and min(even, odd) < half * 0.05
    return name if is_text and _decoded(head, name, is_whole=False) else ""


def _decoded(head: bytes, encoding: str, *, is_whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, is_whole)
    except UnicodeDecodeError:
        return None


def _japanese(text: str | None) -> float:
    """Return the share of usual Japanese letters among those that aren't ASCII."""
    others = [letter for letter in text or "" if letter > "\x7f"]
    return sum(map(_is_usual, others)) / len(others) if len(others) > 1 else 0.0


def _is_usual(letter: str) -> bool:
    if "\u3000" <= letter <= "\u30ff" or "\uff01" <= letter <= "\uff5e":
        return True
    try:
        first = letter.encode("cp932")[0]
    except UnicodeEncodeError:
        return False
    return "\u4e00" <= letter <= "\u9fff" and 0x88 <= first <= 0x97
