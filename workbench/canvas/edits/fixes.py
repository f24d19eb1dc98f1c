"""Fixes of problems, applied so that a node put into a wire stands in its row."""

from collections.abc import Mapping

from engine.graph.edits import AddNode, Connect
from engine.graph.model import Edge, Graph, Position
from engine.graph.problems import Fix
from engine.graph.walks import walk
from workbench.canvas.geometry import sizes
from workbench.document import Document, actions

_STEP = sizes.WIDTH + sizes.GAP_X
_ROW = sizes.height_for(1) + sizes.GAP_Y


def apply(document: Document, fix: Fix) -> None:
    """Apply a fix as one undo step.

    Raises:
        EngineError: When an edit is refused; nothing has changed then.
    """
    actions.mend(document, fix, lambda fix: _places(document, fix))


def _places(document: Document, fix: Fix) -> dict[str, Position]:
    """Return where the nodes that a fix adds stand, and those that give way."""
    added = [edit for edit in fix.edits if isinstance(edit, AddNode)]
    wires = [edit.edge for edit in fix.edits if isinstance(edit, Connect)]
    scope, names = added[0].scope, [edit.node.id for edit in added]
    shown = {**document.unplaced(scope), **document.project.layout.get(scope, {})}
    between = _between(document.project.scope(scope), shown, names, wires)
    return between or _beside(shown, names, wires)


def _between(
    graph: Graph, shown: Mapping[str, Position], names: list[str], wires: list[Edge]
) -> dict[str, Position]:
    """Return places of new nodes in a row between two others, and of these."""
    new = set(names)
    before = [e.source.node for e in wires if e.target.node in new - {e.source.node}]
    source = next((node for node in before if node in shown), "")
    behind = (e.target.node for e in wires if e.source.node in new)
    target = next((node for node in behind if node in shown), "")
    if not (source and target):
        return {}
    (x, y), (right, row) = shown[source], shown[target]
    y = row if right > x else y
    spots = {
        name: (sizes.snap(x + (index + 1) * _STEP), y)
        for index, name in enumerate(names)
    }
    return spots | moved_right(graph, shown, source, target, len(names))


def _beside(
    shown: Mapping[str, Position], names: list[str], wires: list[Edge]
) -> dict[str, Position]:
    """Return free places of new nodes at one end: behind their sources, or before."""
    sources = [e.source.node for e in wires if e.source.node in shown]
    targets = [e.target.node for e in wires if e.target.node in shown]
    ends = sources or targets
    if not ends:
        return {}
    edge = (max if sources else min)(shown[end][0] for end in ends)
    x = edge + _STEP if sources else edge - _STEP * len(names)
    y = shown[ends[0]][1]
    while any(_is_taken(shown, x + index * _STEP, y) for index in range(len(names))):
        y += _ROW
    ordered = names if not sources else _from_left(names, wires)
    return {
        name: (sizes.snap(x + index * _STEP), sizes.snap(y))
        for index, name in enumerate(ordered)
    }


def _from_left(names: list[str], wires: list[Edge]) -> list[str]:
    """Return new nodes so that what feeds another stands before it."""
    fed = {e.target.node: e.source.node for e in wires if e.source.node in names}
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for target, source in fed.items():
            depth[target] = depth[source] + 1
    return sorted(names, key=lambda name: depth[name])


def _is_taken(shown: Mapping[str, Position], x: float, y: float) -> bool:
    return any(
        abs(other_x - x) < _STEP - 1 and abs(other_y - y) < _ROW - 1
        for other_x, other_y in shown.values()
    )


def moved_right(
    graph: Graph,
    shown: Mapping[str, Position],
    source: str,
    target: str,
    count: int = 1,
) -> dict[str, Position]:
    """Return new places of what stands in the way of nodes between two others.

    The target and all that follows it to the right give way, by the same distance.

    Args:
        graph: With the wire from source to target.
        shown: Places of its nodes.
        source: The node before.
        target: The node behind.
        count: Of the nodes between.
    """
    short = shown[source][0] + (count + 1) * _STEP - shown[target][0]
    if short <= 0 or shown[target][0] <= shown[source][0]:
        return {}

    def ahead(node: str) -> list[str]:
        after = (edge.target.node for edge in graph.edges_out_of(node))
        return [i for i in after if i in shown and shown[i][0] > shown[node][0]]

    gone = walk([target], ahead)
    return {i: (sizes.snap(shown[i][0] + short), shown[i][1]) for i in gone}
