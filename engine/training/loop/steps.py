"""The training loop. A step reads top to bottom: forward, loss, backward, update."""

import math
import time
from collections.abc import Iterator
from contextlib import suppress

from torch import Tensor

from engine.i18n import tr
from engine.protocol.messages import Evaluation
from engine.training.evaluation.evaluation import Piece, Tally
from engine.training.evaluation.sources import Batch
from engine.training.loop import causes, divergence
from engine.training.loop.events import Ending, Step, result
from engine.training.loop.failures import failed, not_looked
from engine.training.loop.progress_buffer import Row
from engine.training.loop.training_state import TrainingState
from engine.training.machine.interrupt import SLOW_S, InterruptedStepError
from engine.training.machine.scarcity import trim
from engine.training.parts import tracing
from engine.training.parts.gradients import NonFiniteError
from engine.training.parts.phases import Outputs, PhaseRun
from engine.training.parts.state import Rewind

_REACHED = frozenset({"finished", "early"})
"""Endings of a run that nothing has cut short."""


class Steps:
    """Makes the steps of a training, and what is due between them.

    Args:
        state: Of the training; changed by every step.

    Threads: one.
    """

    def __init__(self, state: TrainingState) -> None:
        self._state, self._parts = state, state.parts
        self._monitor, self._interrupt = state.monitor, state.interrupt
        self._is_blind = False

    def until_the_end(self) -> Iterator[Step]:
        """Yield after each of forward, loss, backward and update, and what is due."""
        while self._state.ending is None:
            yield from self._hold()
            self._state.repeat_changes()
            if self._interrupt.requested:
                self._state.ending = Ending("stopped", tr("Stopped"))
            elif self._state.observer.look_due() or self._evaluation_due():
                due = self._state.observer.look_due()
                yield from self._look() if due else self.evaluate()
            elif self._state.sight_due:
                yield from self._see(due=True)
            elif self._state.step >= self._state.total_steps:
                self._state.ending = Ending("finished", tr("Finished"))
            elif self._parts.stopping.finished:  # also when the run was resumed
                text = tr("Stopped early: the validation loss has not improved")
                self._state.ending = Ending("early", text)
            else:
                yield from self.next_step()
        yield from self._finish(self._state.ending.kind)
        if self._state.viewing.watched and self._state.ending.kind in _REACHED:
            yield from self._see(due=False)

    def _see(self, *, due: bool) -> Iterator[Step]:
        """Make views, and what is watched inside, all or those whose turn it is."""
        yield from (Step.VIEW for _ in self._state.show(due=due))
        yield from (Step.VIEW for _ in self._state.look_inside(due=due))

    def _hold(self) -> Iterator[Step]:
        """Yield while the disk takes nothing, at a moment that can be saved.

        Raises:
            TrainingError: When nobody waits for it.
        """
        trouble = self._state.recorder.trouble
        if trouble and not self._state.holds:
            raise trouble
        while self._state.at_border and self._state.recorder.trouble:
            if self._interrupt.requested:
                return
            yield Step.HOLD

    def next_step(self) -> Iterator[Step]:
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
        for _ in phase.ewc.look_back(self._parts.feeds):
            yield Step.LOOK_BACK
            if self._interrupt.requested:
                return
        if phase.ewc.is_ready:
            self._state.log(phase.ewc.sentence())
        yield Step.LOOK_BACK

    def _train_step(self) -> Iterator[Step]:
        start = time.perf_counter()
        rewind = self._rewind_point()
        self._state.at_border = False
        phases = self._due_phases()
        indices = [index for index, _ in phases]
        self._monitor.start_step(self._state.step + 1, self._state.total_steps, indices)
        batch = self._parts.feeds.next()
        row = Row(len(self._parts.phases))
        phase = self._parts.phases[0]
        try:
            for turn, (index, phase, is_last) in enumerate(_turns(phases)):
                if turn > 0:
                    yield Step.UPDATE  # of the turn before; the last one's is below
                watched = is_last and self._monitor.sampling
                yield from self._run_phase(index, phase, batch, row, watched=watched)
                if self._state.ending:
                    return
        except InterruptedStepError:
            assert rewind
            rewind.go()
            return
        except Exception as error:
            step, title = self._state.step + 1, self._parts.program.title
            raise failed(error, step, phase.program, batch, title) from error
        self._finish_step(row, start)
        yield Step.UPDATE

    def _run_phase(
        self, index: int, phase: PhaseRun, batch: Batch, row: Row, *, watched: bool
    ) -> Iterator[Step]:
        if len(self._parts.phases) > 1:
            phase.program.enter()
        outputs = phase.forward(batch)
        yield Step.FORWARD
        self._interrupt.check()
        total = phase.loss(outputs)
        row.losses[index] = self._looked_at(phase, batch, outputs, total)
        yield Step.LOSS
        if self._state.ending:
            return
        phase.backward(total)
        yield Step.BACKWARD
        self._interrupt.check()
        if watched:
            self._monitor.before_update(index)
        try:
            row.rates[index] = phase.update(self._state.step, self._state.total_steps)
        except NonFiniteError:
            self._lost(phase, batch, phase.program.losses[0])
            return
        self._interrupt.finish_step()  # weights have moved: no way back from here
        if watched:
            self._monitor.after_update(index)

    def _due_phases(self) -> list[tuple[int, PhaseRun]]:
        """Return the phases of the coming step."""
        number, phases = self._state.step + 1, enumerate(self._parts.phases)
        return [(i, phase) for i, phase in phases if phase.due(number)]

    def _looked_at(
        self, phase: PhaseRun, batch: Batch, outputs: Outputs, total: Tensor
    ) -> float | Tensor:
        """Return the loss for the curve; on the CPU, end when it is not finite."""
        if self._parts.device.type != "cpu":
            losses = phase.program.losses
            self._state.device_losses.add(self._state.step + 1, losses, outputs)
            return total.detach()
        value = total.item()
        if not math.isfinite(value):
            self._lost(phase, batch, phase.culprit(outputs))
        return value

    def _lost(self, phase: PhaseRun, batch: Batch, loss: str) -> None:
        """End because of a number that is not finite; say in which node it began."""
        step = self._state.step + 1
        self._state.diverge(step, loss)
        found = None
        with suppress(RuntimeError):  # of torch: no memory for it, say
            found = tracing.trace(phase, batch)
        if found and found.node:
            node = self._parts.program.node(found.node)
            self._state.cause = causes.cause(found, node, step)
            title = self._parts.program.title(loss)
            self._state.ending = divergence.traced(self._state.cause, step, title)

    def _finish_step(self, row: Row, start: float) -> None:
        """Count the step and note what it gave."""
        self._parts.averaged.follow(self._state.step)
        self._state.position.step += 1
        told = time.perf_counter()
        self._state.news.add_step(self._state.step, row)
        self._monitor.budget.also(time.perf_counter() - told, each_step=True)
        if self._monitor.sampling:
            store, judge = self._state.keep_sample, self._state.observer.sampled
            self._monitor.end_step(self._state.step, store, judge)
        self._interrupt.step_finished()
        now = time.perf_counter()
        self._interrupt.listen(slow=now - start > SLOW_S)
        if self._state.look_after_due(now):
            self._state.look_after(now)
        self._state.at_border = not self._evaluation_due()

    def _evaluation_due(self) -> bool:
        return self._parts.length.evaluation_due(
            self._state.step, self._state.position.evaluated_at
        )

    def _look(self) -> Iterator[Step]:
        """Let the observer look at the network; a stop ends it without a result."""
        if self._is_blind:
            self._state.observer.look_in_vain()
            return
        try:
            for _ in self._state.observer.look():
                yield Step.EVALUATION
                if self._interrupt.requested:
                    return
        except InterruptedStepError:
            return
        except Exception as error:  # noqa: BLE001 - a look never ends a training
            self._is_blind = True
            program, batch = self._parts.program, self._parts.feeds.first()
            words = not_looked(
                error, self._state.step, program.evaluation, batch, program.title
            )
            self._state.log(words)
            self._state.observer.look_in_vain()

    def evaluate(self) -> Iterator[Step]:
        """Measure losses and metrics; a stop ends it without a result."""
        trim()
        evaluator, parts = self._parts.evaluator, []
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
        self._state.at_border = True
        yield Step.EVALUATION

    def _tally(self, tally: Tally, piece: Piece) -> bool:
        """Add a batch; returns whether to go on."""
        try:
            tally.add(piece)
        except InterruptedStepError:
            return False
        except Exception as error:
            program = self._parts.program.evaluation
            step, title = self._state.step, self._parts.program.title
            raise failed(error, step, program, piece.batch, title) from error
        return not self._interrupt.requested

    def _evaluated(
        self, values: dict[str, float], train_values: dict[str, float]
    ) -> None:
        """Act on an evaluation."""
        loss = values["loss"]
        best = self._parts.stopping.evaluated(loss)
        keeps_best = bool(self._parts.training.value("keep_best"))
        if best and keeps_best:
            self._parts.best.keep()
        if best or not keeps_best:
            self._state.results = values
        for phase in self._parts.phases:
            if phase.is_on(self._state.step):
                phase.schedule.evaluated(loss)
        self._state.position.evaluated_at = self._state.step
        evaluation = Evaluation(
            self._state.step, self._state.epoch, values, train_values, best
        )
        self._state.news.add_evaluation(evaluation)
        self._state.observer.evaluated(evaluation)
        if best and self._state.recorder.best_evaluated(self._state.step, loss):
            self._state.save()

    def _finish(self, kind: str) -> Iterator[Step]:
        """Bring back the best weights if asked to, and save."""
        self._monitor.settle()
        if self._state.has_diverged():
            return
        results, known = self._state.results, self._state.baselines
        if kind in _REACHED and self._parts.best.bring_back():
            self._state.log(tr("The best weights were brought back"))
        if kind in _REACHED and known and results:
            self._state.log(result(results, known, self._state.project))
        self._state.recorder.checkpoint(self._state.step, again=True)
        self._state.recorder.settle()
        yield from self._hold()

    def _rewind_point(self) -> Rewind | None:
        if not self._interrupt.armed:
            return None  # quick steps are finished: no copies are made for them
        return Rewind(
            self._parts.program.modules,
            self._parts.feeds,
            self._parts.device,
        )


def _turns(
    phases: list[tuple[int, PhaseRun]],
) -> Iterator[tuple[int, PhaseRun, bool]]:
    """Yield each phase as often as it updates in a step, and which is its last turn."""
    for index, phase in phases:
        for turn in range(1, phase.times + 1):
            yield index, phase, turn == phase.times
