"""Sums over the rows of the curves, so that a damaged one is known from a sound one.

SQLite believes what stands in its pages. So every row ends with a sum over all that is
in it, and a table says how many rows each of the others has: one that is gone is told,
too. Files of before had neither; they are read as they are.
"""

import zlib
from collections.abc import Iterator
from sqlite3 import Connection, Error

from engine.training.records import curve_files, curve_rows
from engine.training.records.curve_rows import Row

NAMES = ("steps", "evaluations", "samples")
_COLUMNS = {
    "steps": "first, count, phases, numbers",
    "evaluations": "step, value",
    "samples": "step, phase, layers, numbers",
}
_HAS_SUM = "SELECT count(*) FROM pragma_table_info(?) WHERE name = 'sum'"
_IS_THERE = "SELECT count(*) FROM sqlite_master WHERE name = ?"


def sum_of(table: str, row: Row) -> int:
    """Return the sum over all that is in a row; it is no proof of who wrote it."""
    total = zlib.crc32(table.encode())
    for value in row:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8")
        total = zlib.crc32(data, zlib.crc32(b"%d:" % len(data), total))
    return total


def is_there(file: Connection, table: str) -> bool:
    """Return whether a database has a table."""
    return bool(file.execute(_IS_THERE, (table,)).fetchone()[0])


def _query(table: str, has_sums: bool) -> str:
    """Return what asks for the rows of a table in order, each with its sum or None."""
    total = "sum" if has_sums else "NULL"
    return f"SELECT {_COLUMNS[table]}, {total} FROM {table} ORDER BY 1"  # noqa: S608 - constants


def _has_sums(file: Connection, table: str) -> bool:
    return bool(file.execute(_HAS_SUM, (table,)).fetchone()[0])


class Rows:
    """The sound rows of a table, in order and without their sums.

    Args:
        file: It may be anybody's.
        table: One of `NAMES`; it may be missing.

    After they were gone through, `check` tells what was left out.
    """

    def __init__(self, file: Connection, table: str) -> None:
        self._file, self._table = file, table
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[Row]:
        """Yield row after row; a damaged page ends them."""
        try:
            if is_there(self._file, self._table):
                yield from self._sound()
            elif is_there(self._file, "totals"):
                self._count(0)
        except (Error, *curve_rows.ODD) as error:
            self._error = error

    def _sound(self) -> Iterator[Row]:
        has_sums = _has_sums(self._file, self._table)
        before, last, seen = -1, -1, 0
        for *values, total in self._file.execute(_query(self._table, has_sums)):
            row, seen = tuple(values), seen + 1
            if type(row[0]) is not int or row[0] <= before:  # it may lead in circles
                raise ValueError(row[0])
            before = row[0]
            if isinstance(self._file, curve_files.Watched):
                self._file.renew()
            expected = sum_of(self._table, row) if has_sums else None
            if total == expected and self._is_sound(row, last):
                last = curve_rows.last_step(self._table, row)
                yield row
            elif self._error is None:
                self._error = ValueError(total)
        if has_sums:
            self._count(seen)

    def _is_sound(self, row: Row, last: int) -> bool:
        """Return whether a row is one that we could have written; keep why not."""
        try:
            curve_rows.check(self._table, row, last)
        except curve_rows.ODD as error:
            self._error = error
            return False
        return True

    def _count(self, seen: int) -> None:
        """Compare with how many rows there should be."""
        known = self._file.execute(_KNOWN, (self._table,)).fetchone() or (0,)
        if known[0] != seen:
            self._error = self._error or ValueError(seen)

    def check(self) -> None:
        """Raise what kept a row from being read, if there was something."""
        if self._error:
            raise self._error


class Totals:
    """Writes rows, and how many each table has; one that failed is counted anew.

    Args:
        file: Of our own.
    """

    def __init__(self, file: Connection) -> None:
        self._file = file
        self._counts: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def put(self, table: str, row: Row) -> None:
        """Write a row in place of one of the same step."""
        summed_row = *row, sum_of(table, row)
        marks = ",".join("?" * len(summed_row))
        try:
            key = _COLUMNS[table].partition(",")[0]
            drop = f"DELETE FROM {table} WHERE {key} = ?"  # noqa: S608 - constants
            self._add(table, -self._file.execute(drop, row[:1]).rowcount)
            self._file.execute(f"INSERT INTO {table} VALUES ({marks})", summed_row)  # noqa: S608 - constants
            self._add(table, 1)
        except BaseException:
            self.forget()
            raise

    def _add(self, table: str, count: int) -> None:
        if table in self._counts:
            self._counts[table] += count

    def forget(self) -> None:
        """Count all rows the next time: SQLite may have taken some back."""
        self._counts, self._told = {}, {}

    def tell(self) -> None:
        """Write how many rows each table has, if that has changed."""
        try:
            for table in NAMES:
                if table not in self._counts:
                    query = f"SELECT count(*) FROM {table}"  # noqa: S608 - constants
                    [self._counts[table]] = self._file.execute(query).fetchone()
                count = self._counts[table]
                if self._told.get(table) != count:
                    self._file.execute(_TELL, (table, count))
                    self._told[table] = count
        except BaseException:
            self.forget()
            raise


_KNOWN = "SELECT rows FROM totals WHERE name = ?"
_TELL = "INSERT OR REPLACE INTO totals VALUES (?,?)"
