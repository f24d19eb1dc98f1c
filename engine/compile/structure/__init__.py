"""Mistakes that shapes allow: told before training as warnings, each with its fixes.

One rule per file; a rule takes a `Net` and yields problems.
"""

from collections.abc import Callable, Iterable, Iterator

from engine.compile.structure.alignment import alignment_problems
from engine.compile.structure.answers import answer_problems
from engine.compile.structure.axes import axis_problems
from engine.compile.structure.ignoring import ignoring_problems
from engine.compile.structure.limits import limit_problems
from engine.compile.structure.linear import linear_problems
from engine.compile.structure.lookahead import lookahead_problems
from engine.compile.structure.net import Net, Samples
from engine.compile.structure.sources import source_problems
from engine.compile.updates import Whole
from engine.graph.advice import advised
from engine.graph.edits import Problem

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


def structure_problems(whole: Whole, samples: Samples | None) -> Iterator[Problem]:
    """Yield what is wrong with a document in which everything fits.

    Args:
        whole: The document.
        samples: Brings the training part of a data node; None where there is none.
    """
    net, told = Net(whole, samples), set()
    for rule in RULES:
        for problem in advised(rule, net):
            key = (problem.node, problem.text)
            if key not in told:
                told.add(key)
                yield problem
