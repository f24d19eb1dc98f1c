"""What the newest measurement looks like on the canvas, computed once per tick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from engine.graph.model import Graph
from engine.protocol.frame import LayerSample
from workbench.canvas import metrics

FIRST_EXPONENT = 101
"""Exponent bits of 2⁻²⁶, where the second bar would begin minus one step."""
_STARTS = np.r_[1, FIRST_EXPONENT + 2 : FIRST_EXPONENT + 2 * metrics.BARS : 2]
DECADES = 4.0
_EASE = 0.35
_STILL_PX = 0.6

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """Live parts of one card.

    Args:
        bars: Of the mini-histogram, relative to its top left corner.
        heat: 1 for the largest gradient of the network, 0 from 4 decades below on.
        is_broken: Some gradients are not finite.
    """

    bars: tuple[QRectF, ...]
    heat: float
    is_broken: bool


def bar_heights(histogram: npt.NDArray[np.int64]) -> Floats:
    """Return bars of |g| per row: two octaves each, from 2⁻²⁶ to 4, the fullest 1.

    Smaller values count in the first bar, larger ones in the last; zeros and values
    that are not finite in none.

    Args:
        histogram: Counts (L, HISTOGRAM_BINS) as in `LayerSample`.
    """
    magnitudes = histogram[:, :256] + histogram[:, 256:]
    sums = np.add.reduceat(magnitudes[:, :255], _STARTS, axis=1).astype(float)
    return sums / np.maximum(sums.max(axis=1, keepdims=True), 1.0)


def heats(norms: Floats) -> Floats:
    """Return gradient norms on a log scale: 1 the largest, 0 from 4 decades below."""
    usable = np.where(np.isfinite(norms) & (norms > 0), norms, 0.0)
    largest = usable.max(initial=0.0)
    if largest <= 0:
        return np.zeros_like(usable)
    with np.errstate(divide="ignore"):
        levels = 1.0 + np.log10(usable / largest) / DECADES
    return np.clip(levels, 0.0, 1.0)


def within(layers: Sequence[str], prefix: str) -> tuple[str, ...]:
    """Return the paths as seen from inside a block; empty for those outside it.

    Args:
        layers: Paths of the engine; repeats have numbers in them.
        prefix: Of the nodes that are shown, ending in a dot; empty for all.
    """
    if not prefix:
        return tuple(layers)
    plain = (
        ".".join(step for step in path.split(".") if not step.isdigit())
        for path in layers
    )
    return tuple(p[len(prefix) :] if p.startswith(prefix) else "" for p in plain)


class Live:
    """The newest looks by node; empty while nothing trains."""

    def __init__(self) -> None:
        self.looks: dict[str, Look] = {}
        self.wire_heat: dict[str, float] = {}
        self._origins: dict[str, str] = {}
        self._heat: dict[str, float] = {}

    def clear(self) -> None:
        """Forget everything measured."""
        self.looks, self.wire_heat, self._heat = {}, {}, {}

    def update(self, sample: LayerSample, layers: Sequence[str]) -> None:
        """Take over a measurement; layers inside a block count for the block.

        Args:
            sample: The measurement.
            layers: Paths of its rows.
        """
        names, histogram, norms, broken = _grouped(sample, layers)
        bars, levels = bar_heights(histogram), heats(norms)
        for row, name in enumerate(names):
            if norms[row] == 0 and not broken[row] and name in self.looks:
                continue  # Another phase moved this one; keep what it showed.
            heat = self._eased(name, float(levels[row]))
            rects = _rects(bars[row])
            self.looks[name] = Look(rects, heat, bool(broken[row]))
        self._spread()

    def _eased(self, name: str, level: float) -> float:
        """Return a level that follows without flickering."""
        old = self._heat.get(name, level)
        self._heat[name] = old + (level - old) * _EASE
        return self._heat[name]

    def trace(self, graph: Graph, layers: Sequence[str]) -> None:
        """Find, for every node, the layer whose gradient came along its output."""
        weighted = {_root(path) for path in layers}
        self._origins = origins(graph, weighted)
        self._spread()

    def _spread(self) -> None:
        self.wire_heat = {
            node: self.looks[origin].heat
            for node, origin in self._origins.items()
            if origin in self.looks
        }


def origins(graph: Graph, weighted: set[str]) -> dict[str, str]:
    """Return node → the nearest layer with weights at or before it.

    The gradient that moved this layer came back along the node's output.
    """
    found: dict[str, str] = {}
    for node in graph.topological():
        if node.id in weighted:
            found[node.id] = node.id
            continue
        before = (found.get(e.source.node) for e in graph.edges_into(node.id))
        origin = next((name for name in before if name), None)
        if origin:
            found[node.id] = origin
    return found


def _root(path: str) -> str:
    return path.partition(".")[0]


def _grouped(
    sample: LayerSample, layers: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.int64], Floats, npt.NDArray[np.bool_]]:
    """Return the rows summed by node of the canvas."""
    names = list(dict.fromkeys(_root(path) for path in layers))
    index: Mapping[str, int] = {name: row for row, name in enumerate(names)}
    rows = np.array([index[_root(path)] for path in layers], dtype=int)
    histogram = np.zeros((len(names), sample.grad_histogram.shape[1]), dtype=np.int64)
    np.add.at(histogram, rows, sample.grad_histogram)
    squares = np.zeros(len(names))
    np.add.at(squares, rows, np.square(sample.grad_norm))
    broken = np.zeros(len(names))
    np.add.at(broken, rows, sample.grad_nonfinite)
    return names, histogram, np.sqrt(squares), broken > 0


def _rects(heights: Floats) -> tuple[QRectF, ...]:
    pitch, full = metrics.BAR_PITCH, metrics.SPARK_HEIGHT
    tall = (heights * full).tolist()
    return tuple(
        QRectF(i * pitch, full - h, pitch - 0.6, h)
        for i, h in enumerate(tall)
        if h >= _STILL_PX
    )
