"""Along which wires a training step runs, and when each of them lights up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from workbench.canvas.live import looks
from workbench.canvas.scene.shown import Shown

_TAIL_PX, _LAG = 80.0, 4.0
"""Length of the lit part; it takes at most so many times the way to go out."""
Way = tuple[str, str, QPainterPath]
"""Where a wave enters a wire, where it leaves it, and the wire."""


@dataclass(frozen=True)
class Run:
    """The way of a wave along one wire.

    Args:
        path: The wire, from its output to its input.
        start: Share of the wave at which it enters the wire.
        end: Share at which it arrives.
        is_back: It runs from the input to the output.
    """

    path: QPainterPath
    start: float
    end: float
    is_back: bool = False

    @cached_property
    def _points(self) -> list[QPointF]:
        """The wire as a line, in the wave's direction; made when it is needed."""
        polygons = self.path.toSubpathPolygons()
        points = (
            [polygons[0].at(i) for i in range(polygons[0].size())] if polygons else []
        )
        return points[::-1] if self.is_back else points

    @cached_property
    def _lengths(self) -> list[float]:
        """How far along the line each point is."""
        lengths = [0.0]
        for one, other in zip(self._points, self._points[1:], strict=False):
            gap = other - one
            lengths.append(lengths[-1] + (gap.x() ** 2 + gap.y() ** 2) ** 0.5)
        return lengths

    def is_on(self, share: float) -> bool:
        """Return, without looking at the wire, whether any of it can be lit."""
        return self.start < share < self.end + _LAG * (self.end - self.start)

    def trace(self, share: float) -> list[QPointF]:
        """Return the lit part at a share of the wave, its head last; often empty."""
        if not self.is_on(share) or self.path.isEmpty():
            return []
        whole = self._lengths[-1]
        head = (share - self.start) / max(1e-9, self.end - self.start) * whole
        tail = max(0.0, head - _TAIL_PX)
        if tail >= whole:
            return []
        head = min(head, whole)
        inner = [
            point
            for point, length in zip(self._points, self._lengths, strict=True)
            if tail < length < head
        ]
        return [self._at(tail), *inner, self._at(head)]

    def _at(self, length: float) -> QPointF:
        lengths, points = self._lengths, self._points
        for index in range(1, len(lengths)):
            if lengths[index] >= length:
                step = lengths[index] - lengths[index - 1]
                share = (length - lengths[index - 1]) / step if step else 0.0
                return points[index - 1] + (points[index] - points[index - 1]) * share
        return points[-1]


@dataclass(frozen=True)
class Plan:
    """One training step as waves.

    Args:
        forward: Of the values, from the data to the losses.
        backward: Of the gradients, from the losses to the weights.
        updated: Nodes whose weights move then.
        num_wires: On the longest way.
    """

    forward: tuple[Run, ...]
    backward: tuple[Run, ...]
    updated: tuple[str, ...]
    num_wires: int


def plan(scene: Shown) -> Plan:
    """Return the waves of a step through what a scene shows."""
    graph = scene.graph
    faces = {i: item.face for i, item in scene.nodes.items()}
    used = looks.led_to_loss(graph)
    weighted = {i for i in used if faces[i].count and not faces[i].is_frozen}
    moved, hidden = set(looks.origins(graph, weighted)), QPainterPath()
    inside = [
        (edge.source.node, edge.target.node, item.path if item.is_drawn else hidden)
        for edge, item in scene.edges.items()
        if edge.source.node in used and edge.target.node in used
    ]
    back = [(end, start, path) for start, end, path in inside if start in moved]
    order = [node.id for node in graph.topological()]
    there, here = depths(order, inside), depths(order[::-1], back)
    return Plan(
        tuple(_runs(inside, there, is_back=False)),
        tuple(_runs(back, here, is_back=True)),
        tuple(i for i in faces if i in weighted),
        max(there.values(), default=0),
    )


def _runs(ways: list[Way], ranks: Mapping[str, int], *, is_back: bool) -> Iterator[Run]:
    deepest = max(ranks.values(), default=1) or 1
    for start, end, path in ways:
        yield Run(path, ranks[start] / deepest, ranks[end] / deepest, is_back)


def depths(order: Iterable[str], ways: list[Way]) -> Mapping[str, int]:
    """Return the length of the longest way to each node.

    Args:
        order: All nodes, the start of every way before its end.
        ways: Start, end and wire.
    """
    into: dict[str, list[str]] = {}
    for start, end, _path in ways:
        into.setdefault(end, []).append(start)
    found: dict[str, int] = {}
    for node in order:
        found[node] = max((found[i] + 1 for i in into.get(node, ())), default=0)
    return found
