"""Columns of rows whose cells have types already: JSON, SQLite, Parquet."""

import datetime
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from engine.data.readers import dates
from engine.data.readers.reader import Array, Column, Kind, Kinds, Place
from engine.errors import did_you_mean
from engine.i18n import tr

Value = object
_MOST_TEXT = 10_000_000
_EXACT = 2**53


def columns_of(
    names: Sequence[str], rows: Sequence[Sequence[Value]], kinds: Kinds, place: Place
) -> tuple[Column, ...]:
    """Return the columns of rows, guessed from some of them.

    Args:
        names: Of the columns.
        rows: Their cells in this order; None where a value is missing.
        kinds: Chosen instead of guessed ones.
        place: The file.

    Raises:
        DataError: When a value is of a type that no column can have.
    """
    for name in kinds:
        if name not in names:
            raise Place(place.path, column=name).refuse(
                tr("There is no such column"), fix=did_you_mean(name, names)
            )
    made = []
    for index, name in enumerate(names):
        values = [row[index] for row in rows]
        here = Place(place.path, column=name)
        made.append(_column(name, values, kinds.get(name), here))
    return tuple(made)


def _column(
    name: str, values: Sequence[Value], wish: Kind | None, place: Place
) -> Column:
    there = [value for value in values if not _is_missing(value)]
    missing = len(values) - len(there)
    if there and all(isinstance(value, list) for value in there):
        return Column(name, "number", _shape(there[0], place), missing=missing)
    for value in there:
        if isinstance(value, list | dict):
            raise place.refuse(
                tr("This cell holds lists or objects"),
                expected=tr("a number, a text, true or false, or nothing"),
                fix=tr("Write its parts into columns of their own."),
            )
    kind = wish or _kind(there)
    is_whole = kind == "number" and all(map(_is_whole, there))
    return Column(name, kind, missing=missing, is_whole=is_whole)


def _shape(value: Value, place: Place) -> tuple[int, ...]:
    """Return the shape of a list of lists of numbers.

    Raises:
        DataError: When it has none.
    """
    try:
        return np.shape(np.asarray(value))
    except (ValueError, OverflowError, RecursionError):
        raise place.refuse(
            tr("The lists in this cell have no shape"),
            expected=tr("lists of the same length"),
        ) from None


def _is_whole(value: Value) -> bool:
    try:
        return float(value).is_integer()  # type: ignore[arg-type]
    except OverflowError:
        return False  # refused with its row


def _kind(values: Sequence[Value]) -> Kind:
    if values and all(_is_number(value) for value in values):
        return "number"
    if values and all(isinstance(v, datetime.date | datetime.time) for v in values):
        return "date"
    texts = [value for value in values if isinstance(value, str)]
    if texts and len(texts) == len(values) and dates.form_of(texts):
        return "date"
    return "text"


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_missing(value: Value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def arrays_of(
    columns: Sequence[Column], rows: Sequence[Sequence[Value]], path_row: Place
) -> Mapping[str, Array]:
    """Return rows as arrays.

    Args:
        columns: Of the rows.
        rows: Their cells.
        path_row: File and number of the first row, for messages.

    Raises:
        DataError: At the first cell that is of another kind; names row and column.
    """
    return {
        column.name: _array(column, [row[n] for row in rows], path_row)
        for n, column in enumerate(columns)
    }


def _array(column: Column, values: Sequence[Value], first: Place) -> Array:
    if column.kind == "number":
        made = np.full((len(values), *column.shape), np.nan)
    elif column.kind == "date":
        made = np.full(len(values), np.datetime64("NaT", "s"))
    else:
        made = np.empty(len(values), object)
    form = dates.form_of([v for v in values if isinstance(v, str)][:100])
    for index, value in enumerate(values):
        if _is_missing(value):
            continue
        try:
            made[index] = _converted(column, value, form)
        except (ValueError, TypeError, OverflowError) as error:
            raise Place(first.path, first.row + index, column.name).refuse(
                tr("This cell is of another kind than its column"),
                expected=column.kind
                + ("" if not column.shape else f" {'×'.join(map(str, column.shape))}"),
                got=value if isinstance(value, str) else str(value)[:100],
                fix=tr("Correct the cell, or read this column as text."),
            ) from error
    return made


def _converted(column: Column, value: Value, form: dates.DateForm | None) -> object:
    if column.kind == "number":
        if column.shape:
            return _listed(value, column.shape)
        if not _is_number(value):
            raise TypeError
        number = float(value)  # type: ignore[arg-type]
        if not math.isfinite(number):
            raise ValueError
        return number
    if column.kind == "date":
        if isinstance(value, str):
            return (form or dates.ISO).read(value)
        return _moment(value)
    if isinstance(value, bytes | list | dict):
        raise TypeError
    text = (
        {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    )
    return text or _as_text(value)


def _as_text(value: Value) -> str | None:
    """Return a value as a class's name: 3.0 and 3 are one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value).strip()[:_MOST_TEXT] or None


def _listed(value: Value, shape: tuple[int, ...]) -> Array:
    array: Array = np.asarray(value, np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError
    return array


def _moment(value: Value) -> np.datetime64:
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(datetime.date(1970, 1, 1), value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    if not isinstance(value, datetime.date):
        raise TypeError
    return np.datetime64(value, "s")
