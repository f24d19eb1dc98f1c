"""Document → its flat nodes and what flows between them, or its first problem."""

from collections.abc import Mapping, Sequence

from engine.advice.shapes import ShapeCache
from engine.compile.flatten import FlatNode, Flattener, Source
from engine.compile.infer import Flow, Inference
from engine.errors import ConfigError, EngineError, ShapeError
from engine.graph import ports
from engine.graph.edits import Problem
from engine.graph.model import Project
from engine.i18n import tr


def flows_of(
    nodes: Sequence[FlatNode], inferred: Mapping[str, Inference]
) -> dict[Source, Flow]:
    """Return what flows out of every port."""
    return {
        Source(node.path, port): flow
        for node in nodes
        for port, flow in zip(node.outputs, inferred[node.path].outputs, strict=False)
    }


def inspected(
    project: Project, cache: ShapeCache
) -> tuple[list[FlatNode], dict[str, Inference]]:
    """Return the flat nodes and what is known of each.

    Raises:
        EngineError: The first problem of the document.
    """
    for problem in cache.analyse(project, warn=False).problems:
        if problem.severity == "error":
            raise _as_error(project, problem)
    nodes = Flattener(project).flat()
    return nodes, _inferred(nodes, cache)


def _as_error(project: Project, problem: Problem) -> EngineError:
    kind = ShapeError if problem.node else ConfigError
    return kind(
        problem.text,
        where=_title(project, problem.node),
        expected=problem.expected or None,
        got=problem.got or None,
        fix=tr("{sentence}.", sentence=problem.fixes[0].label) if problem.fixes else "",
    )


def _title(project: Project, path: str) -> str:
    node = project.graph.nodes.get(path)
    return f"{ports.title(node)} ({path})" if node else path


def _inferred(nodes: Sequence[FlatNode], cache: ShapeCache) -> dict[str, Inference]:
    flows: dict[Source, Flow] = {}
    inferred: dict[str, Inference] = {}
    for node in nodes:
        inputs = tuple(flows[source] for _, source in node.inputs)
        found = cache.find(node.type, node.params, inputs)
        if isinstance(found, EngineError):
            raise found
        inferred[node.path] = found
        for port, flow in zip(node.outputs, found.outputs, strict=False):
            flows[Source(node.path, port)] = flow
    return inferred
