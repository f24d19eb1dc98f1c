"""Which losses take the class weights that the preparation of own data asks for."""

from collections.abc import Iterator

from engine.data.own import practice
from engine.graph.edits import ReplaceNode
from engine.graph.model import ROOT, Endpoint, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Fix, Problem
from engine.graph.scopes import scoped_nodes
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.spec import Value

TAKE_WEIGHTS = frozenset(("cross_entropy", "nll"))
"""Losses that have a weight for each class."""


def problems(project: Project) -> Iterator[Problem]:
    """Yield a warning for data whose class weights no loss can take."""
    for path, scope, node in scoped_nodes(project):
        steps = asked(node)
        if not steps or any(True for _ in losses(project, scope, node)):
            continue
        used = project.scope(scope).edges_out_of(node.id)
        if not used and node.id not in _shown(project, scope):
            continue  # there is no network yet
        kept = tuple(row for row in _steps(node) if row not in steps)
        drawn = tuple((row[0], practice.OVERSAMPLE) for row in steps[:1])
        fixes = [(tr("Draw rare classes more often"), (*kept, *drawn)),
                 (tr("Take the class weights away"), kept)]  # fmt: skip
        yield Problem(
            path,
            tr("No loss takes the class weights"),
            expected=tr("the labels wired to a CrossEntropy or an NLL"),
            fixes=tuple(
                Fix(words, (ReplaceNode(node.with_param("steps", made), scope),))
                for words, made in fixes
            ),
            severity="warning",
        )


def asked(node: Node) -> tuple[tuple[Value, ...], ...]:
    """Return the steps of own data that ask for class weights."""
    if node.type != "data" or not own.is_own(node.params):
        return ()
    return tuple(
        row
        for row in _steps(node)
        if isinstance(row, tuple)
        and practice.is_step(row)
        and row[1] == practice.WEIGHTS
    )


def losses(project: Project, scope: str, data: Node) -> Iterator[Node]:
    """Yield what takes weights and reads labels of a data node, through blocks."""
    shown = _shown(project, scope).get(data.id, ())
    edges = project.scope(scope).edges_out_of(data.id)
    for port in dict.fromkeys([*(edge.source.port for edge in edges), *shown]):
        yield from _readers(project, scope, Endpoint(data.id, port))


def _readers(
    project: Project, scope: str, source: Endpoint, around: tuple[str, ...] = ()
) -> Iterator[Node]:
    """Yield what takes weights from an output, also inside and outside of blocks."""
    graph = project.scope(scope)
    ends = [e.target for e in graph.edges_out_of(source.node) if e.source == source]
    for end in ends:
        yield from _takers(project, scope, end, around)
    if scope == ROOT or scope in around:
        return
    names = [n for n, end in project.blocks[scope].outputs.items() if end == source]
    for outer in (ROOT, *project.blocks) if names else ():
        for node in project.scope(outer).nodes.values():
            if node.type == BLOCK and node.params.get("of") == scope:
                for name in names:
                    further = Endpoint(node.id, name)
                    yield from _readers(project, outer, further, (*around, scope))


def _takers(
    project: Project, scope: str, end: Endpoint, around: tuple[str, ...]
) -> Iterator[Node]:
    """Yield what takes weights at an input: a loss, or some inside of a block."""
    node = project.scope(scope).node(end.node)
    inner = str(node.params.get("of", ""))
    if node.type in TAKE_WEIGHTS and end.port == "target":
        yield node
    elif node.type == BLOCK and inner in project.blocks and inner not in around:
        for below in project.blocks[inner].inputs.get(end.port, ()):
            yield from _takers(project, inner, below, (*around, inner))


def _shown(project: Project, scope: str) -> dict[str, list[str]]:
    """Return node → its outputs that the block around it shows."""
    found: dict[str, list[str]] = {}
    if scope != ROOT:
        for end in project.blocks[scope].outputs.values():
            found.setdefault(end.node, []).append(end.port)
    return found


def _steps(node: Node) -> tuple[Value, ...]:
    found = node.params.get("steps")
    return found if isinstance(found, tuple) else ()
