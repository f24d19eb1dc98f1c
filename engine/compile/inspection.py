"""Document → its flat nodes and what flows between them, or its first problem."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.compile.flatten import FlatNode, Flattener, Source
from engine.compile.infer import Flow, Inference
from engine.compile.inferences import Find, InferenceCache
from engine.compile.shape_walk import ShapeWalk
from engine.errors import ConfigError, EngineError, ShapeError
from engine.graph.checks import document
from engine.graph.model import Project
from engine.graph.problems import Problem
from engine.graph.titles import full_title
from engine.i18n import tr


class Inspected(NamedTuple):
    """A document that can be built.

    Args:
        nodes: Its flat nodes in topological order.
        inferred: Node path → what is known of it.
        flows: What flows out of every port.
    """

    nodes: list[FlatNode]
    inferred: Mapping[str, Inference]
    flows: Mapping[Source, Flow]


def inspected(project: Project, find: Find | None = None) -> Inspected:
    """Return what building needs to know of a document.

    Args:
        project: Only read.
        find: Answers for single nodes, when there is one that remembers.

    Raises:
        EngineError: The first problem of the document, named as on the canvas.
    """
    problems = [p for p in document.problems(project) if p.severity == "error"]
    nodes = Flattener(project).flat()
    walk = ShapeWalk(find or InferenceCache().find, {p.node for p in problems})
    problems += _misfits(walk, nodes)
    for problem in in_order(problems, nodes):
        raise as_error(project, problem)
    return Inspected(nodes, walk.found, walk.flows)


def _misfits(walk: ShapeWalk, nodes: Iterable[FlatNode]) -> Iterator[Problem]:
    """Yield the nodes that don't fit what flows into them."""
    for node in nodes:
        answer = walk.visit(node).answer
        if isinstance(answer, EngineError):
            yield misfit(node, answer)


def misfit(node: FlatNode, error: EngineError) -> Problem:
    """Return the problem of a node that does not fit its inputs, without fixes."""
    text = error.what
    if error.fix:
        text = f"{tr('{sentence}.', sentence=error.what)} {error.fix}"
    return Problem(node.place, text, _text(error.expected), _text(error.got))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def in_order(
    problems: Iterable[Problem], nodes: Sequence[FlatNode]
) -> tuple[Problem, ...]:
    """Return problems in the order of the graph, those of the whole at the end."""
    rank: dict[str, int] = {}
    for index, node in enumerate(nodes):
        parts = node.place.split(".")
        for depth in range(1, len(parts) + 1):
            rank.setdefault(".".join(parts[:depth]), index)
    last = len(rank) + 1
    return tuple(sorted(problems, key=lambda problem: rank.get(problem.node, last)))


def as_error(project: Project, problem: Problem) -> EngineError:
    """Return a problem as what is raised for it; the first fix says what to do."""
    kind = ShapeError if problem.node else ConfigError
    return kind(
        problem.text,
        where=full_title(project, problem.node),
        expected=problem.expected or None,
        got=problem.got or None,
        fix=tr("{sentence}.", sentence=problem.fixes[0].label) if problem.fixes else "",
    )
