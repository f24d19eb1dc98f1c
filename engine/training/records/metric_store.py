"""The curves of a run in one SQLite file: cheap to append, quick to read.

Steps are stored as a blob of float64 per commit, layer samples compressed. WAL keeps
readers and the writer out of each other's way; a crash loses at most the last commit.
Each row has a sum, see `curve_sums`: what is damaged is left out and told.
What is read may be anybody's file: it can neither run anything nor fill the memory.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from engine.errors import EngineError
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.messages import Evaluation, LayerSample, View
from engine.training.records import curve_files, curve_rows, curve_sums
from engine.training.records.curve_files import CurvesError, told
from engine.training.records.curve_rows import Row
from engine.training.records.curve_sums import Totals

_SIZES = "SELECT count(*), max(layers) FROM samples"
_LAST = "SELECT first, count, phases, numbers FROM steps ORDER BY first DESC LIMIT 1"
_Steps = tuple[Ints, Floats, Floats]


class Curves(NamedTuple):
    """All that a run has recorded, as far as it can be read.

    Args:
        steps: Steps (K,), losses and rates (K, phases).
        evaluations: In order.
        samples: Of the layers, in order.
        damage: Why some of it is missing; None when all is there.
        views: That were kept, from a file of their own.
    """

    steps: _Steps
    evaluations: list[Evaluation]
    samples: list[LayerSample]
    damage: EngineError | None = None
    views: tuple[View, ...] = ()


def read(path: Path, through: int = 0) -> Curves:
    """Return the curves of a run; its folder is only read.

    What is damaged is left out and told.

    Args:
        path: Of the file with the curves; it may be missing.
        through: Up to this step they must be there: a checkpoint is of it.

    Threads: any.
    """
    found = Curves(curve_rows.unpacked_steps(()), [], [])
    errors: list[EngineError] = []
    with _collected() as whole, curve_files.looked_at(path) as file:
        with _collected() as steps, told(path), _rows(file, "steps") as rows:
            found = found._replace(steps=curve_rows.unpacked_steps(rows))
        with (
            _collected() as evaluations,
            told(path),
            _rows(file, "evaluations") as rows,
        ):
            taken = [*map(curve_rows.unpacked_evaluation, rows)]
            found = found._replace(evaluations=taken)
        with _collected() as samples, told(path), _rows(file, "samples") as rows:
            found = found._replace(samples=_unpacked_samples(file, rows))
        errors = [*steps, *evaluations, *samples]
    if not whole and not errors and through > last_step(found):
        errors = [CurvesError(path, tr("steps are missing"), is_ours=True)]
    return found._replace(damage=next(iter([*whole, *errors]), None))


def read_evaluations(path: Path) -> list[Evaluation]:
    """Return the evaluations of a run as far as they can be read, quickly.

    Args:
        path: As of `read`.

    Threads: any.
    """
    found: list[Evaluation] = []
    with (
        _collected(),
        curve_files.looked_at(path) as file,
        told(path),
        _rows(file, "evaluations") as rows,
    ):
        found.extend(map(curve_rows.unpacked_evaluation, rows))
    return found


def read_samples(path: Path, most: int, take: Callable[[LayerSample], None]) -> None:
    """Hand out some layer samples of a run, one by one, as far as they can be read.

    Args:
        path: As of `read`.
        most: Every second, third … one is left out so that no more are handed out.
        take: Gets them in order.

    Threads: any.
    """
    with (
        _collected(),
        curve_files.looked_at(path) as file,
        told(path),
        _rows(file, "samples") as rows,
    ):
        apart = max(1, -(-_count(file) // most))
        for sample in curve_rows.unpacked_samples(rows, apart):
            take(sample)


def _count(file: sqlite3.Connection) -> int:
    if not curve_sums.is_there(file, "samples"):
        return 0
    return int(file.execute(_SIZES).fetchone()[0])


def last_step(found: Curves) -> int:
    """Return the last step of which the losses are known, 0 without any."""
    steps = found.steps[0]
    return int(steps[-1]) if len(steps) else 0


@contextmanager
def _collected() -> Iterator[list[EngineError]]:
    """Keep what the curves refuse in a list."""
    errors: list[EngineError] = []
    try:
        yield errors
    except curve_files.REFUSED as error:
        errors.append(error)


@contextmanager
def _rows(file: sqlite3.Connection, table: str) -> Iterator[Iterable[Row]]:
    """Give the sound rows of a table; raise afterwards when some were damaged."""
    rows = curve_sums.Rows(file, table)
    yield rows
    rows.check()


def _unpacked_samples(
    file: sqlite3.Connection, rows: Iterable[Row]
) -> list[LayerSample]:
    return [*curve_rows.unpacked_samples(rows, _apart(file))]


def _apart(file: sqlite3.Connection) -> int:
    """Return one of how many samples is read."""
    if not curve_sums.is_there(file, "samples"):
        return 1
    count, layers = file.execute(_SIZES).fetchone()
    return curve_rows.samples_apart(count, layers) if count else 1


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
                self._totals = Totals(self._file)
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
                totals = Totals(file)
                for table in curve_sums.NAMES:
                    self._copy(old, totals, table)
                totals.tell()
        except CurvesError as error:
            if not error.is_ours:
                raise
            self.damage = error.got if isinstance(error.got, str) else ""
        if self.damage:
            curve_files.renamed_damaged(self._path)

    def _copy(self, old: sqlite3.Connection, totals: Totals, table: str) -> None:
        try:
            with told(self._path), _rows(old, table) as rows:
                for row in rows:
                    totals.put(table, row)
        except CurvesError as error:
            self.damage = error.got if isinstance(error.got, str) else ""

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock, and say in words what the file refuses."""
        with self._lock, told(self._path):
            yield

    def _write(self, table: str, row: Row) -> None:
        with self._locked():
            self._totals.put(table, row)

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
            self._totals.tell()
            self._file.commit()

    @contextmanager
    def _own(self, table: str) -> Iterator[Iterable[Row]]:
        """Give the rows of a table of this file."""
        with self._locked():
            self._totals.tell()
            with _rows(self._file, table) as rows:
                yield rows

    def steps(self) -> _Steps:
        """Return steps (K,), losses and rates (K, phases)."""
        with self._own("steps") as rows:
            return curve_rows.unpacked_steps(rows)

    def evaluations(self) -> list[Evaluation]:
        """Return all evaluations in order."""
        with self._own("evaluations") as rows:
            return [*map(curve_rows.unpacked_evaluation, rows)]

    def samples(self) -> list[LayerSample]:
        """Return all stored layer samples in order."""
        with self._own("samples") as rows:
            return _unpacked_samples(self._file, rows)

    def discard_after(self, step: int) -> None:
        """Forget everything past a step."""
        with self._locked():
            self._cut(step)
            for table in ("evaluations", "samples"):
                query = f"DELETE FROM {table} WHERE step > ?"  # noqa: S608 - constants
                self._file.execute(query, (step,))
            self._totals.forget()
            self._totals.tell()
            self._file.commit()

    def _cut(self, step: int) -> None:
        """Drop the steps after `step`, also in the middle of a row."""
        self._file.execute("DELETE FROM steps WHERE first > ?", (step,))
        for row in self._file.execute(_LAST).fetchall():
            self._totals.put("steps", curve_rows.cut_steps(row, step))

    def close(self) -> None:
        """Commit and close the file."""
        with self._locked():
            try:
                self._totals.tell()
                self._file.commit()
            finally:
                with suppress(sqlite3.Error):
                    self._file.close()
