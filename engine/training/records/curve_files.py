"""The file of the curves, opened so that a stranger's can neither run nor reach out.

SQLite follows what stands in and beside a database: links, journals that name other
files to delete, views, triggers. So a file that was there before is never opened to be
written: it is read as one that nobody changes, or, when its newest rows still stand in
a log beside it, in a private copy; before it is written it is made anew from its rows.
"""

import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import DocumentError, TrainingError
from engine.folder import parts
from engine.i18n import tr
from engine.training.records.curve_rows import ODD

TABLES = """
CREATE TABLE IF NOT EXISTS steps (
    first INTEGER PRIMARY KEY, count INTEGER, phases INTEGER, numbers BLOB,
    sum INTEGER);
CREATE TABLE IF NOT EXISTS evaluations (
    step INTEGER PRIMARY KEY, value TEXT, sum INTEGER);
CREATE TABLE IF NOT EXISTS samples (
    step INTEGER PRIMARY KEY, phase INTEGER, layers INTEGER, numbers BLOB,
    sum INTEGER);
CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, rows INTEGER) WITHOUT ROWID;
"""
"""What is written; `sum` and `totals` are of `curve_sums`."""
OLD_TABLES = """
CREATE TABLE IF NOT EXISTS steps (
    first INTEGER PRIMARY KEY, count INTEGER, phases INTEGER, numbers BLOB);
CREATE TABLE IF NOT EXISTS evaluations (step INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS samples (
    step INTEGER PRIMARY KEY, phase INTEGER, layers INTEGER, numbers BLOB);
"""
"""What the first version wrote, still read."""
APPLICATION_ID = 0x42505752
"""Marks a database as the curves of a run (“BPWR”); older ones have 0."""
USER_VERSION = 2
NEW = ".new"
"""Ends the name of a file that is whole and about to take the place of the old one."""
_LOG = "-wal"
_BESIDE = (_LOG, "-shm", "-journal")
_MAX_BYTES = 32 * 2**30
_MAX_ROW_BYTES = 256 * 2**20
_LIMIT_S = 10.0
_CALLS_APART = 20_000
_ATTEMPTS = 5
_BUSY = ("locked", "busy")
_DISK = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
)
"""Codes of a disk that refuses: nothing is known of the rows then."""


class CurvesError(TrainingError):
    """The curves can't be read or written.

    Args:
        path: Their file.
        got: Why.
        is_ours: The rows may be damaged, but nobody else's program wrote the file.
    """

    def __init__(self, path: Path, got: str, *, is_ours: bool = False) -> None:
        self.is_ours = is_ours
        super().__init__(
            tr("The curves of the run can't be read or written"),
            where=str(path),
            got=got,
            fix=tr("Free some space, or restore the file from a backup."),
        )


REFUSED = (CurvesError, DocumentError)
"""What opening curves raises, and nothing else."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a database into our own words."""
    try:
        yield
    except sqlite3.Error as error:
        words = str(error)
        is_busy = any(word in words for word in _BUSY)
        words = tr("another program holds the file") if is_busy else words
        is_sound = is_busy or error.__dict__.get("sqlite_errorcode", 0) & 0xFF in _DISK
        raise CurvesError(path, words, is_ours=not is_sound) from error
    except ODD as error:
        raise CurvesError(path, tr("damaged rows"), is_ours=True) from error
    except OSError as error:
        raise CurvesError(path, error.strerror or tr("no reason given")) from error


@contextmanager
def looked_at(path: Path) -> Iterator[sqlite3.Connection]:
    """Open curves that were written before, to be read.

    Args:
        path: Their file; an empty database is shown when it is missing.

    Raises:
        CurvesError: When it is no such file.
        DocumentError: When a part could lead out of its folder.
    """
    with (
        told(path),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        file = _guarded(_to_read(path, Path(folder)))
        try:
            _check_tables(file, path)
            yield file
        finally:
            file.close()


def is_there(path: Path) -> bool:
    """Return whether curves were written before.

    Raises:
        DocumentError: When a part could lead out of its folder.
    """
    names = (path.name, path.name + NEW, *(path.name + end for end in _BESIDE))
    found = [parts.facts(path.parent, name) for name in names]
    return any(each is not None and each.st_size for each in found[:2])


@contextmanager
def made_new(path: Path) -> Iterator[sqlite3.Connection]:
    """Fill a database that then takes the place of what was there.

    A crash leaves one or the other, whole.
    """
    clear(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary, new = Path(name), path.with_name(path.name + NEW)
    try:
        file = sqlite3.connect(temporary)
        try:
            file.execute("PRAGMA journal_mode=OFF")
            file.executescript(TABLES)
            yield file
            file.commit()
        finally:
            file.close()
        os.fsync(handle)
        temporary.replace(new)
    finally:
        os.close(handle)
        temporary.unlink(missing_ok=True)
    clear_beside(path)
    new.replace(path)


def clear_beside(path: Path) -> None:
    """Delete what SQLite would believe beside a database."""
    for end in _BESIDE:
        parts.remove(path.parent, path.name + end)


def clear(path: Path) -> None:
    """Delete what a killed `made_new` left."""
    left = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}")
    for name in sorted(each.name for each in path.parent.iterdir()):
        if left.fullmatch(name):
            parts.remove(path.parent, name)


def prepare(file: sqlite3.Connection) -> None:
    """Make the tables, and mark the database as ours."""
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=NORMAL")
    file.execute(f"PRAGMA application_id={APPLICATION_ID}")
    file.execute(f"PRAGMA user_version={USER_VERSION}")
    file.executescript(TABLES)


class Watched(sqlite3.Connection):
    """A database whose queries end when no row comes for some seconds."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self.renew()
        self.set_progress_handler(self._is_late, _CALLS_APART)

    def renew(self) -> None:
        """Note that a row has come."""
        self._deadline = time.monotonic() + _LIMIT_S

    def _is_late(self) -> int:
        return int(time.monotonic() > self._deadline)


def _guarded(place: str) -> Watched:
    """Open a file whose content may be anything."""
    file = sqlite3.connect(place, uri=True, check_same_thread=False, factory=Watched)
    file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_ROW_BYTES)
    file.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    file.execute("PRAGMA trusted_schema=OFF")
    file.execute("PRAGMA cell_size_check=ON")
    file.execute("PRAGMA mmap_size=0")
    return file


def _to_read(path: Path, folder: Path) -> str:
    """Return where to read from: a file that nobody writes, or a copy in `folder`.

    An “immutable” file is opened without a look at what stands beside it.
    """
    new = path.with_name(path.name + NEW)
    if parts.facts(path.parent, new.name):  # whole, and newer than the rest
        path = new
    elif not parts.facts(path.parent, path.name):
        return ":memory:"
    log = parts.facts(path.parent, path.name + _LOG)
    if path == new or not (log and log.st_size):
        return f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return _copied(path, folder).as_uri()


def _copied(path: Path, folder: Path) -> Path:
    """Copy a database, and what was not yet moved from its log into it."""
    target = folder / "curves"
    for _ in range(_ATTEMPTS):  # until nobody wrote meanwhile
        before = _facts(path)
        for end in ("", _LOG):
            target.with_name(target.name + end).unlink(missing_ok=True)
            if before[end]:
                to = target.with_name(target.name + end)
                parts.copy(path.parent, path.name + end, to=to, max_bytes=_MAX_BYTES)
        if _facts(path) == before:
            break
    return target


def _facts(path: Path) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for end in ("", _LOG):
        facts = parts.facts(path.parent, path.name + end)
        found[end] = (facts.st_ino, facts.st_size, facts.st_mtime_ns) if facts else ()
    return found


def _check_tables(file: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not exactly the tables that we make, or some of them."""
    rows = file.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    for kind, name, sql in rows:
        if kind in {"view", "trigger"}:
            raise CurvesError(path, tr("views or triggers"))
        if kind != "table" or (name, _plain(sql)) not in _known():
            raise CurvesError(path, tr("tables of another program"))
    marks = [
        file.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    ]
    if marks[0] not in {0, APPLICATION_ID}:
        raise CurvesError(path, tr("tables of another program"))
    if marks[1] not in range(USER_VERSION + 1):
        raise CurvesError(path, tr("a file of another version"))


@cache
def _known() -> frozenset[tuple[str, str]]:
    """Return each of our tables, of either version, and what a database says of it."""
    found: set[tuple[str, str]] = set()
    for script in (TABLES, OLD_TABLES):
        file = sqlite3.connect(":memory:")
        try:
            file.executescript(script)
            rows = file.execute("SELECT name, sql FROM sqlite_master").fetchall()
            found.update((name, _plain(sql)) for name, sql in rows)
        finally:
            file.close()
    return frozenset(found)


def _plain(sql: object) -> str:
    return " ".join(sql.split()) if isinstance(sql, str) else ""


def renamed_damaged(path: Path) -> None:
    """Set damaged curves of our own aside, with a name that is free."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}")).is_symlink() or (
        aside.exists()
    ):
        number += 1
    with suppress(FileNotFoundError):
        path.replace(aside)
