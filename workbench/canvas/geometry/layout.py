"""Where nodes stand that nobody has placed: layers from left to right, in rows."""

import bisect
import itertools
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence

from engine.graph.model import Graph, Position
from workbench.canvas.geometry import rows, tags
from workbench.canvas.geometry.rows import Column, Size
from workbench.canvas.geometry.sizes import GAP_X, GAP_Y, HEIGHT, WIDTH, snap

Steps = Generator[None, None, dict[str, Position]]
_SWEEPS, _SLICE = 4, 48


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
    feet = _feet(graph)
    below = {node_id for foot in feet for node_id in foot}
    columns = yield from _columns(graph, below)
    columns = yield from _ordered(graph, columns)
    if not columns:
        return {}
    boxes = yield from _boxes(columns, sizes)
    stands = [[Column([node_id], sizes) for node_id in foot] for foot in feet]
    cuts = yield from _cuts(graph, columns)
    return (yield from rows.placed(boxes, stands, cuts, aspect))


def _feet(graph: Graph) -> list[list[str]]:
    """Return losses, metrics and views that read one output, where it has several.

    Side by side below the network they need no more than one bundle of wires; above
    each other in a column they made the picture small.
    """
    found: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        if not tags.is_sink(node) or graph.edges_out_of(node.id):
            continue
        into = graph.edges_into(node.id)
        seen = {str(e.source) for e in into if not tags.is_tagged(graph, e)}
        if len(seen) <= 1:
            found.setdefault(next(iter(seen), ""), []).append(node.id)
    return [foot for output, foot in found.items() if len(foot) > 1 or not output]


def _boxes(
    columns: Sequence[Sequence[str]], sizes: Mapping[str, Size]
) -> Generator[None, None, list[Column]]:
    boxes: list[Column] = []
    for index, column in enumerate(columns):
        boxes.append(Column(column, sizes))
        if index % _SLICE == 0:
            yield
    return boxes


def _columns(
    graph: Graph, below: Collection[str]
) -> Generator[None, None, list[list[str]]]:
    """Find nodes, but those `below`, by the length of their longest way from a source.

    A source other than the first column's stands right before its first reader.
    """
    # The longest way, not the shortest: every wire then runs to the right.
    depth: dict[str, int] = {}
    for index, node in enumerate(graph.topological()):
        before = [depth[e.source.node] for e in graph.edges_into(node.id)]
        depth[node.id] = max(before) + 1 if before else 0
        if index % _SLICE == 0:
            yield
    # A target or a mask has no inputs and would stand far left of what reads it.
    for index, node_id in enumerate(graph.nodes):
        after = [e.target.node for e in graph.edges_out_of(node_id)]
        readers = [depth[i] for i in after if i not in below]
        if readers and not graph.edges_into(node_id) and min(readers) > 1:
            depth[node_id] = min(readers) - 1
        if index % _SLICE == 0:
            yield
    layers: dict[int, list[str]] = {}
    for node_id in graph.nodes:
        if node_id not in below:
            layers.setdefault(depth[node_id], []).append(node_id)
    return [layers[level] for level in sorted(layers)]


def _ordered(
    graph: Graph, columns: list[list[str]]
) -> Generator[None, None, list[list[str]]]:
    """Put nodes of the columns at the mean height of their neighbours.

    Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of
    hierarchical system structures", 1981: the barycentre heuristic, forth and back;
    four sweeps leave few crossings, more hardly help.
    """
    for sweep in range(_SWEEPS):
        forward, done = sweep % 2 == 0, 0
        height = {n: float(i) for column in columns for i, n in enumerate(column)}
        for column in columns if forward else reversed(columns):
            means: dict[str, float] = {}
            for node_id in column:
                means[node_id] = _mean(graph, node_id, height, forward=forward)
                done += 1
                if done % _SLICE == 0:
                    yield
            column.sort(key=means.__getitem__)
            height.update({n: float(i) for i, n in enumerate(column)})
    return columns


def _mean(
    graph: Graph, node_id: str, height: Mapping[str, float], *, forward: bool
) -> float:
    if forward:
        near = [e.source.node for e in graph.edges_into(node_id)]
    else:
        near = [e.target.node for e in graph.edges_out_of(node_id)]
    others = [height[other] for other in near if other in height]
    return sum(others) / len(others) if others else height[node_id]


def _cuts(
    graph: Graph, columns: Sequence[Sequence[str]]
) -> Generator[None, None, list[int]]:
    """Return for every column from how many outputs wires pass its right edge."""
    # Outputs, not wires: those of one output run in one bundle. Each adds one where it
    # begins and takes it away where its last reader stands; the running sum is the cut.
    column = {n: i for i, nodes in enumerate(columns) for n in nodes}
    reach: dict[tuple[str, str], int] = {}
    for index, edge in enumerate(graph.edges):
        source, end = (edge.source.node, edge.source.port), column.get(edge.target.node)
        if end is not None and edge.source.node in column:
            reach[source] = max(reach.get(source, 0), end)
        if index % _SLICE == 0:
            yield
    change = [0] * (len(columns) + 1)
    for (node, _), end in reach.items():
        change[column[node]] += 1
        change[end] -= 1
    return list(itertools.accumulate(change))[: len(columns)]


def missing(
    graph: Graph, sizes: Mapping[str, Size], stored: Mapping[str, Position]
) -> Steps:
    """Find places, in slices, for the many nodes that have none: below the others."""
    places = yield from steps(graph, sizes)
    lost = {i: place for i, place in places.items() if i not in stored}
    if not stored:
        return lost
    lowest = max(y for _, y in stored.values())
    down = snap(lowest + HEIGHT + GAP_Y)
    top = min((y for _, y in lost.values()), default=0.0)
    return {i: (x, y - top + down) for i, (x, y) in lost.items()}


def all_of(work: Steps) -> dict[str, Position]:
    """Do all steps and return the places."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return dict(done.value)


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
        y = max(p[1] for p in before) + height + GAP_Y / 2
    elif before:
        x = max(p[0] for p in before) + WIDTH + GAP_X
        y = before[0][1]
    elif after:
        x = min(p[0] for p in after) - WIDTH - GAP_X
        y = after[0][1]
    else:
        x = min((p[0] for p in places.values()), default=0.0)
        lowest = max((p[1] for p in places.values()), default=-HEIGHT)
        y = lowest + HEIGHT + GAP_Y
    return free_place((x, y), places.values())


def free_place(wish: Position, taken: Iterable[Position]) -> Position:
    """Return the wished place, or the nearest one below it that is not covered."""
    x, y = snap(wish[0]), snap(wish[1])
    across, down = WIDTH + 10, HEIGHT + 10
    near = sorted(top for left, top in taken if abs(left - x) < across)
    step = HEIGHT + GAP_Y / 2
    while _is_between(near, y - down, y + down):
        y += step
    return (x, y)


def _is_between(ordered: Sequence[float], low: float, high: float) -> bool:
    """Return whether a number lies between two others."""
    first = bisect.bisect_right(ordered, low)
    return first < len(ordered) and ordered[first] < high
