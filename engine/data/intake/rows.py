"""Rows of a source → arrays of numbers by column, as the columns of a document say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.own import classes
from engine.data.own.describe import IGNORED_LABEL
from engine.data.own.tokens import Tokeniser
from engine.data.readers.reader import Array, Batch, Kind, Place, Source
from engine.data.readers.table import open_source
from engine.errors import DataError, did_you_mean
from engine.i18n import tr
from engine.layers.datasets.own import MISSING, OwnColumn
from engine.layers.spec import Params

_KINDS: dict[str, Kind] = {"number": "number", "text": "text", "date": "date"}
DAY_S = 86_400
_MOST_BYTES = 2**35
_LARGEST = 1e18
"""float32 holds more, but not its square, which every loss and scaling takes."""


@dataclass(frozen=True)
class Coder:
    """Makes numbers of the values of a column.

    Args:
        column: As in the document.
        length: Of a text in tokens.
        is_strict: A class that the document doesn't know is an error; otherwise it
            counts as missing.
    """

    column: OwnColumn
    length: int = 0
    is_strict: bool = True

    def coded(self, batch: Batch, path: Path) -> Array:
        """Return numbers with NaN, classes with −1, where nothing is known.

        Raises:
            DataError: Names row and column of what can't be.

        Shape:
            N×… → N×…
        """
        column = self.column
        values = batch.arrays[column.name]
        place = Place(path, batch.first_row, column.name)
        if column.kind == "category":
            return self._classes(values, place)
        if column.kind == "text":
            return self._tokens(values)
        if column.kind == "date":
            days = values.astype("datetime64[s]").astype(np.float64) / DAY_S
            days[np.isnat(values)] = np.nan
            return days
        if values.shape[1:] != column.shape:
            raise place.refuse(
                tr("The values have another shape"),
                expected=_shape(column.shape),
                got=_shape(values.shape[1:]),
            )
        if column.kind == "number":
            return _checked(values.astype(np.float64), place, bool(column.shape))
        return values

    def _classes(self, values: Array, place: Place) -> Array:
        known = self.column.classes
        found = classes.codes(values, known)
        if self.column.role == "target":
            ignored = np.array([classes.class_name(v) == IGNORED_LABEL for v in values])
            found[ignored] = -1
        elif MISSING in known:
            found[found == -1] = known.index(MISSING)
        bad = np.flatnonzero(found == -2)
        if len(bad) and self.is_strict:
            word = classes.class_name(values[bad[0]])
            raise Place(place.path, place.row + int(bad[0]), place.column).refuse(
                tr("There is no such class"),
                expected=", ".join(known[:6]) + (" …" if len(known) > 6 else ""),
                got=word,
                fix=did_you_mean(word, known) or tr("Read the file again."),
            )
        found[bad] = known.index(MISSING) if MISSING in known else -1
        return found

    def _tokens(self, values: Array) -> Array:
        tokeniser = Tokeniser(self.column.classes, "characters")
        made = np.zeros((len(values), self.length), np.int64)
        for index, text in enumerate(values):
            tokens = tokeniser.encode(str(text or "")[: self.length])
            made[index, : len(tokens)] = tokens
        return made


def _checked(values: Array, place: Place, has_shape: bool) -> Array:
    """Refuse infinite and huge numbers, and missing ones inside an array."""
    with np.errstate(invalid="ignore"):
        bad = np.abs(values) > _LARGEST
    bad |= np.isnan(values) if has_shape else False
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        raise Place(place.path, place.row + row, place.column).refuse(
            tr("There are values that are no numbers to train with"),
            expected=tr("finite numbers up to {n}", n=f"{_LARGEST:g}"),
            got=str(values[bad].flat[0]),
            fix=tr("Correct the row, or take it away."),
        )
    return values


def _shape(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or tr("one number")


def opened(path: Path, reading: Params, columns: Sequence[OwnColumn]) -> Source:
    """Open a source as a document says; it must have the columns that are used.

    Raises:
        DataError: When it can't be read, or lacks a column.
    """
    kinds = {
        c.name: _KINDS[c.kind] for c in columns if c.kind in _KINDS and not c.shape
    }
    source = open_source(path, reading, kinds if takes_kinds(reading) else None)
    names = [column.name for column in source.columns]
    for each in columns:
        if each.name not in names:
            raise Place(path).refuse(
                tr("There is no column “{name}”", name=each.name),
                expected=", ".join(names[:6]) + (" …" if len(names) > 6 else ""),
                fix=did_you_mean(each.name, names) or tr("Read the file again."),
            )
    return source


def takes_kinds(reading: Params) -> bool:
    """Return whether the kinds of columns can be chosen for such a reader."""
    return reading.get("reader") in {"csv", "listed", "json", "sqlite", "parquet"}


def whole(
    source: Source, coders: Sequence[Coder], path: Path, picked: Array | None = None
) -> dict[str, Array]:
    """Return all rows of a source, or those that are picked: column → numbers.

    Args:
        source: Is read to its end.
        coders: One a column.
        path: Of the file.
        picked: Numbers of rows from 0, rising; None for all.

    Raises:
        DataError: At the first row that can't be, or when there is no room.
    """
    pieces: dict[str, list[Array]] = {coder.column.name: [] for coder in coders}
    size = at = 0
    for batch in source.batches():
        arrays = {coder.column.name: coder.coded(batch, path) for coder in coders}
        count = len(next(iter(arrays.values()), ()))
        some = slice(None) if picked is None else among(picked, at, count)
        at += count
        for name, whole_array in arrays.items():
            array = whole_array[some]
            pieces[name].append(array)
            size += array.nbytes
        if size > _MOST_BYTES:
            raise DataError(
                tr("The data is too large to be trained on at once"),
                where=path.name,
                expected=tr("at most {n} MB", n=_MOST_BYTES // 2**20),
                fix=tr("Give columns that aren't needed the role “ignore”."),
            )
    return {name: np.concatenate(parts) for name, parts in pieces.items() if parts}


def among(picked: Array, at: int, count: int) -> Array:
    """Return which of some rows are picked.

    Args:
        picked: Numbers of rows from 0, rising.
        at: Number of the first of these rows.
        count: How many they are.

    Returns:
        Places from 0.
    """
    low, high = np.searchsorted(picked, [at, at + count])
    found: Array = picked[low:high] - at
    return found
