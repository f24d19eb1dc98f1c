"""Names and numbers as people read them."""

import math
import re
from collections.abc import Iterable
from html import escape as _escape

from engine.i18n import tr
from engine.plain import sentence, shortened

_LONGEST, _PIECE, _BREAK = 30, 20, "\u200b"
_UNBROKEN = re.compile(rf"\S{{{_LONGEST + 1},}}")
_HTML, _LINE, _TITLE = re.compile("[<&]"), 80, 120
_BYTES = ("B", "KB", "MB", "GB", "TB")
_LARGE = ("", "k", "M", "G", "T")
_MNEMONIC = re.compile(r"\(&\w\)|&")


def escape(text: object) -> str:
    """Return `text` so that QLabel, QMessageBox and pyqtgraph show it literally."""
    return _escape(str(text), quote=True)


def breakable(words: str) -> str:
    """Return words that a line can break in, however long one of them is."""
    if len(words) <= _LONGEST:
        return words
    return _UNBROKEN.sub(lambda run: _BREAK.join(_pieces(run.group())), words)


def _pieces(word: str) -> Iterable[str]:
    return (word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


def tip(words: str) -> str:
    """Return a tooltip that shows foreign words literally, and breaks its lines.

    Qt takes every other text that looks like HTML for HTML, pictures included.
    """
    lines = breakable(sentence(words, keep_lines=True)).split("\n")
    if not _HTML.search(words) and max(map(len, lines)) <= _LINE:
        return "\n".join(lines)
    return f"<qt>{'<br>'.join(map(escape, lines))}</qt>"


def word(words: str, most: int = 40) -> str:
    """Return a foreign name for a button, a row or a title: short, on one line."""
    return shortened(words, most)


def window_title(name: str) -> str:
    """Return a name as Qt's titles have it, with the mark of unsaved changes."""
    return word(name, _TITLE).replace("[*]", "[ * ]") + "[*]"


def plain(words: str) -> str:
    """Return the words of a menu without the mark of their key: `&File`, `開く(&O)`."""
    return _MNEMONIC.sub("", words)


def count(number: float) -> str:
    """Return a whole number with its thousands apart: `18,496`."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """Return a number with three digits and a prefix: `4.72 M`."""
    return _scaled(number, 1000.0, _LARGE)


def size(num_bytes: float) -> str:
    """Return an amount of memory: `64 KB`."""
    return _scaled(num_bytes, 1024.0, _BYTES)


def _scaled(number: float, base: float, units: tuple[str, ...]) -> str:
    power = 0
    while abs(number) >= base and power < len(units) - 1:
        number /= base
        power += 1
    digits = f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}"
    return f"{digits} {units[power]}".strip()


def shape(sizes: Iterable[int]) -> str:
    """Return a shape without its batch dimension: `64×16×16`."""
    inner = [str(size) for size in tuple(sizes)[1:]]
    return "×".join(inner) if inner else tr("scalar")


def duration(seconds: float) -> str:
    """Return a time in its two largest units: `3 min 20 s`."""
    if not math.isfinite(seconds):
        return ""
    whole = round(seconds)
    if whole < 60:
        return tr("{s} s", s=whole)
    if whole < 3600:
        return tr("{m} min {s} s", m=whole // 60, s=whole % 60)
    return tr("{h} h {m} min", h=whole // 3600, m=whole % 3600 // 60)
