"""What only shows once all fits: weights for idle phases, batches that can't be."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.advice.document.guarded import advised
from engine.advice.fixes.fix_context import FixContext
from engine.compile.flatten import FlatNode
from engine.compile.infer import Inference
from engine.compile.phase_reach import Reach
from engine.graph.edits import Edit, ReplaceNode, SetTraining
from engine.graph.model import Project
from engine.graph.problems import Fix, Problem
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import spec_of

_USUAL_BATCH = 32
_PIECES = {"series", "text"}
"""Families whose samples are cut out of one long row; how many is not known here."""


@dataclass(frozen=True)
class Whole:
    """A document in which everything fits.

    Args:
        project: Only read.
        nodes: All flat nodes.
        found: What is known of each, by path.
        contexts: Each that has inputs, by path.
    """

    project: Project
    nodes: Sequence[FlatNode]
    found: Mapping[str, Inference]
    contexts: Mapping[str, FixContext]


def update_problems(whole: Whole) -> Iterator[Problem]:
    """Yield what keeps batches from being made."""
    yield from _single_samples(whole)
    yield from _large_batch(whole)


def with_weights(whole: Whole, problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems of phases; idle ones with what would give them weights."""
    return [
        replace(problem, fixes=_with_movable(whole, problem))
        if problem.kind == "idle"
        else problem
        for problem in problems
    ]


def _with_movable(whole: Whole, problem: Problem) -> tuple[Fix, ...]:
    return (*advised(_movable, whole, problem.phase), *problem.fixes)


def _movable(whole: Whole, name: str) -> Iterator[Fix]:
    """Yield what gives a phase weights: frozen ones that train, or a new layer."""
    phase = next(p for p in whole.project.training.phases if p.name == name)
    losses = [
        node
        for node in whole.nodes
        if registry.get(node.type).category == "loss"
        and (not phase.minimise or node.place in phase.minimise)
    ]
    needed = Reach(whole.project, whole.nodes).needed([node.path for node in losses])
    known = [n for n in whole.nodes if n.path in needed and n.path in whole.found]
    layers = [node for node in known if whole.found[node.path].parameters]
    yield from _thawed(whole.project, [n for n in layers if not n.trainable])
    context = whole.contexts.get(losses[0].path) if losses and not layers else None
    if context is not None and len(context.shape) > 1:
        classes = context.flows[1].classes if len(context.flows) > 1 else 0
        for size in (classes, context.shape[-1]):
            if size:
                yield from context.insert(0, ("linear", {"out_features": size}))


def _thawed(project: Project, frozen: Sequence[FlatNode]) -> Iterator[Fix]:
    edits: dict[tuple[str, str], Edit] = {}
    titles = []
    for flat in frozen:
        outer = project.graph.nodes[flat.place.partition(".")[0]]
        node, scope = (flat.node, flat.scope) if outer.trainable else (outer, "")
        if node.trainable or (scope, node.id) in edits:
            continue
        edits[scope, node.id] = ReplaceNode(replace(node, trainable=True), scope)
        titles.append(title(project.scope(scope), node))
    if len(titles) == 1:
        yield Fix(tr("Let “{title}” train", title=titles[0]), tuple(edits.values()))
    elif titles:
        last = list(edits.values())[-1]
        words = tr("Let all {n} layers train", n=len(titles))
        yield Fix(words, tuple(edits.values()))
        yield Fix(tr("Let only “{title}” train", title=titles[-1]), (last,))


def _single_samples(whole: Whole) -> Iterator[Problem]:
    """Tell of a BatchNorm that would have to compare a sample with itself."""
    training = whole.project.training
    if training.number("batch_size") != 1:
        return
    larger = SetTraining(training.with_value("batch_size", _USUAL_BATCH))
    label = tr("Set Batch size to {n}", n=_USUAL_BATCH)
    for path, context in whole.contexts.items():
        is_norm = context.node.type.startswith("batch_norm")
        if is_norm and math.prod(whole.found[path].outputs[0].shape[2:]) == 1:
            yield Problem(
                context.node.place,
                tr(
                    "{title} compares samples, and a batch has only one",
                    title=context.title,
                ),
                expected=tr("a batch of at least {n}", n=2),
                got=tr("a batch of {n}", n=1),
                fixes=(Fix(label, (larger,)), *context.retype("layer_norm")),
            )


def _large_batch(whole: Whole) -> Iterator[Problem]:
    """Warn of a batch that the training part can't fill."""
    training = whole.project.training
    size = training.number("batch_size")
    data = next((node for node in whole.nodes if node.type == "data"), None)
    most = _num_train(data) if data else 0
    if data is None or not most or size <= most:
        return
    fitting = 2 ** (most.bit_length() - 1)
    edit = SetTraining(training.with_value("batch_size", fitting))
    yield Problem(
        data.place,
        tr("The batch is larger than the training part"),
        expected=tr("a batch of at most {n}", n=most),
        got=tr("a batch of {n}", n=size),
        fixes=(Fix(tr("Set Batch size to {n}", n=fitting), (edit,)),),
        severity="warning",
    )


def _num_train(data: FlatNode) -> int:
    """Return how many samples train at most, 0 where that is not known."""
    spec, share = spec_of(data.params), data.params["validation"]
    if spec.family in _PIECES or data.params["classes"]:
        return 0
    chosen = data.params["samples"]
    total = chosen if isinstance(chosen, int) else spec.num_samples
    assert isinstance(share, int | float)
    return total - min(max(round(total * share), 1), total - 1)
