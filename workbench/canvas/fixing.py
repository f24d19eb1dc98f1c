"""Fixes of problems, applied so that a node put into a wire stands in its row."""

from collections.abc import Mapping

from engine.graph.edits import AddNode, Connect, Edit, Fix, Move
from engine.graph.model import Graph, Position
from workbench.canvas import metrics
from workbench.document import Document
from workbench.document.actions import pinned

_STEP = metrics.WIDTH + metrics.GAP_X


def apply(document: Document, fix: Fix) -> None:
    """Apply a fix as one undo step.

    Raises:
        EngineError: When an edit is refused; nothing has changed then.
    """
    between = _between(fix)
    if between is None:
        document.apply(list(fix.edits), fix.label)
        return
    new, source, target = between
    scope = new.scope
    shown = document.unplaced(scope) | document.project.layout.get(scope, {})
    edits: list[Edit] = [*pinned(document, scope), *fix.edits]
    if source in shown and target in shown:
        graph = document.project.scope(scope)
        moves = moved_right(graph, shown, source, target)
        spot = _spot(shown, source, target)
        edits.append(Move(((new.node.id, spot), *moves.items()), scope))
    document.apply(edits, fix.label)


def _between(fix: Fix) -> tuple[AddNode, str, str] | None:
    """Return the new node of a fix and the nodes before and behind it."""
    added = [edit for edit in fix.edits if isinstance(edit, AddNode)]
    if len(added) != 1:
        return None
    name = added[0].node.id
    wires = [edit.edge for edit in fix.edits if isinstance(edit, Connect)]
    before = [edge.source.node for edge in wires if edge.target.node == name]
    behind = [edge.target.node for edge in wires if edge.source.node == name]
    return (added[0], before[0], behind[0]) if before and behind else None


def _spot(shown: Mapping[str, Position], source: str, target: str) -> Position:
    """Return the place right of the source, in the row of the target if it is there."""
    (x, y), (right, row) = shown[source], shown[target]
    return (metrics.snap(x + _STEP), row if right > x else y)


def moved_right(
    graph: Graph, shown: Mapping[str, Position], source: str, target: str
) -> dict[str, Position]:
    """Return new places of what stands in the way of a node between two others.

    The target and all that follows it to the right give way, by the same distance.

    Args:
        graph: With the wire from source to target.
        shown: Places of its nodes.
        source: The node before.
        target: The node behind.
    """
    short = shown[source][0] + 2 * _STEP - shown[target][0]
    if short <= 0 or shown[target][0] <= shown[source][0]:
        return {}
    gone, stack = {target}, [target]
    while stack:
        node = stack.pop()
        for edge in graph.edges_out_of(node):
            after = edge.target.node
            ahead = after in shown and shown[after][0] > shown[node][0]
            if ahead and after not in gone:
                gone.add(after)
                stack.append(after)
    return {i: (metrics.snap(shown[i][0] + short), shown[i][1]) for i in gone}
