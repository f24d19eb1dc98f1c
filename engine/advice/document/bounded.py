"""How many problems are looked for, so that a check stays as quick as it is small."""

from collections.abc import Iterable, Iterator
from typing import Literal

from engine.graph.model import Project
from engine.graph.problems import Problem
from engine.i18n import tr

_MOST, _FEW, _WORK = 500, 5, 200_000


def most_problems(project: Project) -> int:
    """Return how many problems of each sort are looked for: fewer in large projects.

    Each comes with fixes, and looking for one may mean to look at every node.
    """
    graphs = (project.graph, *(block.graph for block in project.blocks.values()))
    size = sum(len(graph.nodes) + len(graph.edges) for graph in graphs)
    return max(_FEW, min(_MOST, _WORK // (size + 1)))


def first(
    problems: Iterable[Problem], most: int, rest: Literal["error", "warning"]
) -> Iterator[Problem]:
    """Yield the first problems and that there are more; the others are never made.

    Args:
        problems: Made one by one.
        most: How many are wanted.
        rest: The worst that those left out can be.
    """
    for index, problem in enumerate(problems):
        if index == most:
            yield more(rest)
            return
        yield problem


def more(severity: Literal["error", "warning"]) -> Problem:
    """Return the problem that stands for all that are not shown."""
    text = tr("There are more problems: they show once these are solved")
    return Problem("", text, severity=severity)
