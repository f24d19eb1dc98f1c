"""Mistakes that shapes allow and training does not: labels that have no score."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.compile.classes import binary, class_dim
from engine.compile.fixes import loss_fixes, set_classes, wire_into
from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Flow
from engine.compile.site import Site
from engine.errors import EngineError
from engine.graph import ports
from engine.graph.edits import Connect, Disconnect, Fix, Problem, SetParam
from engine.graph.model import Edge, Project
from engine.i18n import tr
from engine.layers import registry

_SQUEEZED = {
    "cross_entropy": {"softmax", "log_softmax", "sigmoid"},
    "bce_with_logits": {"sigmoid", "softmax"},
}
"""Losses that take scores, and the layers that turn these into probabilities."""
_SCORED = {"cross_entropy", "nll", "accuracy", "top_k", "perplexity"}


def value_problems(
    project: Project, node: FlatNode, flows: tuple[Flow, ...]
) -> Iterator[Problem]:
    """Yield problems of values that will flow through a node whose shapes fit."""
    if node.type == "embedding" and flows[0].classes:
        yield from _embedding(node, flows[0].classes)
    if node.type in _SCORED and flows[1].classes:
        yield from _labels(project, node, flows)
    if node.type in _SQUEEZED:
        yield from _squeezed(project, node)


def _squeezed(project: Project, node: FlatNode) -> Iterator[Problem]:
    """Warn of a loss that takes scores and gets probabilities."""
    edge = wire_into(project, node, 0)
    graph = project.scope(node.scope)
    if edge is None or graph.node(edge.source.node).type not in _SQUEEZED[node.type]:
        return
    squeezer = graph.node(edge.source.node)
    above = graph.edges_into(squeezer.id)
    if len(above) != 1:
        return
    direct = Edge(above[0].source, edge.target)
    place = graph.edges.index(edge)
    fix = Fix(
        tr("Connect the scores directly"),
        (Disconnect(edge, node.scope), Connect(direct, node.scope, place)),
    )
    yield Problem(
        node.place,
        tr(
            "{loss} has {squeezer} built in; twice makes training slow",
            loss=ports.title(node.node),
            squeezer=ports.title(squeezer),
        ),
        expected=tr("scores (logits)"),
        got=tr("probabilities"),
        port="input",
        fixes=(fix,),
        severity="warning",
    )


def _embedding(node: FlatNode, classes: int) -> Iterator[Problem]:
    entries = node.params["num_embeddings"]
    if not isinstance(entries, int) or entries >= classes:
        return
    edit = SetParam(node.node.id, "num_embeddings", classes, node.scope)
    yield Problem(
        node.place,
        tr("There are more different inputs than entries"),
        expected=tr("at least {n} entries", n=classes),
        got=str(entries),
        fixes=(Fix(tr("Use {n} entries", n=classes), (edit,)),),
    )


def _labels(
    project: Project, node: FlatNode, flows: tuple[Flow, ...]
) -> Iterator[Problem]:
    site = _site(node, flows)
    if binary(site) or flows[1].dtype.is_floating_point:
        return
    scores, classes = flows[0].shape[class_dim(site)], flows[1].classes
    if scores > classes and registry.get(node.type).category == "loss":
        yield _superfluous(project, node, scores, classes)
    if scores >= classes:
        return
    yield Problem(
        node.place,
        tr("There are more classes than scores"),
        expected=tr("{n} scores per sample, one for each class", n=classes),
        got=tr("{n} scores", n=scores),
        port="input",
        fixes=set_classes(project, node, classes),
    )


def _superfluous(
    project: Project, node: FlatNode, scores: int, classes: int
) -> Problem:
    """Return the warning of scores for classes that no sample has."""
    return Problem(
        node.place,
        tr("There are more scores than classes"),
        expected=tr("{n} scores per sample, one for each class", n=classes),
        got=tr("{n} scores", n=scores),
        port="input",
        fixes=set_classes(project, node, classes),
        severity="warning",
    )


def _site(node: FlatNode, flows: tuple[Flow, ...]) -> Site:
    shapes = tuple(flow.shape for flow in flows)
    dtypes = tuple(flow.dtype for flow in flows)
    return Site(node.type, node.params, shapes, dtypes)


def loss_offers(
    project: Project, problems: Iterable[Problem], flows: Mapping[Source, Flow]
) -> list[Problem]:
    """Return the problems; the one of a missing loss with losses that would fit."""
    listed = list(problems)
    if not project.graph.nodes or not _lacks_loss(project):
        return listed
    fixes = loss_fixes(project, flows)
    return [
        replace(problem, fixes=fixes)
        if not problem.node and problem.severity == "error" and not problem.fixes
        else problem
        for problem in listed
    ]


def _lacks_loss(project: Project) -> bool:
    try:
        return all(
            registry.get(node.type).category != "loss"
            for node in project.graph.nodes.values()
        )
    except EngineError:
        return False
