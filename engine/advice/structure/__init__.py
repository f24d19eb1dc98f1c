"""Mistakes that shapes allow: told before training as warnings, each with its fixes.

One rule per file; a rule takes a `Net` and yields problems.
"""

from collections.abc import Callable, Iterable, Iterator

from engine.advice.checks.batch_checks import Whole
from engine.advice.document.bounded import first, most_problems
from engine.advice.document.guarded import advised
from engine.advice.structure.alignment import alignment_problems
from engine.advice.structure.answers import answer_problems
from engine.advice.structure.axes import axis_problems
from engine.advice.structure.ignoring import ignoring_problems
from engine.advice.structure.limits import limit_problems
from engine.advice.structure.linear import linear_problems
from engine.advice.structure.lookahead import lookahead_problems
from engine.advice.structure.net import Net, Samples
from engine.advice.structure.sources import source_problems
from engine.graph.problems import Problem

__all__ = ["RULES", "Samples", "structure_problems"]

Rule = Callable[[Net], Iterable[Problem]]
RULES: tuple[Rule, ...] = (
    linear_problems,
    limit_problems,
    axis_problems,
    source_problems,
    answer_problems,
    ignoring_problems,
    alignment_problems,
    lookahead_problems,
)


def _firsts(rule: Rule, net: Net, most: int) -> Iterable[Problem]:
    return first(rule(net), most, "warning")


def structure_problems(whole: Whole, samples: Samples | None) -> Iterator[Problem]:
    """Yield what is wrong with a document in which everything fits.

    Args:
        whole: The document.
        samples: Brings the training part of a data node; None where there is none.
    """
    net, told = Net(whole, samples), set()
    most = most_problems(whole.project)
    for rule in RULES:
        for problem in advised(_firsts, rule, net, most):
            key = (problem.node, problem.text)
            if key not in told:
                told.add(key)
                yield problem
