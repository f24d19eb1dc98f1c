"""Edits of a fix as plain records, as `run.json` keeps them, read with mistrust.

Only what fixes are made of has a record: words of `engine.graph.settings_text`, nodes
that are put in or set anew, wires. A record can ask for nothing that the document of
the same run could not say itself; what doesn't fit that document is no fix.
"""

from collections.abc import Iterable, Sequence

from engine.errors import EngineError
from engine.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    ReplaceNode,
    apply_all,
)
from engine.graph.files import serialize
from engine.graph.files.records import read_edge, read_node
from engine.graph.files.writing import edge_record, node_record
from engine.graph.model import Project
from engine.graph.settings_text import Assign

_MOST = 64
_LONGEST = 2000
_Record = dict[str, object]


def records_of(edits: Iterable[Edit]) -> list[_Record] | None:
    """Return edits as JSON values; None where one of them has no record."""
    records = [_record_of(edit) for edit in edits]
    kept = [record for record in records if record is not None]
    return kept if kept and len(kept) == len(records) else None


def read_edits(records: object, project: Project) -> tuple[Edit, ...]:
    """Return the edits of records; none at all where one is not what we write.

    Args:
        records: Whatever stands in the file.
        project: What the edits must fit; only read.
    """
    if not isinstance(records, list) or not 0 < len(records) <= _MOST:
        return ()
    try:
        edits = tuple(_edit(record) for record in records)
        trial = project.copy()
        apply_all(trial, edits)
        serialize.loads(serialize.dumps(trial))
    except (EngineError, LookupError, TypeError, ValueError):
        return ()
    return edits


def _record_of(edit: Edit) -> _Record | None:
    match edit:
        case Assign(words):
            return {"set": list(words)}
        case AddNode(node, scope, index):
            return _placed({"add": node_record(node)}, scope, index)
        case ReplaceNode(node, scope):
            return _placed({"replace": node_record(node)}, scope)
        case Connect(edge, scope, index):
            return _placed({"connect": edge_record(edge)}, scope, index)
        case Disconnect(edge, scope):
            return _placed({"disconnect": edge_record(edge)}, scope)
    return None


def _placed(record: _Record, scope: str, index: int | None = None) -> _Record:
    if scope:
        record["scope"] = scope
    if index is not None:
        record["index"] = index
    return record


def _edit(record: object) -> Edit:
    if not isinstance(record, dict):
        raise TypeError(record)
    scope, index = record.get("scope", ""), record.get("index")
    if not isinstance(scope, str) or type(index) not in (int, type(None)):
        raise TypeError(scope, index)
    (kind,) = set(record) - {"scope", "index"}
    value = record[kind]
    match kind:
        case "set":
            return Assign(_words(value))
        case "add":
            return AddNode(read_node(value), scope, index)
        case "replace":
            return ReplaceNode(read_node(value), scope)
        case "connect":
            return Connect(read_edge(value), scope, index)
        case "disconnect":
            return Disconnect(read_edge(value), scope)
    raise ValueError(kind)


def _words(value: Sequence[object]) -> tuple[str, ...]:
    words = tuple(word for word in value if isinstance(word, str))
    if isinstance(value, str) or not words or len(words) != len(value):
        raise TypeError(value)
    if any(len(word) > _LONGEST or not word.isprintable() for word in words):
        raise ValueError(value)
    return words
