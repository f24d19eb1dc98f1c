"""Metrics that can't follow their losses, which ignore different labels."""

from collections.abc import Iterator

from engine.advice.structure.net import Net
from engine.compile.ignored import NAME, disagreeing
from engine.graph.problems import Problem
from engine.i18n import tr


def ignoring_problems(net: Net) -> Iterator[Problem]:
    """Yield what counts all labels because its losses don't agree on one."""
    for node, labels in disagreeing(net.nodes):
        fixes = [
            fix for label in labels for fix in net.context(node).set({NAME: label})
        ]
        yield Problem(
            node.place,
            tr("The losses of the same scores ignore different labels"),
            expected=tr("one ignored label"),
            got=tr("{labels}; all count here", labels=", ".join(map(str, labels))),
            fixes=tuple(fixes),
            severity="warning",
        )
