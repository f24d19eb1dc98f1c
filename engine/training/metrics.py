"""The curves of a run in one SQLite file: cheap to append, quick to read.

Steps are stored as a blob of float64 per commit, layer samples compressed. WAL keeps
readers and the writer out of each other's way; a crash loses at most the last commit.
What is read may be anybody's file: it can neither run anything nor fill the memory.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from engine.errors import EngineError
from engine.protocol.arrays import Floats, Ints
from engine.protocol.frame import Evaluation, LayerSample
from engine.training import curve_files, curve_rows
from engine.training.curve_files import CurvesError, told
from engine.training.curve_rows import Row

_READ = {
    "steps": "SELECT first, count, phases, numbers FROM steps ORDER BY first",
    "evaluations": "SELECT step, value FROM evaluations ORDER BY step",
    "samples": "SELECT step, phase, layers, numbers FROM samples ORDER BY step",
}
_WRITE = {
    "steps": "INSERT OR REPLACE INTO steps VALUES (?,?,?,?)",
    "evaluations": "INSERT OR REPLACE INTO evaluations VALUES (?,?)",
    "samples": "INSERT OR REPLACE INTO samples VALUES (?,?,?,?)",
}
_SIZES = "SELECT count(*), max(layers) FROM samples"
_Steps = tuple[Ints, Floats, Floats]


class Curves(NamedTuple):
    """All that a run has recorded, as far as it can be read.

    Args:
        steps: Steps (K,), losses and rates (K, phases).
        evaluations: In order.
        samples: Of the layers, in order.
        damage: Why some of it is missing; None when all is there.
    """

    steps: _Steps
    evaluations: list[Evaluation]
    samples: list[LayerSample]
    damage: EngineError | None = None


def read(path: Path) -> Curves:
    """Return the curves of a run; its folder is only read.

    What is damaged is left out and told.

    Args:
        path: Of the file with the curves; it may be missing.

    Threads: any.
    """
    found = Curves(curve_rows.unpacked_steps(()), [], [])
    errors: list[EngineError] = []
    with _collected() as whole, curve_files.looked_at(path) as file:
        with _collected() as steps, told(path):
            found = found._replace(steps=_steps(file))
        with _collected() as evaluations, told(path):
            found = found._replace(evaluations=_evaluations(file))
        with _collected() as samples, told(path):
            found = found._replace(samples=_samples(file))
        errors = [*steps, *evaluations, *samples]
    return found._replace(damage=next(iter([*whole, *errors]), None))


@contextmanager
def _collected() -> Iterator[list[EngineError]]:
    """Keep what the curves refuse in a list."""
    errors: list[EngineError] = []
    try:
        yield errors
    except curve_files.REFUSED as error:
        errors.append(error)


def _rows(file: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Yield the rows of a table; a damaged one may lead in circles."""
    before = -1
    for row in file.execute(_READ[table]) if _has(file, table) else ():
        if type(row[0]) is not int or row[0] <= before:
            raise ValueError(row[0])
        before = row[0]
        if isinstance(file, curve_files.Watched):
            file.renew()
        yield row


def _has(file: sqlite3.Connection, table: str) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE name = ?"
    return bool(file.execute(query, (table,)).fetchone()[0])


def _steps(file: sqlite3.Connection) -> _Steps:
    return curve_rows.unpacked_steps(_rows(file, "steps"))


def _evaluations(file: sqlite3.Connection) -> list[Evaluation]:
    return [*map(curve_rows.unpacked_evaluation, _rows(file, "evaluations"))]


def _samples(file: sqlite3.Connection) -> list[LayerSample]:
    if not _has(file, "samples"):
        return []
    count, layers = file.execute(_SIZES).fetchone()
    apart = curve_rows.samples_apart(count, layers) if count else 1
    return [*curve_rows.unpacked_samples(_rows(file, "samples"), apart)]


class MetricStore:
    """Losses, evaluations and layer samples of one run, to be written.

    Args:
        path: The file; made when it is missing, and made anew from its rows when it
            was there before.

    Attributes:
        damage: What was damaged in the file that was there; empty when it was sound.

    Raises:
        TrainingError: By every method, when the file can't be read or written.

    Threads: any, one at a time; it locks itself.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self.damage = ""
        with told(path):
            if curve_files.is_there(path):
                self._make_anew()
            else:
                curve_files.clear_beside(path)
            self._file = sqlite3.connect(path, check_same_thread=False)
        try:
            with self._locked():
                curve_files.prepare(self._file)
        except BaseException:
            self._file.close()
            raise

    def _make_anew(self) -> None:
        """Write a file of our own with the rows of the one that is there."""
        with curve_files.made_new(self._path) as file:
            self._take_over(file)

    def _take_over(self, file: sqlite3.Connection) -> None:
        """Copy all sound rows; damaged curves of our own are set aside."""
        try:
            with curve_files.looked_at(self._path) as old:
                for table in _READ:
                    self._copy(old, file, table)
        except CurvesError as error:
            if not error.is_ours:
                raise
            self.damage = error.got if isinstance(error.got, str) else ""
        if self.damage:
            curve_files.renamed_damaged(self._path)

    def _copy(
        self, old: sqlite3.Connection, file: sqlite3.Connection, table: str
    ) -> None:
        try:
            with told(self._path):
                for row in curve_rows.checked(table, _rows(old, table)):
                    file.execute(_WRITE[table], row)
        except CurvesError as error:
            self.damage = error.got if isinstance(error.got, str) else ""

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock, and say in words what the file refuses."""
        with self._lock, told(self._path):
            yield

    def _write(self, table: str, row: Row) -> None:
        with self._locked():
            self._file.execute(_WRITE[table], row)

    def add_steps(self, steps: Ints, losses: Floats, rates: Floats) -> None:
        """Append consecutive steps; losses and rates are (K, phases)."""
        if len(steps):
            self._write("steps", curve_rows.packed_steps(steps, losses, rates))

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Append an evaluation."""
        self._write("evaluations", curve_rows.packed_evaluation(evaluation))

    def add_sample(self, sample: LayerSample) -> None:
        """Append a layer sample."""
        self._write("samples", curve_rows.packed_sample(sample))

    def commit(self) -> None:
        """Make everything so far durable against a crash of the program."""
        with self._locked():
            self._file.commit()

    def steps(self) -> _Steps:
        """Return steps (K,), losses and rates (K, phases)."""
        with self._locked():
            return _steps(self._file)

    def evaluations(self) -> list[Evaluation]:
        """Return all evaluations in order."""
        with self._locked():
            return _evaluations(self._file)

    def samples(self) -> list[LayerSample]:
        """Return all stored layer samples in order."""
        with self._locked():
            return _samples(self._file)

    def discard_after(self, step: int) -> None:
        """Forget everything past a step."""
        with self._locked():
            self._cut(step)
            for table in ("evaluations", "samples"):
                query = f"DELETE FROM {table} WHERE step > ?"  # noqa: S608 - constants
                self._file.execute(query, (step,))
            self._file.commit()

    def _cut(self, step: int) -> None:
        """Drop the steps after `step`, also in the middle of a row."""
        self._file.execute("DELETE FROM steps WHERE first > ?", (step,))
        query = f"{_READ['steps']} DESC LIMIT 1"
        for row in self._file.execute(query).fetchall():
            self._file.execute(_WRITE["steps"], curve_rows.cut_steps(row, step))

    def close(self) -> None:
        """Commit and close the file."""
        with self._locked():
            try:
                self._file.commit()
            finally:
                with suppress(sqlite3.Error):
                    self._file.close()
