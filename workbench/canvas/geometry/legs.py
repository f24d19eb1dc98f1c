"""Upright and level parts of wires that are laid already, and what a new one costs.

Plain numbers, no Qt: a wire is tried in some hundred ways until it lies well.
"""

import itertools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from math import inf

from workbench.canvas.geometry.sizes import CLEAR, LANE

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
BLOCKED, CLOSE, CROSSED, TAGGED = 1000.0, 60.0, 12.0, 10.0
"""Price of a card, of a wire in the same lane, of a crossing, and of a tag."""
_Leg = tuple[float, float, float, str]
"""Where it stands across, where it begins and ends along, and the output it is of."""


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
        self._prices: dict[tuple[Point, Point, str, tuple[str, str]], float] = {}

    def look_at(self, box: Box) -> None:
        """Ask about this part of the canvas alone, until told otherwise."""
        left, top, right, bottom = box
        self._prices = {}
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
        self._prices = {}
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
        key = (one, two, output, free)
        found = self._prices.get(key)
        if found is None:
            found = self._prices[key] = self._price_of(one, two, output, free)
        return found

    def _price_of(
        self, one: Point, two: Point, output: str, free: tuple[str, str]
    ) -> float:
        if one[0] == two[0]:
            low, high = sorted((one[1], two[1]))
            return self._upright_price(one[0], low, high, output) + sum(
                [
                    BLOCKED
                    for key, left, top, right, bottom in self._near
                    if left < one[0] < right
                    and top < high
                    and bottom > low
                    and key not in free
                ]
            )
        low, high = sorted((one[0], two[0]))
        return self._level_price(one[1], low, high, output) + sum(
            [
                BLOCKED
                for key, left, top, right, bottom in self._near
                if top < one[1] < bottom
                and left < high
                and right > low
                and key not in free
            ]
        )

    def _upright_price(self, x: float, low: float, high: float, output: str) -> float:
        if low == high:
            return 0.0
        tags = sum(
            [
                TAGGED
                for left, top, right, bottom in self._tags
                if left < x < right and top < high and bottom > low
            ]
        )
        return tags + _priced(
            self._near_upright, self._near_level, (x, low, high, output)
        )

    def _level_price(self, y: float, low: float, high: float, output: str) -> float:
        if low == high:
            return 0.0
        leg = (y, low, high, output)
        return _priced(self._near_level, self._near_upright, leg)


def _priced(beside: list[_Leg], across: list[_Leg], leg: _Leg) -> float:
    """Return the price of crowded lanes and of crossings for one part of a wire."""
    place, low, high, output = leg
    crowded = [
        CLOSE
        for _, begin, end, owner in _between(beside, place - LANE, place + LANE)
        if begin < high and end > low and owner != output
    ]
    crossed = [
        CROSSED
        for _, begin, end, owner in _between(across, low, high)
        if begin < place < end and owner != output
    ]
    return sum(crowded) + sum(crossed)


def _between(legs: list[_Leg], low: float, high: float) -> list[_Leg]:
    """Return those that stand between two places, which themselves don't count."""
    return legs[bisect_right(legs, (low, inf)) : bisect_left(legs, (high, -inf))]


def _widened(cards: Mapping[str, Box]) -> list[tuple[str, float, float, float, float]]:
    """Return cards with the room that wires leave around them."""
    return [
        (key, left - CLEAR, top - CLEAR, right + CLEAR, bottom + CLEAR)
        for key, (left, top, right, bottom) in cards.items()
    ]
