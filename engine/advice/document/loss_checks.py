"""Whether there is something to minimise, and whether the phases name what is there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from engine.advice.document.connect_fixes import MAX_FIXES
from engine.graph import paths
from engine.graph.edits import Edit, Fix, Problem, SetTraining, removal
from engine.graph.model import Graph, Node, Project
from engine.graph.ports import BLOCK, title
from engine.graph.settings import Phase
from engine.i18n import tr
from engine.layers import registry

FED_BY_DATA = {"io"}
ENDS = {"loss", "metric", "view"}
WEIGHTLESS = {"act", "shape", "merge", "pool"}
"""Layers that are there only to be looked at need no path to a loss."""


def goals(project: Project) -> Iterator[Problem]:
    """Check that there is something to train on and something to minimise."""
    graph = project.graph
    inside = _blocks_with_losses(project)
    categories = {n.id: _category(n, inside) for n in graph.nodes.values()}
    if not graph.nodes:
        yield Problem("", tr("The canvas is empty"), expected=tr("a network"))
        return
    losses = [n for n, category in categories.items() if category == "loss"]
    if not losses:
        yield Problem(
            "",
            tr("There is nothing to minimise"),
            expected=tr("a loss, such as CrossEntropy or MSE"),
            got=tr("no loss"),
            kind="no_loss",
        )
        return
    yield from _outside_of_training(project, categories, losses)


def _category(node: Node, blocks: Collection[str]) -> str:
    """Return the category of a node; that of a loss for a block with one inside."""
    is_loss = node.type == BLOCK and node.params.get("of") in blocks
    return "loss" if is_loss else registry.get(node.type).category


def _blocks_with_losses(project: Project) -> set[str]:
    """Return the names of blocks with a loss inside, at any depth."""
    inner = {name: block.graph.nodes.values() for name, block in project.blocks.items()}
    found = {name for name, nodes in inner.items() if any(map(_is_loss, nodes))}
    fresh = found
    while fresh:
        fresh = {
            name
            for name, nodes in inner.items()
            if any(n.type == BLOCK and n.params.get("of") in found for n in nodes)
        }
        fresh -= found
        found |= fresh
    return found


def _outside_of_training(
    project: Project, categories: Mapping[str, str], losses: list[str]
) -> Iterator[Problem]:
    """Warn of layers from which no loss can be reached."""
    graph = project.graph
    trained = ancestors(graph, losses)
    ends = [n for n, category in categories.items() if category in ENDS]
    shown = {n for n in ancestors(graph, ends) if categories[n] in WEIGHTLESS}
    used = trained | shown
    for node in graph.nodes.values():
        if node.id in used or categories[node.id] in ENDS | FED_BY_DATA:
            continue
        yield Problem(
            node.id,
            tr("No loss depends on {title}, so it is not trained", title=title(node)),
            expected=tr("a path to a loss"),
            got=tr("none"),
            fixes=_removals(project, categories, node),
            severity="warning",
            kind="untrained",
        )


def _removals(
    project: Project, categories: Mapping[str, str], node: Node
) -> tuple[Fix, ...]:
    """Return the fix that removes a layer and all that only it feeds, if unseen."""
    behind = descendants(project.graph, node.id)
    if any(categories[node_id] in ENDS for node_id in behind):
        return ()
    words = tr("Remove “{title}”", title=title(node))
    if len(behind) > 1:
        words = tr(
            "Remove “{title}” and {n} behind it", title=title(node), n=len(behind) - 1
        )
    return (Fix(words, tuple(removal(project, behind))),)


def descendants(graph: Graph, node_id: str) -> list[str]:
    """Return a node and all that depends on it, in the order of the document."""
    seen, stack = {node_id}, [node_id]
    while stack:
        for edge in graph.edges_out_of(stack.pop()):
            if edge.target.node not in seen:
                seen.add(edge.target.node)
                stack.append(edge.target.node)
    return [name for name in graph.nodes if name in seen]


def ancestors(graph: Graph, node_ids: list[str]) -> set[str]:
    """Return the nodes and all that they depend on."""
    seen = set(node_ids)
    stack = list(node_ids)
    while stack:
        for edge in graph.edges_into(stack.pop()):
            if edge.source.node not in seen:
                seen.add(edge.source.node)
                stack.append(edge.source.node)
    return seen


def phases(project: Project) -> Iterator[Problem]:
    """Check that every loss and node that a phase names is there."""
    nodes = project.graph.nodes.values()
    losses = [node.id for node in nodes if _is_loss(node)]
    for index, phase in enumerate(project.training.phases):
        for path in phase.minimise:
            node = paths.find(project, path)
            if node is None or not _is_loss(node):
                fixes = _minimise_instead(project, index, path, losses)
                yield _bad_phase(phase, tr("minimises"), tr("a loss"), path, fixes)
        for path in phase.update:
            if paths.find(project, path) is None:
                fixes = _update_instead(project, index, path)
                yield _bad_phase(phase, tr("updates"), tr("a node"), path, fixes)


def _is_loss(node: Node) -> bool:
    return registry.get(node.type).category == "loss"


def _minimise_instead(
    project: Project, index: int, gone: str, losses: list[str]
) -> tuple[Fix, ...]:
    """Return fixes: without it, another loss in its place, or all losses."""
    phase = project.training.phases[index]
    rest = tuple(name for name in phase.minimise if name != gone)
    fixes = []
    if rest:
        words = tr("Leave “{id}” out of the phase", id=gone)
        fixes.append(
            Fix(words, (_with(project, index, replace(phase, minimise=rest)),))
        )
    for name in losses:
        if name not in phase.minimise:
            better = tuple(name if old == gone else old for old in phase.minimise)
            words = tr("Minimise “{title}”", title=title(project.graph.node(name)))
            edit = _with(project, index, replace(phase, minimise=better))
            fixes.append(Fix(words, (edit,)))
    if losses:
        edit = _with(project, index, replace(phase, minimise=()))
        fixes.append(Fix(tr("Minimise all losses"), (edit,)))
    return tuple(fixes[:MAX_FIXES])


def _update_instead(project: Project, index: int, gone: str) -> tuple[Fix, ...]:
    """Return fixes: the phase without the node, or with all nodes."""
    phase = project.training.phases[index]
    rest = tuple(name for name in phase.update if name != gone)
    fixes = []
    if rest:
        words = tr("Leave “{id}” out of the phase", id=gone)
        fixes.append(Fix(words, (_with(project, index, phase.with_update(rest)),)))
    every = _with(project, index, phase.with_update(()))
    return (*fixes, Fix(tr("Update all layers"), (every,)))


def _with(project: Project, index: int, phase: Phase) -> Edit:
    return SetTraining(project.training.with_phase(index, phase))


def _bad_phase(
    phase: Phase, verb: str, expected: str, node_id: str, fixes: tuple[Fix, ...]
) -> Problem:
    text = tr(
        "The phase “{phase}” {verb} “{id}”, which is not there",
        phase=phase.name,
        verb=verb,
        id=node_id,
    )
    return Problem("", text, expected=expected, got=node_id, fixes=fixes)
