"""The inside of a block as its open card shows it: small cards and wires."""

from collections.abc import Iterator, Mapping

from engine.graph.model import Block, Endpoint, Position, Project
from workbench.canvas.cards.card import Face, Inner, Wire
from workbench.canvas.geometry import layout, sizes, ways
from workbench.canvas.geometry.legs import Box, Legs, Point
from workbench.canvas.geometry.pushing import Opened, Pushing
from workbench.canvas.geometry.sizes import HEAD, port_y
from workbench.canvas.geometry.ways import Wish

PAD = 60.0
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
    stored = _stored(project, name, block, faces)
    opened = [
        Opened(stored[i], face.closed_size, (face.width, face.height))
        for i, face in faces.items()
        if face.inner is not None
    ]
    pushing = Pushing(opened)
    shown = {
        i: pushing.shown(place, is_open=faces[i].inner is not None)
        for i, place in stored.items()
    }
    left = min((x for x, _ in shown.values()), default=0.0)
    top = min((y for _, y in shown.values()), default=0.0)
    places = {i: (x - left + PAD, y - top + HEAD) for i, (x, y) in shown.items()}
    width = max((x + faces[i].width for i, (x, _) in places.items()), default=0.0)
    height = max((y + faces[i].height for i, (_, y) in places.items()), default=0.0)
    size = (width + PAD, height + _FOOT)
    cards = tuple((place, faces[i]) for i, place in places.items())
    wires = tuple(_wires(block, places, faces, size))
    corner = (left - PAD, top - HEAD)
    return Inner(cards, wires, *size, tuple(places), corner, pushing)


def _stored(
    project: Project, name: str, block: Block, faces: Mapping[str, Face]
) -> dict[str, Position]:
    """Return the places of the nodes as the block counts."""
    stored = project.layout.get(name, {})
    if all(i in stored for i in block.graph.nodes):
        return {i: stored[i] for i in block.graph.nodes}
    return layout.arrange(
        block.graph, {i: face.closed_size for i, face in faces.items()}, ASPECT
    )


def _wires(
    block: Block,
    places: Mapping[str, Position],
    faces: Mapping[str, Face],
    size: tuple[float, float],
) -> list[Wire]:
    """Return the wires between the nodes, and from the card's own ports to them."""
    boxes = {i: _box(places[i], faces[i]) for i in places}
    legs = Legs(boxes)
    between = zip(_between(block, places, faces), block.graph.edges, strict=True)
    outer = ((wish, None) for wish in _outer(block, places, faces, size))
    wanted = sorted([*between, *outer], key=lambda each: _length(each[0]))
    return [Wire(tuple(ways.lay(legs, wish)), edge) for wish, edge in wanted]


def _length(wish: Wish) -> float:
    (x, y), (goal_x, goal_y) = wish.start, wish.end
    return abs(goal_x - x) + abs(goal_y - y)


def _box(place: Position, face: Face) -> Box:
    return (*place, place[0] + face.width, place[1] + face.height)


def _at(
    end: Endpoint,
    places: Mapping[str, Position],
    faces: Mapping[str, Face],
    *,
    is_output: bool,
) -> Point:
    spot = faces[end.node].port(end.port, is_output=is_output)
    x, y = places[end.node]
    return x + spot.x(), y + spot.y()


def _between(
    block: Block, places: Mapping[str, Position], faces: Mapping[str, Face]
) -> Iterator[Wish]:
    for edge in block.graph.edges:
        one, two = edge.source.node, edge.target.node
        yield Wish(
            _at(edge.source, places, faces, is_output=True),
            _at(edge.target, places, faces, is_output=False),
            f"{one}.{edge.source.port}",
            (one, two),
            _box(places[one], faces[one]),
            _box(places[two], faces[two]),
        )


def _outer(
    block: Block,
    places: Mapping[str, Position],
    faces: Mapping[str, Face],
    size: tuple[float, float],
) -> Iterator[Wish]:
    """Yield the wires that end at the ports of the card itself."""
    for index, (name, ends) in enumerate(block.inputs.items()):
        rim = (0.0, sizes.HEAD + port_y(index))
        for end in ends:
            if end.node in places:
                goal = _at(end, places, faces, is_output=False)
                card = _box(places[end.node], faces[end.node])
                yield Wish(rim, goal, f".{name}", ("", end.node), (*rim, *rim), card)
    for index, end in enumerate(block.outputs.values()):
        if end.node in places:
            rim = (size[0], sizes.HEAD + port_y(index))
            start = _at(end, places, faces, is_output=True)
            card, output = _box(places[end.node], faces[end.node]), str(end)
            yield Wish(start, rim, output, (end.node, ""), card, (*rim, *rim))
