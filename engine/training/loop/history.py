"""Losses and rates of the steps since somebody last asked."""

import numpy as np
import torch
from torch import Tensor

from engine.protocol.arrays import Floats, Ints

Losses = list[float | Tensor]
NAN = float("nan")


class StepLog:
    """Collects a row a step: step, losses and rates, a column a phase.

    Losses may be tensors on a device: they are brought over together in `drain`, not
    one by one.

    Args:
        num_phases: Columns.
    """

    def __init__(self, num_phases: int) -> None:
        self._num_phases = num_phases
        self._steps: list[int] = []
        self._losses: list[Losses] = []
        self._rates: list[list[float]] = []

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: int, losses: Losses, rates: list[float]) -> None:
        """Add a step; NaN where a phase did not run. The lists must not change."""
        self._steps.append(step)
        self._losses.append(losses)
        self._rates.append(rates)

    def drain(self) -> tuple[Ints, Floats, Floats]:
        """Return steps (K,), losses and rates (K, phases), and forget them."""
        steps = np.array(self._steps, dtype=np.int64)
        shape = (len(steps), self._num_phases)
        losses = _numbers([loss for row in self._losses for loss in row])
        rates = np.array(self._rates, dtype=np.float64).reshape(shape)
        self._steps, self._losses, self._rates = [], [], []
        return steps, losses.reshape(shape), rates


def _numbers(values: Losses) -> Floats:
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not tensors:
        return np.array(values, dtype=np.float64)
    host = iter(torch.stack(tensors).cpu().double().tolist())
    return np.array([next(host) if isinstance(v, Tensor) else v for v in values])
