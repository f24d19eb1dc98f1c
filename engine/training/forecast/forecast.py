"""What a run will take, found out by doing a little of all it consists of on a copy."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice

import torch

from engine.data import catalog
from engine.graph.model import Project
from engine.measure.budget import MEASURING, Budget
from engine.protocol.messages import Forecast
from engine.training.loop.recorder import COPIED_BYTES
from engine.training.loop.steps import Steps
from engine.training.loop.trainer import Trainer
from engine.training.machine import devices, rng_state, scarcity
from engine.training.machine.footprint import Footprint
from engine.training.machine.highwater import HighWater
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.parts import state
from engine.training.parts.run_plan import Costs, Kind, kinds, num_evaluations
from engine.training.records import tensor_file

BUDGET_S = 0.4
"""Time for the steps, and again for an evaluation; one slow step may exceed it."""
VIEWS_S = 2.0
"""Time for the views; one slow view may exceed it."""
_LEAST_STEPS, _WARM_UP = 3, 2
_STEADY_STEPS, _STEADY_S = 12, 1.0
"""So many steps until a heap grows no more; so long they are waited for."""
_QUICK_S = 0.2
"""Views that take longer are not made a second time to see their memory."""
_HELD_BYTES = 2**29
"""What views keep up to this is really held, to see what the process grows by."""
_LATER, _PAGES_BYTES = 1.06, 12 * 2**20
"""A run makes more steps than its rehearsal, and its heap grows by so much more.

A process that hasn't trained such layers reads 5 to 20 MB of libraries for them that
this one may have read before. Both are from `tests.benchmarks forecast`.
"""

Attach = Callable[[Trainer, Project], object]


class CalledOffError(Exception):
    """Raised inside a rehearsal that shall not go on; never leaves it."""


class Rehearsal:
    """A training that is thrown away after a few steps.

    Its memory is by how much the process grows meanwhile: that counts what operations
    need inside themselves, and what is given back in pieces of no use. Where the
    system does not tell, and on other devices, all tensors are counted.

    Args:
        project: Only read.
        attach: Lets somebody look on, as on a run.
        clock: Seconds; another one in tests.

    Raises:
        EngineError: When it can't be trained.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(
        self,
        project: Project,
        *,
        attach: Attach = lambda _trainer, _project: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._clock = clock
        wanted = str(project.training.checked().value("device"))
        self._device = devices.resolve(wanted)
        self._held_bytes = _held_data(project)
        self._process = HighWater()
        self._is_seen = self._device.type == "cpu" and self._process.is_told
        self._footprint = Footprint(self._device)
        self._views_bytes = 0
        self._random = rng_state.state(self._device)
        try:
            with self._counted():
                self._trainer = Trainer(project)
            self._steps = Steps(self._trainer)
            attach(self._trainer, project)
        finally:
            rng_state.restore(self._random, self._device)

    def _counted(self) -> AbstractContextManager[object]:
        """Count tensors, unless the process is looked at.

        Counting makes a step slow, and lets it copy each gradient once more.
        """
        return nullcontext() if self._is_seen else self._footprint

    def stop(self) -> None:
        """End as soon as possible; `forecast` then returns None."""
        self._trainer.request_stop()

    def forecast(
        self, revision: int = 0, budget_s: float = BUDGET_S
    ) -> Forecast | None:
        """Do some of all that a run consists of, and return what it tells of the rest.

        Raises:
            EngineError: When a step fails.
        """
        trainer = self._trainer
        try:
            trainer.begin()
            costs = self._costs(budget_s)
            return None if costs is None else self._told(revision, costs)
        except (CalledOffError, InterruptedStepError):
            return None
        finally:
            trainer.close("stopped")
            rng_state.restore(self._random, self._device)

    def _costs(self, budget_s: float) -> Costs | None:
        """Return what the parts of the run take, and see what memory they need."""
        trainer = self._trainer
        wanted = kinds(trainer.parts.phases, trainer.total_steps)
        with self._counted():
            if not all(self.make(kind.number) for kind in wanted):
                return None
            self._look_at_the_rest(wanted[0])
        # Looking at memory has made all slower.
        trainer.monitor.budget = Budget(MEASURING)
        whole = trainer.total_steps
        times = [
            (kind.count, self._step_s(kind, budget_s * kind.count / whole))
            for kind in wanted
        ]
        evaluation_s, views_s = self._evaluation_s(budget_s), self._views_s()
        with self._footprint:  # how much the views of a batch keep
            self._look_at_views(views_s)
        samples, views = trainer.monitor.budget, trainer.viewing.budget
        return Costs(
            steps=times,
            evaluations=(num_evaluations(trainer.parts.length), evaluation_s),
            sample_s=samples.cost_s,
            sample_apart_s=samples.apart_s(samples.cost_s),
            views_s=views_s,
            views_apart_s=views.apart_s(views_s),
        )

    def _look_at_the_rest(self, kind: Kind) -> None:
        """See the memory of a step beside a checkpoint, of an evaluation, of a look."""
        trainer = self._trainer
        copies = self._copies()
        self.make(kind.number)
        deque(islice(self.evaluation(), 2), maxlen=0)
        if trainer.observer.look_due():
            deque(islice(trainer.observer.look(), 2), maxlen=0)
        del copies

    def _step_s(self, kind: Kind, budget_s: float) -> float:
        """Return the mean seconds of a kind of step, without those for measuring."""
        times: list[float] = []
        end = self._clock() + budget_s
        while True:
            measuring, start = self._trainer.monitor.budget.spent_s, self._clock()
            if not self.make(kind.number):
                break
            self._synchronize()
            now = self._clock()
            measuring = self._trainer.monitor.budget.spent_s - measuring
            times.append(max(0.0, now - start - measuring))
            late = now > end + _STEADY_S
            enough = now > end and len(times) >= (
                _LEAST_STEPS if late else _STEADY_STEPS
            )
            if enough or times[-1] > BUDGET_S:
                break
        warm = times[_WARM_UP:] or times
        return sum(warm) / len(warm) if warm else 0.0

    def _evaluation_s(self, budget_s: float) -> float:
        """Return the seconds of a whole evaluation, from as much as fits the budget."""
        sizes = self._trainer.parts.evaluator.sizes()
        whole, end = [], self._clock() + budget_s
        while self._clock() < end:
            whole.append(self._part_s(self.evaluation(), sizes, budget_s))
        return sum(whole) / len(whole) if whole else 0.0

    def _views_s(self) -> float:
        """Return the seconds of making all views."""
        sizes = self._trainer.viewing.sizes()
        return self._part_s(self._views(), sizes, VIEWS_S)

    def _part_s(
        self, pieces: Iterable[object], sizes: list[int], budget_s: float
    ) -> float:
        """Return the seconds of all pieces, of which the first have these sizes."""
        start, done = self._clock(), 0
        for number, _ in enumerate(pieces, 1):
            self._check()
            self._synchronize()
            done = sum(sizes[:number])
            if self._clock() - start > budget_s and number < len(sizes):
                break
        return (self._clock() - start) * (sum(sizes) / done if done else 1.0)

    def _look_at_views(self, views_s: float) -> None:
        """See the memory of the views: of all, or of a batch when they are slow."""
        watched, views = self._footprint, self._trainer.viewing
        sizes = views.sizes()
        if views_s <= _QUICK_S or not sizes:
            deque(views.make(-3), maxlen=0)
            return
        before = watched.live_sizes()
        batches = views.make(-3)
        next(batches, None)
        kept = list((watched.live_sizes() - before).elements())
        whole = sum(sizes) / sizes[0]
        parts = [size for size in kept for _ in range(round(whole) - 1)]
        parts += [int(size * whole) for size in kept]  # then as one tensor
        watched.hold(sum(parts))
        if sum(parts) <= _HELD_BYTES:  # really: it may fit into what was freed
            pieces = [torch.ones(size, dtype=torch.uint8) for size in parts]
            del pieces
        else:
            scarcity.trim()
            self._views_bytes = self._process.growth_bytes + sum(parts)
        batches.close()  # type: ignore[attr-defined]

    def make(self, number: int) -> bool:
        """Make the step of this number; returns whether there was one.

        Raises:
            CalledOffError: When a stop was asked for.
        """
        trainer = self._trainer
        self._check()
        trainer.pretend(number - 1)
        while trainer.step < number and trainer.ending is None:
            deque(self._steps.next_step(), maxlen=0)
            self._check()
        return trainer.ending is None

    def evaluation(self) -> Iterator[object]:
        """Evaluate; yields after each batch."""
        return self._steps.evaluate()

    def _views(self) -> Iterator[None]:
        """Make all views; a stop is heard between two layers."""
        self._trainer.interrupt.listen(slow=True)
        return self._trainer.viewing.make(-2)

    def _copies(self) -> object:
        """Return the copies that a checkpoint is written from, while it is small."""
        tensors, _ = self._trainer.snapshot()
        small = tensor_file.num_bytes(tensors) <= COPIED_BYTES
        return state.copied(tensors) if small else None

    def _check(self) -> None:
        """Raise when a stop was asked for."""
        if self._trainer.stops():
            raise CalledOffError

    def _synchronize(self) -> None:
        if self._device.type != "cpu":
            torch.accelerator.synchronize(self._device)

    def _told(self, revision: int, costs: Costs) -> Forecast:
        trainer = self._trainer
        per_epoch = trainer.parts.feeds.order.batches_per_epoch
        bare = sum(count * seconds for count, seconds in costs.steps)
        return Forecast(
            revision=revision,
            device=str(self._device),
            threads=trainer.threads,
            step_s=bare / trainer.total_steps,
            epoch_s=costs.total_s * per_epoch / trainer.total_steps,
            total_s=costs.total_s,
            total_steps=trainer.total_steps,
            steps_per_epoch=per_epoch,
            memory_bytes=self._memory(),
        )

    def _memory(self) -> int:
        """Return the most bytes of this training at one moment."""
        if not self._is_seen:
            return self._footprint.peak_bytes
        grown = max(self._process.grown_bytes, self._views_bytes)
        return int(_LATER * grown) + _PAGES_BYTES + self._held_bytes


def _held_data(project: Project) -> int:
    """Return the bytes of the project's data that a check has loaded already."""
    nodes = [node for node in project.graph.nodes.values() if node.type == "data"]
    return sum({str(n.params): catalog.held_bytes(n.params) for n in nodes}.values())
