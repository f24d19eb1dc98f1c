"""Dates and times as people write them → numpy's, one way for a whole column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august",
           "september", "october", "november", "december")  # fmt: skip
_TIME = (
    r"(?P<h>\d{1,2}):(?P<n>\d\d)(:(?P<s>\d\d)(\.\d{1,9})?)?( ?(?P<half>[AaPp][Mm]))?"
)
_ZONE = r"( ?(Z|UTC|GMT|(?P<zone>[+-]\d\d:?\d\d)))?"
_AFTER = rf"([T ]+{_TIME}{_ZONE})?"
_WORD = r"(?P<word>[A-Za-z]{3,9})\.?"
_CENTURY = 69
"""Years of two digits from here on are of 1900, as POSIX has it."""


@dataclass(frozen=True)
class DateForm:
    """One way to write dates.

    Args:
        id: As people may choose it.
        pattern: Of a whole cell; names year, month, day, time.
    """

    id: str
    pattern: re.Pattern[str]

    def fits(self, text: str) -> bool:
        """Return whether a cell is such a date, and one of the calendar."""
        try:
            self.read(text)
        except ValueError:
            return False
        return True

    def read(self, text: str) -> np.datetime64:
        """Return the date, in seconds and without a zone.

        Raises:
            ValueError: When it is none.
        """
        found = self.pattern.fullmatch(text.strip())
        if found is None:
            raise ValueError(text)
        parts = found.groupdict()
        year, month, day = _year(parts), _month(parts), int(parts.get("d") or 1)
        whole = f"{year:04d}-{month:02d}-{day:02d}T{_clock(parts)}"
        return np.datetime64(whole, "s") - _offset(parts.get("zone"))


def _year(parts: dict[str, str | None]) -> int:
    if "y" not in parts:
        return 1970
    year = int(parts["y"] or 0)
    if len(parts["y"] or "") == 2:
        year += 1900 if year >= _CENTURY else 2000
    return year


def _month(parts: dict[str, str | None]) -> int:
    if word := parts.get("word"):
        for number, month in enumerate(_MONTHS, start=1):
            if month.startswith(word.casefold()):
                return number
        raise ValueError(word)
    return int(parts.get("m") or 1)


def _clock(parts: dict[str, str | None]) -> str:
    hour = int(parts.get("h") or 0)
    half = (parts.get("half") or "").lower()
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    return f"{hour:02d}:{parts.get('n') or '00'}:{parts.get('s') or '00'}"


def _offset(zone: str | None) -> np.timedelta64:
    if not zone:
        return np.timedelta64(0, "s")
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return np.timedelta64(-seconds if zone[0] == "-" else seconds, "s")


def _form(form_id: str, pattern: str) -> DateForm:
    return DateForm(form_id, re.compile(pattern))


_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_SHORT = r"(?P<y>\d{4}|\d\d)"
ISO = _form("iso", rf"{_Y}-(?P<m>\d\d)-(?P<d>\d\d){_AFTER}")
FORMS: tuple[DateForm, ...] = (
    ISO,
    _form("year first", rf"{_Y}([/.-]){_M}\2{_D}{_AFTER}"),
    _form("day first", rf"{_D}(?P<gap>[/.-]){_M}(?P=gap){_SHORT}{_AFTER}"),
    _form("month first", rf"{_M}(?P<gap>[/.-]){_D}(?P=gap){_SHORT}{_AFTER}"),
    _form("japanese", rf"{_Y}年 ?{_M}月( ?{_D}日)?( ?{_TIME})?"),
    _form("day, name of the month", rf"{_D}\.?[ -]{_WORD}[ -]{_SHORT}{_AFTER}"),
    _form("name of the month, day", rf"{_WORD} {_D},? {_Y}{_AFTER}"),
    _form("month of a year", rf"{_Y}-(?P<m>\d\d)"),
    _form("name of the month, year", rf"{_WORD}[ -]{_SHORT}"),
    _form("time", _TIME),
)
_AMERICAN = "/"
"""Between the parts of a date that could be either way, it means month first."""


def form_of(texts: Sequence[str]) -> DateForm | None:
    """Return the way in which all of some cells are written; None if there is none.

    12/05/2024 alone doesn't tell: another cell of the column may, and a slash means
    the month first, a point or dash the day.
    """
    if not texts:
        return None
    fitting = [form for form in FORMS if all(map(form.fits, texts))]
    ids = [form.id for form in fitting]
    if ids[:2] == ["day first", "month first"] and _AMERICAN in texts[0]:
        return fitting[1]
    return fitting[0] if fitting else None


def by_id(form_id: str) -> DateForm | None:
    """Return the form of this name."""
    return next((form for form in FORMS if form.id == form_id), None)


def read_all(form: DateForm, texts: Sequence[str]) -> Sequence[object]:
    """Return cells that are dates each; numpy's own way where it reads the same.

    Raises:
        ValueError: At a cell that is none.
    """
    if form is ISO and all(map(_PLAIN, texts)):
        return list(texts)
    return [form.read(text) for text in texts]


_PLAIN: Callable[[str], object] = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?"
).fullmatch
