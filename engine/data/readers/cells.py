"""Cells of a table as text → arrays of one kind."""

import re
from collections.abc import Callable, Sequence
from math import isfinite, nan

import numpy as np

from engine.data.readers.reader import Array, Kind

MISSING = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", "missing")
)
"""Words that mean that there is no value, in small letters."""
COMPLAINTS: dict[Kind, str] = {
    "number": "This cell is no number",
    "text": "This cell is no text",
    "date": "This cell is no date",
}
"""What is said of a cell of another kind (English; shown through `tr`)."""
EXPECTED: dict[Kind, str] = {
    "number": "a finite number, or nothing",
    "text": "text",
    "date": "a date such as 2024-05-31 or 2024-05-31 14:30, or nothing",
}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
_MOST_DIGITS = 15
"""Whole numbers of more digits are names: float64 would make some of them equal."""


class BadCellError(ValueError):
    """A cell is not of the kind of its column.

    Args:
        index: Which one.
    """

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no value."""
    return text.strip().casefold() in MISSING


def is_value(text: str) -> bool:
    """Return whether a cell is a number or a date, which no name of a column is."""
    stripped = text.strip()
    return bool(
        _NUMBER.fullmatch(stripped)
        or _COMMA.fullmatch(stripped)
        or _DATE.fullmatch(stripped)
    )


def is_comma_decimal(text: str) -> bool:
    """Return whether a cell is a number such as 1,5."""
    return bool(_COMMA.fullmatch(text.strip()))


def is_point_decimal(text: str) -> bool:
    """Return whether a cell is a number such as 1.5."""
    return bool(_POINT.fullmatch(text.strip()))


def are_whole(texts: Sequence[str]) -> bool:
    """Return whether all cells with a value are whole numbers."""
    values = [text.strip() for text in texts if not is_missing(text)]
    return bool(values) and all(map(_WHOLE.fullmatch, values))


def guess(texts: Sequence[str], *, comma: bool) -> Kind:
    """Return the kind of a column: the strictest that all cells with a value have."""
    values = [text.strip() for text in texts if not is_missing(text)]
    if values and all(_is_measure(value, comma=comma) for value in values):
        return "number"
    if values and all(map(_DATE.fullmatch, values)):
        return "date"
    return "text"


def _is_measure(value: str, *, comma: bool) -> bool:
    plain = value.replace(",", ".") if comma else value
    is_name = plain.isdigit() and len(plain) > _MOST_DIGITS
    return bool(_NUMBER.fullmatch(plain)) and not is_name


def array(kind: Kind, texts: Sequence[str], *, comma: bool = False) -> Array:
    """Return cells as an array.

    Args:
        kind: Of the column.
        texts: N cells.
        comma: Decimals are written 1,5.

    Raises:
        BadCellError: At the first cell of another kind.

    Shape:
        N → N
    """
    if comma and kind == "number":
        texts = [text.replace(",", ".") for text in texts]
    convert, quick, dtype = _MAKERS[kind]
    try:
        made: Array = np.array(quick(texts), dtype=dtype)
    except ValueError:
        made = np.array(_one_by_one(convert, texts), dtype=dtype)
    return made


def _one_by_one(convert: Callable[[str], object], texts: Sequence[str]) -> list[object]:
    """Return what the cells say; slower, and knows which of them says nothing."""
    values = []
    for index, text in enumerate(texts):
        try:
            values.append(convert(text))
        except ValueError as error:
            raise BadCellError(index) from error
    return values


def _plain_numbers(texts: Sequence[str]) -> list[float]:
    """Return cells that are finite numbers each, or raise ValueError."""
    values = list(map(float, texts))
    if not all(map(isfinite, values)) or any("_" in text for text in texts):
        raise ValueError
    return values


def _plain_dates(texts: Sequence[str]) -> list[str]:
    """Return cells that numpy reads as the dates that they are, or raise ValueError."""
    if not all(map(_DATE.fullmatch, texts)):
        raise ValueError
    return list(texts)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        if is_missing(text):
            return nan
        raise
    # float() also reads "1_000" and "infinity", which nobody means in a table.
    if not isfinite(value) and not is_missing(text):
        raise ValueError(text)
    if "_" in text:
        raise ValueError(text)
    return value


def _text(text: str) -> str | None:
    return None if is_missing(text) else text.strip()


def _date(text: str) -> np.datetime64:
    if is_missing(text):
        return np.datetime64("NaT", "s")
    stripped = text.strip()
    if not _DATE.fullmatch(stripped):
        raise ValueError(text)
    return np.datetime64(stripped, "s")


_Quick = Callable[[Sequence[str]], Sequence[object]]
_MAKERS: dict[Kind, tuple[Callable[[str], object], _Quick, str]] = {
    "number": (_number, _plain_numbers, "float64"),
    "text": (_text, lambda texts: list(map(_text, texts)), "object"),
    "date": (_date, _plain_dates, "datetime64[s]"),
}
