"""Foreign words and values as a message can carry them: short, and on one line.

Names, types and paths come out of files that strangers made: 300,000 letters without
a blank, line breaks, halves of characters, marks that turn the writing direction.
"""

import math
import re
import unicodedata
from collections.abc import Iterable

from engine.i18n import tr

WORD = 120
"""Letters of one unbroken word in a message."""
SENTENCE = 1000
"""Letters of a part of a message."""
NAME = 200
"""Letters of a name."""
_GAP = "…"
_UNBROKEN = re.compile(rf"[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]{{{WORD + 1},}}")
"""Languages that break lines between any two letters are left alone."""
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_NAME = frozenset({"Cc", "Cs", "Zl", "Zp"})
_FORMULA = frozenset("=+-@\t\r\n")
_NUMBER = re.compile(r"[+-][\d.,]+([eE][+-]?\d+)?[ \u202f]?%?|[+-](inf|nan)")
_MOST_DIGITS = 20
_FEW = 4


def one_line(text: str) -> str:
    """Return a name without control characters, halves of characters and line breaks.

    Each becomes a blank; emoji and the joiners of other scripts stay.
    """
    if text.isprintable():
        return text
    return "".join(" " if _breaks(letter) else letter for letter in text)


def _breaks(letter: str) -> bool:
    return letter in _DIRECTIONS or unicodedata.category(letter) in _NO_NAME


def percent(share: float, digits: int = 0) -> str:
    """Return a share with a thin space before its sign: `12 %`."""
    return f"{100 * share:.{digits}f}\u202f%"


def cells(row: Iterable[object]) -> list[object]:
    """Return a row for a CSV file whose words no spreadsheet takes for a formula.

    Names of classes and columns may be anybody's: one that begins as a formula gets an
    apostrophe before it, which spreadsheets take as the sign of a text.

    Source: OWASP, CSV injection
    """
    return [_no_formula(each) if isinstance(each, str) else each for each in row]


def _no_formula(text: str) -> str:
    is_formula = len(text) > 1 and text[0] in _FORMULA and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def is_name(text: str) -> bool:
    """Return whether a name is one line, and short enough to be shown."""
    return len(text) <= NAME and text.isprintable()


def name(text: str) -> str:
    """Return a name on one line, cut where it is too long to be shown."""
    return one_line(text if len(text) <= NAME else text[: NAME - 1] + _GAP)


def shortened(text: str, most: int = WORD) -> str:
    """Return one line of at most `most` letters: the beginning, a gap, the end."""
    if len(text) > most:
        tail = most // 3
        text = text[: most - tail - 1] + _GAP + text[len(text) - tail :]
    return one_line(text)


def sentence(text: str, *, keep_lines: bool = False) -> str:
    """Return text for people; every unbroken word, and the whole, is cut short.

    Args:
        text: With words of strangers in it.
        keep_lines: Whether line breaks are our own and stay.
    """
    if keep_lines:
        text = "\n".join(map(one_line, text[: 2 * SENTENCE].split("\n")))
    else:
        text = one_line(text)
    if len(text) <= WORD:
        return text
    if len(text) > SENTENCE:
        text = text[: SENTENCE - 1] + _GAP
    return _UNBROKEN.sub(lambda found: shortened(found.group()), text)


def value(anything: object) -> str:
    """Return a value of a file in a few letters, as it would stand in JSON."""
    if isinstance(anything, str):
        return f'"{shortened(anything)}"'
    if isinstance(anything, dict):
        return "{ … }" if anything else "{ }"
    if isinstance(anything, list | tuple):
        return _items(anything)
    return _plain_value(anything)


def _items(items: list[object] | tuple[object, ...]) -> str:
    shown = [_item(item) for item in items[:_FEW]]
    return f"[{', '.join([*shown, _GAP] if len(items) > _FEW else shown)}]"


def _item(item: object) -> str:
    return "[ … ]" if isinstance(item, list | tuple) else value(item)


def _plain_value(anything: object) -> str:
    if anything is None:
        return tr("nothing")
    if isinstance(anything, bool):
        return "true" if anything else "false"
    if isinstance(anything, int) and abs(anything) >= 10**_MOST_DIGITS:
        digits = int(math.log10(2) * anything.bit_length()) + 1
        return tr("a number of {n} digits", n=digits)
    return shortened(str(anything))
