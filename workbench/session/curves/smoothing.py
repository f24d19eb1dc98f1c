"""The smoothed loss: an exponential moving average that starts without bias."""

import numpy as np

from engine.protocol.arrays import Floats

DECAY = 0.9
"""Share of the old average that each step keeps: about the last 10 steps count.

Longer averages lag behind a loss that falls steeply at first. In long runs a drawn
point is the mean over its bucket of steps as well, which smooths further.
"""
_BLOCK = 128


class Ema:
    """mₖ = d·mₖ₋₁ + (1 − d)·xₖ, shown as mₖ / (1 − dᵏ).

    The division takes the zero start out (bias correction as in Adam, Kingma & Ba
    2015), so the first smoothed value is the first value itself.

    Args:
        decay: d, in [0, 1).
    """

    def __init__(self, decay: float = DECAY) -> None:
        self._decay = decay
        self._mean = 0.0
        self._count = 0

    def extend(self, values: Floats) -> Floats:
        """Return the smoothed values of `values`, which follow all earlier ones."""
        blocks = [
            self._block(values[start : start + _BLOCK])
            for start in range(0, len(values), _BLOCK)
        ]
        return np.concatenate(blocks) if blocks else np.empty(0)

    def _block(self, values: Floats) -> Floats:
        """Closed form of the recursion for a block short enough to be exact."""
        powers = self._decay ** np.arange(1, len(values) + 1)
        means = powers * (
            self._mean + (1 - self._decay) * np.cumsum(np.divide(values, powers))
        )
        corrected = means / (1 - powers * self._decay**self._count)
        self._mean = float(means[-1])
        self._count += len(values)
        return corrected
