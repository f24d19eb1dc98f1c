"""Where nodes stand that nobody has placed: layers from left to right, in rows."""

import itertools
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.graph.model import Graph, Position
from workbench.canvas import metrics

Size = tuple[float, float]
Steps = Generator[None, None, dict[str, Position]]
_SWEEPS, _SLICE = 4, 48
_PER_CUT_WIRE = 0.85
"""What a row that cuts one more wire may be smaller on the screen instead."""


def arrange(
    graph: Graph, sizes: Mapping[str, Size], aspect: float = 1.75
) -> dict[str, Position]:
    """Return a place for every node.

    Nodes stand in columns by their longest way from a source, ordered so that few
    wires cross; a long chain is broken into rows so that it fills a window.

    Args:
        graph: What is connected.
        sizes: Width and height of every card.
        aspect: Width over height of the window.
    """
    return all_of(steps(graph, sizes, aspect))


def steps(graph: Graph, sizes: Mapping[str, Size], aspect: float = 1.75) -> Steps:
    """Do what `arrange` does, in slices of about a millisecond.

    The graph must not change until the end.

    Yields:
        Between slices; the places are the generator's return value.
    """
    columns = yield from _columns(graph)
    columns = yield from _ordered(graph, columns)
    if not columns:
        return {}
    boxes = [_Column(column, sizes) for column in columns]
    cuts = _cuts(graph, columns)
    yield
    best, most = _rows(boxes, len(boxes), cuts), 0.0
    for count in _row_lengths(len(boxes)):
        rows = _rows(boxes, count, cuts)
        fill = _scale(rows, aspect) * _wholeness(rows, cuts)
        if fill > most:
            best, most = rows, fill
        yield
    return _placed(best)


def _row_lengths(num_columns: int) -> list[int]:
    """Return columns per row for every sensible number of rows, the fewest first."""
    rows = range(1, num_columns + 1)
    return sorted({-(-num_columns // count) for count in rows})


class _Column:
    """Nodes above each other, with the space they need."""

    def __init__(self, nodes: Sequence[str], sizes: Mapping[str, Size]) -> None:
        self.nodes = nodes
        self.sizes = [sizes.get(n, (metrics.WIDTH, metrics.HEIGHT)) for n in nodes]
        self.width = max(width for width, _ in self.sizes)
        gaps = 0.6 * metrics.GAP_Y * (len(nodes) - 1)
        self.height = sum(height for _, height in self.sizes) + gaps


def _columns(graph: Graph) -> Generator[None, None, list[list[str]]]:
    """Find nodes by the length of their longest way from a source.

    A source other than the first column's stands right before its first reader.
    """
    depth: dict[str, int] = {}
    for index, node in enumerate(graph.topological()):
        before = [depth[e.source.node] for e in graph.edges_into(node.id)]
        depth[node.id] = max(before) + 1 if before else 0
        if index % _SLICE == 0:
            yield
    for index, node_id in enumerate(graph.nodes):
        readers = [depth[e.target.node] for e in graph.edges_out_of(node_id)]
        if readers and not graph.edges_into(node_id) and min(readers) > 1:
            depth[node_id] = min(readers) - 1
        if index % _SLICE == 0:
            yield
    layers: dict[int, list[str]] = {}
    for node_id in graph.nodes:
        layers.setdefault(depth[node_id], []).append(node_id)
    return [layers[level] for level in sorted(layers)]


def _ordered(
    graph: Graph, columns: list[list[str]]
) -> Generator[None, None, list[list[str]]]:
    """Put nodes of the columns at the mean height of their neighbours."""
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        height = {n: float(i) for column in columns for i, n in enumerate(column)}
        for index, column in enumerate(columns if forward else reversed(columns)):
            means = {n: _mean(graph, n, height, forward=forward) for n in column}
            column.sort(key=lambda n, means=means: means[n])
            height.update({n: float(i) for i, n in enumerate(column)})
            if index % _SLICE == 0:
                yield
    return columns


def _mean(
    graph: Graph, node_id: str, height: Mapping[str, float], *, forward: bool
) -> float:
    if forward:
        others = [height[e.source.node] for e in graph.edges_into(node_id)]
    else:
        others = [height[e.target.node] for e in graph.edges_out_of(node_id)]
    return sum(others) / len(others) if others else height[node_id]


@dataclass
class _Row:
    """Columns beside each other."""

    columns: list[_Column]

    @property
    def width(self) -> float:
        gaps = metrics.GAP_X * (len(self.columns) - 1)
        return sum(column.width for column in self.columns) + gaps

    @property
    def height(self) -> float:
        return max(column.height for column in self.columns)


def _cuts(graph: Graph, columns: Sequence[Sequence[str]]) -> list[int]:
    """Return for every column from how many outputs wires pass its right edge."""
    column = {n: i for i, nodes in enumerate(columns) for n in nodes}
    reach: dict[str, int] = {}
    for edge in graph.edges:
        source, end = str(edge.source), column[edge.target.node]
        reach[source] = max(reach.get(source, 0), end)
    change = [0] * (len(columns) + 1)
    for source, end in reach.items():
        change[column[source.partition(".")[0]]] += 1
        change[end] -= 1
    return list(itertools.accumulate(change))[: len(columns)]


def _rows(columns: Sequence[_Column], per_row: int, cuts: Sequence[int]) -> list[_Row]:
    """Return rows of at most `per_row` columns, broken where few wires are cut."""
    rows: list[_Row] = []
    start = 0
    while start < len(columns):
        stop = min(start + per_row, len(columns))
        if stop < len(columns):
            shortest = stop - per_row // 3
            stop = min(range(stop, shortest - 1, -1), key=lambda end: cuts[end - 1])
        rows.append(_Row(list(columns[start:stop])))
        start = stop
    return rows


def _scale(rows: Sequence[_Row], aspect: float) -> float:
    """Return how large the picture can be shown in a window of unit height."""
    width = max(row.width for row in rows) + 2 * metrics.GAP_X
    height = sum(row.height + metrics.GAP_Y for row in rows)
    lonely = 0.95 if len(rows) > 1 and len(rows[-1].columns) == 1 else 1.0
    return lonely * min(aspect / width, 1.0 / height)


def _wholeness(rows: Sequence[_Row], cuts: Sequence[int]) -> float:
    """Return how well rows keep together what belongs together, at most 1."""
    ends = list(itertools.accumulate(len(row.columns) for row in rows))[:-1]
    if not ends:
        return 1.0
    return _PER_CUT_WIRE ** (sum(cuts[end - 1] for end in ends) / len(ends) - 1)


def _placed(rows: Sequence[_Row]) -> dict[str, Position]:
    """Return places; short rows stand in the middle, by whole columns."""
    widest = max(row.width for row in rows)
    places: dict[str, Position] = {}
    top = 0.0
    for row in rows:
        pitch = metrics.WIDTH + metrics.GAP_X
        indent = (widest - row.width) / 2 // pitch * pitch
        for node_id, x, y in _in_row(row, indent, top):
            places[node_id] = (metrics.snap(x), metrics.snap(y))
        top += row.height + metrics.GAP_Y
    return places


def _in_row(row: _Row, left: float, top: float) -> Iterator[tuple[str, float, float]]:
    counts = [len(column.nodes) for column in row.columns]
    meets_again = any(one > 1 >= two for one, two in itertools.pairwise(counts))
    is_chain = 2 * counts.count(1) >= len(counts) and not meets_again
    for column in row.columns:
        y = top if is_chain else top + (row.height - column.height) / 2
        for node_id, (_, height) in zip(column.nodes, column.sizes, strict=True):
            yield node_id, left, y
            y += height + 0.6 * metrics.GAP_Y
        left += column.width + metrics.GAP_X


def missing(
    graph: Graph, sizes: Mapping[str, Size], stored: Mapping[str, Position]
) -> Steps:
    """Find places, in slices, for the many nodes that have none: below the others."""
    places = yield from steps(graph, sizes)
    lost = {i: place for i, place in places.items() if i not in stored}
    if not stored:
        return lost
    lowest = max(y for _, y in stored.values())
    down = metrics.snap(lowest + metrics.HEIGHT + metrics.GAP_Y)
    top = min((y for _, y in lost.values()), default=0.0)
    return {i: (x, y - top + down) for i, (x, y) in lost.items()}


def all_of(work: Steps) -> dict[str, Position]:
    """Do all steps and return the places."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def beside(
    graph: Graph, node_id: str, places: Mapping[str, Position], height: float
) -> Position:
    """Return a free place for one new node, between its neighbours if it has any."""
    before = [places[e.source.node] for e in graph.edges_into(node_id)
              if e.source.node in places]  # fmt: skip
    after = [places[e.target.node] for e in graph.edges_out_of(node_id)
             if e.target.node in places]  # fmt: skip
    if before and after:
        x = (max(p[0] for p in before) + min(p[0] for p in after)) / 2
        y = max(p[1] for p in before) + height + metrics.GAP_Y / 2
    elif before:
        x = max(p[0] for p in before) + metrics.WIDTH + metrics.GAP_X
        y = before[0][1]
    elif after:
        x = min(p[0] for p in after) - metrics.WIDTH - metrics.GAP_X
        y = after[0][1]
    else:
        x = min((p[0] for p in places.values()), default=0.0)
        lowest = max((p[1] for p in places.values()), default=-metrics.HEIGHT)
        y = lowest + metrics.HEIGHT + metrics.GAP_Y
    return free_place((x, y), places.values())


def free_place(wish: Position, taken: Iterable[Position]) -> Position:
    """Return the wished place, or the nearest one below it that is not covered."""
    x, y = metrics.snap(wish[0]), metrics.snap(wish[1])
    places = list(taken)
    step = metrics.HEIGHT + metrics.GAP_Y / 2
    for _ in range(len(places) + 1):
        if not any(_covers(place, x, y) for place in places):
            break
        y += step
    return (x, y)


def _covers(place: Position, x: float, y: float) -> bool:
    near_x = abs(place[0] - x) < metrics.WIDTH + 10
    return near_x and abs(place[1] - y) < metrics.HEIGHT + 10
