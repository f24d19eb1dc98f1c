"""What a training consists of between its steps: begin and end, settings, facts."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.baselines import Baselines, records
from engine.protocol.messages import LayerSample, RunStarted
from engine.training.baselines import baselines
from engine.training.inside.inside import Inside
from engine.training.loop import divergence
from engine.training.loop.divergence import DeviceLosses
from engine.training.loop.events import Ending, Progress, changed
from engine.training.loop.observer import Nobody, Observer
from engine.training.loop.progress_buffer import ProgressBuffer
from engine.training.loop.recorder import COMMIT_S, Recorder, Snapshot
from engine.training.machine import rng_state
from engine.training.machine.interrupt import Interrupt, InterruptedStepError
from engine.training.parts import live_settings, snapshot
from engine.training.parts import threads as thread_counts
from engine.training.parts.assembly import assemble, facts
from engine.training.parts.snapshot import Position
from engine.training.records.change import Change
from engine.training.records.runs import LONGER, Run
from engine.training.weights import initial_weights

if TYPE_CHECKING:
    from engine.training.loop.causes import Cause

_SHARE, _MOST_S = 0.0025, 2.0
"""Of the time may go into writing curves; a slow disk has them this late at most."""


class TrainingState:
    """A training between two of its steps; `steps.Steps` makes them.

    Args:
        project: What to train; only read.
        run: Where to record; None records nothing. A run with a checkpoint goes on
            from there.
        device: Overrides the document's unless empty.
        threads: Overrides the document's unless 0.
        seed: Overrides the document's unless None.
        monitor: Measure histograms and norms, and make views.

    Attributes:
        position: How far it is.
        interrupt: Ends a slow step from within.
        device_losses: Losses that were not looked at yet.
        project: What is trained; only read.
        news: What the next `drain` tells.
        at_border: Between two steps, and no evaluation is due: the only moments to
            pause, to save and to change settings.
        ending: Why the steps were over; None before.
        baselines: What lazy answers reach, by node path; after `begin`.
        results: Evaluated values of the weights that it would end with.
        holds: Whether somebody waits while the disk refuses, and tries again; for
            nobody that is the end.
        cause: Where a number stopped being finite, if it is known.
        from_files: Some weights began as those of a file or of another run.
        inside: Makes what is watched inside the network.
        observer: Is shown all that is measured and may say what is wrong.

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
        self.parts.length.is_longer = bool(run and run.info.get(LONGER))
        self.threads = threads or self.parts.training.number("threads")
        self.monitor = self.parts.monitor(enabled=monitor)
        self.viewing = self.parts.viewing(enabled=monitor)
        self.inside = Inside(self.parts, enabled=monitor)
        self.position = Position()
        self.at_border = True
        self.ending: Ending | None = None
        self.baselines: Baselines = {}
        self.results: dict[str, float] = {}
        self.cause: Cause | None = None
        self.observer: Observer = Nobody()
        modules = self.parts.program.modules
        self.interrupt = Interrupt(modules, list(modules.parameters()))
        self.device_losses = DeviceLosses()
        self._later: deque[Change] = deque()
        self.from_files = self.holds = False
        self._begun, self._look_after_at, self._threads_before = False, 0.0, 0
        self.recorder = Recorder(run, len(self.parts.phases), self.snapshot)
        self.project = project
        self.news = ProgressBuffer(len(self.parts.phases), self.recorder, project)
        rng_state.seed(self.parts.seed)
        self._put_weights(project, run)
        self._random = rng_state.state(self.parts.device)

    def begin(self) -> None:
        """Choose the threads and note in the run how it is trained; once."""
        if self._begun:
            return
        self._begun = True
        rng_state.restore(self._random, self.parts.device)
        thread_counts.flush_denormals()
        self._threads_before = torch.get_num_threads()
        self._choose_threads()
        self.baselines = baselines.found(self.parts)
        self.recorder.started(
            device=str(self.parts.device),
            threads=self.threads,
            seed=self.parts.seed,
            data=self.parts.feeds.fingerprints,
            **self.parts.feeds.records,
            rows=[list(row) for row in self.parts.rows],
            goals=[vars(phase.goal) for phase in self.parts.phases],
            baselines=records(self.baselines),
        )
        self._tell_short_batch()
        if self.recorder.is_new:
            self.save()  # a run can go on from its first moment, without any file
        self.monitor.warm_up()
        self._look_after_at = time.perf_counter() + COMMIT_S
        self.interrupt.listen(slow=True)  # nobody knows yet how long a step takes

    def close(self, kind: str) -> None:
        """Finish writing, and leave torch as it was; `steps` does so by itself.

        Args:
            kind: How it ended, as in `messages.Outcome`.
        """
        self.interrupt.disarm()
        if self._threads_before:
            torch.set_num_threads(self._threads_before)
            thread_counts.flush_denormals(on=False)
            self._threads_before = 0
        self.recorder.add_views((*self.viewing.waiting, *self.inside.waiting))
        self.recorder.close(kind)

    @property
    def step(self) -> int:
        """Steps made."""
        return self.position.step

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
        """Time for all that watching consists of, as a share of the training time."""
        return self.monitor.budget.overhead

    @property
    def has_news(self) -> bool:
        """Whether `drain` has something to tell."""
        return bool(self.news) or self.viewing.has_news or self.inside.has_news

    def pretend(self, step: int) -> None:
        """Go on as if so many steps had been made: to rehearse those of a schedule."""
        self.position.step = step

    def request_stop(self) -> None:
        """End as soon as possible, with a checkpoint. Threads: any."""
        self.interrupt.request()

    def stops(self) -> bool:
        """Return whether a stop was asked for."""
        return self.interrupt.requested

    def save(self) -> None:
        """Write a checkpoint without waiting for the disk; only `at_border`.

        Weights that are no numbers any more never replace an older checkpoint.

        Raises:
            TrainingError: When the one before could not be written.
        """
        if self.has_diverged():
            return
        with self.monitor.budget.timed():
            self.recorder.checkpoint(self.step)

    def look_after(self, now: float) -> None:
        """Do what need not be done in every step.

        Args:
            now: Seconds, by `time.perf_counter`.
        """
        if now >= self._look_after_at:
            self.has_diverged()
            with self.monitor.budget.timed():
                self.recorder.commit()
            took = time.perf_counter() - now
            # A slow disk is asked so seldom that it costs no more than _SHARE.
            self._look_after_at = now + min(max(COMMIT_S, took / _SHARE), _MOST_S)
        if self.recorder.checkpoint_due(self.step):
            self.save()

    def look_after_due(self, now: float) -> bool:
        """Return whether `look_after` has something to do at a time."""
        return now >= self._look_after_at or self.recorder.checkpoint_every_steps > 0

    def diverge(self, step: int, node: str) -> None:
        """End because the loss of a node is no finite number at a step."""
        self.ending = divergence.ending(step, node, self.parts.program.title(node))

    def has_diverged(self) -> bool:
        """Look at the losses that are still on the device."""
        if bad := self.device_losses.first_bad():
            self.diverge(*bad)
        return self.ending is not None and self.ending.kind == "diverged"

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
        before = self.position.num_changes
        self._change(change)
        self._later = deque(c for c in self._later if not change.replaces(c))
        self.recorder.add_change(change, before, self._later)

    def drain(self) -> Progress:
        """Return what happened since the last call, once."""
        views = (*self.viewing.take(), *self.inside.take())
        progress = self.news.drain(self.monitor.take(), views)
        with self.monitor.budget.timed():
            self.recorder.add_views(views)
            found = self.observer.judge(progress.steps, progress.losses, self.ending)
            if found is not None:
                self.recorder.add_findings(found)
        return replace(progress, findings=found)

    @property
    def sight_due(self) -> bool:
        """Whether a view, or something that is watched inside, has its turn."""
        return self.viewing.due(self.step) or self.inside.due(self.step)

    def show(self, *, due: bool = False) -> Iterator[None]:
        """Make the views of the present weights; a stop ends it without a result.

        Args:
            due: Only those whose turn it is.
        """
        before = self.viewing.spent_s
        make = self.viewing.make_due if due else self.viewing.make
        try:
            for _ in make(self.step):
                yield
                if self.interrupt.requested:
                    return
        except InterruptedStepError:
            return
        finally:
            self.monitor.budget.also(self.viewing.spent_s - before)
        while self.viewing.log:
            self.log(self.viewing.log.pop(0))

    def look_inside(self, *, due: bool = False) -> Iterator[None]:
        """Make what is watched inside the network; a stop ends it without a result.

        Args:
            due: Only what has its turn.
        """
        before = self.inside.spent_s
        try:
            for _ in self.inside.make(self.step, due=due):
                yield
                if self.interrupt.requested:
                    return
        except InterruptedStepError:
            return
        finally:
            self.monitor.budget.also(self.inside.spent_s - before)
        while self.inside.log:
            self.log(self.inside.log.pop(0))

    def keep_sample(self, sample: LayerSample) -> None:
        """Take in a measurement of the layers."""
        self.recorder.add_sample(sample)
        self.inside.measured(sample)

    def log(self, line: str) -> None:
        """Add a line to the log of the run and of the next `drain`."""
        self.news.log(line)

    def started(self) -> RunStarted:
        """Return the facts of this training; call after `begin`."""
        run = self.recorder.run
        folder = str(run.folder) if run else ""
        return facts(self.parts, folder, self.threads, self.step, self.baselines)

    def _change(self, change: Change) -> None:
        live_settings.apply(self.parts, change)
        self.position.num_changes += 1
        self.news.add_change(change.step + 1)
        self.log(changed(change, change.phase if len(self.parts.phases) > 1 else ""))
        if change.name == "batch_size":
            self._tell_short_batch()

    def _tell_short_batch(self) -> None:
        """Say when the training data is smaller than a batch."""
        order = self.parts.feeds.order
        if order.batch_size > order.num_samples:
            n = order.num_samples
            self.log(
                tr("A batch has {n:sample|samples}: the training data has no more", n=n)
            )

    def repeat_changes(self) -> None:
        """Repeat changes that were made after the checkpoint we resumed from."""
        while self._later and self._later[0].step <= self.step:
            self._change(self._later.popleft())

    def _choose_threads(self) -> None:
        if self.parts.device.type != "cpu":
            self.threads = torch.get_num_threads()
            return
        wished = self.threads or thread_counts.wished()
        self.threads = wished or thread_counts.tuned(self.parts)
        torch.set_num_threads(self.threads)

    def snapshot(self) -> Snapshot:
        """Return what a checkpoint consists of, as it is now."""
        return snapshot.take(self.parts, self.position)

    def _put_weights(self, project: Project, run: Run | None) -> None:
        """Take over the run's checkpoint, or else what the document starts from."""
        loaded = run.load_checkpoint() if run else None
        if loaded:
            self.position = snapshot.put(self.parts, *loaded)
        else:
            taken = initial_weights.start(project, self.parts.program, run)
            self.from_files = bool(taken)
            self.parts.averaged.begin()
            for found in taken:
                self.log(initial_weights.sentence(found))
        if run:
            self._forget_later(run)

    def _forget_later(self, run: Run) -> None:
        """Forget what came after the checkpoint, but the changes to repeat."""
        self._later.extend(run.changes[self.position.num_changes :])
        run.metrics.discard_after(self.step)
