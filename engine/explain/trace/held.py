"""The coming step of a training, held still phase by phase; then nothing has happened.

A phase of a GAN starts from the weights that the phase before it has moved: so the
earlier phases of the step are really made, and taken back at the end.
"""

from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from engine.explain.trace.recording import Recording, record
from engine.explain.trace.update import Forces, Split, clip_factor, split
from engine.training.evaluation.sources import Batch
from engine.training.machine import precision
from engine.training.parts import snapshot, state
from engine.training.parts.assembly import Assembly
from engine.training.parts.phases import PhaseRun
from engine.training.parts.snapshot import Position


@dataclass(frozen=True)
class Held:
    """One phase of the coming step, between its backward pass and its update.

    Args:
        run: The phase with its optimizer, which has the rates of this update.
        recording: What flowed, and the gradients.
        rate: The learning rate of weights whose own factor is 1.
    """

    run: PhaseRun
    recording: Recording
    rate: float

    def forces(self, index: int) -> Forces:
        """Return what pulls at a parameter of the phase, before the optimizer comes."""
        raw = self._raw()
        batch = self.recording.gradients[index]
        weights = self.run.parameters[index].detach()
        none = torch.zeros_like(weights)
        l1 = weights.sign() * self.run.l1 if self._has_l1(index) else None
        total = raw[index]
        return Forces(
            none if batch is None else batch,
            l1,
            self._ewc(index),
            None if total is None else clip_factor(total, _norm(raw), *self.run.limits),
        )

    def update(self, index: int) -> Split:
        """Return how the update of a parameter of the phase comes about.

        A parameter that no gradient comes to isn't moved at all, not even by decay.
        """
        weights = self.run.parameters[index]
        if self._raw()[index] is None:
            return Split(
                weights.detach().double(), {"batch": torch.zeros_like(weights)}
            )
        torch_ = self.run.optimizer.torch
        group = next(
            g for g in torch_.param_groups if any(w is weights for w in g["params"])
        )
        memory = {
            name: torch.as_tensor(value)
            for name, value in torch_.state.get(weights, {}).items()
            if value is not None
        }
        return split(
            self.run.optimizer.type, group, weights, self.forces(index), memory
        )

    def _raw(self) -> list[Tensor | None]:
        """Return all gradients of the phase as they are before clipping."""
        found: list[Tensor | None] = []
        for index, gradient in enumerate(self.recording.gradients):
            weights, pull = self.run.parameters[index].detach(), self._ewc(index)
            total = gradient
            if total is not None and self.run.l1:
                total = total + weights.sign() * self.run.l1
            if pull is not None:
                total = pull if total is None else total + pull
            found.append(total)
        return found

    def _has_l1(self, index: int) -> bool:
        return bool(self.run.l1) and self.recording.gradients[index] is not None

    def _ewc(self, index: int) -> Tensor | None:
        held_back = self.run.ewc
        is_ready = held_back is not None and held_back.is_ready
        return held_back.gradient(index) if held_back and is_ready else None


def _norm(gradients: list[Tensor | None]) -> float:
    """Return the Euclidean norm of all together, as clipping takes it."""
    norms = [torch.linalg.vector_norm(g) for g in gradients if g is not None]
    return float(torch.linalg.vector_norm(torch.stack(norms))) if norms else 0.0


def coming(parts: Assembly, position: Position) -> Generator[Held, None, None]:
    """Yield the phases of the coming step, each as long as it is looked at.

    One that updates several times a step comes as often.

    Args:
        parts: A training between two of its steps.
        position: How far it is.

    Weights, optimizers, buffers, order of the data and random numbers are afterwards
    what they were, to the bit, also when the last phases are not asked for.

    Threads: the one that trains.
    """
    phases = (phase for phase in parts.phases if phase.due(position.step + 1))
    due = [phase for phase in phases for _ in range(phase.times)]
    modules, feeds = parts.program.modules, parts.feeds
    rewind = state.Rewind(modules, feeds, parts.device)
    whole = None
    if len(due) > 1:
        tensors, numbers = snapshot.take(parts, position)
        whole = state.copied(tensors), numbers
    try:
        batch = feeds.next()
        for turn, phase in enumerate(due):
            if len(parts.phases) > 1:
                phase.program.enter()
            yield _held(parts, position, phase, batch)
            if turn < len(due) - 1:
                phase.backward(phase.loss(phase.forward(batch)))
                phase.update(position.step, parts.length.total_steps)
    finally:
        if whole is not None:
            for phase in due:
                phase.forget_gradients()
            snapshot.put(parts, *whole)
        rewind.go()


def _held(parts: Assembly, position: Position, phase: PhaseRun, batch: Batch) -> Held:
    around = partial(precision.autocast, parts.device) if phase.half else nullcontext
    recording = record(phase.program, batch, around)
    rate = phase.set_rates(position.step, parts.length.total_steps)
    return Held(phase, recording, rate)
