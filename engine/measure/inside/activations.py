"""What layers put out: histograms, mean and spread, dead and saturated units.

Axes: N samples, C channels, F features, T time, H W places, L layers, K bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from engine.measure.histogram import strided
from engine.protocol.arrays import Floats, Ints

BINS = 96
MOST_NUMBERS = 16_384
"""Of a layer that are sorted into bins; mean, spread and units are of all."""
END = 0.01
"""Of the range of a bounded activation: nearer to an end there is hardly a slope.

Source: Glorot & Bengio 2010, Understanding the difficulty of training deep networks
"""
_COMMON = 0.999
"""Share of the numbers that lie inside the axis; the rest is counted at its ends."""
_AXES: dict[int, tuple[tuple[int, ...], ...]] = {
    2: ((0,),),
    3: ((0, 1), (0, 2)),
    4: ((0, 2, 3),),
}
"""Dimensions → over what a unit must stand still; of three either may be the units."""


@dataclass
class Outputs:
    """What one layer has put out so far.

    Args:
        bounds: Least and largest value that it can put out; None without both.

    Attributes:
        count: How many numbers.
        picked: Some of them, evenly spread.
    """

    bounds: tuple[float, float] | None = None
    count: int = 0
    picked: list[Floats] = field(default_factory=list)
    _sum: float = 0.0
    _squares: float = 0.0
    _near: int = 0
    _ends: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def add(self, output: Tensor) -> None:
        """Take in what the layer puts out for a batch.

        Shape:
            N×F, N×T×F, N×C×T or N×C×H×W; others have no units
        """
        output = output.detach().float()
        if not output.numel():
            return
        wide = output.double()
        self.count += output.numel()
        self._sum += float(wide.sum())
        self._squares += float((wide * wide).sum())
        stride = max(1, -(-output.numel() // MOST_NUMBERS))
        self.picked.append(strided(output, stride).cpu().numpy().astype(np.float64))
        if self.bounds is not None:
            low, high = self.bounds
            edge = END * (high - low)
            near = (output <= low + edge) | (output >= high - edge)
            self._near += int(near.sum())
        self._follow_units(output)

    def _follow_units(self, output: Tensor) -> None:
        axes = _AXES.get(output.dim(), ())
        ends = [(output.amin(axis), output.amax(axis)) for axis in axes]
        known = [low.shape for low, _ in self._ends]
        if self._ends and known == [low.shape for low, _ in ends]:
            ends = [
                (torch.minimum(a, c), torch.maximum(b, d))
                for (a, b), (c, d) in zip(self._ends, ends, strict=True)
            ]
        self._ends = ends

    @property
    def mean(self) -> float:
        """Mean of all numbers; NaN without any."""
        return self._sum / self.count if self.count else float("nan")

    @property
    def std(self) -> float:
        """Root of their variance, divided by their number."""
        if not self.count:
            return float("nan")
        return float(np.sqrt(max(self._squares / self.count - self.mean**2, 0.0)))

    @property
    def saturated(self) -> float:
        """Share of the numbers at an end of the range; NaN where there are no ends."""
        if self.bounds is None or not self.count:
            return float("nan")
        return self._near / self.count

    @property
    def dead(self) -> float:
        """Share of the units that put out one and the same number; NaN without units.

        Where two dimensions may be the units, what is less dead counts.
        """
        shares = [float((low == high).float().mean()) for low, high in self._ends]
        return min(shares, default=float("nan"))


def histograms(layers: Sequence[Outputs]) -> tuple[Ints, Floats]:
    """Return counts (L, K) on one axis for all layers, and its edges (K + 1,).

    What lies outside is counted in the first and the last bin.
    """
    picked = [
        np.concatenate(each.picked) if each.picked else np.zeros(0) for each in layers
    ]
    finite = [values[np.isfinite(values)] for values in picked]
    low = min((_quantile(v, 1 - _COMMON) for v in finite if len(v)), default=0.0)
    high = max((_quantile(v, _COMMON) for v in finite if len(v)), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = -1.0, 1.0
    edges = np.linspace(low, high, BINS + 1)
    counts = [np.histogram(np.clip(v, low, high), edges)[0] for v in finite]
    return np.array(counts, dtype=np.int64).reshape(-1, BINS), edges


def _quantile(values: Floats, share: float) -> float:
    return float(np.quantile(values, share))
