"""Cells of a table as text → arrays of one kind."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from engine.data.readers import dates
from engine.data.readers.dates import DateForm
from engine.data.readers.reader import Array, Kind

MISSING = frozenset(
    ("", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "-nan", "1.#qnan", "nat", "null",
     "none", "nil", "?", ".", "-", "--", "---", "–", "—", "―", "…", "...", "missing",
     "#value!", "#div/0!", "#ref!", "#null!", "#num!", "#name?", "not available",
     "欠損", "欠測", "該当なし")
)  # fmt: skip
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
    "date": "a date like the others of this column, or nothing",
}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<gap>[,.' \u00a0\u202f’])\d{3}((?P=gap)\d{3})*")
_GROUPED_TWICE = re.compile(r"[+-]?\d{1,3}([,.])\d{3}(\1\d{3})+")
_COMMA = re.compile(r"[+-]?(\d{1,3}([. '\u00a0\u202f’]\d{3})+|\d*),\d+([eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?(\d{1,3}([, '\u00a0\u202f’]\d{3})+|\d*)\.\d+([eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?")
_UNITS = re.compile(
    r"^(?P<minus>[-+−]?)[$€£¥￥]\s?(?P<value>.*)$|^(?P<share>.*?)\s?[%％]$"
)
_GAPS = str.maketrans("", "", "' \u00a0\u202f’")
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


@dataclass(frozen=True)
class NumberForm:
    """How numbers are written in a file.

    Args:
        comma: Decimals are written 1,5.
        grouped: Thousands may stand apart: 1,234 or 1.234.
    """

    comma: bool = False
    grouped: bool = False

    @property
    def is_simple(self) -> bool:
        """Whether a number that Python reads is that number."""
        return not (self.comma and self.grouped)

    def plain(self, text: str) -> str:
        """Return a number as Python writes it; other words as they are."""
        text = text.strip().replace("−", "-")
        if not (text[-1:].isdigit() and text[:1].isdigit()):
            text = _without_unit(text)
        if self.grouped:
            text = text.replace("." if self.comma else ",", "")
        if " " in text or not text.isascii() or "'" in text:
            text = text.translate(_GAPS) if _could_group(text) else text
        return text.replace(",", ".") if self.comma else text


def _could_group(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _without_unit(text: str) -> str:
    """Return what stands beside the sign of a currency or of percent."""
    found = _UNITS.fullmatch(text)
    if found is None:
        return text
    if found["share"] is not None:
        return found["share"]
    return f"{found['minus']}{found['value']}".replace("−", "-")


def number_form(texts: Sequence[str], separator: str, decimal: object) -> NumberForm:
    """Return how the numbers of a file are written.

    Args:
        texts: Cells of all columns.
        separator: Between cells: a comma between cells is seldom one inside.
        decimal: `point` or `comma` where somebody chose.
    """
    words = [text.strip() for text in texts if "," in text or "." in text]
    words = [_without_unit(word) for word in words]
    twice = {found[1] for word in words if (found := _GROUPED_TWICE.fullmatch(word))}
    if decimal is not None:
        comma = decimal == "comma"
    else:
        with_comma = [w for w in words if _COMMA.fullmatch(w)]
        with_point = [w for w in words if _POINT.fullmatch(w)]
        comma = "," not in twice and _speak_for_comma(with_comma, with_point, separator)
    gap = "." if comma else ","
    grouped = any((f := _GROUPED.fullmatch(w)) and f["gap"] == gap for w in words)
    mixed = any(gap in w and (_COMMA if comma else _POINT).fullmatch(w) for w in words)
    has_plain = comma and any(_POINT.fullmatch(w) for w in words) and not mixed
    return NumberForm(comma, (grouped or mixed) and not has_plain)


def _speak_for_comma(
    with_comma: Sequence[str], with_point: Sequence[str], separator: str
) -> bool:
    """Return whether decimals are written 1,5: some are, and none with a point."""
    sure = [word for word in with_comma if not _GROUPED.fullmatch(word)]
    points = [word for word in with_point if not _GROUPED.fullmatch(word)]
    if points or separator == ",":
        return bool(sure) and not points
    return bool(sure) or (bool(with_comma) and not with_point)


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no value."""
    return text.strip().casefold() in MISSING


def is_value(text: str) -> bool:
    """Return whether a cell is a number or a date, which no name of a column is."""
    stripped = text.strip()
    if not any(map(str.isdigit, stripped)):
        return False
    return bool(
        _NUMBER.fullmatch(NumberForm().plain(stripped))
        or _COMMA.fullmatch(stripped)
        or dates.form_of([stripped])
    )


def are_whole(texts: Sequence[str], form: NumberForm) -> bool:
    """Return whether all cells with a value are whole numbers."""
    values = [form.plain(text) for text in texts if not is_missing(text)]
    return bool(values) and all(map(_WHOLE.fullmatch, values))


def guess(texts: Sequence[str], form: NumberForm) -> tuple[Kind, DateForm | None]:
    """Return the kind of a column: the strictest that all cells with a value have."""
    values = [text.strip() for text in texts if not is_missing(text)]
    if values and all(_is_measure(value, form) for value in values):
        return "number", None
    date_form = dates.form_of(values)
    return ("date", date_form) if date_form else ("text", None)


def _is_measure(value: str, form: NumberForm) -> bool:
    plain = form.plain(value)
    is_name = plain.isdigit() and len(plain) > _MOST_DIGITS
    return bool(_NUMBER.fullmatch(plain)) and not is_name


def array(
    kind: Kind,
    texts: Sequence[str],
    form: NumberForm = NumberForm(),
    date_form: DateForm | None = None,
) -> Array:
    """Return cells as an array.

    Args:
        kind: Of the column.
        texts: N cells.
        form: How numbers are written.
        date_form: How dates are.

    Raises:
        BadCellError: At the first cell of another kind.

    Shape:
        N → N
    """
    if kind == "number":
        return _numbers(texts, form)
    if kind == "date":
        return _dates(texts, date_form or dates.ISO)
    # Most texts of a column are the same few: each is looked at once.
    known = {text: None if is_missing(text) else text.strip() for text in set(texts)}
    made = np.empty(len(texts), object)
    made[:] = [known[text] for text in texts]
    return made


def _numbers(texts: Sequence[str], form: NumberForm) -> Array:
    try:
        values = np.array(list(map(float, texts if form.is_simple else ("",))))
        # float() also reads "1_000" and "infinity", which nobody means in a table.
        if np.isfinite(values).all() and "_" not in "".join(texts):
            return values
    except ValueError:
        pass  # one by one, which is slower and knows which of them says nothing
    return np.array(_one_by_one(lambda text: _number(text, form), texts), np.float64)


def _dates(texts: Sequence[str], form: DateForm) -> Array:
    try:
        return np.array(dates.read_all(form, texts), "datetime64[s]")
    except ValueError:
        made = _one_by_one(lambda text: _date(text, form), texts)
        return np.array(made, "datetime64[s]")


def _one_by_one(convert: Callable[[str], object], texts: Sequence[str]) -> list[object]:
    """Return what the cells say; slower, and knows which of them says nothing."""
    values = []
    for index, text in enumerate(texts):
        try:
            values.append(convert(text))
        except ValueError as error:
            raise BadCellError(index) from error
    return values


def _number(text: str, form: NumberForm) -> float:
    try:
        value = float(text if form.is_simple else "")
        if isfinite(value) and "_" not in text:
            return value
    except ValueError:
        pass  # missing, or with a unit
    if is_missing(text):
        return nan
    plain = form.plain(text)
    value = float(plain)
    if not isfinite(value) or "_" in plain:
        raise ValueError(text)
    return value


def _date(text: str, form: DateForm) -> np.datetime64:
    return np.datetime64("NaT", "s") if is_missing(text) else form.read(text)
