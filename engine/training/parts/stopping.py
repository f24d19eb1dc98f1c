"""Early stopping, and keeping the weights of the best evaluation."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.training.parts.schedules import Numbers
from engine.training.records.checkpoint_file import under
from engine.training.weights.averaging import AveragedWeights

_AVERAGE = "average"


class EarlyStopping:
    """Counts evaluations since the lowest validation loss.

    Args:
        patience: Stop after so many without a lower loss; 0 is never.

    Source: Prechelt 1998, Early stopping – but when?
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best, self.bad = math.inf, 0

    @property
    def finished(self) -> bool:
        """Whether training should end."""
        return 0 < self.patience <= self.bad

    def evaluated(self, loss: float) -> bool:
        """Take notice of a validation loss; returns whether it is the lowest."""
        better = loss < self.best
        self.bad = 0 if better else self.bad + 1
        self.best = loss if better else self.best
        return better

    def forgive(self) -> None:
        """Wait anew for a lower loss."""
        self.bad = 0

    def state(self) -> dict[str, float]:
        """Return its memory."""
        return {"best": self.best, "bad": self.bad}

    def restore(self, state: Numbers) -> None:
        """Take over what `state` returned."""
        self.best, self.bad = state["best"], int(state["bad"])


class BestWeights:
    """A copy of the weights and buffers of the best evaluation.

    Args:
        modules: What to copy and to restore.
        averaged: Their running mean, copied and restored with them.
    """

    def __init__(self, modules: nn.Module, averaged: AveragedWeights) -> None:
        self._modules, self._averaged = modules, averaged
        self.tensors: dict[str, Tensor] = {}

    def keep(self) -> None:
        """Copy the present weights, over those that were the best before."""
        present = self._present()
        if self.tensors.keys() != present.keys():
            self.tensors = {name: torch.empty_like(t) for name, t in present.items()}
        with torch.no_grad():
            for name, tensor in present.items():
                self.tensors[name].copy_(tensor)

    @torch.no_grad()
    def bring_back(self) -> bool:
        """Put the best weights in place; returns whether there were any."""
        present = self._present()
        for name, tensor in self.tensors.items():
            present[name].copy_(tensor)
        return bool(self.tensors)

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over the copy of a checkpoint."""
        own = self._present()
        self.tensors = {n: t.to(own[n].device).clone() for n, t in tensors.items()}

    def _present(self) -> dict[str, Tensor]:
        state = self._modules.state_dict()
        return {**state, **under(_AVERAGE, self._averaged.tensors)}
