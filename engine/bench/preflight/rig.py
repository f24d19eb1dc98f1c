"""A training on a rig: it learns a little, tells of it, and is put back."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

import torch
from torch import Tensor
from torch.optim import Adam, Optimizer

from engine.data.own.resolving import resolved
from engine.graph.model import Project
from engine.graph.titles import path_title
from engine.training.evaluation.sources import Batch
from engine.training.loop.trainer import Trainer
from engine.training.machine import rng_state
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.parts import gradients
from engine.training.parts.optimizers import LiveOptimizer
from engine.training.parts.phases import PhaseRun

FEW, FEWEST = 8, 2
"""Samples that are learnt by heart, and of long sequences."""
MANY, MANY_S = 256, 0.6
"""Samples that a loss is measured on; fewer where that takes longer."""
WHOLE_S = 18.0
"""All checks together; the slow ones get what the others have left."""
_LONG = 1024
"""Tokens that are learnt by heart, at most."""
_DIVERGED = float("inf")


class CalledOffError(Exception):
    """Raised inside a check that shall not go on; never leaves the preflight."""


class Rig:
    """A network that can be trained a little and set back to its start.

    Args:
        project: Only read.
        clock: Seconds; another one in tests.

    Raises:
        EngineError: When it can't be trained.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(
        self, project: Project, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.project, self.clock = resolved(project), clock
        self._end = clock() + WHOLE_S
        self._random = rng_state.state(torch.device("cpu"))
        self.trainer = Trainer(self.project, monitor=False)
        self.parts = self.trainer.parts
        self._modules = self.parts.program.modules
        self._start = {k: v.clone() for k, v in self._modules.state_dict().items()}
        self._position = self.parts.feeds.state()
        self._many: dict[int, list[Batch]] = {}
        tokens = max((math.prod(x.shape[1:]) for x in self._whole_numbers()), default=1)
        self.num_few = max(FEWEST, min(FEW, _LONG // max(tokens, 1) // 2))

    def _whole_numbers(self) -> Iterator[Tensor]:
        batch = next(self.parts.feeds.spread_batches(1, 1))
        return (x for x in batch.values() if not x.is_floating_point())

    def stop(self) -> None:
        """End as soon as possible."""
        self.trainer.request_stop()

    def within(self, budget_s: float) -> float:
        """Return so many seconds, or half of those that are left of all."""
        left = self._end - self.clock()
        return max(0.0, min(budget_s, left / 2))

    def begin(self) -> None:
        """Choose the threads and find what guessing reaches."""
        self.trainer.begin()

    def close(self) -> None:
        """Leave torch as it was."""
        with suppress(OSError):
            self.trainer.close("stopped")
        rng_state.restore(self._random, torch.device("cpu"))

    def check(self) -> None:
        """Raise when a stop was asked for."""
        if self.trainer.stops():
            raise CalledOffError

    def put_back(self) -> None:
        """Set weights, running statistics and the order of samples back."""
        self._modules.load_state_dict(self._start)
        self.parts.feeds.restore(self._position)

    def few(self, times: int = 1) -> Batch:
        """Return some training samples, the same every time."""
        count = self.num_few * times
        return next(self.parts.feeds.spread_batches(count, count))

    def many(self, phase: PhaseRun) -> list[Batch]:
        """Return more of them, in batches as they are trained; as time allows."""
        key = id(phase)
        if key not in self._many:
            size = max(2, min(self.parts.feeds.order.batch_size, MANY))
            end, chosen = self.clock() + MANY_S, []
            for batch in self.parts.feeds.spread_batches(MANY, size):
                chosen.append(batch)
                self.loss(phase, [batch])
                if self.clock() > end:
                    break
            self._many[key] = chosen
        return self._many[key]

    def words(self, path: str) -> str:
        """Return what people call a node."""
        return path_title(self.project, path)

    def enter(self, phase: PhaseRun) -> None:
        """Let exactly the weights of a phase learn."""
        if len(self.parts.phases) > 1:
            phase.program.enter()

    def loss(self, phase: PhaseRun, batches: list[Batch]) -> float:
        """Return what a phase would minimise: the mean over batches as in training."""
        self.enter(phase)
        found = []
        for number, batch in enumerate(batches):
            self.check()
            rng_state.seed(number)
            with torch.no_grad():
                found.append(float(phase.loss(phase.forward(batch))))
        return sum(found) / len(found)

    def optimizer(self, phase: PhaseRun, rate: float = 0.0) -> Optimizer:
        """Return the phase's own optimizer anew, at a rate unless that is 0."""
        index = self.parts.phases.index(phase)
        choice = self.parts.training.phases[index].optimizer
        groups = [
            (group["lr_factor"], group["params"])
            for group in phase.optimizer.torch.param_groups
        ]
        live = LiveOptimizer(choice, groups, phase.device)
        if rate:
            live.set("lr", rate)
        live.apply(1.0, 0.0)
        return live.torch

    def adam(self, phase: PhaseRun, rate: float) -> Optimizer:
        """Return an Adam for the weights of a phase, whatever the document says."""
        return Adam(phase.parameters, lr=rate, foreach=True)

    def learn(
        self,
        phase: PhaseRun,
        optimizer: Optimizer,
        batches: Iterator[Batch],
        *,
        fixed: bool = False,
    ) -> Iterator[float]:
        """Yield the loss of each step, after the backward pass and before the update.

        A loss or gradient that is no number ends it with an infinity.

        Args:
            phase: What learns.
            optimizer: Moves its weights.
            batches: One a step.
            fixed: Dropout and noise within the network are the same in every step.
        """
        self.enter(phase)
        for batch in batches:
            self.check()
            if fixed:
                rng_state.seed(0)
            try:
                total = phase.loss(phase.forward(batch))
                phase.backward(total)
            except InterruptedStepError:
                raise CalledOffError from None
            value = float(total.detach())
            if not abs(value) < _DIVERGED or not _all_finite(phase.parameters):
                yield _DIVERGED
                return
            _clip(phase)
            yield value
            optimizer.step()

    def fresh(self, steps: int) -> Iterator[Batch]:
        """Yield so many batches as the training would make them."""
        return islice(iter(self.parts.feeds.next, None), steps)


def _all_finite(weights: list[torch.nn.Parameter]) -> bool:
    grads = [w.grad for w in weights if w.grad is not None]
    if not grads:
        return True
    norms = torch._foreach_norm(grads)  # noqa: SLF001 - one kernel for all
    return bool(torch.isfinite(torch.stack(list(norms))).all())


def _clip(phase: PhaseRun) -> None:
    """Limit the gradients as the training would."""
    norm, value = phase.limits
    if norm is not None or value is not None:
        gradients.clip(phase.parameters, norm, value)


def rows(values: Tensor) -> Tensor:
    """Return a tensor with one row for each of its first dimension.

    Shape:
        N×… → N×M
    """
    return values.detach().reshape(len(values), -1)
