"""How much a document may hold: what is beyond is refused at once, not waited for."""

from collections.abc import Iterator
from typing import Any, TypeVar

from engine.errors import DocumentError, EngineError
from engine.i18n import tr

MOST_NODES = 20_000
"""In all graphs of a document, and in all once blocks are unfolded."""
MOST_WIRES = 200_000
MOST_PHASES = 64
MOST_DEEP = 64
"""Blocks inside blocks."""
_Record = TypeVar("_Record", bound=dict[str, Any])


def check_size(record: _Record) -> _Record:
    """Return the record of a project that is not too large.

    Raises:
        DocumentError: Says how much there may be.
    """
    graphs = list(_graphs(record))
    check_count(MOST_NODES, _count(graphs, "nodes"))
    if (wires := _count(graphs, "edges")) > MOST_WIRES:
        raise DocumentError(
            tr("The project has too many wires"),
            expected=tr("at most {count}", count=MOST_WIRES),
            got=wires,
        )
    return record


def check_count(most: int, nodes: int, kind: type[EngineError] = DocumentError) -> None:
    """Refuse a project of too many nodes.

    Raises:
        EngineError: Of this kind; says how many there may be.
    """
    if nodes > most:
        raise kind(
            tr("The project has too many nodes"),
            expected=tr("at most {count}", count=most),
            got=nodes,
        )


def _graphs(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    blocks = record.get("blocks")
    inner = blocks.values() if isinstance(blocks, dict) else ()
    yield from (g for g in (record.get("graph"), *inner) if isinstance(g, dict))


def _count(graphs: list[dict[str, Any]], key: str) -> int:
    lists = (graph.get(key) for graph in graphs)
    return sum(len(items) for items in lists if isinstance(items, list))
