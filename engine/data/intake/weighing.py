"""Which losses take the class weights that the preparation of own data asks for."""

from collections.abc import Iterator

from engine.data.own import practice
from engine.graph.edits import ReplaceNode
from engine.graph.model import Graph, Node, Project
from engine.graph.problems import Fix, Problem
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.spec import Value

TAKE_WEIGHTS = frozenset(("cross_entropy", "nll"))
"""Losses that have a weight for each class."""


def problems(project: Project) -> Iterator[Problem]:
    """Yield a warning for data whose class weights no loss can take."""
    for node in project.graph.nodes.values():
        steps = asked(node)
        if not steps or any(True for _ in losses(project.graph, node)):
            continue
        used = project.graph.edges_out_of(node.id)
        if not used:
            continue  # there is no network yet
        kept = tuple(row for row in _steps(node) if row not in steps)
        drawn = tuple((row[0], practice.OVERSAMPLE) for row in steps[:1])
        fixes = [(tr("Draw rare classes more often"), (*kept, *drawn)),
                 (tr("Take the class weights away"), kept)]  # fmt: skip
        yield Problem(
            node.id,
            tr("No loss takes the class weights"),
            expected=tr("the labels wired to a CrossEntropy or an NLL"),
            fixes=tuple(
                Fix(words, (ReplaceNode(node.with_param("steps", made)),))
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


def losses(graph: Graph, data: Node) -> Iterator[tuple[str, Node]]:
    """Yield port and loss for all labels of a data node that such a loss reads."""
    for edge in graph.edges_out_of(data.id):
        loss = graph.node(edge.target.node)
        if loss.type in TAKE_WEIGHTS and edge.target.port == "target":
            yield edge.source.port, loss


def _steps(node: Node) -> tuple[Value, ...]:
    found = node.params.get("steps")
    return found if isinstance(found, tuple) else ()
