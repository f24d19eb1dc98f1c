"""Mistakes that shapes allow and training does not: labels that have no score."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.advice.checks.ranges import range_problems
from engine.advice.document.guarded import advised
from engine.advice.fixes import MAX_FIXES
from engine.advice.fixes.fix_context import Spot
from engine.advice.fixes.losses import loose_layers, loss_fixes, set_classes
from engine.compile.build_context import Site
from engine.compile.flatten import Source
from engine.compile.infer import Flow
from engine.compile.modules.classes import binary, class_dim
from engine.graph.model import Project
from engine.graph.problems import Problem
from engine.i18n import tr
from engine.layers import registry

_SCORED = {"cross_entropy", "nll", "accuracy", "top_k", "perplexity"}
_LOOKED_UP = {"embedding": "num_embeddings", "one_hot": "num_classes"}


def value_problems(spot: Spot) -> Iterator[Problem]:
    """Yield problems of values that will flow through a node whose shapes fit."""
    if spot.node.type in _LOOKED_UP and spot.flows[0].classes:
        yield from _looked_up(spot, _LOOKED_UP[spot.node.type])
    if spot.node.type in _SCORED and spot.flows[1].classes:
        yield from _labels(spot)
    if spot.node.type == "cross_entropy":
        yield from _single_score(spot)
    yield from range_problems(spot)


def _looked_up(spot: Spot, name: str) -> Iterator[Problem]:
    entries, classes = spot.node.params[name], spot.flows[0].classes
    if not isinstance(entries, int) or entries >= classes:
        return
    yield Problem(
        spot.node.place,
        tr("There are more different inputs than entries"),
        expected=tr("at least {n} entries", n=classes),
        got=tr("{n} entries", n=entries),
        fixes=tuple(spot.set({name: classes}, tr("Use {n} entries", n=classes))),
    )


def _labels(spot: Spot) -> Iterator[Problem]:
    flows, site = spot.flows, site_of(spot)
    is_loss = spot.spec.category == "loss"
    if flows[1].dtype.is_floating_point or (binary(site) and not is_loss):
        return
    scores, classes = flows[0].shape[class_dim(site)], flows[1].classes
    if scores == classes or (scores > classes and not is_loss):
        return
    few, many = (
        tr("There are more classes than scores"),
        tr("There are more scores than classes"),
    )
    yield Problem(
        spot.node.place,
        few if scores < classes else many,
        expected=tr("{n} scores per sample, one for each class", n=classes),
        got=tr("{n} scores", n=scores),
        port="input",
        fixes=set_classes(spot, classes),
        severity="error" if scores < classes else "warning",
    )


def _single_score(spot: Spot) -> Iterator[Problem]:
    """Tell of a choice among one: its cross-entropy is zero whatever is learned."""
    scores = spot.shape[class_dim(site_of(spot))]
    if scores > 1 or spot.flows[1].classes > 1:
        return
    yield Problem(
        spot.node.place,
        tr("{loss} of a single score is always zero", loss=spot.title),
        expected=tr("a score for each of two classes or more"),
        got=tr("1 score"),
        port="input",
        fixes=(*spot.retype("mse"), *spot.retype("bce_with_logits")),
    )


def site_of(spot: Spot) -> Site:
    """Return the node as a builder sees it."""
    shapes = tuple(flow.shape for flow in spot.flows)
    dtypes = tuple(flow.dtype for flow in spot.flows)
    return Site(spot.node.type, spot.node.params, shapes, dtypes)


def loss_offers(
    project: Project, problems: Iterable[Problem], flows: Mapping[Source, Flow]
) -> list[Problem]:
    """Return the problems; those of a missing loss with losses that would fit."""
    return [_with_losses(project, problem, flows) for problem in problems]


def _has_weights(project: Project, node_id: str) -> bool:
    node = project.graph.nodes.get(node_id)
    category = registry.get(node.type).category if node is not None else ""
    return category in {"dense", "conv", "recurrent", "attention"}


def _with_losses(
    project: Project, problem: Problem, flows: Mapping[Source, Flow]
) -> Problem:
    if problem.kind not in {"no_loss", "untrained"}:
        return problem
    learns = not problem.node or _has_weights(project, problem.node)
    losses = advised(loss_fixes, project, flows, problem.node) if learns else ()
    fixes = (*losses, *problem.fixes)[:MAX_FIXES]
    place = problem.node or next(iter(loose_layers(project, flows)), "")
    return replace(problem, fixes=fixes, node=place)
