"""Upright and level parts of wires that are laid already, and what a new one costs.

Plain numbers, no Qt: a wire is tried in some hundred ways until it lies well.
"""

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from workbench.canvas.geometry.sizes import CLEAR, LANE

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
BLOCKED, CLOSE, CROSSED, TAGGED = 1000.0, 60.0, 12.0, 10.0
"""Price of a card, of a wire in the same lane, of a crossing, and of a tag."""
_Leg = tuple[float, float, float, str]
"""Where it stands across, where it begins and ends along, and the output it is of."""
_Near = tuple[str, float, float, float, float]
"""Key of a card and its box."""


class Legs:
    """What lies on the canvas: cards, tags, and wires as straight parts.

    Args:
        cards: Key → card. A wire keeps clear of each, but for its first and last part.
        tags: That wires should not cross.
    """

    def __init__(self, cards: dict[str, Box], tags: Iterable[Box] = ()) -> None:
        self._cards = self._here = cards
        self._tags = list(tags)
        self._upright: list[_Leg] = []
        self._level: list[_Leg] = []
        self._lanes: dict[str, tuple[list[float], list[float]]] = {}
        self._near = _widened(cards)
        self._near_upright, self._near_level = self._upright, self._level
        self._lines: dict[tuple[int, float, str], Line] = {}

    def look_at(self, box: Box) -> None:
        """Ask about this part of the canvas alone, until told otherwise."""
        left, top, right, bottom = box
        self._lines = {}
        self._here = {
            key: card
            for key, card in self._cards.items()
            if card[0] < right and card[2] > left and card[1] < bottom and card[3] > top
        }
        self._near = _widened(self._here)
        self._near_upright = [
            leg
            for leg in self._upright
            if left < leg[0] < right and leg[1] < bottom and leg[2] > top
        ]
        self._near_level = [
            leg
            for leg in self._level
            if top < leg[0] < bottom and leg[1] < right and leg[2] > left
        ]

    def near(self) -> list[Box]:
        """Return the cards where we look."""
        return list(self._here.values())

    def add(self, points: Sequence[Point], output: str) -> None:
        """Remember a wire by its corners."""
        self._lines = {}
        for (x, y), (other_x, other_y) in itertools.pairwise(points):
            lanes = self._lanes.setdefault(output, ([], []))
            if x == other_x and y != other_y:
                leg = (x, min(y, other_y), max(y, other_y), output)
                insort(self._upright, leg)
                lanes[0].append(x)
            elif y == other_y and x != other_x:
                leg = (y, min(x, other_x), max(x, other_x), output)
                insort(self._level, leg)
                lanes[1].append(y)

    def lanes_of(self, output: str) -> tuple[list[float], list[float]]:
        """Return where the wires of an output run upright and level."""
        return self._lanes.get(output, ([], []))

    def price(
        self,
        points: Sequence[Point],
        output: str,
        ends: tuple[str, str],
        most: float = inf,
    ) -> float:
        """Return what a way costs: cards, crowded lanes, crossings.

        Args:
            points: Its corners.
            output: Wires of the same output may lie on each other.
            ends: Keys of the cards that the first and the last part may touch.
            most: What costs so much isn't looked at to its end.
        """
        total, last = 0.0, len(points) - 2
        for index, (one, two) in enumerate(itertools.pairwise(points)):
            free = (ends[0] if index == 0 else "", ends[1] if index == last else "")
            total += self.price_of(one, two, output, free)
            if total >= most and total:
                break
        return total

    def price_of(
        self, one: Point, two: Point, output: str, free: tuple[str, str] = ("", "")
    ) -> float:
        """Return what a straight part costs; `free`: cards that it may touch."""
        along = 1 if one[0] == two[0] else 0
        low, high = sorted((one[along], two[along]))
        line = self.line(1 - along, one[1 - along], output)
        return line.price(low, high, free)

    def line(self, axis: int, place: float, output: str) -> "Line":
        """Return what a wire may meet on an upright line (axis 0) or a level one (1).

        Args:
            axis: See above.
            place: Where the line stands across.
            output: Its other wires don't count.
        """
        key = (axis, place, output)
        line = self._lines.get(key)
        if line is None:
            legs = self._near_upright, self._near_level
            tags = () if axis else self._tags
            line = self._lines[key] = Line(
                cards=_met(self._near, axis, place),
                tags=[tag[1::2] for tag in tags if tag[0] < place < tag[2]],
                beside=_beside(legs[axis], place, output),
                across=_across(legs[1 - axis], place, output),
            )
        return line


@dataclass(frozen=True)
class Line:
    """What a part of a wire may meet on one line across the canvas.

    Args:
        cards: Key, where it begins and where it ends along the line.
        tags: Where each begins and ends.
        beside: Where each part of another output in the same lane begins and ends.
        across: Where parts of other outputs cross the line, in order.
    """

    cards: list[tuple[str, float, float]]
    tags: list[tuple[float, ...]]
    beside: list[tuple[float, float]]
    across: list[float]

    def price(self, low: float, high: float, free: tuple[str, str] = ("", "")) -> float:
        """Return what the part between two places costs; `free`: see `Legs`."""
        price = 0.0
        for key, begin, end in self.cards:
            if begin < high and end > low and key not in free:
                price += BLOCKED
        if low == high:
            return price
        for begin, end in self.tags:
            if begin < high and end > low:
                price += TAGGED
        for begin, end in self.beside:
            if begin < high and end > low:
                price += CLOSE
        across = bisect_left(self.across, high) - bisect_right(self.across, low)
        return price + CROSSED * max(0, across)


def _met(near: list[_Near], axis: int, place: float) -> list[tuple[str, float, float]]:
    """Return the cards that a line meets."""
    if axis:
        return [(key, c0, c2) for key, c0, c1, c2, c3 in near if c1 < place < c3]
    return [(key, c1, c3) for key, c0, c1, c2, c3 in near if c0 < place < c2]


def _beside(legs: list[_Leg], place: float, output: str) -> list[tuple[float, float]]:
    """Return the parts of other outputs that run in the lane of a line."""
    first = bisect_right(legs, (place - LANE, inf))
    last = bisect_left(legs, (place + LANE, -inf))
    return [leg[1:3] for leg in legs[first:last] if leg[3] != output]


def _across(legs: list[_Leg], place: float, output: str) -> list[float]:
    """Return where parts of other outputs cross a line."""
    return [leg[0] for leg in legs if leg[1] < place < leg[2] and leg[3] != output]


def _widened(cards: Mapping[str, Box]) -> list[_Near]:
    """Return cards with the room that wires leave around them."""
    return [
        (key, left - CLEAR, top - CLEAR, right + CLEAR, bottom + CLEAR)
        for key, (left, top, right, bottom) in cards.items()
    ]
