"""How open cards push what stands around them, and back: the document knows nothing.

At the right edge of a closed card its column grows by what the card grows, below it the
row does. Everything behind moves by the same, so that rows, columns and gaps stay as
they are and nothing is covered. What stands beside an open card is level with what it
shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.graph.model import Position
from workbench.canvas.geometry.rows import Size
from workbench.canvas.geometry.sizes import HEAD

_Strip = tuple[float, float]
"""From where on, and by how much."""


@dataclass(frozen=True)
class Opened:
    """One open card.

    Args:
        place: Where it stands, as stored.
        closed: Its width and height while it is closed.
        size: Its width and height now.
    """

    place: Position
    closed: Size
    size: Size


class Pushing:
    """The way between places as stored and as shown.

    Args:
        opened: All open cards of one graph.
    """

    def __init__(self, opened: Iterable[Opened] = ()) -> None:
        cards = list(opened)
        columns = [(c.place[0], c.closed[0], c.size[0] - c.closed[0]) for c in cards]
        rows = [(c.place[1], c.closed[1], c.size[1] - c.closed[1]) for c in cards]
        self._across = [(end, grown) for _, end, grown in _merged(columns)]
        self._down: list[_Strip] = []
        for start, end, grown in _merged(rows):
            self._down += [(start, HEAD), (end, max(0.0, grown - HEAD))]

    def shown(self, place: Position, *, is_open: bool = False) -> Position:
        """Return where a card with this stored place is shown."""
        x = place[0] + sum(grown for start, grown in self._across if place[0] >= start)
        y = place[1] + sum(grown for start, grown in self._down if place[1] >= start)
        return (x, y - HEAD if is_open else y)

    def stored(self, place: Position, *, is_open: bool = False) -> Position:
        """Return the place that is shown there."""
        y = place[1] + HEAD if is_open else place[1]
        return (_back(place[0], self._across), _back(y, self._down))


def _merged(
    spans: Sequence[tuple[float, float, float]],
) -> list[tuple[float, float, float]]:
    """Return (start, end, growth) of columns or rows; what overlaps grows together."""
    found: list[tuple[float, float, float]] = []
    for start, length, grown in sorted(spans):
        if found and start < found[-1][1]:
            first, end, most = found[-1]
            found[-1] = (first, max(end, start + length), max(most, grown))
        else:
            found.append((start, start + length, grown))
    return found


def _back(value: float, strips: Sequence[_Strip]) -> float:
    for start, grown in strips:
        if value < start:
            return value
        value = max(start, value - grown)
    return value
