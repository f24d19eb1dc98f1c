"""What the newest measurement looks like on the canvas, computed once per tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.errors import UnknownLayerError
from engine.graph.model import Graph, Node
from engine.graph.walks import ancestors
from engine.layers import registry
from engine.protocol.messages import LayerSample
from workbench.canvas.geometry import sizes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from engine.protocol.arrays import Floats

_EASE = 0.35


GLOWS, BROKEN = 12, -1


class Histograms:
    """Histograms of one measurement; worked out when the first card shows its bars.

    Args:
        counts: As in `LayerSample`, a row for each layer.
    """

    def __init__(self, counts: "npt.NDArray[np.int64]") -> None:
        self._counts = counts

    @cached_property
    def heights(self) -> "Floats":
        """Of the bars, the fullest of each row 1."""
        from workbench.canvas.live import histogram_bars  # as below

        return histogram_bars.heights(self._counts)


@dataclass(frozen=True)
class Look:
    """Live parts of one card.

    Args:
        measured: Histograms that this one is a row of.
        row: Which one.
        heat: 1 for the largest gradient of the network, 0 from 4 decades below on.
        is_broken: Some gradients are not finite.
    """

    measured: "Histograms"
    row: int
    heat: float
    is_broken: bool

    @cached_property
    def glow(self) -> int:
        """Strength of the card's glow in few steps, BROKEN for inf and NaN."""
        return BROKEN if self.is_broken else round(GLOWS * self.heat**2)

    @cached_property
    def line(self) -> list[QPointF]:
        """The mini-histogram as a line, relative to its top left corner."""
        from workbench.canvas.live import histogram_bars  # as below

        return histogram_bars.line(self.measured.heights[self.row])

    @cached_property
    def area(self) -> list[QPointF]:
        """What lies below the line."""
        ends = (self.line[-1].x(), self.line[0].x())
        return [*self.line, *(QPointF(x, sizes.SPARK_HEIGHT) for x in ends)]


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
    """What the newest measurement looks like; empty while nothing trains.

    Attributes:
        looks: Node → gradients of its weights.
        values: Node → what a loss or a metric has come to, and of what, in words.
    """

    def __init__(self) -> None:
        self.looks: dict[str, Look] = {}
        self.values: dict[str, tuple[str, str]] = {}
        self._heat: dict[str, float] = {}
        self._layers: tuple[str, ...] = ()

    def forget(self) -> None:
        """Forget everything, also which layers are measured."""
        self._layers = ()
        self.clear()

    def take(self, sample: LayerSample | None, layers: tuple[str, ...]) -> None:
        """Take over a measurement, or forget it with None.

        Args:
            sample: The newest one.
            layers: Paths of its rows, as `within` returns them.
        """
        if sample is None:
            self.clear()
            return
        if layers != self._layers:
            self._layers = layers
            self.clear()
        self.update(sample, layers)

    def clear(self) -> None:
        """Forget everything measured."""
        self.looks, self.values, self._heat = {}, {}, {}

    def update(self, sample: LayerSample, layers: Sequence[str]) -> None:
        """Take over a measurement; layers inside a block count for the block.

        Args:
            sample: The measurement.
            layers: Paths of its rows.
        """
        from workbench.canvas.live import histogram_bars  # numpy after the first paint

        names, histogram, norms, broken = histogram_bars.grouped(sample, layers)
        measured, levels = Histograms(histogram), histogram_bars.heats(norms).tolist()
        still = (norms == 0) & ~broken
        for row, name in enumerate(names):
            if still[row] and name in self.looks:
                continue  # Another phase moved this one; keep what it showed.
            heat = self._eased(name, levels[row])
            self.looks[name] = Look(measured, row, heat, bool(broken[row]))

    def _eased(self, name: str, level: float) -> float:
        """Return a level that follows without flickering."""
        old = self._heat.get(name, level)
        self._heat[name] = old + (level - old) * _EASE
        return self._heat[name]


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


def led_to_loss(graph: Graph) -> set[str]:
    """Return the losses and all that they are computed from; all where none is."""
    losses = [node.id for node in graph.nodes.values() if _is_loss(node)]
    return ancestors(graph, losses) or set(graph.nodes)


def _is_loss(node: Node) -> bool:
    try:
        return registry.get(node.type).category == "loss"
    except UnknownLayerError:
        return False
