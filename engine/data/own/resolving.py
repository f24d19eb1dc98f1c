"""Data nodes that name a file and don't say yet what is in it: read, and filled in.

A document by hand may say as little as `{"source": "file", "path": "people.csv"}`; what
it says of single columns counts as a wish.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from engine.data.own import content
from engine.data.own.choice import pairs
from engine.data.own.describe import Description, Wishes, described
from engine.graph.model import Node, Project
from engine.graph.scopes import scoped_nodes
from engine.layers.datasets import own
from engine.layers.datasets.own import Sample
from engine.layers.spec import Params, Value


def is_read(params: Params) -> bool:
    """Return whether a document says what own data holds."""
    return bool(params.get("rows")) and bool(params.get("columns"))


def resolved(project: Project) -> Project:
    """Return a copy in which every data node says what its file holds.

    Args:
        project: Only read; its paths are whole ones.

    Raises:
        ConfigError: When a wish is none.
        DataError: When a file can't be read.
    """
    twin = project.copy()
    for _, scope, node in scoped_nodes(project):
        if _asks(node):
            params = {**node.params, **reread(node.params)}
            twin.scope(scope).replace_node(replace(node, params=params))
    return twin


def _asks(node: Node) -> bool:
    is_own = node.type == "data" and own.is_own(node.params)
    return is_own and bool(node.params.get("path")) and not is_read(node.params)


def reread(params: Params, path: Path | None = None) -> dict[str, Value]:
    """Return what a data node says when its file is read (again).

    Roles and kinds that it has stay, for columns that are still there.

    Args:
        params: Of the node.
        path: Where the file is; None means as the node says it.

    Raises:
        ConfigError: When a wish is none.
        DataError: When it can't be read.
    """
    words = str(params.get("path") or "")
    place = path or Path(words)
    return _described(place, _wishes(params), content.sha256(place)).params(words)


@lru_cache(maxsize=8)
def _described(place: Path, wished: "_Key", _sha256: str) -> Description:
    options, kinds, roles, sample = wished
    wishes = Wishes(dict(options), dict(kinds), dict(roles), sample)  # type: ignore[arg-type]
    return described(place, wishes)


_Pairs = tuple[tuple[str, Value], ...]
_Key = tuple[_Pairs, _Pairs, _Pairs, Sample | None]


def _wishes(params: Params) -> _Key:
    reading = pairs(params)
    found = own.columns(params)
    kinds = tuple((c.name, cast("Value", c.kind)) for c in found)
    roles = tuple((c.name, cast("Value", c.role)) for c in found)
    return reading, kinds, roles, cast("Sample | None", params.get("sample"))
