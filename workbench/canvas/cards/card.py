"""What a card shows, apart from live data: values that pictures are cached by."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import ROOT, Edge, Position
from engine.protocol.messages import NodeInfo
from workbench.canvas.geometry.legs import Point
from workbench.canvas.geometry.pushing import Pushing
from workbench.canvas.geometry.rows import Size
from workbench.canvas.geometry.sizes import DOT_HEIGHT, HEAD, WIDTH, height_for, port_y


@dataclass(frozen=True)
class Face:
    """The static content of a card.

    Args:
        title: Bold first line.
        category: Gives the colour.
        summary: Second line: the settings that matter.
        shape: Third line: what comes out.
        count: Number of weights as text, or empty.
        severity: `error`, `warning` or empty.
        is_frozen: Training may not move its weights.
        is_loaded: Its weights start from a file.
        is_end: A loss or metric whose output nobody reads.
        inputs: Names of the input ports.
        outputs: Names of the output ports.
        width: Of the card.
        kind: `block`, `dot` (a point in a wire) or empty.
        repeat: Of a block.
        inner: What an open block shows.
    """

    title: str
    category: str
    summary: str = ""
    shape: str = ""
    count: str = ""
    severity: str = ""
    is_frozen: bool = False
    is_loaded: bool = False
    is_end: bool = False
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    width: float = WIDTH
    kind: str = ""
    repeat: int = 1
    inner: "Inner | None" = None

    @property
    def height(self) -> float:
        """Height of the card."""
        if self.inner is not None:
            return self.inner.height
        if self.kind == "dot":
            return DOT_HEIGHT
        return height_for(max(len(self.inputs), len(self.outputs)))

    @property
    def closed_size(self) -> Size:
        """Width and height while it shows no inside."""
        if self.inner is None:
            return self.width, self.height
        return self.inner.closed, height_for(max(len(self.inputs), len(self.outputs)))

    @property
    def rect(self) -> QRectF:
        """The card, its top left corner at the origin."""
        return QRectF(0.0, 0.0, self.width, self.height)

    def port(self, name: str, *, is_output: bool) -> QPointF:
        """Return where a port stands; the middle of the side for an unknown one."""
        names = self.outputs if is_output else self.inputs
        x = self.width if is_output else 0.0
        if self.kind == "dot" or name not in names:
            return QPointF(x, self.height / 2)
        y = port_y(names.index(name))
        return QPointF(x, y if self.inner is None else HEAD + y)

    def ports(self) -> list[tuple[str, bool, QPointF]]:
        """Return name, whether it is an output, and place of every port."""
        sides = ((self.inputs, False), (self.outputs, True))
        return [
            (name, is_output, self.port(name, is_output=is_output))
            for names, is_output in sides
            for name in names
        ]


@dataclass(frozen=True)
class Known:
    """What the engine found out, and where a node stands.

    Args:
        infos: Path → what is known.
        path: Of the node.
        scope: Block it is in, or the main graph.
        opened: Paths of the blocks that are shown with their inside.
    """

    infos: Mapping[str, NodeInfo] = field(default_factory=dict)
    path: str = ""
    scope: str = ROOT
    opened: Collection[str] = ()

    @property
    def info(self) -> NodeInfo | None:
        """What is known of the node."""
        return self.infos.get(self.path)

    def of(self, node_id: str, block: str) -> "Known":
        """Return the same for a node inside this one, an instance of `block`."""
        path = f"{self.path}.{node_id}"
        return Known(self.infos, path, block, self.opened)


@dataclass(frozen=True)
class Wire:
    """One wire inside an open card, in the card's coordinates.

    Args:
        corners: Of its way, from the output to the input.
        edge: Between two nodes inside; None: it ends at a port of the card itself.
    """

    corners: tuple[Point, ...]
    edge: Edge | None = None

    def is_near(self, x: float, y: float, reach: float) -> bool:
        """Return whether a place is within `reach` of the wire."""
        return any(
            min(one[0], two[0]) - reach <= x <= max(one[0], two[0]) + reach
            and min(one[1], two[1]) - reach <= y <= max(one[1], two[1]) + reach
            for one, two in itertools.pairwise(self.corners)
        )


@dataclass(frozen=True)
class Inner:
    """What an open card shows.

    Args:
        cards: Place in the card and face of every inner node.
        ids: Of the nodes, in the same order.
        wires: Between them, and from the card's own ports to them.
        width: Of the open card.
        height: Of the open card.
        ids: Of the nodes, in the same order.
        corner: What of the block's own places stands at the card's corner.
        pushing: How open cards inside push the others.
        closed: Width of the card while it is closed.
    """

    cards: tuple[tuple[Position, Face], ...]
    wires: tuple[Wire, ...]
    width: float
    height: float
    ids: tuple[str, ...] = ()
    corner: Position = (0.0, 0.0)
    pushing: Pushing = field(default_factory=Pushing)
    closed: float = WIDTH
