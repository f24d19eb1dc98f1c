"""Values of a document and their only mutators.

A mutator checks first and changes afterwards: when it raises, nothing has changed.
Whether ports exist and fit is not decided here but in
`engine.advice.document.validate`, so that a half-finished graph is a document like any
other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine import plain
from engine.errors import GraphError
from engine.graph.ends import ID_PATTERN, Edge, Endpoint
from engine.graph.network import Graph, Node
from engine.graph.settings import Training
from engine.i18n import tr
from engine.layers.spec import Port, Ports

__all__ = [
    "ID_PATTERN",
    "ROOT",
    "Block",
    "Edge",
    "Endpoint",
    "Graph",
    "Node",
    "Position",
    "Project",
]

ROOT = ""
"""Scope of the main graph; every other scope is the name of a block."""


@dataclass(frozen=True)
class Block:
    """A named sub-graph that nodes of type `block` stand for.

    Args:
        graph: What is inside.
        inputs: Outer port name → the inner inputs it feeds.
        outputs: Outer port name → the inner output it shows.
        extra: Fields of the file that this version does not know.
    """

    graph: Graph
    inputs: Mapping[str, tuple[Endpoint, ...]]
    outputs: Mapping[str, Endpoint]
    extra: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def input_ports(self) -> Ports:
        """What an instance shows on its left."""
        return tuple(Port(name, "any") for name in self.inputs)

    @cached_property
    def output_ports(self) -> Ports:
        """What an instance shows on its right."""
        return tuple(Port(name, "any") for name in self.outputs)

    @cached_property
    def fed(self) -> Mapping[str, frozenset[str]]:
        """Inner node → its inputs that are fed from outside."""
        found: dict[str, set[str]] = {}
        for ends in self.inputs.values():
            for end in ends:
                found.setdefault(end.node, set()).add(end.port)
        return {node: frozenset(ports) for node, ports in found.items()}


Position = tuple[float, float]


@dataclass
class Project:
    """Everything a file holds.

    Args:
        name: Title of the window and of runs.
        graph: The main graph.
        blocks: Sub-graphs by name.
        training: Phases and their settings.
        layout: Scope → node id → position of its top left corner in pixels.
        weights: Where all weights start that fit by name and shape, see
            `engine.graph.weights`; what a node says itself goes before.
        extra: Fields of the file that this version does not know.
    """

    name: str = "Untitled"
    graph: Graph = field(default_factory=Graph)
    blocks: dict[str, Block] = field(default_factory=dict)
    training: Training = field(default_factory=Training)
    layout: dict[str, dict[str, Position]] = field(default_factory=dict)
    weights: str = ""
    extra: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the name on one line, and short enough to be shown."""
        self.name = plain.name(self.name)

    def scope(self, scope: str) -> Graph:
        """Return the graph of a scope.

        Raises:
            GraphError: When there is no such block.
        """
        if scope == ROOT:
            return self.graph
        if scope not in self.blocks:
            raise GraphError(tr("There is no block “{name}”", name=scope))
        return self.blocks[scope].graph

    @property
    def num_nodes(self) -> int:
        """How many nodes stand in all graphs, blocks unfolded nowhere."""
        blocks = (block.graph for block in self.blocks.values())
        return sum(len(graph.nodes) for graph in (self.graph, *blocks))

    def position(self, scope: str, node_id: str) -> Position | None:
        """Return where a node stands, or None when nothing was laid out yet."""
        return self.layout.get(scope, {}).get(node_id)

    def copy(self) -> "Project":
        """Return an independent project with the same values."""
        blocks = {
            name: replace(block, graph=block.graph.copy())
            for name, block in self.blocks.items()
        }
        return Project(
            name=self.name,
            graph=self.graph.copy(),
            blocks=blocks,
            training=self.training,
            layout={scope: dict(places) for scope, places in self.layout.items()},
            weights=self.weights,
            extra=dict(self.extra),
        )
