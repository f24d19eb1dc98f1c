"""Writes what happens into the run's folder: curves at once, checkpoints beside.

A disk that refuses ends nothing: what it has not taken is owed to it, and `trouble`
says why, until `retry` or `move` can write it.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError, TrainingError
from engine.protocol.findings import Finding
from engine.protocol.messages import Evaluation, LayerSample, View
from engine.protocol.wire import finding_records
from engine.training.loop.history import Losses, StepLog
from engine.training.parts import state as states
from engine.training.records import disk, shelter, tensor_file
from engine.training.records.change import Change
from engine.training.records.runs import TOOK, Run
from engine.training.records.tensor_file import Lent, Tensors
from engine.training.records.view_file import ViewFile

if TYPE_CHECKING:
    from engine.training.records.metric_store import MetricStore

COMMIT_S = 0.25
_SHARE, _WAITED_SHARE = 50.0, 100.0
"""A checkpoint may be written after this many times the seconds that one takes, and
after this many times those that the training waits for it."""
CHECKPOINT_S = 1.0
"""Least time between two checkpoints; see `Recorder.checkpoint_every_s`."""
COPIED_BYTES = 2 * 2**20
"""Up to this size the state is copied, so that no disk can hold up the training. The
training waits until a larger one was read: copies would take as much memory again."""

Snapshot = tuple[Tensors, dict[str, Any]]


class Recorder:
    """Records a training; does nothing without a run.

    Args:
        run: Where to.
        num_phases: Columns of losses.
        take: Returns all that a checkpoint holds, as it is in use.

    Attributes:
        folder: Of the run, or empty.
        checkpoint_every_s: Least time between checkpoints; more where writing is slow.
        checkpoint_every_steps: When not 0, checkpoints come after every so many steps
            and not by time.
        trouble: Why the disk takes nothing at present; None while it does.

    Threads: the training thread alone; files are written by a thread of its own.
    """

    def __init__(
        self, run: Run | None, num_phases: int, take: Callable[[], Snapshot]
    ) -> None:
        self.run, self._take = run, take
        self._told = run
        known = run.info if run and run.has_checkpoint else {}
        self._before = known.get(finding_records.FIELD)
        self._views = ViewFile(run.folder) if run else None
        self.folder = str(run.folder) if run else ""
        self._log = StepLog(num_phases)
        self._took_s, self._stepped_at = float(known.get(TOOK, 0.0)), 0.0
        self.checkpoint_every_s = CHECKPOINT_S
        self.checkpoint_every_steps = 0
        self.trouble: TrainingError | None = None
        self._curves: list[Callable[[MetricStore], None]] = []
        self._lines: list[str] = []
        self._bytes = 0
        self._cost_s = self._waited_s = 0.0
        self._saved_at = time.perf_counter()
        self._saved_step = -1
        self._sampled_at = 0.0
        self._best: tuple[int, float] | None = None
        self._best_saved_at = time.perf_counter()
        self._writer: threading.Thread | None = None
        self._problem: Exception | None = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what the disk refuses into `trouble`."""
        try:
            yield
        except (OSError, EngineError) as error:
            assert self.run
            self.trouble = disk.trouble(error, self.run.folder, self._bytes)
            self.trouble.__cause__ = error

    @property
    def is_new(self) -> bool:
        """Whether nothing could be gone on from yet."""
        return self.run is not None and not self.run.has_checkpoint

    def add_step(self, step: int, losses: Losses, rates: list[float]) -> None:
        """Record losses and rates of a step."""
        now = time.perf_counter()
        if self._stepped_at:
            self._took_s += now - self._stepped_at
        self._stepped_at = now
        if self.run:
            self._log.add(step, losses, rates)

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Record an evaluation."""
        if self.run:
            self._curves.append(lambda store: store.add_evaluation(evaluation))

    def add_sample(self, sample: LayerSample) -> None:
        """Record a layer sample, at most one per commit."""
        now = time.perf_counter()
        if self.run and now - self._sampled_at >= COMMIT_S:
            self._sampled_at = now
            self._curves.append(lambda store: store.add_sample(sample))

    def add_change(self, change: Change, place: int, later: Iterable[Change]) -> None:
        """Record a changed setting.

        Args:
            change: What was changed.
            place: How many changes were made before it.
            later: Those that are still to be repeated.
        """
        if self.run:
            with self._guarded():
                self.run.record([*self.run.changes[:place], change, *later])

    def add_findings(self, findings: Iterable[Finding]) -> None:
        """Note what is wrong with the training, also when it is over.

        What a run was told before it was resumed stays beside it.
        """
        if not self._told:
            return
        records = finding_records.merged(map(finding_records.record_of, findings),
                                         self._before)  # fmt: skip
        with suppress(OSError):  # it has been said aloud; the training goes on
            self._told.update(**{finding_records.FIELD: records})

    def add_views(self, views: Iterable[View]) -> None:
        """Keep views to look back at, when the run is opened again, too."""
        if self._views is not None:
            self._views.add(views)

    def log(self, line: str) -> None:
        """Append a line to the log."""
        if self.run:
            self._lines.append(line)
            self._write_lines()

    def _write_lines(self) -> None:
        assert self.run
        with self._guarded():
            while self._lines and not self.trouble:
                self.run.log(self._lines[0])
                self._lines.pop(0)

    def started(self, **fields: object) -> None:
        """Note in `run.json` how the run is trained."""
        self._stepped_at = time.perf_counter()
        if self.run:
            with self._guarded():
                shelter.reserve(self.run)
                self.run.update(state="running", **fields)

    def pause(self) -> None:
        """Count no time until the next step."""
        self._stepped_at = 0.0

    def commit(self) -> None:
        """Make all curves so far durable."""
        if not self.run:
            return
        told = self._log.drain()
        self.run.note(**{TOOK: round(self._took_s, 3)})
        if len(told[0]):
            self._curves.append(lambda store: store.add_steps(*told))
        if self.trouble:
            return
        with self._guarded():
            for write in self._curves:
                write(self.run.metrics)
            self.run.metrics.commit()
            self._curves.clear()

    def checkpoint_due(self, step: int) -> bool:
        """Return whether a checkpoint shall be written after this step."""
        if not self.run or self.trouble or step == self._saved_step:
            return False
        if self.checkpoint_every_steps:
            return step % self.checkpoint_every_steps == 0
        if self._writer and self._writer.is_alive():
            return False  # a slow disk shall not hold up the training
        self.settle()
        costs = _SHARE * self._cost_s, _WAITED_SHARE * self._waited_s
        wait = max(self.checkpoint_every_s, *costs)
        return not self.trouble and time.perf_counter() - self._saved_at >= wait

    def best_evaluated(self, step: int, loss: float) -> bool:
        """Take notice of the lowest validation loss so far.

        Args:
            step: Steps made.
            loss: Of the weights as they are now.

        Returns:
            Whether a checkpoint shall be written of them; the one that was just
            written is marked.
        """
        if not self.run or not math.isfinite(loss):
            return False
        self._best = (step, loss)
        if step == self._saved_step:
            self.settle()
            with self._guarded():
                self.run.mark_best(loss)
            return False
        if self.checkpoint_every_steps or (self._writer and self._writer.is_alive()):
            return False
        now = time.perf_counter()
        costs = _SHARE * self._cost_s, _WAITED_SHARE * self._waited_s
        wait = max(self.checkpoint_every_s, *(2 * cost for cost in costs))
        if is_due := now - self._best_saved_at >= wait:
            self._best_saved_at = now
        return is_due

    def checkpoint(self, step: int, *, again: bool = False) -> None:
        """Write the state of now on a thread; waits for one under way.

        Args:
            step: Steps made.
            again: Also when this step was saved before.
        """
        if not self.run or (step == self._saved_step and not again):
            return
        self.commit()
        self.settle()
        if self.trouble:
            return
        start = time.perf_counter()
        tensors, state = self._take()
        self._bytes = tensor_file.num_bytes(tensors)
        given = states.copied(tensors) if self._bytes <= COPIED_BYTES else Lent(tensors)
        self._cost_s = time.perf_counter() - start
        self._saved_step = step
        self._writer = threading.Thread(
            target=self._write, args=(given, state), name="checkpoint"
        )
        self._writer.start()
        if isinstance(given, Lent):
            given.returned.wait()
        self._waited_s = time.perf_counter() - start

    def _write(self, tensors: Tensors, state: dict[str, Any]) -> None:
        assert self.run
        start = time.perf_counter()
        step, loss = self._best or (-1, None)
        try:
            loss = loss if step == state["step"] else None
            self.run.save_checkpoint(tensors, state, loss=loss)
        except Exception as error:  # noqa: BLE001 - told on the other thread
            self._problem = error
        finally:
            if isinstance(tensors, Lent):
                tensors.returned.set()
        self._saved_at = time.perf_counter()
        self._cost_s += self._saved_at - start

    def settle(self) -> None:
        """Wait for the checkpoint under way; one that failed makes `trouble`."""
        if self._writer:
            self._writer.join()
            self._writer = None
        problem, self._problem = self._problem, None
        if problem is None:
            return
        self._saved_step = -1
        if not isinstance(problem, OSError | EngineError):
            raise problem
        with self._guarded():
            raise problem

    def retry(self, step: int) -> bool:
        """Write all that is owed, and a checkpoint; return whether the disk took it.

        Args:
            step: Steps made.
        """
        if not self.run:
            return True
        self.trouble = None
        with self._guarded():
            shelter.restore(self.run)
        if not self.trouble:
            self._write_lines()
        self.checkpoint(step, again=True)
        self.settle()
        return self.trouble is None

    def move(self, folder: Path) -> None:
        """Keep the run in another folder from now on; `retry` then writes it there.

        Args:
            folder: Where runs are kept.

        Raises:
            TrainingError: When no run can be kept there; it then stays where it is.
        """
        if self.run:
            self.settle()
            if self._views is not None:
                self._views.close()
            try:
                shelter.move(self.run, folder)
            finally:  # wherever it is now
                self._views = ViewFile(self.run.folder)
                self.folder = str(self.run.folder)

    def close(self, state: str) -> None:
        """Finish writing and note how the run ended; once.

        Raises:
            TrainingError: When the disk has not taken all of it.
        """
        run = self.run
        if not run:
            return
        if self._views is not None:
            self._views.close()
        try:
            self.commit()
            self.settle()
            with self._guarded():
                shelter.finish(run, state)
        finally:
            self.run = None
            with suppress(EngineError):
                run.close()
        if self.trouble:
            raise self.trouble
