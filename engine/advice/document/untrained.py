"""Layers of the main graph from which no loss can be reached, as far as wires show."""

from collections.abc import Collection, Iterator, Mapping

from engine.graph.checks.goals import categories
from engine.graph.edits import removal
from engine.graph.model import Graph, Node, Project
from engine.graph.problems import Fix, Problem
from engine.graph.titles import title
from engine.graph.walks import ancestors, descendants
from engine.i18n import tr

FED_BY_DATA = {"io"}
ENDS = {"loss", "metric", "view"}
WEIGHTLESS = {"act", "shape", "merge", "pool"}
"""Layers that are there only to be looked at need no path to a loss."""


def untrained(project: Project) -> Iterator[Problem]:
    """Yield a warning for each layer that no loss depends on, where there is one."""
    graph, kinds = project.graph, categories(project)
    losses = [n for n, category in kinds.items() if category == "loss"]
    if not losses:
        return
    trained = ancestors(graph, losses)
    ends = [n for n, category in kinds.items() if category in ENDS]
    shown = {n for n in ancestors(graph, ends) if kinds[n] in WEIGHTLESS}
    used = trained | shown
    for node in graph.nodes.values():
        if node.id in used or kinds[node.id] in ENDS | FED_BY_DATA:
            continue
        yield Problem(
            node.id,
            tr(
                "No loss depends on {title}: training passes it by",
                title=title(graph, node),
            ),
            expected=tr("a path to a loss"),
            got=tr("none"),
            fixes=_removals(project, kinds, node),
            severity="warning",
            kind="untrained",
        )


def _removals(
    project: Project, kinds: Mapping[str, str], node: Node
) -> tuple[Fix, ...]:
    """Return the fix that removes a layer and all that only it feeds, if unseen."""
    graph = project.graph
    behind = in_order(graph, descendants(graph, [node.id]))
    if any(kinds[node_id] in ENDS for node_id in behind):
        return ()
    words = tr("Remove “{title}”", title=title(graph, node))
    if len(behind) > 1:
        words = tr(
            "Remove “{title}” and {n} behind it",
            title=title(graph, node),
            n=len(behind) - 1,
        )
    return (Fix(words, tuple(removal(project, behind))),)


def in_order(graph: Graph, node_ids: Collection[str]) -> list[str]:
    """Return nodes in the order of the document."""
    return [node_id for node_id in graph.nodes if node_id in node_ids]
