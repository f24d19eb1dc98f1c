"""Names and numbers as people read them."""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape as _escape
from pathlib import Path

from engine.i18n import tr
from engine.plain import sentence, shortened

_LONGEST, _PIECE, _BREAK = 30, 20, "\u200b"
_UNBROKEN = re.compile(rf"\S{{{_LONGEST + 1},}}")
_HTML, _LINE, _TITLE = re.compile("[<&]"), 80, 120
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB")
THIN = "\u202f"
"""Between a number and its unit: a thin space that no line breaks at."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGE = ("", "k", "M", "G", "T")
_LEAST_PER_MILLE = 0.001
MOST_EXACT = 9_999_999
"""Weights for whose every digit a panel has room."""
_MNEMONIC = re.compile(r"\(&\w\)|&")


def escape(text: object) -> str:
    """Return `text` so that QLabel, QMessageBox and pyqtgraph show it literally."""
    return _escape(str(text), quote=True)


def breakable(words: str) -> str:
    """Return words that a line can break in, however long one of them is."""
    if len(words) <= _LONGEST:
        return words
    return _UNBROKEN.sub(lambda run: _BREAK.join(_pieces(run.group())), words)


def place(path: str) -> str:
    """Return a path with `~` for the person's own folder, as systems write it."""
    try:
        return str(Path("~") / Path(path).relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return path


def _pieces(word: str) -> Iterable[str]:
    return (word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


@lru_cache(maxsize=1024)
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


def figure(value: float, *, exact: bool = False) -> str:
    """Return a measured value with three digits: `0.360`, `12.3`, `1,240`, `4.1·10⁻⁵`.

    Trailing zeros stay: values beside each other have the same digits.

    Args:
        value: Any number.
        exact: Powers of ten have three digits, too: `4.12·10⁻⁵`.
    """
    if not math.isfinite(value):
        return "∞" if value == math.inf else "–"
    size = abs(value)
    if size and not 1e-3 <= size < 99_999.5:
        digits = 2 if exact else 1
        mantissa, _, power = f"{value:.{digits}e}".partition("e")
        return f"{mantissa}·".replace("-", "−") + power_of_ten(int(power))
    shown = float(f"{size:.2e}")  # 0.9998 is 1.00, not 1.000
    digits = max(0, 2 - math.floor(math.log10(shown))) if size else 2
    return f"{value:,.{digits}f}".replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """Return 10ⁿ in Unicode."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def percent(share: float, *, steady: bool = False) -> str:
    """Return a share: `98.1 %`, and `98 %` unless its digits are steady."""
    digits = f"{100 * share:.1f}"
    whole = digits if steady and share < 1 else digits.removesuffix(".0")
    return whole + THIN + "%"


def per_mille(share: float) -> str:
    """Return a small share with two digits: `0.13 ‰`, and no zero that isn't one."""
    value = 1000 * share
    if not math.isfinite(value):
        return "–"
    if value >= 99.5:
        return figure(value) + THIN + "‰"
    if 0 < value < _LEAST_PER_MILLE:
        return f"< {_LEAST_PER_MILLE}{THIN}‰"
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{min(digits, 4)}f}{THIN}‰"


def count(number: float) -> str:
    """Return a whole number with its thousands apart: `18,496`."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """Return a number in full up to 99,999, else with a prefix: `4.72 M`."""
    return _scaled(number, 1000.0, _LARGE) if number >= 99_999.5 else count(number)


def size(num_bytes: float) -> str:
    """Return an amount of memory: `64 KiB`."""
    return _scaled(num_bytes, 1024.0, _BYTES)


def _scaled(number: float, base: float, units: tuple[str, ...]) -> str:
    power = 0
    while abs(number) >= base and power < len(units) - 1:
        number /= base
        power += 1
    digits = f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}"
    return f"{digits}{THIN}{units[power]}".strip()


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
