"""Many edits together: all or none, quick for thousands, and what removes nodes."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.graph.edits.at_once import at_once
from engine.graph.edits.changes import Disconnect, Edit, Move, RemoveNode
from engine.graph.model import ROOT, Project

_MANY = 8
"""So many edits of one kind after each other are made in one go where that is right."""


def _runs(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Yield edits that follow each other and are of one kind and scope."""
    for _, run in itertools.groupby(edits, _kind):
        yield list(run)


def _kind(edit: Edit) -> tuple[type, str]:
    return type(edit), getattr(edit, "scope", ROOT)


def apply_all(project: Project, edits: Iterable[Edit]) -> list[Edit]:
    """Apply `edits` in order, all or none, and return what undoes them, in order.

    Raises:
        EngineError: The first refusal; the project is then as it was before.
    """
    inverses: list[Edit] = []
    try:
        for run in _runs(edits):
            done = at_once(project, run) if len(run) >= _MANY else []
            inverses += done
            for edit in () if done else run:
                inverses.append(edit.apply(project))
    except Exception:
        for inverse in reversed(inverses):
            inverse.apply(project)
        raise
    inverses.reverse()
    return inverses


@dataclass(frozen=True)
class Several:
    """Edits that are made together, all or none."""

    edits: tuple[Edit, ...]

    def apply(self, project: Project) -> Edit:
        """Make them in order; raises what the first refusal says."""
        return Several(tuple(apply_all(project, self.edits)))


def removal(project: Project, node_ids: Sequence[str], scope: str = ROOT) -> list[Edit]:
    """Return the edits that remove nodes together with their wires and positions."""
    graph = project.scope(scope)
    gone = set(node_ids)
    wires = graph.touching(gone)
    placed = [n for n in node_ids if project.position(scope, n) is not None]
    edits: list[Edit] = [Disconnect(edge, scope) for edge in reversed(wires)]
    if placed:
        edits.append(Move(tuple((node_id, None) for node_id in placed), scope))
    last_first = [node_id for node_id in reversed(list(graph.nodes)) if node_id in gone]
    edits.extend(RemoveNode(node_id, scope) for node_id in last_first)
    return edits
