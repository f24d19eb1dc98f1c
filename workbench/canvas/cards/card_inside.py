"""The inside of a block as its open card shows it: small cards and wires."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF

from engine.graph.model import Block, Endpoint, Position, Project
from workbench.canvas.cards.card import Face, Inner, Wire
from workbench.canvas.geometry import layout
from workbench.canvas.geometry.sizes import port_y

HEAD, PAD = 48.0, 40.0
_FOOT = 28.0
ASPECT = 4.0
"""Width over height that an inside without stored places is laid out for."""


def build(project: Project, name: str, faces: Mapping[str, Face]) -> Inner:
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
    project: Project, name: str, block: Block, faces: Mapping[str, Face]
) -> dict[str, Position]:
    """Return places in the card, below its head."""
    stored = project.layout.get(name, {})
    sizes = {i: (face.width, face.height) for i, face in faces.items()}
    if all(i in stored for i in block.graph.nodes):
        places = {i: stored[i] for i in block.graph.nodes}
    else:
        places = layout.arrange(block.graph, sizes, ASPECT)
    left = min((x for x, _ in places.values()), default=0.0)
    top = min((y for _, y in places.values()), default=0.0)
    return {i: (x - left + PAD, y - top + HEAD) for i, (x, y) in places.items()}


def _wires(
    block: Block,
    places: Mapping[str, Position],
    faces: Mapping[str, Face],
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
        start = (0.0, port_y(index, count, size[1]))
        found += [
            Wire(start, at(end, is_output=False), "io", ("", end.node))
            for end in ends
            if end.node in places
        ]
    count = len(block.outputs)
    for index, end in enumerate(block.outputs.values()):
        if end.node in places:
            goal = (size[0], port_y(index, count, size[1]))
            category = faces[end.node].category
            start = at(end, is_output=True)
            found.append(Wire(start, goal, category, (end.node, "")))
    return found
