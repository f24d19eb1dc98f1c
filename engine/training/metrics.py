"""The curves of a run in one SQLite file: cheap to append, quick to read.

Steps are stored as a blob of float64 per commit, layer samples compressed. WAL keeps
readers and the writer out of each other's way; a crash loses at most the last commit.
What is read may be anybody's file: it can neither run anything nor fill the memory.
"""

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from engine.errors import TrainingError
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.frame import HISTOGRAM_BINS, Evaluation, LayerSample

_TABLES = """
CREATE TABLE IF NOT EXISTS steps (
    first INTEGER PRIMARY KEY, count INTEGER, phases INTEGER, numbers BLOB);
CREATE TABLE IF NOT EXISTS evaluations (step INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS samples (
    step INTEGER PRIMARY KEY, phase INTEGER, layers INTEGER, numbers BLOB);
"""
_MOST_LAYERS = 20_000
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_COLUMNS = ("grad_norm", "weight_norm", "update_ratio", "grad_zeros", "grad_nonfinite")


class MetricStore:
    """Losses, evaluations and layer samples of one run.

    Args:
        path: The file; made when it is missing.

    Raises:
        TrainingError: By every method, when the file can't be read or written.

    Threads: any, one at a time; it locks itself.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        with self._opened_or_refused():
            self._file = sqlite3.connect(path, check_same_thread=False)
        try:
            with self._locked():
                self._prepare()
        except TrainingError:
            self._file.close()
            raise

    def _prepare(self) -> None:
        self._file.execute("PRAGMA trusted_schema=OFF")
        query = "SELECT count(*) FROM sqlite_master WHERE type IN ('view', 'trigger')"
        if self._file.execute(query).fetchone()[0]:
            self._refuse(tr("views or triggers"))
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=NORMAL")
        self._file.executescript(_TABLES)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock, and say in words what the file refuses."""
        with self._lock, self._opened_or_refused():
            yield

    @contextmanager
    def _opened_or_refused(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, zlib.error, *_DAMAGED) as error:
            self._refuse(str(error), error)

    def _refuse(self, got: str, error: Exception | None = None) -> NoReturn:
        raise TrainingError(
            tr("The curves of the run can't be read or written"),
            where=str(self._path),
            got=got,
            fix=tr("Free some space, or restore the file from a backup."),
        ) from error

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._file.execute(query).fetchall()

    def add_steps(self, steps: Ints, losses: Floats, rates: Floats) -> None:
        """Append consecutive steps; losses and rates are (K, phases)."""
        if len(steps) == 0:
            return
        numbers = np.concatenate([losses, rates], axis=1).tobytes()
        row = (int(steps[0]), len(steps), losses.shape[1], numbers)
        with self._locked():
            self._file.execute("INSERT OR REPLACE INTO steps VALUES (?,?,?,?)", row)

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Append an evaluation."""
        row = (evaluation.step, json.dumps(asdict(evaluation)))
        with self._locked():
            self._file.execute("INSERT OR REPLACE INTO evaluations VALUES (?,?)", row)

    def add_sample(self, sample: LayerSample) -> None:
        """Append a layer sample."""
        row = (sample.step, sample.phase, len(sample.grad_norm), _packed(sample))
        with self._locked():
            self._file.execute("INSERT OR REPLACE INTO samples VALUES (?,?,?,?)", row)

    def commit(self) -> None:
        """Make everything so far durable against a crash of the program."""
        with self._locked():
            self._file.commit()

    def steps(self) -> tuple[Ints, Floats, Floats]:
        """Return steps (K,), losses and rates (K, phases)."""
        with self._locked():
            rows = self._rows("SELECT first, count, numbers FROM steps ORDER BY first")
            if not rows:
                empty = np.zeros((0, 0))
                return np.zeros(0, dtype=np.int64), empty, empty
            numbers = [_unpacked_steps(count, blob) for _, count, blob in rows]
            steps = [np.arange(first, first + count) for first, count, _ in rows]
            losses, rates = np.split(np.concatenate(numbers), 2, axis=1)
            return np.concatenate(steps), losses, rates

    def evaluations(self) -> list[Evaluation]:
        """Return all evaluations in order."""
        with self._locked():
            rows = self._rows("SELECT value FROM evaluations ORDER BY step")
            return [_evaluation(json.loads(text)) for (text,) in rows]

    def samples(self) -> list[LayerSample]:
        """Return all stored layer samples in order."""
        with self._locked():
            query = "SELECT step, phase, layers, numbers FROM samples ORDER BY step"
            return [_unpacked(*row) for row in self._rows(query)]

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
        query = "SELECT first, count, numbers FROM steps ORDER BY first DESC LIMIT 1"
        for first, count, blob in self._file.execute(query).fetchall():
            keep = min(count, step - first + 1)
            numbers = _unpacked_steps(count, blob)[:keep].tobytes()
            query = "UPDATE steps SET count = ?, numbers = ? WHERE first = ?"
            self._file.execute(query, (keep, numbers, first))

    def close(self) -> None:
        """Commit and close the file."""
        with self._locked():
            try:
                self._file.commit()
            finally:
                self._file.close()


def _evaluation(record: dict[str, Any]) -> Evaluation:
    """Return an evaluation from its record, every number as what it must be."""
    values, train_values = (
        {str(name): float(value) for name, value in record[part].items()}
        for part in ("values", "train_values")
    )
    step, epoch = int(record["step"]), float(record["epoch"])
    return Evaluation(step, epoch, values, train_values, bool(record["best"]))


def _unpacked_steps(count: int, blob: bytes) -> Floats:
    return np.frombuffer(blob, dtype=np.float64).reshape(count, -1)


def _packed(sample: LayerSample) -> bytes:
    counts = np.stack([sample.grad_histogram, sample.weight_histogram])
    numbers = np.stack([vars(sample)[name] for name in _COLUMNS])
    return zlib.compress(counts.astype("<i4").tobytes() + numbers.tobytes(), 1)


def _unpacked(step: int, phase: int, layers: int, blob: bytes) -> LayerSample:
    if not 0 <= layers <= _MOST_LAYERS:
        raise ValueError(layers)
    size = 2 * layers * HISTOGRAM_BINS * 4
    whole = size + len(_COLUMNS) * layers * 8
    data = zlib.decompressobj().decompress(blob, whole + 1)
    counts = np.frombuffer(data[:size], dtype="<i4").astype(np.int64)
    grads, weights = counts.reshape(2, layers, HISTOGRAM_BINS)
    rows = np.frombuffer(data[size:], dtype=np.float64).reshape(len(_COLUMNS), layers)
    columns = dict(zip(_COLUMNS, rows, strict=True))
    return LayerSample(
        step=step,
        phase=phase,
        grad_histogram=grads,
        weight_histogram=weights,
        **columns,
    )
