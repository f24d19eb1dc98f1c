"""The inside of a block as its open card shows it: small cards and wires."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.graph.model import ROOT, Block, Endpoint, Position, Project
from engine.protocol.messages import NodeInfo
from workbench.canvas.geometry import layout
from workbench.canvas.geometry import sizes as metrics

if TYPE_CHECKING:
    from workbench.canvas.cards.card import Face

HEAD, PAD = 48.0, 40.0
_FOOT = 28.0


@dataclass(frozen=True)
class Known:
    """What the engine found out, and where a node stands.

    Args:
        infos: Path → what is known.
        path: Of the node.
        scope: Block it is in, or the main graph.
    """

    infos: Mapping[str, NodeInfo] = field(default_factory=dict)
    path: str = ""
    scope: str = ROOT

    @property
    def info(self) -> NodeInfo | None:
        """What is known of the node."""
        return self.infos.get(self.path)

    def of(self, node_id: str, block: str) -> "Known":
        """Return the same for a node inside this one, an instance of `block`."""
        return Known(self.infos, f"{self.path}.{node_id}", block)


@dataclass(frozen=True)
class Wire:
    """One wire inside an open card, in the card's coordinates.

    Args:
        start: Of the wire.
        end: Of the wire.
        category: Gives the colour.
        nodes: Ids of the nodes at its ends; the open card itself has none.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    category: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inner:
    """What an open card shows.

    Args:
        cards: Place in the card and face of every inner node.
        ids: Of the nodes, in the same order.
        wires: Between them, and from the card's own ports to them.
        width: Of the open card.
        height: Of the open card.
    """

    cards: tuple[tuple[Position, "Face"], ...]
    wires: tuple[Wire, ...]
    width: float
    height: float
    ids: tuple[str, ...] = ()


def build(project: Project, name: str, faces: Mapping[str, "Face"]) -> Inner:
    """Return the inside of a block.

    Args:
        project: Only read.
        name: Of the block.
        faces: Inner node → its face, closed.
    """
    block = project.blocks[name]
    places = _places(project, name, block, faces)
    width = max((x + faces[i].width for i, (x, _) in places.items()), default=0.0)
    height = max((y + faces[i].height for i, (_, y) in places.items()), default=0.0)
    size = (width + PAD, height + _FOOT)
    cards = tuple((place, faces[i]) for i, place in places.items())
    wires = tuple(_wires(block, places, faces, size))
    return Inner(cards, wires, *size, tuple(places))


def _places(
    project: Project, name: str, block: Block, faces: Mapping[str, "Face"]
) -> dict[str, Position]:
    """Return places in the card, below its head."""
    stored = project.layout.get(name, {})
    sizes = {i: (face.width, face.height) for i, face in faces.items()}
    if all(i in stored for i in block.graph.nodes):
        places = {i: stored[i] for i in block.graph.nodes}
    else:
        places = layout.arrange(block.graph, sizes, 4.0)
    left = min((x for x, _ in places.values()), default=0.0)
    top = min((y for _, y in places.values()), default=0.0)
    return {i: (x - left + PAD, y - top + HEAD) for i, (x, y) in places.items()}


def _wires(
    block: Block,
    places: Mapping[str, Position],
    faces: Mapping[str, "Face"],
    size: tuple[float, float],
) -> list[Wire]:
    def at(end: Endpoint, *, is_output: bool) -> tuple[float, float]:
        spot = QPointF(*places[end.node])
        spot += faces[end.node].port(end.port, is_output=is_output)
        return spot.x(), spot.y()

    found = [
        Wire(
            at(edge.source, is_output=True),
            at(edge.target, is_output=False),
            faces[edge.source.node].category,
            (edge.source.node, edge.target.node),
        )
        for edge in block.graph.edges
    ]
    count = len(block.inputs)
    for index, ends in enumerate(block.inputs.values()):
        start = (0.0, metrics.port_y(index, count, size[1]))
        found += [
            Wire(start, at(end, is_output=False), "io", ("", end.node))
            for end in ends
            if end.node in places
        ]
    count = len(block.outputs)
    for index, end in enumerate(block.outputs.values()):
        if end.node in places:
            goal = (size[0], metrics.port_y(index, count, size[1]))
            category = faces[end.node].category
            start = at(end, is_output=True)
            found.append(Wire(start, goal, category, (end.node, "")))
    return found
