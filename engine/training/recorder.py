"""Writes what happens into the run's folder: curves at once, checkpoints beside."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from engine.errors import TrainingError
from engine.i18n import tr
from engine.protocol.frame import Evaluation, LayerSample
from engine.training import state as states
from engine.training import tensor_file
from engine.training.history import Losses, StepLog
from engine.training.runs import Change, Run
from engine.training.tensor_file import Lent, Tensors

COMMIT_S = 0.25
_SHARE, _WAITED_SHARE = 25.0, 100.0
"""A checkpoint may be written after this many times the seconds that one takes, and
after this many times those that the training waits for it."""
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
        checkpoint_every_s: Longest time between checkpoints while they are cheap.
        checkpoint_every_steps: When not 0, checkpoints come after every so many steps
            and not by time.

    Threads: the training thread alone; files are written by a thread of its own.
    """

    def __init__(
        self, run: Run | None, num_phases: int, take: Callable[[], Snapshot]
    ) -> None:
        self.run, self._take = run, take
        self.folder = str(run.folder) if run else ""
        self._log = StepLog(num_phases)
        self.checkpoint_every_s = 1.0
        self.checkpoint_every_steps = 0
        self._cost_s = self._waited_s = 0.0
        self._saved_at = time.perf_counter()
        self._saved_step = -1
        self._sampled_at = 0.0
        self._writer: threading.Thread | None = None
        self._problem: Exception | None = None

    def add_step(self, step: int, losses: Losses, rates: list[float]) -> None:
        """Record losses and rates of a step."""
        if self.run:
            self._log.add(step, losses, rates)

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Record an evaluation."""
        if self.run:
            self.run.metrics.add_evaluation(evaluation)

    def add_sample(self, sample: LayerSample) -> None:
        """Record a layer sample, at most one per commit."""
        now = time.perf_counter()
        if self.run and now - self._sampled_at >= COMMIT_S:
            self._sampled_at = now
            self.run.metrics.add_sample(sample)

    def add_change(self, change: Change, place: int, later: Iterable[Change]) -> None:
        """Record a changed setting.

        Args:
            change: What was changed.
            place: How many changes were made before it.
            later: Those that are still to be repeated.
        """
        if self.run:
            self.run.record([*self.run.changes[:place], change, *later])

    def log(self, line: str) -> None:
        """Append a line to the log."""
        if self.run:
            self.run.log(line)

    def started(self, **fields: object) -> None:
        """Note in `run.json` how the run is trained."""
        if self.run:
            self.run.update(state="running", **fields)

    def commit(self) -> None:
        """Make all curves so far durable."""
        if self.run:
            self.run.metrics.add_steps(*self._log.drain())
            self.run.metrics.commit()

    def checkpoint_due(self, step: int) -> bool:
        """Return whether a checkpoint shall be written after this step."""
        if not self.run or step == self._saved_step:
            return False
        if self.checkpoint_every_steps:
            return step % self.checkpoint_every_steps == 0
        if self._writer and self._writer.is_alive():
            return False  # a slow disk shall not hold up the training
        costs = _SHARE * self._cost_s, _WAITED_SHARE * self._waited_s
        wait = max(self.checkpoint_every_s, *costs)
        return time.perf_counter() - self._saved_at >= wait

    def checkpoint(self, step: int, *, again: bool = False) -> None:
        """Write the state of now on a thread; waits for one under way.

        Args:
            step: Steps made.
            again: Also when this step was saved before.
        """
        if not self.run or (step == self._saved_step and not again):
            return
        self.commit()
        self._join()
        start = time.perf_counter()
        tensors, state = self._take()
        small = tensor_file.num_bytes(tensors) <= COPIED_BYTES
        given = states.copied(tensors) if small else Lent(tensors)
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
        try:
            self.run.save_checkpoint(tensors, state)
        except Exception as error:  # noqa: BLE001 - raised again on the other thread
            self._problem = error
        finally:
            if isinstance(tensors, Lent):
                tensors.returned.set()
        self._saved_at = time.perf_counter()
        self._cost_s += self._saved_at - start

    def _join(self) -> None:
        if self._writer:
            self._writer.join()
            self._writer = None
        problem, self._problem = self._problem, None
        if problem:
            raise TrainingError(
                tr("The checkpoint could not be written"),
                where=self.folder,
                got=str(problem),
                fix=tr("Free some space, or write the run to another folder."),
            ) from problem

    def close(self, state: str) -> None:
        """Finish writing and note how the run ended; once."""
        run, self.run = self.run, None
        if not run:
            return
        try:
            run.metrics.add_steps(*self._log.drain())
            self._join()
        finally:
            try:
                run.update(state=state)
            finally:
                run.close()
