"""The training loop. A step reads top to bottom: forward, loss, backward, update."""

import math
import time
from collections.abc import Generator, Iterator
from contextlib import suppress

from torch import Tensor

from engine.errors import EngineError
from engine.i18n import tr
from engine.protocol.messages import Evaluation
from engine.training.evaluation.evaluation import Piece, Tally
from engine.training.evaluation.feeds import Batch
from engine.training.loop import causes, divergence
from engine.training.loop.events import Ending, Step, result
from engine.training.loop.failures import failed
from engine.training.loop.progress_buffer import Row
from engine.training.loop.recorder import COMMIT_S
from engine.training.loop.training_state import Control
from engine.training.machine.interrupt import SLOW_S, InterruptedStepError
from engine.training.machine.scarcity import trim
from engine.training.parts import tracing
from engine.training.parts.gradients import NonFiniteError
from engine.training.parts.phases import Outputs, PhaseRun
from engine.training.parts.state import Rewind
from engine.training.records.runs import Run

_SHARE, _MOST_S = 0.005, 2.0
"""Of the time may go into writing curves; a slow disk has them this late at most."""


class Trainer(Control):
    """Trains one project in small steps, and records them; see `Control`.

    Threads: `request_stop` from any; all else from one thread.
    """

    @classmethod
    def resume(cls, run: Run, *, monitor: bool = True) -> "Trainer":
        """Return a trainer that goes on from a run's last checkpoint.

        Device, threads and seed are those of the run: then it makes the same weights
        as if it had never been interrupted.

        Raises:
            EngineError: When the run or its checkpoint is not usable.
        """
        project = run.project
        for name in ("device", "threads", "seed"):
            if name in run.info:
                value = run.info[name]
                project.training = project.training.with_value(name, value)
        try:
            return cls(project, run=run, monitor=monitor)
        except EngineError:
            run.close()
            raise

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
        except Exception:
            with suppress(Exception):  # what has failed first counts
                self.close(kind)
            raise
        finally:
            self.close(kind)

    def _until_the_end(self) -> Iterator[Step]:
        while self.ending is None:
            yield from self._hold()
            self._make_changes()
            if self._interrupt.requested:
                self.ending = Ending("stopped", tr("Stopped"))
            elif self.watcher.look_due() or self._evaluation_due():
                due = self.watcher.look_due()
                yield from self._look() if due else self._evaluate()
            elif self.viewing.due(self.step):
                yield from (Step.VIEW for _ in self.show(due=True))
            elif self.step >= self.total_steps:
                self.ending = Ending("finished", tr("Finished"))
            elif self.parts.stopping.finished:  # also when the run was resumed
                text = tr("Stopped early: the validation loss has not improved")
                self.ending = Ending("early", text)
            else:
                yield from self._next_step()
        yield from self._finish(self.ending.kind)
        if self.viewing.watched and self.ending.kind in {"finished", "early"}:
            yield from (Step.VIEW for _ in self.show())

    def _hold(self) -> Iterator[Step]:
        """Yield while the disk takes nothing, at a moment that can be saved.

        Raises:
            TrainingError: When nobody waits for it.
        """
        trouble = self.recorder.trouble
        if trouble and not self.holds:
            raise trouble
        while self.at_border and self.recorder.trouble:
            if self._interrupt.requested:
                return
            yield Step.HOLD

    def _next_step(self) -> Iterator[Step]:
        """Train a step; before it, let a phase look back that has yet to."""
        phase = self._to_look_back()
        yield from self._look_back(phase) if phase else self._train_step()

    def _to_look_back(self) -> PhaseRun | None:
        """Return a phase of the coming step that has yet to look back at another."""
        due = (phase for _, phase in self._due_phases())
        return next((p for p in due if p.ewc and not p.ewc.is_ready), None)

    def _look_back(self, phase: PhaseRun) -> Iterator[Step]:
        """Let a phase find what mattered for another; a stop ends it."""
        assert phase.ewc
        for _ in phase.ewc.look_back(self.parts.feeds):
            yield Step.LOOK_BACK
            if self._interrupt.requested:
                return
        if phase.ewc.is_ready:
            self.log(phase.ewc.sentence())
        yield Step.LOOK_BACK

    def _train_step(self) -> Iterator[Step]:
        start = time.perf_counter()
        rewind = self._rewind_point()
        self.at_border = False
        phases = self._due_phases()
        indices = [index for index, _ in phases]
        self.monitor.start_step(self.step + 1, self.total_steps, indices)
        batch = self.parts.feeds.next()
        row = Row(len(self.parts.phases))
        phase = self.parts.phases[0]
        try:
            for turn, (index, phase) in enumerate(phases):
                if turn > 0:
                    yield Step.UPDATE  # of the phase before; the last one's is below
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
        if len(self.parts.phases) > 1:
            phase.program.enter()
        outputs = phase.forward(batch)
        yield Step.FORWARD
        self._interrupt.check()
        total = phase.loss(outputs)
        row.losses[index] = self._looked_at(phase, batch, outputs, total)
        yield Step.LOSS
        if self.ending:
            return
        phase.backward(total)
        yield Step.BACKWARD
        self._interrupt.check()
        if self.monitor.sampling:
            self.monitor.before_update(index)
        try:
            row.rates[index] = phase.update(self.step, self.total_steps)
        except NonFiniteError:
            self._lost(phase, batch, phase.program.losses[0])
            return
        self._interrupt.deaf = True
        if self.monitor.sampling:
            self.monitor.after_update(index)

    def _due_phases(self) -> list[tuple[int, PhaseRun]]:
        """Return the phases of the coming step."""
        number, phases = self.step + 1, enumerate(self.parts.phases)
        return [(i, phase) for i, phase in phases if phase.due(number)]

    def _looked_at(
        self, phase: PhaseRun, batch: Batch, outputs: Outputs, total: Tensor
    ) -> float | Tensor:
        """Return the loss for the curve; on the CPU, end when it is not finite."""
        if self.parts.device.type != "cpu":
            losses = phase.program.losses
            self._device_losses.add(self.step + 1, losses, outputs)
            return total.detach()
        value = total.item()
        if not math.isfinite(value):
            self._lost(phase, batch, phase.culprit(outputs))
        return value

    def _lost(self, phase: PhaseRun, batch: Batch, loss: str) -> None:
        """End because of a number that is not finite; say in which node it began."""
        step = self.step + 1
        self._diverged(step, loss)
        found = None
        with suppress(RuntimeError):  # of torch: no memory for it, say
            found = tracing.trace(phase, batch)
        if found and found.node:
            node = self.parts.program.node(found.node)
            self.cause = causes.cause(found, node, step)
            self.ending = divergence.traced(self.cause, step, loss)

    def _diverged(self, step: int, node: str) -> None:
        self.ending = divergence.ending(step, node)

    def _finish_step(self, row: Row, start: float) -> None:
        """Count the step and note what it gave."""
        self.parts.averaged.follow(self.step)
        self._position.step += 1
        told = time.perf_counter()
        self._news.add_step(self.step, row)
        self.monitor.budget.also(time.perf_counter() - told)
        if self.monitor.sampling:
            store, judge = self.recorder.add_sample, self.watcher.sampled
            self.monitor.end_step(self.step, store, judge)
        self._interrupt.deaf = False
        now = time.perf_counter()
        self._interrupt.listen(slow=now - start > SLOW_S)
        if now >= self._look_after_at or self.recorder.checkpoint_every_steps:
            self._look_after(now)
        self.at_border = not self._evaluation_due()

    def _look_after(self, now: float) -> None:
        """Do what need not be done in every step."""
        if now >= self._look_after_at:
            self._has_diverged()
            with self.monitor.budget.timed():
                self.recorder.commit()
            took = time.perf_counter() - now
            self._look_after_at = now + min(max(COMMIT_S, took / _SHARE), _MOST_S)
        if self.recorder.checkpoint_due(self.step):
            self.save()

    def save(self) -> None:
        """Write a checkpoint without waiting for the disk; only `at_border`.

        Weights that are no numbers any more never replace an older checkpoint.

        Raises:
            TrainingError: When the one before could not be written.
        """
        if not self._has_diverged():
            super().save()

    def _has_diverged(self) -> bool:
        """Look at the losses that are still on the device."""
        if bad := self._device_losses.first_bad():
            self._diverged(*bad)
        return self.ending is not None and self.ending.kind == "diverged"

    def _evaluation_due(self) -> bool:
        return self.parts.length.evaluation_due(self.step, self._position.evaluated_at)

    def _look(self) -> Iterator[Step]:
        """Let the watcher look at the network; a stop ends it without a result."""
        with suppress(InterruptedStepError):
            for _ in self.watcher.look():
                yield Step.EVALUATION
                if self._interrupt.requested:
                    return

    def _evaluate(self) -> Iterator[Step]:
        """Measure losses and metrics; a stop ends it without a result."""
        trim()
        evaluator, parts = self.parts.evaluator, []
        sources = [evaluator.validation()]
        if evaluator.has_validation:
            sources.append(evaluator.training())
        for pieces in sources:
            tally = Tally(evaluator)
            for piece in pieces:
                if not self._tally(tally, piece):
                    return
                yield Step.EVALUATION
            parts.append(tally.values())
        trim()
        self._evaluated(parts[0], parts[-1])
        self.at_border = True
        yield Step.EVALUATION

    def _tally(self, tally: Tally, piece: Piece) -> bool:
        """Add a batch; returns whether to go on."""
        try:
            tally.add(piece)
        except InterruptedStepError:
            return False
        except Exception as error:
            program = self.parts.program.evaluation
            raise failed(error, self.step, program, piece.batch) from error
        return not self._interrupt.requested

    def _evaluated(
        self, values: dict[str, float], train_values: dict[str, float]
    ) -> None:
        """Act on an evaluation."""
        loss = values["loss"]
        best = self.parts.stopping.evaluated(loss)
        keeps_best = bool(self.parts.training.value("keep_best"))
        if best and keeps_best:
            self.parts.best.keep()
        if best or not keeps_best:
            self.results = values
        for phase in self.parts.phases:
            if phase.is_on(self.step):
                phase.schedule.evaluated(loss)
        self._position.evaluated_at = self.step
        evaluation = Evaluation(self.step, self.epoch, values, train_values, best)
        self._news.add_evaluation(evaluation)
        self.watcher.evaluated(evaluation)
        if best and self.recorder.best_evaluated(self.step, loss):
            self.save()

    def _finish(self, kind: str) -> Iterator[Step]:
        """Bring back the best weights if asked to, and save."""
        if self._has_diverged():
            return
        if kind in {"finished", "early"} and self.parts.best.bring_back():
            self.log(tr("The best weights were brought back"))
        if kind in {"finished", "early"} and self.baselines and self.results:
            self.log(result(self.results, self.baselines))
        self.recorder.checkpoint(self.step, again=True)
        self.recorder.settle()
        yield from self._hold()

    def _rewind_point(self) -> Rewind | None:
        if not self._interrupt.armed:
            return None
        return Rewind(self.parts.program.modules, self.parts.feeds, self.parts.device)
