"""Which evaluated value of a project counts, and whether its goal is met."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from engine.errors import UnknownLayerError
from engine.graph.model import Node, Project
from engine.graph.presets.library import Target
from engine.layers import registry

LOSS = "loss"
"""Name of the total among the values of an evaluation."""
LOWER = frozenset({"perplexity", "mae", "rmse"})
"""Kinds of metrics that are the better the lower they are."""


SHARES = frozenset({"accuracy", "top_k", "precision", "recall", "exact_match"})
"""Kinds of metrics that are shares of samples: written as per cent."""


def is_share(project: Project, name: str) -> bool:
    """Return whether a value of an evaluation is a share of samples."""
    node = project.graph.nodes.get(name)
    return node is not None and node.type in SHARES


class Score(NamedTuple):
    """The value that counts.

    Args:
        name: Id of the node, or `loss`.
        kind: Type of the node; empty for a loss.
        is_lower: The lower, the better.
    """

    name: str
    kind: str
    is_lower: bool


def target(project: Project) -> Target | None:
    """Return the goal that a project brings, if it has one."""
    record = project.extra.get("preset")
    try:
        return Target.read(record["target"]) if isinstance(record, dict) else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def score(project: Project, values: Mapping[str, float]) -> Score | None:
    """Return which of the values of an evaluation counts.

    That of the goal; else the first metric of the document; else the total loss.
    """
    goal = target(project)
    metrics = [node.id for node in project.graph.nodes.values() if _is_metric(node)]
    names = [*metrics, LOSS, *values]
    if goal is not None and goal.metric in values:
        names = [goal.metric]
    name = next((n for n in names if math.isfinite(values.get(n, math.nan))), "")
    if not name:
        return None
    return of_node(project, name)


def of_node(project: Project, name: str) -> Score:
    """Return what is known of a value by its name."""
    node = project.graph.nodes.get(name)
    kind = node.type if node is not None and _is_metric(node) else ""
    return Score(name, kind, not kind or kind in LOWER)


def _is_metric(node: Node) -> bool:
    try:
        return registry.get(node.type).category == "metric"
    except UnknownLayerError:
        return False
