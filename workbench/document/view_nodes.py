"""Nodes that only show something: their settings count in a run at once."""

from collections.abc import Iterable

from engine.errors import UnknownLayerError
from engine.graph import ports
from engine.graph.model import Graph, Node, Project
from engine.layers import registry
from engine.layers.spec import Value

Settings = dict[str, dict[str, Value]]
"""Complete params of view nodes by their id."""


def view_params(project: Project) -> Settings:
    """Return the complete params of all views that stand outside of blocks."""
    nodes = project.graph.nodes.values()
    kinds = _kinds([project.graph])
    return {node.id: dict(ports.params(node)) for node in nodes if node.type in kinds}


def view_kinds(project: Project) -> set[str]:
    """Return the kinds of all views of a project, those in blocks included."""
    graphs = [project.graph, *(block.graph for block in project.blocks.values())]
    return _kinds(graphs)


def _kinds(graphs: Iterable[Graph]) -> set[str]:
    # By kind first: a large graph has thousands of nodes and a handful of kinds.
    kinds = {node.type for graph in graphs for node in graph.nodes.values()}
    return {kind for kind in kinds if _shows(kind)}


def is_view(node: Node) -> bool:
    """Return whether a node only shows something."""
    return _shows(node.type)


def _shows(kind: str) -> bool:
    try:
        return registry.get(kind).category == "view"
    except UnknownLayerError:
        return False
