"""The coming step of a training, held still phase by phase; then nothing has happened.

A phase of a GAN starts from the weights that the phase before it has moved: so the
earlier phases of the step are really made, and taken back at the end.
"""

import math
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property, partial

import torch
from torch import Tensor

from engine.explain.trace.recording import Recording, record
from engine.explain.trace.update import Forces, Split, clip_factor, split
from engine.protocol.tracing import Figures
from engine.training.evaluation.sources import Batch
from engine.training.machine import precision
from engine.training.parts import snapshot, state
from engine.training.parts.assembly import Assembly
from engine.training.parts.phases import PhaseRun
from engine.training.parts.snapshot import Position

_PART = 65_536
"""Numbers of a parameter that are reckoned with at a time: half a megabyte."""


@dataclass(frozen=True)
class Held:
    """One phase of the coming step, between its backward pass and its update.

    Args:
        run: The phase with its optimizer, which has the rates of this update.
        recording: What flowed, and the gradients.
        rate: The learning rate of weights whose own factor is 1.
        figures: Of `weight`, `gradient` and `step` of parameters, once they are known.
    """

    run: PhaseRun
    recording: Recording
    rate: float
    figures: dict[tuple[str, int], Figures] = field(default_factory=dict)

    def update(self, index: int) -> Split:
        """Return how the update of a parameter of the phase comes about.

        A parameter that no gradient comes to isn't moved at all, not even by decay.
        """
        shape = self.run.parameters[index].shape
        before, terms = self._split(index, slice(None), self._norm)
        shaped = {name: term.reshape(shape) for name, term in terms.items()}
        return Split(before.reshape(shape), shaped)

    def update_at(self, index: int, cell: tuple[int, ...]) -> Split:
        """Return the same of one number alone.

        Shape:
            any → 1
        """
        return self._split(index, self._place(index, cell), self._norm)

    def updates(self, index: int) -> Iterator[Split]:
        """Yield the same part by part, flat: what is reckoned with stays in the cache.

        Shape:
            any → up to `_PART`
        """
        norm = self._norm
        for start in range(0, self.run.parameters[index].numel(), _PART):
            yield self._split(index, slice(start, start + _PART), norm)

    def step(self, index: int) -> Tensor:
        """Return Δw of a parameter of the phase, in float64.

        Shape:
            any → as the parameter
        """
        weights = self.run.parameters[index].detach()
        found = torch.empty(weights.numel(), dtype=torch.float64, device=weights.device)
        start = 0
        for part in self.updates(index):
            stop = start + part.before.numel()
            found[start:stop] = part.step
            start = stop
        return found.reshape(weights.shape)

    def factor(self, index: int, cell: tuple[int, ...]) -> float | None:
        """Return what clipping multiplies a number of a gradient by; None without."""
        found = self._forces(index, self._place(index, cell), self._norm).factor
        return None if found is None else float(found)

    def _place(self, index: int, cell: tuple[int, ...]) -> slice:
        """Return where a number stands in a parameter that is taken as flat."""
        at = 0
        for place, size in zip(cell, self.run.parameters[index].shape, strict=True):
            at = at * size + place
        return slice(at, at + 1)

    def _split(self, index: int, part: slice, norm: float) -> Split:
        """Return the update of a part of a parameter, which is taken as flat."""
        own = self.run.parameters[index]
        flat = own.detach().reshape(-1)[part]
        if self.recording.gradients[index] is None and self._ewc(index) is None:
            return Split(flat.double(), {"batch": torch.zeros_like(flat)})
        torch_ = self.run.optimizer.torch
        group = next(
            g for g in torch_.param_groups if any(w is own for w in g["params"])
        )
        memory = {}
        for name, value in torch_.state.get(own, {}).items():
            if value is not None:
                kept = torch.as_tensor(value)
                is_each = kept.shape == own.shape
                memory[name] = kept.reshape(-1)[part] if is_each else kept
        forces = self._forces(index, part, norm)
        return split(self.run.optimizer.type, group, flat, forces, memory)

    def _forces(self, index: int, part: slice, norm: float) -> Forces:
        """Return what pulls at a part of a parameter before the optimizer comes."""
        weights = self.run.parameters[index].detach().reshape(-1)[part]
        batch, ewc = self.recording.gradients[index], self._ewc(index)
        flat = None if batch is None else batch.reshape(-1)[part]
        l1 = weights.sign() * self.run.l1 if self._has_l1(index) else None
        pull = None if ewc is None else ewc.reshape(-1)[part]
        factor = None
        if any(limit is not None for limit in self.run.limits):
            found = [force for force in (flat, l1, pull) if force is not None]
            total = torch.stack(found).sum(0)
            factor = clip_factor(total, norm, *self.run.limits)
        nothing = torch.zeros_like(weights)
        return Forces(nothing if flat is None else flat, l1, pull, factor)

    @cached_property
    def _norm(self) -> float:
        """The norm of all gradients together, where it is clipped."""
        clip_norm, _ = self.run.limits
        return math.nan if clip_norm is None else _norm(self._raw())

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
