"""A second set of weights that follows the first slowly, and is looked at instead."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class AveragedWeights:
    """The exponential moving average (EMA) of all weights of a network.

    It begins as a copy of the weights after the first step. From then on, with n steps
    averaged so far: w̄ ← d·w̄ + (1 − d)·w, d = min(decay, (1 + n)/(10 + n)), so that
    the beginning is soon forgotten. Buffers (running statistics) are not averaged:
    they are means already, and the network's own are used.

    Args:
        modules: The network; weights that its nodes share are averaged once.
        decay: Share of the average that is kept in each step; 0 keeps no average.

    Attributes:
        tensors: The average by name of the weights; empty where there is none.

    Source: Polyak & Juditsky 1992; in the form of torch.optim.swa_utils.AveragedModel;
    warm-up of the decay as in tf.train.ExponentialMovingAverage

    Threads: the training thread alone.
    """

    def __init__(self, modules: nn.Module, decay: float) -> None:
        self._weights = dict(modules.named_parameters()) if decay else {}
        self.decay = decay
        self.tensors: dict[str, Tensor] = {
            name: weights.detach().clone() for name, weights in self._weights.items()
        }

    @torch.no_grad()
    def begin(self) -> None:
        """Begin again as a copy of the present weights."""
        for name, weights in self._weights.items():
            self.tensors[name].copy_(weights)

    @torch.no_grad()
    def follow(self, num_averaged: int) -> None:
        """Move towards the present weights.

        Args:
            num_averaged: Steps averaged before this one.
        """
        kept = _kept(self.decay, num_averaged)
        for name, weights in self._weights.items():
            self.tensors[name].lerp_(weights, 1.0 - kept)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the network compute with the average; no step may be made meanwhile."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    def _exchange(self) -> None:
        """Exchange weights and average without copying a number."""
        # Optimizers and hooks hold the same parameters: only what is in them changes.
        for name, weights in self._weights.items():
            weights.data, self.tensors[name] = self.tensors[name], weights.data

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over the average of a checkpoint."""
        for name, average in self.tensors.items():
            average.copy_(tensors[name])


def _kept(decay: float, num_averaged: int) -> float:
    if num_averaged == 0:
        return 0.0
    # Early weights are far from where they end: a short memory lets go of them soon.
    return min(decay, (1 + num_averaged) / (10 + num_averaged))
