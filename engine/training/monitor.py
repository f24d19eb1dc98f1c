"""Probes of all phases under one budget."""

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from engine.measure.budget import Budget
from engine.measure.probes import Layers, Probe
from engine.protocol.frame import LayerSample


class Monitor:
    """Measures every layer that a step moves, when the budget allows.

    A step of several phases makes one sample: each phase fills in the rows of the
    layers it updates; rows of others keep what was measured last.

    Args:
        layers: Node path → its parameters (axis L).
        phases: The parameters that each phase updates.
        budget: When to measure.
        enabled: False measures nothing, ever.

    Attributes:
        enabled: Whether there is something to measure.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        layers: Mapping[str, Sequence[Tensor]],
        phases: Sequence[Sequence[Tensor]],
        budget: Budget,
        *,
        enabled: bool,
    ) -> None:
        self.budget = budget
        self.sampling = False
        self.enabled = enabled and bool(layers)
        self._layers = Layers.unknown(len(layers))
        self._phase = 0
        self._rows: list[list[int]] = []
        self._probes: list[Probe] = []
        if self.enabled:
            self._watch(layers, phases)
        self._sample: LayerSample | None = None

    def _watch(
        self, layers: Mapping[str, Sequence[Tensor]], phases: Sequence[Sequence[Tensor]]
    ) -> None:
        for parameters in phases:
            own = {id(weights) for weights in parameters}
            groups = [[w for w in layer if id(w) in own] for layer in layers.values()]
            self._rows.append([row for row, group in enumerate(groups) if group])
            self._probes.append(Probe([group for group in groups if group]))

    def start_step(self) -> None:
        """Decide whether the coming step is measured."""
        self.sampling = self.enabled and self.budget.due()
        self._cost = 0.0

    def before_update(self, phase: int) -> None:
        """Read gradients."""
        device = self._probes[phase].device
        if device.type != "cpu":  # else the training would be counted as measuring
            torch.accelerator.synchronize(device)
        start = time.perf_counter()
        self._probes[phase].before_update()
        self._cost += time.perf_counter() - start

    def after_update(self, phase: int) -> None:
        """Read weights and bring everything to the host."""
        start = time.perf_counter()
        self._layers.put(self._rows[phase], self._probes[phase].after_update())
        self._phase = phase
        self._cost += time.perf_counter() - start

    def end_step(self, step: int, store: Callable[[LayerSample], None]) -> None:
        """Finish the sample of this step and hand it to `store`."""
        start = time.perf_counter()
        self._sample = self._layers.sample(step, self._phase)
        made = time.perf_counter()
        store(self._sample)
        self.budget.spent(self._cost + made - start)
        self.budget.spent(time.perf_counter() - made, sampled=False)

    def take(self) -> LayerSample | None:
        """Return the newest sample once."""
        sample, self._sample = self._sample, None
        return sample
