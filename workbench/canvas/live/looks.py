"""What the newest measurement looks like on the canvas, computed once per tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from engine.errors import UnknownLayerError
from engine.graph.model import Edge, Graph, Node
from engine.graph.paths import root
from engine.graph.walks import ancestors
from engine.layers import registry
from engine.protocol.messages import LayerSample

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
    def bars(self) -> tuple[QRectF, ...]:
        """Bars of the mini-histogram, relative to its top left corner."""
        from workbench.canvas.live import histogram_bars  # as below

        return histogram_bars.rects(self.measured.heights[self.row])


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
        self._learning: set[str] = set()
        self._heat: dict[str, float] = {}
        self._layers: tuple[str, ...] = ()

    def forget(self) -> None:
        """Forget everything, also which layers are measured."""
        self._layers = ()
        self.clear()

    def take(
        self, sample: LayerSample | None, layers: tuple[str, ...], graph: Graph
    ) -> None:
        """Take over a measurement, or forget it with None.

        Args:
            sample: The newest one.
            layers: Paths of its rows, as `within` returns them.
            graph: That is shown.
        """
        if sample is None:
            self.clear()
            return
        if layers != self._layers:
            self._layers = layers
            self.clear()
            self.trace(graph, layers)
        self.update(sample, layers)

    def follow(self, graph: Graph) -> None:
        """Trace the gradients anew: the graph has changed."""
        if self._layers:
            self.trace(graph, self._layers)

    def clear(self) -> None:
        """Forget everything measured."""
        self.looks, self.wire_heat, self._heat = {}, {}, {}

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
        self._spread()

    def _eased(self, name: str, level: float) -> float:
        """Return a level that follows without flickering."""
        old = self._heat.get(name, level)
        self._heat[name] = old + (level - old) * _EASE
        return self._heat[name]

    def trace(self, graph: Graph, layers: Sequence[str]) -> None:
        """Find, for every node, the layer whose gradient came along its output."""
        weighted = {root(path) for path in layers}
        self._origins = origins(graph, weighted)
        self._learning = led_to_loss(graph)
        self._spread()

    def heat_of(self, edge: Edge) -> float:
        """Return the heat of a wire; none runs back from a metric or a view."""
        learns = edge.target.node in self._learning
        return self.wire_heat.get(edge.source.node, 0.0) if learns else 0.0

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


def led_to_loss(graph: Graph) -> set[str]:
    """Return the losses and all that they are computed from; all where none is."""
    losses = [node.id for node in graph.nodes.values() if _is_loss(node)]
    return ancestors(graph, losses) or set(graph.nodes)


def _is_loss(node: Node) -> bool:
    try:
        return registry.get(node.type).category == "loss"
    except UnknownLayerError:
        return False
