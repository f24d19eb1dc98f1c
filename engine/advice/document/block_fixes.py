"""What can be done about blocks that contain themselves or have no definition."""

from collections.abc import Iterator

from engine.advice.document.connect_fixes import MAX_FIXES
from engine.graph.blocks.outer import inside
from engine.graph.blocks.rewire import heal
from engine.graph.checks.causes import NoDefinition, Recursion
from engine.graph.edits import Connect, Edit, SetParam, removal
from engine.graph.model import Edge, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Fix
from engine.graph.titles import title
from engine.i18n import tr


def without_circle(project: Project, cause: Recursion) -> Iterator[Fix]:
    """Yield the fix that takes out of a block what leads back to it."""
    name = cause.block
    nodes = project.blocks[name].graph.nodes.values()
    back = [
        node.id
        for node in nodes
        if node.type == BLOCK
        and name in {str(node.params.get("of")), *_inside_of(project, node)}
    ]
    words = tr("Remove “{inner}” from inside “{name}”", inner=name, name=name)
    yield Fix(words, tuple(heal(project, back, name)))


def _inside_of(project: Project, node: Node) -> set[str]:
    return inside(project, str(node.params.get("of", "")))


def other_block(project: Project, cause: NoDefinition) -> Iterator[Fix]:
    """Yield fixes: another block with the same ports, or no block at all."""
    scope, node = cause.scope, cause.node
    graph, fixes = project.scope(scope), []
    enters = {edge.target.port for edge in graph.edges_into(node.id)}
    leaves = {edge.source.port for edge in graph.edges_out_of(node.id)}
    for name, block in project.blocks.items():
        is_around = name == scope or scope in inside(project, name)
        is_alike = enters <= set(block.inputs) and leaves <= set(block.outputs)
        if is_alike and not is_around:
            words = tr("Use the block “{name}”", name=name)
            fixes.append(Fix(words, (SetParam(node.id, "of", name, scope),)))
    yield from fixes[: MAX_FIXES - 1]
    yield _without(project, scope, node)


def _without(project: Project, scope: str, node: Node) -> Fix:
    """Return the fix that removes a node; its wires are joined where that is clear."""
    graph = project.scope(scope)
    words = tr("Remove “{title}”", title=title(graph, node))
    into, behind = graph.edges_into(node.id), graph.edges_out_of(node.id)
    edits: list[Edit] = removal(project, [node.id], scope)
    if len(into) == 1:
        joined = [Edge(into[0].source, edge.target) for edge in behind]
        edits += [Connect(edge, scope) for edge in joined]
    return Fix(words, tuple(edits))
