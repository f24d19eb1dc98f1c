"""How noisy gradients are, and the size of a batch that they ask for.

B = tr(Σ) / |G|²: where the batch is much smaller, a larger one needs fewer steps in
proportion; where it is much larger, more samples hardly help.

Source: McCandlish et al. 2018, An Empirical Model of Large-Batch Training, appendix A
"""

import math
from dataclasses import dataclass

_KEPT = 0.9
"""Of what was known stays at each look: a ratio of means, not a mean of ratios."""


def estimates(
    small_square: float, big_square: float, small: int, big: int
) -> tuple[float, float]:
    """Return unbiased estimates of |G|² and tr(Σ), either may be below 0.

    Args:
        small_square: Mean |g|² of batches of `small` samples.
        big_square: |g|² of a batch of `big` samples.
        small: Samples.
        big: More of them.
    """
    square = (big * big_square - small * small_square) / (big - small)
    trace = (small_square - big_square) / (1 / small - 1 / big)
    return square, trace


@dataclass
class NoiseScale:
    """Running means of both estimates.

    Attributes:
        looks: How many were added.
    """

    looks: int = 0
    _square: float = 0.0
    _trace: float = 0.0

    def add(self, square: float, trace: float) -> None:
        """Take in the estimates of one look."""
        kept = min(_KEPT, self.looks / (self.looks + 1))
        self._square = kept * self._square + (1 - kept) * square
        self._trace = kept * self._trace + (1 - kept) * trace
        self.looks += 1

    @property
    def samples(self) -> float:
        """B in samples; NaN while noise and signal can't be told apart."""
        if self._square <= 0 or self._trace <= 0:
            return math.nan
        return self._trace / self._square
