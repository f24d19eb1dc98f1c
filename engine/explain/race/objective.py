"""The loss of one held batch as a function of all weights in a row.

Axes: P weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.compile.program import PhaseProgram
from engine.explain.trace.recording import untouched
from engine.training.machine import rng_state

BACKWARD = 2
"""What a backward pass costs, in forward passes.

Source: Griewank & Walther 2008, "Evaluating Derivatives", chapter 4: at most 4 with the
forward pass; of matrix products it is two for one.
"""


class SpentError(Exception):
    """All evaluations are used up."""


@dataclass
class Objective:
    """What all racers minimise; it counts what they ask.

    Args:
        phase: Its weights are moved and put back by `close`.
        feeds: The batch.
        random: State of the random numbers of every forward pass: one mask for all.
        budget: Evaluations (forward passes) that may be asked for.

    Attributes:
        spent: How many were.
        best: The lowest loss so far.
        curve: (evaluations, lowest loss so far) whenever it fell.

    Threads: the one that trains.
    """

    phase: PhaseProgram
    feeds: Mapping[str, Tensor]
    random: Mapping[str, Tensor]
    budget: int
    spent: int = 0
    best: float = float("inf")
    curve: list[tuple[int, float]] = field(default_factory=list)

    def weights(self) -> Tensor:
        """Return all weights in a row.

        Shape:
            P
        """
        return torch.cat([w.detach().flatten() for w in self.phase.parameters])

    def loss(self, weights_P: Tensor) -> float:
        """Return the loss at other weights: one evaluation.

        Raises:
            SpentError: When none is left.

        Shape:
            P → one number
        """
        self._spend(1)
        self._put(weights_P)
        with torch.no_grad():
            return self._seen(float(self._total()))

    def slope(self, weights_P: Tensor) -> Tensor:
        """Return the gradient there by backpropagation: three evaluations.

        Raises:
            SpentError: When so many aren't left.

        Shape:
            P → P
        """
        self._spend(1 + BACKWARD)
        self._put(weights_P)
        parameters = self.phase.parameters
        with torch.enable_grad():
            total = self._total()
            found: tuple[Tensor | None, ...] = torch.autograd.grad(
                total, parameters, allow_unused=True
            )
        self._seen(float(total.detach()))
        parts = [
            (torch.zeros_like(w) if g is None else g).flatten()
            for w, g in zip(parameters, found, strict=True)
        ]
        return torch.cat(parts)

    def _total(self) -> Tensor:
        place = next((x.device for x in self.feeds.values()), torch.device("cpu"))
        with untouched(self.phase.graph_module):
            rng_state.restore(self.random, place)
            return self.phase.total(self.phase.run(self.feeds))

    def _spend(self, count: int) -> None:
        if self.spent + count > self.budget:
            raise SpentError
        self.spent += count

    def _seen(self, loss: float) -> float:
        if loss < self.best:
            self.best = loss
            self.curve.append((self.spent, loss))
        return loss

    def _put(self, weights_P: Tensor) -> None:
        with torch.no_grad():
            start = 0
            for w in self.phase.parameters:
                stop = start + w.numel()
                w.copy_(weights_P[start:stop].reshape(w.shape))
                start = stop
