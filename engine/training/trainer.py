"""The training loop. A step reads top to bottom: forward, loss, backward, update."""

import math
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator

import torch
from torch import Tensor

from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.frame import Evaluation, RunStarted
from engine.training import hyper, randomness, snapshot
from engine.training import threads as thread_counts
from engine.training.assembly import assemble, facts
from engine.training.divergence import DeviceLosses
from engine.training.evaluation import BATCH_SIZE, Tally
from engine.training.events import Ending, Progress, Step
from engine.training.failures import failed
from engine.training.feeds import Batch
from engine.training.interrupt import SLOW_S, Interrupt, InterruptedStepError
from engine.training.news import News, Row
from engine.training.phases import Outputs, PhaseRun
from engine.training.recorder import COMMIT_S, Recorder, Snapshot
from engine.training.runs import Change, Run
from engine.training.snapshot import Position
from engine.training.state import Rewind


class Trainer:
    """Trains one project in small steps, and records them.

    Args:
        project: What to train; only read.
        run: Where to record; None records nothing. A run with a checkpoint goes on
            from there.
        device: Overrides the document's unless empty.
        threads: Overrides the document's unless 0.
        seed: Overrides the document's unless None.
        monitor: Measure histograms and norms.

    Attributes:
        at_border: Between two steps, and no evaluation is due: the only moments to
            pause, to save and to change settings.
        ending: Why the steps were over; None before.

    Raises:
        EngineError: When the project can't be trained.

    Threads: `request_stop` from any; all else from one thread.
    """

    def __init__(
        self,
        project: Project,
        *,
        run: Run | None = None,
        device: str = "",
        threads: int = 0,
        seed: int | None = None,
        monitor: bool = True,
    ) -> None:
        self.parts = assemble(project, device, seed)
        self.threads = threads or self.parts.training.number("threads")
        self.monitor = self.parts.monitor(enabled=monitor)
        self._position = Position()
        self.at_border = True
        self.ending: Ending | None = None
        modules = self.parts.program.modules
        self._interrupt = Interrupt(modules, list(modules.parameters()))
        self._device_losses = DeviceLosses()
        self._later: deque[Change] = deque()
        self._begun, self._look_after_at, self._threads_before = False, 0.0, 0
        self.recorder = Recorder(run, len(self.parts.phases), self._snapshot)
        self._news = News(len(self.parts.phases), self.recorder)
        randomness.seed(self.parts.seed)
        if run:
            self._go_on(run)
        self._random = randomness.state(self.parts.device)

    @classmethod
    def resume(cls, run: Run, *, monitor: bool = True) -> "Trainer":
        """Return a trainer that goes on from a run's last checkpoint.

        Device, threads and seed are those of the run: then it makes the same weights
        as if it had never been interrupted.

        Raises:
            EngineError: When the run or its checkpoint is not usable.
        """
        return cls(
            run.project,
            run=run,
            device=str(run.info.get("device", "")),
            threads=int(run.info.get("threads", 0)),
            seed=run.info.get("seed"),
            monitor=monitor,
        )

    def steps(self) -> Generator[Step, None, None]:
        """Yield after each of forward, loss, backward and update, until the end.

        Raises:
            TrainingError: When a step fails; it names the node and its input shapes.
        """
        self.begin()
        kind = "failed"
        try:
            yield from self._until_the_end()
            kind = self.ending.kind if self.ending else kind
        except GeneratorExit:
            kind = "stopped"
            raise
        finally:
            self.close(kind)

    def begin(self) -> None:
        """Choose the threads and note in the run how it is trained; once."""
        if self._begun:
            return
        self._begun = True
        randomness.restore(self._random, self.parts.device)
        self._threads_before = torch.get_num_threads()
        self._choose_threads()
        self.recorder.started(
            device=str(self.parts.device),
            threads=self.threads,
            seed=self.parts.seed,
            data=self.parts.feeds.fingerprints,
        )
        self._look_after_at = time.perf_counter() + COMMIT_S
        self._interrupt.listen(slow=True)  # nobody knows yet how long a step takes

    def close(self, kind: str) -> None:
        """Finish writing, and leave torch as it was; `steps` does so by itself.

        Args:
            kind: How it ended, as in `frame.Outcome`.
        """
        self._interrupt.disarm()
        if self._threads_before:
            torch.set_num_threads(self._threads_before)
            self._threads_before = 0
        self.recorder.close(kind)

    def _until_the_end(self) -> Iterator[Step]:
        while self.ending is None:
            self._make_changes()
            if self._interrupt.requested:
                self.ending = Ending("stopped", tr("Stopped"))
            elif self._evaluation_due():
                yield from self._evaluate()
            elif self.step >= self.total_steps:
                self.ending = Ending("finished", tr("Finished"))
            else:
                yield from self._train_step()
        self._finish(self.ending.kind)

    def _train_step(self) -> Iterator[Step]:
        start = time.perf_counter()
        rewind = self._rewind_point()
        self.at_border = False
        self.monitor.start_step()
        batch = self.parts.feeds.next()
        row = Row(len(self.parts.phases))
        phase = self.parts.phases[0]
        try:
            for index, phase in self._due_phases():
                yield from self._run_phase(index, phase, batch, row)
                if self.ending:
                    return
        except InterruptedStepError:
            assert rewind
            rewind.go()
            return
        except Exception as error:
            raise failed(error, self.step + 1, phase.program, batch) from error
        self._finish_step(row, start)
        yield Step.UPDATE

    def _run_phase(
        self, index: int, phase: PhaseRun, batch: Batch, row: Row
    ) -> Iterator[Step]:
        outputs = phase.forward(batch)
        yield Step.FORWARD
        self._interrupt.check()
        total = phase.loss(outputs)
        row.losses[index] = self._looked_at(phase, outputs, total)
        yield Step.LOSS
        if self.ending:
            return
        phase.backward(total)
        yield Step.BACKWARD
        self._interrupt.check()
        if self.monitor.sampling:
            self.monitor.before_update(index)
        row.rates[index] = phase.update(self.step, self.total_steps)
        self._interrupt.deaf = True
        if self.monitor.sampling:
            self.monitor.after_update(index)

    def _due_phases(self) -> Iterable[tuple[int, PhaseRun]]:
        """Return the phases of the coming step; `every` counts steps from 1."""
        phases = self.parts.phases
        if len(phases) == 1 and phases[0].every == 1:
            return ((0, phases[0]),)
        return self._alternating()

    def _alternating(self) -> Iterator[tuple[int, PhaseRun]]:
        for index, phase in enumerate(self.parts.phases):
            if (self.step + 1) % phase.every == 0:
                phase.program.enter()
                yield index, phase

    def _looked_at(
        self, phase: PhaseRun, outputs: Outputs, total: Tensor
    ) -> float | Tensor:
        """Return the loss for the curve; on the CPU, end when it is not finite."""
        if self.parts.device.type != "cpu":
            losses = phase.program.losses
            self._device_losses.add(self.step + 1, losses, outputs)
            return total.detach()
        value = total.item()
        if not math.isfinite(value):
            self._diverged(self.step + 1, phase.culprit(outputs))
        return value

    def _diverged(self, step: int, node: str) -> None:
        text = tr(
            "The loss “{node}” is no finite number in step {step}.",
            node=node,
            step=step,
        )
        advice = tr("Try a lower learning rate, or clip the gradient.")
        self.ending = Ending("diverged", f"{text} {advice}", node)

    def _finish_step(self, row: Row, start: float) -> None:
        """Count the step and note what it gave."""
        self._position.step += 1
        self._news.add_step(self.step, row)
        if self.monitor.sampling:
            self.monitor.end_step(self.step, self.recorder.add_sample)
        self._interrupt.deaf = False
        now = time.perf_counter()
        self._interrupt.listen(slow=now - start > SLOW_S)
        if now >= self._look_after_at or self.recorder.checkpoint_every_steps:
            self._look_after(now)
        self.at_border = not self._evaluation_due()

    def _look_after(self, now: float) -> None:
        """Do what need not be done in every step."""
        if now >= self._look_after_at:
            self._look_after_at = now + COMMIT_S
            bad = self._device_losses.first_bad()
            if bad:
                self._diverged(*bad)
                return
            self.recorder.commit()
        if self.recorder.checkpoint_due(self.step):
            self.save()

    def _evaluation_due(self) -> bool:
        return self.parts.length.evaluation_due(self.step, self._position.evaluated_at)

    def _evaluate(self) -> Iterator[Step]:
        """Measure losses and metrics; a stop ends it without a result."""
        feeds, parts = self.parts.feeds, []
        sources = [feeds.validation_batches(BATCH_SIZE)]
        if feeds.has_validation:
            sources.append(feeds.training_batches(BATCH_SIZE))
        for batches in sources:
            tally = Tally(self.parts.evaluator)
            for size, batch in batches:
                self._tally(tally, size, batch)
                if self._interrupt.requested:
                    return
                yield Step.EVALUATION
            parts.append(tally.values())
        self._evaluated(parts[0], parts[-1])
        self.at_border = True
        yield Step.EVALUATION

    def _tally(self, tally: Tally, size: int, batch: Batch) -> None:
        try:
            tally.add(size, batch)
        except Exception as error:
            program = self.parts.program.evaluation
            raise failed(error, self.step, program, batch) from error

    def _evaluated(
        self, values: dict[str, float], train_values: dict[str, float]
    ) -> None:
        """Act on an evaluation."""
        loss = values["loss"]
        best = self.parts.stopping.evaluated(loss)
        if best and self.parts.training.value("keep_best"):
            self.parts.best.keep()
        for phase in self.parts.phases:
            phase.schedule.evaluated(loss)
        self._position.evaluated_at = self.step
        evaluation = Evaluation(self.step, self.epoch, values, train_values, best)
        self._news.add_evaluation(evaluation)
        if self.parts.stopping.finished and self.step < self.total_steps:
            text = tr("Stopped early: the validation loss has not improved")
            self.ending = Ending("early", text)

    def _finish(self, kind: str) -> None:
        """Bring back the best weights if asked to, and save."""
        if bad := self._device_losses.first_bad():
            self._diverged(*bad)
        if self.ending and self.ending.kind == "diverged":
            return
        if kind in {"finished", "early"} and self.parts.best.bring_back():
            self.log(tr("The best weights were brought back"))
        self.recorder.checkpoint(self.step, again=True)

    @property
    def step(self) -> int:
        """Steps made."""
        return self._position.step

    @property
    def total_steps(self) -> int:
        """Length of the run."""
        return self.parts.length.total_steps

    @property
    def epoch(self) -> float:
        """Epochs made, with fraction."""
        return self.parts.feeds.epoch

    @property
    def at_epoch_end(self) -> bool:
        """Whether the last step was an epoch's last."""
        return self.step > 0 and self.parts.feeds.order.at_epoch_start

    @property
    def overhead(self) -> float:
        """Time for measuring as a share of the training time."""
        return self.monitor.budget.overhead

    @property
    def has_news(self) -> bool:
        """Whether `drain` has something to tell."""
        return bool(self._news)

    def request_stop(self) -> None:
        """End as soon as possible, with a checkpoint. Threads: any."""
        self._interrupt.request()

    def save(self) -> None:
        """Write a checkpoint without waiting for the disk; only `at_border`.

        Raises:
            TrainingError: When the one before could not be written.
        """
        self.recorder.checkpoint(self.step)

    def set_hyper(self, name: str, value: float, phase: str = "") -> None:
        """Change a setting from the next step on, and record it; only `at_border`.

        Args:
            name: `lr`, `momentum`, `weight_decay` or `batch_size`.
            value: The new value.
            phase: Name of one phase; empty means all that have it.

        Raises:
            ConfigError: When that is not possible; nothing has changed then.
        """
        change = Change(self.step, name, value, phase)
        self._change(change)
        self.recorder.add_change(change)

    def drain(self) -> Progress:
        """Return what happened since the last call, once."""
        return self._news.drain(self.monitor.take())

    def log(self, line: str) -> None:
        """Add a line to the log of the run and of the next `drain`."""
        self._news.log(line)

    def started(self) -> RunStarted:
        """Return the facts of this training; call after `begin`."""
        run = self.recorder.run
        return facts(
            self.parts, str(run.folder) if run else "", self.threads, self.step
        )

    def _change(self, change: Change) -> None:
        hyper.apply(self.parts, change)
        self._position.num_changes += 1
        where = tr("phase “{name}”", name=change.phase) if change.phase else ""
        self.log(f"{change.name} = {change.value:g} {where}".rstrip())

    def _make_changes(self) -> None:
        """Repeat changes that were made after the checkpoint we resumed from."""
        while self._later and self._later[0].step <= self.step:
            self._change(self._later.popleft())

    def _rewind_point(self) -> Rewind | None:
        if not self._interrupt.armed:
            return None
        return Rewind(self.parts.program.modules, self.parts.feeds, self.parts.device)

    def _choose_threads(self) -> None:
        if self.parts.device.type != "cpu":
            self.threads = torch.get_num_threads()
            return
        self.threads = self.threads or thread_counts.tuned(self.parts)
        torch.set_num_threads(self.threads)

    def _snapshot(self) -> Snapshot:
        return snapshot.take(self.parts, self._position)

    def _go_on(self, run: Run) -> None:
        """Take over the run's checkpoint, and forget what came after it."""
        loaded = run.load_checkpoint()
        if loaded:
            self._position = snapshot.put(self.parts, *loaded)
        self._later.extend(run.changes[self._position.num_changes :])
        run.metrics.discard_after(self.step)
