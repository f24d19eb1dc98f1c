"""Mistakes that shapes allow and training does not: labels that have no score."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.advice.checks.ranges import range_problems
from engine.advice.document.guarded import advised
from engine.advice.fixes import MAX_FIXES
from engine.advice.fixes.fix_context import FixContext
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
_LOOKED_UP = {
    "embedding": "num_embeddings",
    "tied_embedding": "num_embeddings",
    "one_hot": "num_classes",
}


def value_problems(context: FixContext) -> Iterator[Problem]:
    """Yield problems of values that will flow through a node whose shapes fit."""
    if context.node.type in _LOOKED_UP and context.flows[0].classes:
        yield from _looked_up(context, _LOOKED_UP[context.node.type])
    if context.node.type in _SCORED and context.flows[1].classes:
        yield from _labels(context)
    if context.node.type == "cross_entropy":
        yield from _single_score(context)
    yield from range_problems(context)


def _looked_up(context: FixContext, name: str) -> Iterator[Problem]:
    entries, classes = context.node.params[name], context.flows[0].classes
    if not isinstance(entries, int) or entries >= classes:
        return
    yield Problem(
        context.node.place,
        tr("There are more different inputs than entries"),
        expected=tr("at least {n:entry|entries}", n=classes),
        got=tr("{n:entry|entries}", n=entries),
        fixes=tuple(
            context.set({name: classes}, tr("Use {n:entry|entries}", n=classes))
        ),
    )


def _labels(context: FixContext) -> Iterator[Problem]:
    flows, site = context.flows, site_of(context)
    is_loss = context.spec.category == "loss"
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
        context.node.place,
        few if scores < classes else many,
        expected=tr("{n:score|scores} per sample, one for each class", n=classes),
        got=tr("{n:score|scores}", n=scores),
        port="input",
        fixes=set_classes(context, classes),
        severity="error" if scores < classes else "warning",
    )


def _single_score(context: FixContext) -> Iterator[Problem]:
    """Tell of a choice among one: its cross-entropy is zero whatever is learned."""
    scores = context.shape[class_dim(site_of(context))]
    if scores > 1 or context.flows[1].classes > 1:
        return
    yield Problem(
        context.node.place,
        tr("{loss} of a single score is always zero", loss=context.title),
        expected=tr("a score for each of two classes or more"),
        got=tr("{n:score|scores}", n=1),
        port="input",
        fixes=(*context.retype("mse"), *context.retype("bce_with_logits")),
    )


def site_of(context: FixContext) -> Site:
    """Return the node as a builder sees it."""
    shapes = tuple(flow.shape for flow in context.flows)
    dtypes = tuple(flow.dtype for flow in context.flows)
    return Site(context.node.type, context.node.params, shapes, dtypes)


def with_loss_fixes(
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
