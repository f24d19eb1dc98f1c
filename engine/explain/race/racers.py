"""Four ways to lower a loss: two that guess, two that know a slope.

Axes: P weights.

Sources: Rastrigin 1963 and Schumer & Steiglitz 1968 for random search with a step that
adapts; Salimans et al. 2017, "Evolution Strategies as a Scalable Alternative to
Reinforcement Learning"; central differences; Rumelhart, Hinton & Williams 1986.
"""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from engine.explain.race.objective import Objective

Racer = Callable[[Objective, float, torch.Generator], Iterator[None]]
"""Yields after each of its steps; takes the objective, a rate, and random numbers."""

PAIRS = 10
_SPREAD = 0.05
_NUDGE = 1e-3
_BIGGER, _SMALLER = 1.5, 0.9
"""By which a random step grows after a success and shrinks after a failure: about one
try in five has to succeed for it to stay."""


def random_search(
    objective: Objective, rate: float, generator: torch.Generator
) -> Iterator[None]:
    """Try a random step from the best weights so far; keep it if the loss falls."""
    best_P, size = objective.weights(), rate
    lowest = objective.loss(best_P)
    while True:
        tried_P = best_P + size * _normal(best_P, generator)
        loss = objective.loss(tried_P)
        is_better = loss < lowest
        if is_better:
            best_P, lowest = tried_P, loss
        size = max(size * (_BIGGER if is_better else _SMALLER), rate * 1e-3)
        yield


def evolution(
    objective: Objective, rate: float, generator: torch.Generator
) -> Iterator[None]:
    """Guess a slope out of pairs of random steps, there and back."""
    step = _Adam(objective.weights(), rate)
    while True:
        guess_P = torch.zeros_like(step.weights_P)
        for _ in range(PAIRS):
            noise_P = _normal(guess_P, generator)
            ahead = objective.loss(step.weights_P + _SPREAD * noise_P)
            back = objective.loss(step.weights_P - _SPREAD * noise_P)
            guess_P += (ahead - back) / (2 * _SPREAD * PAIRS) * noise_P
            yield
        step.go(guess_P)


def differences(
    objective: Objective, rate: float, generator: torch.Generator
) -> Iterator[None]:
    """Nudge every weight up and down: two evaluations for one number of the slope."""
    del generator  # It guesses nothing.
    step = _Adam(objective.weights(), rate)
    objective.loss(step.weights_P)
    while True:
        slope_P = torch.zeros_like(step.weights_P)
        for index in range(len(slope_P)):
            nudged_P = step.weights_P.clone()
            nudged_P[index] += _NUDGE
            ahead = objective.loss(nudged_P)
            nudged_P[index] -= 2 * _NUDGE
            slope_P[index] = (ahead - objective.loss(nudged_P)) / (2 * _NUDGE)
            yield
        step.go(slope_P)


def backpropagation(
    objective: Objective, rate: float, generator: torch.Generator
) -> Iterator[None]:
    """Take the slope of all weights at once, out of one backward pass."""
    del generator  # It guesses nothing.
    step = _Adam(objective.weights(), rate)
    while True:
        step.go(objective.slope(step.weights_P))
        yield


class _Adam:
    """Adam by hand, the same for all that have a slope.

    Source: Kingma & Ba 2015, algorithm 1.
    """

    def __init__(self, weights_P: Tensor, rate: float) -> None:
        self.weights_P, self._rate, self._t = weights_P, rate, 0
        self._mean_P = torch.zeros_like(weights_P)
        self._square_P = torch.zeros_like(weights_P)

    def go(self, slope_P: Tensor) -> None:
        """Make a step.

        Shape:
            P
        """
        self._t += 1
        self._mean_P = 0.9 * self._mean_P + 0.1 * slope_P
        self._square_P = 0.999 * self._square_P + 0.001 * slope_P**2
        mean_P = self._mean_P / (1 - 0.9**self._t)
        root_P = (self._square_P / (1 - 0.999**self._t)).sqrt() + 1e-8
        self.weights_P = self.weights_P - self._rate * mean_P / root_P


def _normal(like_P: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like_P.shape, generator=generator).to(like_P)


RACERS: Mapping[str, Racer] = {
    "random": random_search,
    "evolution": evolution,
    "differences": differences,
    "backprop": backpropagation,
}
