"""Columns of cards, broken into rows so that they fill a window."""

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence

from engine.graph.model import Position
from workbench.canvas.geometry.sizes import (
    GAP_X,
    GAP_Y,
    HEIGHT,
    STACK_GAP,
    WIDTH,
    snap,
)

Size = tuple[float, float]
Spans = list[tuple[int, int]]
"""First column of every row, and the one behind its last."""
_SLICE = 48
_WINDOW_PX, _RIM_PX = 520.0, 72.0
"""Height of a usual window, and what of it stays free around the graph."""
_PER_CUT_WIRE = 0.85
"""What a row that cuts one more wire may be smaller on the screen instead."""


class Column:
    """Nodes above each other, with the space they need.

    Args:
        nodes: From the top down.
        sizes: Width and height of every card.
    """

    def __init__(self, nodes: Sequence[str], sizes: Mapping[str, Size]) -> None:
        self.nodes = nodes
        self.sizes = [sizes.get(n, (WIDTH, HEIGHT)) for n in nodes]
        self.width = max(width for width, _ in self.sizes)
        gaps = STACK_GAP * (len(nodes) - 1)
        self.height = sum(height for _, height in self.sizes) + gaps


Foot = list[Column]
"""Losses, metrics and views of one output, side by side below what they read."""


def placed(
    columns: Sequence[Column],
    feet: Sequence[Foot],
    cuts: Sequence[int],
    aspect: float,
) -> Generator[None, None, dict[str, Position]]:
    """Find the rows that are shown largest, and the places of all nodes in them.

    Args:
        columns: From left to right, at least one.
        feet: Stand in rows of their own below all columns.
        cuts: For every column how many wires pass its right edge.
        aspect: Width over height of the window.

    Yields:
        Between slices of about a millisecond.
    """
    breaking = _Breaking(columns, feet, cuts, aspect)
    best, most = breaking.spans(len(columns)), 0.0
    for count in _row_lengths(len(columns)):
        spans = breaking.spans(count)
        fill = breaking.fill(spans)
        if fill > most:
            best, most = spans, fill
        yield
    return (yield from _places(columns, feet, best))


def _row_lengths(num_columns: int) -> list[int]:
    """Return columns per row for every sensible number of rows, the fewest first."""
    # Row counts that share a length share the picture: jump from each length to the
    # next shorter one. About 2√n lengths are left of n, so that thousands of columns
    # are tried in milliseconds.
    counts, rows = [], 1
    while rows <= num_columns:
        count = -(-num_columns // rows)
        counts.append(count)
        rows = -(-num_columns // (count - 1)) if count > 1 else num_columns + 1
    return counts[::-1]


class _Breaking:
    """Sums over columns, so that a row of thousands is judged at once."""

    def __init__(
        self,
        columns: Sequence[Column],
        feet: Sequence[Foot],
        cuts: Sequence[int],
        aspect: float,
    ) -> None:
        self._cuts, self._aspect, self._feet = cuts, aspect, feet
        self._heights = [column.height for column in columns]
        ends = (column.width + GAP_X for column in columns)
        self._ends = [0.0, *itertools.accumulate(ends)]

    def width(self, span: tuple[int, int]) -> float:
        """Return the width of a row."""
        return self._ends[span[1]] - self._ends[span[0]] - GAP_X

    def height(self, span: tuple[int, int]) -> float:
        """Return the height of a row."""
        return max(self._heights[slice(*span)])

    def spans(self, per_row: int) -> Spans:
        """Return rows of at most `per_row` columns, broken where few wires are cut."""
        spans: Spans = []
        start, num_columns = 0, len(self._heights)
        while start < num_columns:
            stop = min(start + per_row, num_columns)
            if stop < num_columns:
                # Only in the last third, or rows would become uneven; of equal cuts the
                # last one, for the fullest row.
                found = self._cuts[stop - per_row // 3 - 1 : stop]
                stop -= found[::-1].index(min(found))
            spans.append((start, stop))
            start = stop
        return spans

    def fill(self, spans: Spans) -> float:
        """Return how well a window is filled, and how little rows cut apart."""
        return self._scale(spans) * self._wholeness(spans)

    def _scale(self, spans: Spans) -> float:
        """Return how large the picture can be shown."""
        longest = max(stop - start for start, stop in spans)
        feet = list(foot_rows(self._feet, longest))
        widths = [*map(self.width, spans), *map(_width_of, feet)]
        heights = [*map(self.height, spans), *map(_height_of, feet)]
        height = sum(heights) + GAP_Y * (len(heights) - 1)
        last = spans[-1][1] - spans[-1][0]
        # One column alone in the last row looks lost: another break is worth 5 %.
        lonely = 0.95 if len(spans) > 1 and last == 1 else 1.0
        across_px, down_px = self._aspect * _WINDOW_PX - _RIM_PX, _WINDOW_PX - _RIM_PX
        return lonely * min(across_px / max(widths), down_px / height)

    def _wholeness(self, spans: Spans) -> float:
        """Return how well rows keep together what belongs together, at most 1."""
        ends = [stop for _, stop in spans[:-1]]
        if not ends:
            return 1.0
        # Every break of a chain cuts one wire, which is nothing to mind; each one more
        # runs across the whole picture and back, and pulls a module apart.
        more = sum(self._cuts[end - 1] for end in ends) / len(ends) - 1
        return float(_PER_CUT_WIRE**more)


def foot_rows(feet: Sequence[Foot], across: int) -> Iterator[Foot]:
    """Yield rows of losses, metrics and views, about as long as the rows above.

    What reads one output stands together; short feet share a row.
    """
    most, row = max(3, across), Foot()
    for foot in feet:
        if row and len(row) + len(foot) > most:
            yield row
            row = Foot()
        row = [*row, *foot]
        while len(row) > most:
            yield row[:most]
            row = row[most:]
    if row:
        yield row


def _width_of(row: Foot) -> float:
    return sum(column.width + GAP_X for column in row) - GAP_X


def _height_of(row: Foot) -> float:
    return max(column.height for column in row)


def _places(
    columns: Sequence[Column], feet: Sequence[Foot], spans: Spans
) -> Generator[None, None, dict[str, Position]]:
    """Return places: rows begin at the left, feet end where the longest row does."""
    across = max(stop - start for start, stop in spans)
    rows = [list(columns[start:stop]) for start, stop in spans]
    below = list(foot_rows(feet, across))
    lefts = _lefts([*rows, *below])
    places: dict[str, Position] = {}
    top = 0.0
    for number, row in enumerate([*rows, *below]):
        height = max(column.height for column in row)
        first = 0 if number < len(rows) else max(0, across - len(row))
        for node_id, x, y in _in_row(row, height, lefts[first:], top):
            places[node_id] = (snap(x), snap(y))
            if len(places) % _SLICE == 0:
                yield
        top += height + GAP_Y
    return places


def _lefts(rows: Sequence[Sequence[Column]]) -> list[float]:
    """Return where columns begin, so that those of all rows stand below each other."""
    # Wires from row to row then run in the same gaps.
    most = max(map(len, rows))
    widths = [
        max((row[i].width for row in rows if i < len(row)), default=WIDTH)
        for i in range(most)
    ]
    return list(itertools.accumulate((w + GAP_X for w in widths[:-1]), initial=0.0))


def _in_row(
    row: Sequence[Column], height: float, lefts: Sequence[float], top: float
) -> Iterator[tuple[str, float, float]]:
    # A chain with some branches hangs from a straight line at the top, so that the eye
    # can follow it. Where branches meet again (a residual block, a GAN's two losses)
    # the row is centred instead: both ways then look alike.
    counts = [len(column.nodes) for column in row]
    meets_again = any(one > 1 >= two for one, two in itertools.pairwise(counts))
    is_chain = 2 * counts.count(1) >= len(counts) and not meets_again
    for column, left in zip(row, lefts, strict=False):
        y = top if is_chain else top + (height - column.height) / 2
        for node_id, (_, tall) in zip(column.nodes, column.sizes, strict=True):
            yield node_id, left, y
            y += tall + STACK_GAP
