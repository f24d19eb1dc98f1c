"""Fixes in the order of what they leave behind, each tried on a copy of the document.

A fix that breaks what was in order is no fix: it is left out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from engine.advice.checks.self_comparison import ITSELF
from engine.advice.document.connect_fixes import learned_targets
from engine.advice.fixes import MAX_FIXES
from engine.errors import EngineError
from engine.graph.edits import apply_all
from engine.graph.model import Project
from engine.graph.problems import Fix, Problem

Judge = Callable[[Project], Sequence[Problem]]
MOST_NODES = 400
"""A larger document is not tried: its fixes stay in the order in which they came."""
MOST_TRIALS = 60
_MOST_PROBLEMS = 40
"""With more than these a trial of each is a check of a broken document each time."""
_Mark = tuple[str, ...]


def ranked(
    project: Project,
    problems: Sequence[Problem],
    unknown: frozenset[str],
    judge: Judge,
) -> list[Problem]:
    """Return the problems with their fixes in order, the best first.

    Args:
        project: Only read.
        problems: All of the document.
        unknown: Paths of nodes that could not be looked at because of others; what
            shows there once those are solved is nobody's fault.
        judge: Returns the problems of a document.
    """
    trial = _Trial(project, problems, unknown, judge)
    return [
        replace(problem, fixes=trial.in_order(problem)[:MAX_FIXES])
        for problem in problems
    ]


class _Trial:
    """Tries fixes, as many as there is time for."""

    def __init__(
        self,
        project: Project,
        problems: Sequence[Problem],
        unknown: frozenset[str],
        judge: Judge,
    ) -> None:
        self._project, self._judge, self._unknown = project, judge, unknown
        self._before = {_mark(problem) for problem in problems}
        self._has_errors = any(p.severity == "error" for p in problems)
        nodes = sum(len(b.graph.nodes) for b in project.blocks.values())
        is_small = nodes + len(project.graph.nodes) <= MOST_NODES
        is_small &= len(problems) <= _MOST_PROBLEMS
        self._left = MOST_TRIALS if is_small else 0
        self._guesses = learned_targets(project) if is_small else set()

    def in_order(self, problem: Problem) -> tuple[Fix, ...]:
        """Return the fixes that break nothing, those that leave least first."""
        fixes = problem.fixes
        if not fixes or self._left < len(fixes):
            return fixes
        self._left -= len(fixes)
        results = [(self._result(fix), fix) for fix in fixes]
        good = [(result, fix) for result, fix in results if result is not None]
        good.sort(key=lambda pair: pair[0])
        return tuple(fix for _, fix in good)

    def _result(self, fix: Fix) -> tuple[int, int] | None:
        """Return how many errors and warnings a fix leaves; None where it breaks."""
        trial = self._project.copy()
        try:
            apply_all(trial, fix.edits)
            after = self._judge(trial)
        except EngineError:
            return None
        # Problems are compared by place and figures, not by their words: these may name
        # a fix, and another fix is the best one once this one was pressed.
        fresh = [p for p in after if _mark(p) not in self._before]
        if any(self._is_broken(p) for p in fresh):
            return None
        # A loss that compares outputs of the network with each other goes down nicely
        # and teaches nothing: no button may lead there.
        if learned_targets(trial) - self._guesses:
            return None
        errors = sum(problem.severity == "error" for problem in after)
        return errors, len(after) - errors

    def _is_broken(self, fresh: Problem) -> bool:
        """Return whether a new problem is where all was in order."""
        if fresh.severity == "warning":
            return not self._has_errors
        if fresh.kind == ITSELF:
            return True
        return fresh.node not in self._unknown and bool(fresh.node)


def _mark(problem: Problem) -> _Mark:
    """Return what stays of a problem where its text may name a fix, or not."""
    said = problem.expected, problem.got, problem.kind
    return problem.node, problem.port, problem.phase, *said


def unknown_places(paths: Iterable[str], told: Iterable[Problem]) -> frozenset[str]:
    """Return nodes that were not looked at, without those that were told of."""
    return frozenset(paths) - {problem.node for problem in told}
