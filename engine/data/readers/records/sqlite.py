"""A table of a SQLite file, read and never written.

A file can hold programs of a kind: views, triggers, computed columns, modules for
tables. None of them runs: tables alone are read, by name, and everything else is
forbidden to the library before the first question.

Source: sqlite.org, "Defense against the dark arts"
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.data.readers.reader import (
    BATCH_ROWS,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
)
from engine.data.readers.records.typed import Value, arrays_of, columns_of
from engine.errors import did_you_mean
from engine.files import opened_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Param, Params

_MAGIC = b"SQLite format 3\0"
_SAMPLE_ROWS = 1000
_MOST_CELL_BYTES = 2**24
_STEPS = 10_000
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_PRAGMAS = {
    "table_xinfo",
    "trusted_schema",
    "query_only",
    "cell_size_check",
    "mmap_size",
}
_COMPUTED = {2, 3}
"""What `table_xinfo` calls columns that are computed."""


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file so that nothing in it can run and nothing is written.

    Raises:
        DataError: When it can't be read.
    """
    place = Place(path)
    try:
        with opened_regular(path):
            pass  # a FIFO would be waited for
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, cached_statements=0)
    except (OSError, sqlite3.Error, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise place.refuse(tr("The file can't be read"), got=reason) from error
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_CELL_BYTES)
        connection.set_authorizer(_may)
        connection.set_progress_handler(_is_given_up, _STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        yield connection
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError) as error:
        giving_up.check()
        raise place.refuse(
            tr("The database is damaged, or can't be read safely"), got=str(error)
        ) from error
    finally:
        connection.close()


def _may(action: int, first: str | None, *_rest: str | None) -> int:
    is_fine = action in _ALLOWED or (
        action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS
    )
    return sqlite3.SQLITE_OK if is_fine else sqlite3.SQLITE_DENY


def _is_given_up() -> int:
    """Return whether to stop: asked by the library while it works."""
    try:
        giving_up.check()
    except Exception:  # noqa: BLE001 - said where the answer is read
        return 1
    return 0


@dataclass(frozen=True)
class _Table:
    """An opened table of the file."""

    path: Path
    table: str
    columns: tuple[Column, ...]
    told: tuple[Told, ...]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        size, done = max(1, os.stat(self.path).st_size), 0  # noqa: PTH116
        with _opened(self.path) as connection:
            cursor = connection.execute(_select(self.table, self.columns))
            while block := cursor.fetchmany(rows):
                giving_up.check()
                place = Place(self.path, done + 1)
                arrays = arrays_of(self.columns, block, place)
                done += len(block)
                # How many rows there are isn't known without reading them all.
                share = min(0.99, done * 8 * len(self.columns) / size)
                yield Batch(arrays, done - len(block) + 1, share)


def _select(table: str, columns: tuple[Column, ...]) -> str:
    names = ", ".join(_quoted(column.name) for column in columns)
    return f"SELECT {names} FROM {_quoted(table)}"  # noqa: S608 - quoted names alone


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _open(path: Path, params: Params, kinds: Kinds) -> _Table:
    place = Place(path)
    with _opened(path) as connection:
        tables = _tables(connection)
        table = _chosen(str(params["table"] or ""), tables, place)
        names = _names(connection, table, place)
        plain = tuple(Column(name, "text") for name in names)
        cursor = connection.execute(_select(table, plain))
        rows: list[tuple[Value, ...]] = list(islice(cursor, _SAMPLE_ROWS))
    if not rows:
        raise place.refuse(tr("The table “{name}” has no rows", name=table))
    columns = columns_of(names, rows, kinds, place)
    told = [Told(tr("table"), table)]
    if len(tables) > 1:
        others = ", ".join(name for name in tables if name != table)
        told.append(Told(tr("other tables"), others[:200]))
    return _Table(path, table, columns, tuple(told))


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that are nothing but tables."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    )
    return [
        str(name)
        for name, sql in found
        if not str(name).startswith("sqlite_")
        and "virtual" not in str(sql)[:40].lower()
    ]


def _chosen(wish: str, tables: list[str], place: Place) -> str:
    if not tables:
        raise place.refuse(tr("The database has no table"))
    if wish and wish not in tables:
        raise place.refuse(
            tr("The database has no table “{name}”", name=wish),
            expected=", ".join(tables[:6]),
            fix=did_you_mean(wish, tables),
        )
    return wish or tables[0]


def _names(connection: sqlite3.Connection, table: str, place: Place) -> list[str]:
    """Return the names of the columns that are stored; computed ones would run."""
    found = connection.execute(f"PRAGMA table_xinfo({_quoted(table)})")
    names = [str(row[1]) for row in found if row[6] not in _COMPUTED]
    if not names:
        raise place.refuse(tr("The table “{name}” has no columns", name=table))
    return names


READER = Reader(
    id="sqlite",
    title="Table of a SQLite file (.db, .sqlite)",
    suffixes=(".sqlite", ".db", ".sqlite3"),
    recognises=lambda head: head.startswith(_MAGIC),
    open=_open,
    settings=(
        Param("table", "text", None, "Table", "Automatic is the first.", optional=True),
    ),
    is_sure=lambda head: head.startswith(_MAGIC),
)
