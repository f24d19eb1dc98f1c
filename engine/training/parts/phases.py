"""One phase of a step: forward, loss, backward, update."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.compile.program import PhaseProgram
from engine.errors import ConfigError
from engine.graph.settings import Phase
from engine.i18n import tr
from engine.protocol.goals import PhaseGoal
from engine.training.machine import precision
from engine.training.parts import gradients, schedules
from engine.training.parts.optimizers import Groups, LiveOptimizer

if TYPE_CHECKING:
    from engine.training.weights.ewc import Consolidation

Outputs = Mapping[str, Tensor]


class PhaseRun:
    """A compiled phase with its optimizer and schedule.

    Args:
        phase: Settings.
        program: What it computes.
        half: Compute in bf16 where that is sound.

    Attributes:
        ewc: What it is held back by, if anything.
        clipped: Counts the updates that were cut to a norm.
        half: Compute in bf16 where that is sound.
        random: State of the random numbers before the last forward pass; None where
            it draws none.

    Raises:
        ConfigError: When there is nothing to train.

    Threads: the training thread alone.
    """

    def __init__(self, phase: Phase, program: PhaseProgram, *, half: bool) -> None:
        if not program.parameters:
            raise ConfigError(
                tr("There are no weights to train"),
                where=tr("Phase “{name}”", name=phase.name),
                fix=tr("Add a layer with weights, or make one trainable."),
            )
        self.program, self.name = program, phase.name
        self.parameters = program.parameters
        self.device = self.parameters[0].device
        self.optimizer = LiveOptimizer(phase.optimizer, _groups(program), self.device)
        self.parameters_in_groups: list[Tensor] = [
            weights
            for group in self.optimizer.torch.param_groups
            for weights in group["params"]
        ]
        self.schedule = schedules.build(phase.schedule)
        self.every = int(_number(phase, "every") or 1)
        self.times = int(_number(phase, "times") or 1)
        self._first, self._last = _number(phase, "first") or 1, _number(phase, "last")
        self._clip = (_number(phase, "clip_norm"), _number(phase, "clip_value"))
        self._l1 = _number(phase, "l1") or 0.0
        self.half = half
        self._draws: bool | None = None
        here = self.device.type == "cpu"  # elsewhere asking makes it wait
        self._check = gradients.FiniteCheck(self.parameters) if here else None
        self.clipped = gradients.ClipCount(self.device)
        self.random: Tensor | None = None
        self.ewc: Consolidation | None = None

    def due(self, number: int) -> bool:
        """Return whether this phase runs in a step; they count from 1."""
        return self.is_on(number) and number % self.every == 0

    def is_on(self, number: int) -> bool:
        """Return whether a step lies between the first and the last of this phase."""
        ended = self._last is not None and number > self._last
        return number >= self._first and not ended

    @property
    def adds_to_gradient(self) -> bool:
        """Whether every weight gets some gradient that no loss gives it."""
        return self._l1 > 0

    @property
    def l1(self) -> float:
        """Factor of Σ|w| in what it minimises."""
        return self._l1

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The largest norm of all its gradients, and the largest size of a number."""
        return self._clip

    @property
    def borders(self) -> tuple[float, ...]:
        """First step of this phase, and the first after its last one, if it ends."""
        ends = () if self._last is None else (self._last + 1,)
        return (self._first, *ends)

    @property
    def goal(self) -> PhaseGoal:
        """What this phase minimises, and when."""
        weights = zip(self.program.losses, self.program.weights, strict=True)
        return PhaseGoal(dict(weights), int(self._first), int(self._last or 0))

    def forward(self, feeds: Mapping[str, Tensor]) -> Outputs:
        """Return losses, metrics and views of a batch."""
        if self._draws is not False:
            self.random = torch.get_rng_state()
        outputs = self._forward(feeds)
        if self._draws is None and self.random is not None:
            self._draws = not torch.equal(self.random, torch.get_rng_state())
            self.random = self.random if self._draws else None
        return outputs

    def _forward(self, feeds: Mapping[str, Tensor]) -> Outputs:
        if not self.half:
            return self.program.run(feeds)
        with precision.autocast(self.device):
            return self.program.run(feeds)

    def loss(self, outputs: Outputs) -> Tensor:
        """Return the weighted sum of the phase's losses.

        Shape:
            one number per loss → one number
        """
        return self.program.total(outputs)

    def backward(self, total: Tensor) -> None:
        """Put ∂total/∂w into the gradients of this phase's weights, and no others.

        Shape:
            one number
        """
        self.forget_gradients()
        torch.autograd.backward(total)
        if self._l1:
            gradients.add_l1(self.parameters, self._l1)
        if self.ewc and self.ewc.is_ready:
            self.ewc.add_gradient()

    def forget_gradients(self) -> None:
        """Drop the gradients of the last step."""
        for weight in self.parameters:
            weight.grad = None

    def update(self, step: int, total_steps: int) -> float:
        """Move the weights against their gradients; returns the learning rate.

        The schedule goes from the first step of this phase to its last.

        Args:
            step: Steps of the run so far.
            total_steps: Of the run.

        Raises:
            NonFiniteError: When a gradient is not finite; no weight has moved then.
        """
        norm, value = self._clip
        if norm is not None or value is not None:
            before = gradients.clip(self.parameters, norm, value)
            if before is not None and norm is not None:
                self.clipped.add(before, norm)
        if self._check and not self._check.passes():
            raise gradients.NonFiniteError
        rate = self.set_rates(step, total_steps)
        self.optimizer.torch.step()
        return rate

    def set_rates(self, step: int, total_steps: int) -> float:
        """Give the optimizer the rates of its coming update; returns the learning rate.

        Args:
            step: Steps of the run so far.
            total_steps: Of the run.
        """
        before, last = int(self._first) - 1, min(self._last or math.inf, total_steps)
        place = (step - before, int(last) - before)
        return self.optimizer.apply(
            self.schedule.rate(*place), self.schedule.momentum(*place)
        )

    def culprit(self, outputs: Outputs) -> str:
        """Return the first loss node whose value is not finite."""
        for loss in self.program.losses:
            if not torch.isfinite(outputs[loss]).all():
                return loss
        return self.program.losses[0]


def _groups(program: PhaseProgram) -> Groups:
    """Return the parameters by the factor of their learning rate."""
    groups: dict[float, list[Tensor]] = {}
    for weights, factor in zip(program.parameters, program.lr_factors, strict=True):
        groups.setdefault(factor, []).append(weights)
    return list(groups.items())


def _number(phase: Phase, name: str) -> float | None:
    value = phase.value(name)
    return value if isinstance(value, int | float) else None
