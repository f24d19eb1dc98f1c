"""The corners of wires: along the gaps between cards, each in a lane of its own."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.canvas.geometry.legs import BLOCKED, Box, Legs, Point
from workbench.canvas.geometry.sizes import GAP_Y, LANE, STUB

_SIDES = (0, 1, -1, 2, -2)
"""Lanes beside the middle one, in the order in which they are tried."""
_UPRIGHTS = (0, -1, 1, 2, 3, -2, 4, 5)
_PER_PX, _PER_CORNER = 1 / 80, 1.5
_SLOPE = 0.5
_FEW = 5
_AROUND = 400.0
"""So far around the two ends a wire looks for a way."""


@dataclass(frozen=True)
class Wish:
    """A wire that is to be laid.

    Args:
        start: Place of the output.
        end: Place of the input.
        output: Name of the output: its wires may share lanes.
        cards: Keys of the cards at the two ends.
        source: The card that the wire leaves.
        target: The card that it goes to.
    """

    start: Point
    end: Point
    output: str
    cards: tuple[str, str]
    source: Box
    target: Box


def lay(legs: Legs, wish: Wish, *, is_seen: bool = True) -> list[Point]:
    """Return the corners of a wire.

    Args:
        legs: What lies on the canvas.
        wish: From where to where.
        is_seen: Others are to keep their distance from it.
    """
    points = _straight(legs, wish) or _best(legs, wish)
    if is_seen:
        legs.add(points, wish.output)
    return points


def plain(wish: Wish) -> list[Point]:
    """Return the corners of a wire that looks for nothing in its way."""
    (x, y), (goal_x, goal_y) = wish.start, wish.end
    if abs(y - goal_y) < _SLOPE and goal_x >= x:
        return [wish.start, wish.end]
    if goal_x - x >= 2 * STUB:
        middle = goal_x - STUB
        return [wish.start, (middle, y), (middle, goal_y), wish.end]
    return _around(wish, x + STUB, _between(wish), goal_x - STUB)


def _straight(legs: Legs, wish: Wish) -> list[Point]:
    """Return the straight way where both ends are level and nothing is between."""
    (x, y), (goal_x, goal_y) = wish.start, wish.end
    if abs(y - goal_y) >= _SLOPE or goal_x < x:
        return []
    legs.look_at((x, y - 100, goal_x, y + 100))
    end = (goal_x, y)
    if legs.price_of(wish.start, end, wish.output, wish.cards) >= BLOCKED:
        return []
    return [wish.start, wish.end]


def _best(legs: Legs, wish: Wish) -> list[Point]:
    """Return the cheapest of the ways with two corners or four."""
    (x, y), (goal_x, goal_y) = wish.start, wish.end
    left, right = min(x, goal_x) - 2 * STUB, max(x, goal_x) + 2 * STUB
    low, high = min(y, goal_y) - _AROUND, max(y, goal_y) + _AROUND
    legs.look_at((left - 20, low, right + 20, high))
    found, least = plain(wish), math.inf
    for points in itertools.chain(_bends(legs, wish), _detours(legs, wish)):
        own = _PER_PX * _length(points) + _PER_CORNER * len(points)
        price = legs.price(points, wish.output, wish.cards, least - own)
        if not price:  # The likeliest come first.
            return points
        price += own
        if price < least:
            found, least = points, price
    return found


def _length(points: Sequence[Point]) -> float:
    return sum(
        abs(one[0] - two[0]) + abs(one[1] - two[1])
        for one, two in itertools.pairwise(points)
    )


class _Turns:
    """Where a wire may turn beside one of its ends, the best first.

    Args:
        legs: What lies on the canvas.
        output: Of the wire.
        end: The end.
        free: Keys of the cards that the part to the end may touch.
        lanes: Where it may turn.
    """

    def __init__(
        self,
        legs: Legs,
        output: str,
        end: Point,
        free: tuple[str, str],
        lanes: Iterable[float],
    ) -> None:
        self._legs, self._output, self._height = legs, output, end[1]
        self._lanes = [
            (lane, legs.price_of(end, (lane, end[1]), output, free)) for lane in lanes
        ]

    def best(self, level: float) -> float:
        """Return the first lane to a height that costs nothing, or the cheapest."""
        low, high = sorted((self._height, level))
        best, least = 0.0, math.inf
        for lane, price in self._lanes:
            if price >= least:
                continue
            cost = price + self._legs.line(0, lane, self._output).price(low, high)
            if cost < least:
                best, least = lane, cost
                if not cost:
                    break
        return best


def _bends(legs: Legs, wish: Wish) -> Iterator[list[Point]]:
    """Yield ways with one upright part, right of the start or left of the end."""
    (x, y), (goal_x, goal_y) = wish.start, wish.end
    lanes = [*_after(legs, wish), *_before(legs, wish)]
    for lane in dict.fromkeys(lanes):
        if x + LANE < lane < goal_x - LANE:
            yield [wish.start, (lane, y), (lane, goal_y), wish.end]


def _detours(legs: Legs, wish: Wish) -> Iterator[list[Point]]:
    """Yield ways with two upright parts and a level one between them."""
    output, (source, target) = wish.output, wish.cards
    after = _Turns(legs, output, wish.start, (source, ""), _after(legs, wish))
    before = _Turns(legs, output, wish.end, ("", target), _before(legs, wish))
    for level in _levels(legs, wish):
        out, into = after.best(level), before.best(level)
        if out != into:
            yield _around(wish, out, level, into)


def _around(wish: Wish, out: float, level: float, into: float) -> list[Point]:
    return [
        wish.start,
        (out, wish.start[1]),
        (out, level),
        (into, level),
        (into, wish.end[1]),
        wish.end,
    ]


def _after(legs: Legs, wish: Wish) -> Iterator[float]:
    """Yield where a wire may turn right of its start, the best first."""
    x = wish.start[0]
    used, _ = legs.lanes_of(wish.output)
    yield from (lane for lane in used if x + LANE < lane < x + 2 * STUB)
    yield from (x + STUB + LANE * side for side in _UPRIGHTS)


def _before(legs: Legs, wish: Wish) -> Iterator[float]:
    """Yield where a wire may turn left of its end, the best first."""
    x = wish.end[0]
    used, _ = legs.lanes_of(wish.output)
    yield from (lane for lane in used if x - 2 * STUB < lane < x - LANE)
    yield from (x - STUB - LANE * side for side in _UPRIGHTS)


def _levels(legs: Legs, wish: Wish) -> list[float]:
    """Return heights for the long level part: free gaps, the shortest way first."""
    left, right = sorted((wish.start[0] + STUB, wish.end[0] - STUB))
    cards = [c for c in legs.near() if c[0] < right + LANE and c[2] > left - LANE]
    half = GAP_Y / 2
    rims = {c[3] + half for c in cards} | {c[1] - half for c in cards}
    rims |= {wish.source[3] + half, wish.target[1] - half, _between(wish)}
    free = [y for y in rims if all(not c[1] - 8 < y < c[3] + 8 for c in cards)]
    free.sort(key=lambda y: abs(y - wish.start[1]) + abs(y - wish.end[1]))
    _, used = legs.lanes_of(wish.output)
    lanes = [y + LANE * side for y in free[:_FEW] for side in _SIDES]
    return list(dict.fromkeys([*_sensible(used, wish), *lanes])) or [_between(wish)]


def _sensible(used: Iterable[float], wish: Wish) -> list[float]:
    """Return heights of the output's other wires, but for those at its own port."""
    return [y for y in used if y != wish.start[1]]


def _between(wish: Wish) -> float:
    """Return the height in the gap above the row of the end, or below the start's."""
    half = GAP_Y / 2
    if wish.target[1] >= wish.source[3]:
        return wish.target[1] - half
    if wish.target[3] <= wish.source[1]:
        return wish.target[3] + half
    return max(wish.source[3], wish.target[3]) + half
