"""Parquet, where the extra `data` is installed: read in pieces by DuckDB.

Source: parquet.apache.org, file format
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from engine.files import opened_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Params

_MAGIC = b"PAR1"
_SAMPLE_ROWS = 1000
_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "threads": "2",
    "max_temp_directory_size": "0MB",
}
"""Nothing is fetched, nothing is written, and memory ends."""
_ROWS = "SELECT * FROM read_parquet(?)"
_COUNT = "SELECT sum(num_rows) FROM parquet_file_metadata(?)"
_GLOB = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


@contextmanager
def _read(path: Path, question: str = _ROWS) -> Iterator[Any]:
    """Yield the answer to a question about a file: by default, all its rows.

    Raises:
        DataError: When the extra is missing, or the file can't be read.
    """
    place = Place(path)
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise place.refuse(
            tr("Reading Parquet needs the extra “data”"),
            fix=tr("Install it: pip install \"backprop-workbench[data]\" — or save the "
                   "table as CSV."),
        ) from error  # fmt: skip
    try:
        with opened_regular(path) as handle:
            tail = os.pread(handle, 4, max(0, os.fstat(handle).st_size - 4))
    except OSError as error:
        raise place.refuse(tr("The file can't be read"), got=error.strerror) from error
    if tail != _MAGIC:
        raise place.refuse(
            tr("The file is cut off"),
            expected=tr("“{word}” at its end", word="PAR1"),
            fix=tr("Fetch the file again."),
        )
    connection = duckdb.connect(":memory:", config=_CONFIG)
    try:
        name = str(path.resolve()).translate(_GLOB)
        yield connection.execute(question, [name])
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise place.refuse(tr("The file is damaged"), got=reason) from error
    finally:
        connection.close()


@dataclass(frozen=True)
class _Table:
    """An opened file."""

    path: Path
    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    rows: int

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        done = 0
        with _read(self.path) as found:
            while block := found.fetchmany(rows):
                giving_up.check()
                arrays = arrays_of(self.columns, block, Place(self.path, done + 1))
                done += len(block)
                yield Batch(arrays, done - len(block) + 1, done / self.rows)


def _open(path: Path, _params: Params, kinds: Kinds) -> _Table:
    place = Place(path)
    with _read(path) as found:
        names = [str(column[0]) for column in found.description]
        rows: list[tuple[Value, ...]] = found.fetchmany(_SAMPLE_ROWS)
    if not rows:
        raise place.refuse(tr("The file has no rows"))
    columns = columns_of(names, rows, kinds, place)
    count = _count(path)
    return _Table(path, columns, (Told(tr("rows"), f"{count:,}"),), count)


def _count(path: Path) -> int:
    """Return the number of rows: the file says it at its end."""
    with _read(path, _COUNT) as found:
        return int(found.fetchone()[0])


READER = Reader(
    id="parquet",
    title="Parquet (.parquet)",
    suffixes=(".parquet", ".pq"),
    recognises=lambda head: head.startswith(_MAGIC),
    open=_open,
    is_sure=lambda head: head.startswith(_MAGIC),
)
