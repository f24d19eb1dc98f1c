"""All nodes of a project with the paths that they are named by, those in blocks too."""

from collections.abc import Iterator

from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK


def scoped_nodes(
    project: Project,
    scope: str = ROOT,
    prefix: str = "",
    around: tuple[str, ...] = (),
) -> Iterator[tuple[str, str, Node]]:
    """Yield path, scope and value of every node, those in blocks too."""
    for node in project.scope(scope).nodes.values():
        yield prefix + node.id, scope, node
        inner = str(node.params.get("of", ""))
        if node.type == BLOCK and inner in project.blocks and inner not in around:
            below = f"{prefix}{node.id}."
            yield from scoped_nodes(project, inner, below, (*around, inner))
