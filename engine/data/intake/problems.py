"""What is wrong with the own data of a document: missing, changed, not read yet."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from engine import plain
from engine.data.intake import mixing, weighing
from engine.data.own import choice
from engine.data.own.resolving import is_read, reread
from engine.data.parts import Arrays
from engine.errors import EngineError
from engine.graph.edits import ReplaceNode
from engine.graph.model import Node, Project
from engine.graph.problems import Fix, Problem
from engine.graph.scopes import scoped_nodes
from engine.graph.weights import own_path, whole
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.spec import OWN
from engine.layers.spec import Params
from engine.places import is_there
from engine.protocol.messages import Analysis

Samples = Callable[[Params], Arrays]
FILE = "file"
"""Kind of these problems."""
_QUICK_BYTES = 2**26
"""A larger file is compared when it is trained on, not while somebody edits."""


def with_files(analysis: Analysis, project: Project, folder: str) -> Analysis:
    """Return an analysis that tells also what is wrong with files of data.

    Args:
        analysis: Of the project.
        project: Only read.
        folder: Of the document's file, that paths count from.
    """
    more = tuple(problems(project, folder))
    unweighed = (*weighing.problems(project), *mixing.problems(project))
    # A file that isn't read explains the wires from it that lead nowhere.
    explained = {each.node for each in more} | set(_fed_by_unread(project))
    kept = tuple(each for each in analysis.problems if each.node not in explained)
    if not more and not unweighed:
        return analysis
    return replace(analysis, problems=(*more, *kept, *unweighed))


def _fed_by_unread(project: Project) -> Iterator[str]:
    """Yield the paths of nodes with a wire from data that was not read yet."""
    for path, scope, node in scoped_nodes(project):
        if own_path(node) and not is_read(node.params):
            prefix = path.removesuffix(node.id)
            for edge in project.scope(scope).edges_out_of(node.id):
                yield prefix + edge.target.node


def problems(project: Project, folder: str) -> Iterator[Problem]:
    """Yield one problem for each data node whose file isn't there as it was read."""
    for path, scope, node in scoped_nodes(project):
        if node.type == "data" and own.is_own(node.params):
            yield from _of_node(path, scope, node, folder)


def _of_node(path: str, scope: str, node: Node, folder: str) -> Iterator[Problem]:
    words = own_path(node)
    if not words:
        yield Problem(
            path,
            tr("No file is chosen"),
            expected=tr("a file or folder of data"),
            kind=FILE,
        )
        return
    where = Path(whole(words, folder))
    try:
        if not _is_small(where) and is_there(where) and is_read(node.params):
            return
        choice.settings({**node.params, "path": str(where)})
    except EngineError as error:
        got = "" if error.got is None else plain.value(error.got)
        yield Problem(
            path,
            error.what,
            expected="" if error.expected is None else str(error.expected),
            got=got or words,
            fixes=tuple(_again(scope, node, where)),
            kind=FILE,
        )


def _again(scope: str, node: Node, where: Path) -> Iterator[Fix]:
    """Yield the fix that reads a file again, where that takes no time."""
    if not _is_small(where):
        return
    try:
        found = reread(node.params, where)
    except EngineError:
        try:
            kept = {"source": OWN, "path": node.params["path"]}
            found = reread(kept, where)
        except EngineError:
            return
    label = tr("Read “{name}” again", name=where.name)
    if not is_read(node.params):
        label = tr("Read “{name}”", name=where.name)
    params = {**node.params, **found}
    yield Fix(label, (ReplaceNode(replace(node, params=params), scope),))


def _is_small(where: Path) -> bool:
    try:
        if where.is_dir():
            return True
        return where.stat().st_size <= _QUICK_BYTES
    except (OSError, ValueError):
        return True  # refused at once


def samples_in(bring: Samples, folder: str) -> Samples:
    """Return what brings the training part of a data node for checks.

    Own data that can't be read, or is large, brings nothing.

    Args:
        bring: Brings the training part of a set.
        folder: That paths count from.
    """

    def samples(params: Params) -> Arrays:
        if not own.is_own(params):
            return bring(params)
        where = Path(whole(str(params.get("path") or ""), folder))
        try:
            if not _is_small(where):
                return {}
            return bring({**params, "path": str(where)})
        except EngineError:
            return {}

    return samples
