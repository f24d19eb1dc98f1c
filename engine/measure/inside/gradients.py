"""The norm of the whole gradient over the steps, and how often it was cut.

Axes: S measured steps, P phases.
"""

import math
from collections.abc import Sequence

import numpy as np

from engine.protocol.arrays import Floats
from engine.protocol.messages import LayerSample

MOST = 1024
"""Points that are kept, an even number; then every other one goes."""


class Norms:
    """Collects what a run measures anyway.

    Args:
        movers: The phase that moves each row of a sample, −1 for none.
        num_phases: P.
    """

    def __init__(self, movers: Sequence[int], num_phases: int) -> None:
        self._movers, self._num = np.array(movers, dtype=np.int64), num_phases
        self._steps: list[int] = []
        self._norms: list[Floats] = []
        self._cut: list[Floats] = []
        self._every, self._seen = 1, 0

    def add(self, sample: LayerSample, cut: Sequence[float]) -> None:
        """Take in a measurement.

        Args:
            sample: Of the layers; norms before anything is cut.
            cut: For each phase the share of its updates so far that were cut, NaN
                where no limit is set.
        """
        self._seen += 1
        if self._seen % self._every:
            return
        squares = sample.grad_norm.astype(np.float64) ** 2
        whole = [self._norm(squares, phase) for phase in range(self._num)]
        self._steps.append(sample.step)
        self._norms.append(np.array(whole))
        self._cut.append(np.array(cut, dtype=np.float64))
        if len(self._steps) > MOST:
            self._steps, self._norms = self._steps[1::2], self._norms[1::2]
            self._cut, self._every = self._cut[1::2], self._every * 2

    def _norm(self, squares_L: Floats, phase: int) -> float:
        mine = squares_L[self._movers == phase]
        known = mine[~np.isnan(mine)]
        return math.sqrt(float(known.sum())) if len(known) else math.nan

    def arrays(self) -> dict[str, Floats]:
        """Return `steps` (S,), `norms` (S, P) and `clipped` (S, P)."""
        return {
            "steps": np.array(self._steps, dtype=np.float64),
            "norms": np.array(self._norms).reshape(-1, self._num),
            "clipped": np.array(self._cut).reshape(-1, self._num),
        }
