"""What a run will take, found out by making a few of its steps on a copy."""

import math
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from engine.graph.model import Project
from engine.protocol.frame import Forecast
from engine.training.evaluation import BATCH_SIZE, Tally
from engine.training.events import Step
from engine.training.interrupt import InterruptedStepError
from engine.training.trainer import Trainer

BUDGET_S = 0.4
"""Time for the steps; one slow step may exceed it."""
_LEAST_STEPS, _WARM_UP = 3, 2
_EVALUATED_APART = 25
"""Steps between evaluations at ends of epochs, see `Length`."""


class Rehearsal:
    """A training that is thrown away after a few steps.

    Args:
        project: Only read.

    Raises:
        EngineError: When it can't be trained.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(self, project: Project) -> None:
        self._trainer = Trainer(project)

    def stop(self) -> None:
        """End as soon as possible; `forecast` then returns None."""
        self._trainer.request_stop()

    def forecast(
        self, revision: int = 0, budget_s: float = BUDGET_S
    ) -> Forecast | None:
        """Make steps for `budget_s` and return what they tell of the whole run.

        Raises:
            EngineError: When a step fails.
        """
        trainer = self._trainer
        trainer.begin()
        saved = Saved(trainer.parts.program.modules.parameters())
        steps = trainer.steps()
        try:
            times = self._timed(steps, saved, budget_s)
            if not times or (trainer.ending and trainer.ending.kind == "stopped"):
                return None
            return self._told(revision, times, saved.peak_bytes)
        except InterruptedStepError:
            return None
        finally:
            steps.close()

    def _timed(
        self, steps: Iterator[Step], saved: "Saved", budget_s: float
    ) -> list[float]:
        """Return seconds of each step; memory is looked at in the first alone."""
        times: list[float] = []
        with saved.watching():
            done = self._one(steps, saved)
        end = time.perf_counter() + budget_s
        while done:
            start = time.perf_counter()
            done = self._one(steps, saved)
            times += [time.perf_counter() - start] if done else []
            if time.perf_counter() > end and len(times) >= _LEAST_STEPS:
                break
            if times and times[-1] > budget_s:
                break
        return times

    def _one(self, steps: Iterator[Step], saved: "Saved") -> bool:
        """Make one step; returns whether it was one of the training."""
        number = self._trainer.step
        for event in steps:
            if event is Step.BACKWARD:
                saved.end_phase()
            if event is Step.UPDATE and self._trainer.step > number:
                self._synchronize()
                return True
            if event in {Step.EVALUATION, Step.VIEW, Step.LOOK_BACK}:
                return False
        return False

    def _synchronize(self) -> None:
        if self._trainer.parts.device.type != "cpu":
            torch.accelerator.synchronize(self._trainer.parts.device)

    def _told(self, revision: int, times: list[float], saved: int) -> Forecast:
        trainer, parts = self._trainer, self._trainer.parts
        step_s = statistics.fmean(times[_WARM_UP:] or times)
        per_epoch = parts.feeds.order.batches_per_epoch
        every = parts.training.number("evaluate_every")
        apart = every or math.ceil(_EVALUATED_APART / per_epoch) * per_epoch
        with_evaluation = step_s + self._evaluation_s() / apart
        return Forecast(
            revision=revision,
            device=str(parts.device),
            threads=trainer.threads,
            step_s=step_s,
            epoch_s=with_evaluation * per_epoch,
            total_s=with_evaluation * trainer.total_steps,
            total_steps=trainer.total_steps,
            steps_per_epoch=per_epoch,
            weight_bytes=self._weight_bytes(),
            activation_bytes=saved,
        )

    def _evaluation_s(self) -> float:
        """Return about how long an evaluation takes, from its first batch."""
        feeds = self._trainer.parts.feeds
        tally = Tally(self._trainer.parts.evaluator)
        size, batch = next(iter(feeds.validation_batches(BATCH_SIZE)))
        start = time.perf_counter()
        tally.add(size, batch)
        self._synchronize()
        passes = 2 if feeds.has_validation else 1  # as much of the training data
        one = time.perf_counter() - start
        return one * feeds.num_validation / size * passes

    def _weight_bytes(self) -> int:
        """Return bytes of weights, their mean, buffers, gradients and optimizers."""
        modules = self._trainer.parts.program.modules
        weights = list(modules.parameters())
        gradients = [weight for weight in weights if weight.requires_grad]
        states = [
            value
            for phase in self._trainer.parts.phases
            for state in phase.optimizer.torch.state.values()
            for value in state.values()
            if isinstance(value, Tensor)
        ]
        mean = self._trainer.parts.averaged.tensors.values()
        kept = (*weights, *mean, *modules.buffers(), *gradients, *states)
        return sum(map(_bytes, kept))


class Saved:
    """Counts what the forward pass keeps for the backward pass.

    Args:
        weights: Not counted: they are there anyway.
    """

    def __init__(self, weights: Iterable[Tensor]) -> None:
        self._weights = {weight.untyped_storage().data_ptr() for weight in weights}
        self._found: dict[int, int] = {}
        self.peak_bytes = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count while this is open."""
        with torch.autograd.graph.saved_tensors_hooks(self._pack, lambda x: x):
            yield
        self.end_phase()

    def end_phase(self) -> None:
        """Note what one phase has kept; its backward pass lets go of it."""
        self.peak_bytes = max(self.peak_bytes, sum(self._found.values()))
        self._found.clear()

    def _pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._weights:
            self._found[storage.data_ptr()] = storage.nbytes()
        return tensor


def _bytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()
