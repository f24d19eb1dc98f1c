"""The single changes; `apply` checks, changes the project and returns the inverse."""

from dataclasses import dataclass, replace
from typing import Protocol

from engine import plain
from engine.errors import GraphError
from engine.graph.limits import MOST_NODES, check_count
from engine.graph.model import (
    ROOT,
    Block,
    Edge,
    Node,
    Position,
    Project,
)
from engine.graph.settings import Training
from engine.layers.spec import Value


class Edit(Protocol):
    """One change; `apply` returns its inverse and raises before any change."""

    def apply(self, project: Project) -> "Edit":
        """Change `project` and return the edit that undoes it."""


@dataclass(frozen=True)
class AddNode:
    """Put a node into a scope."""

    node: Node
    scope: str = ROOT
    index: int | None = None

    def apply(self, project: Project) -> Edit:
        """Add the node; raises GraphError when its id is taken or the project full."""
        check_count(MOST_NODES, project.num_nodes + 1, GraphError)
        project.scope(self.scope).add_node(self.node, self.index)
        return RemoveNode(self.node.id, self.scope)


@dataclass(frozen=True)
class RemoveNode:
    """Take an unconnected node out of a scope."""

    node_id: str
    scope: str = ROOT

    def apply(self, project: Project) -> Edit:
        """Remove the node; raises GraphError while it is connected."""
        graph = project.scope(self.scope)
        node = graph.node(self.node_id)
        index = list(graph.nodes).index(self.node_id)
        graph.remove_node(self.node_id)
        return AddNode(node, self.scope, index)


@dataclass(frozen=True)
class Connect:
    """Add a wire."""

    edge: Edge
    scope: str = ROOT
    index: int | None = None

    def apply(self, project: Project) -> Edit:
        """Connect; raises GraphError for a cycle or a wire that is there."""
        project.scope(self.scope).connect(self.edge, self.index)
        return Disconnect(self.edge, self.scope)


@dataclass(frozen=True)
class Disconnect:
    """Remove a wire."""

    edge: Edge
    scope: str = ROOT

    def apply(self, project: Project) -> Edit:
        """Disconnect; raises GraphError when the wire is not there."""
        graph = project.scope(self.scope)
        index = graph.edges.index(self.edge) if graph.has_edge(self.edge) else None
        graph.disconnect(self.edge)
        return Connect(self.edge, self.scope, index)


@dataclass(frozen=True)
class SetParam:
    """Set one parameter of a node, or put it back to its default."""

    node_id: str
    name: str
    value: Value = None
    scope: str = ROOT
    reset: bool = False

    def apply(self, project: Project) -> Edit:
        """Set the value; raises GraphError when there is no such node."""
        graph = project.scope(self.scope)
        old = graph.node(self.node_id)
        new = (
            old.without_param(self.name)
            if self.reset
            else old.with_param(self.name, self.value)
        )
        graph.replace_node(new)
        return ReplaceNode(old, self.scope)


@dataclass(frozen=True)
class ReplaceNode:
    """Put another value in the place of the node with the same id."""

    node: Node
    scope: str = ROOT

    def apply(self, project: Project) -> Edit:
        """Replace the node; raises GraphError when there is none."""
        graph = project.scope(self.scope)
        old = graph.node(self.node.id)
        graph.replace_node(self.node)
        return ReplaceNode(old, self.scope)


@dataclass(frozen=True)
class Move:
    """Set positions of nodes; None forgets a position."""

    positions: tuple[tuple[str, Position | None], ...]
    scope: str = ROOT

    def apply(self, project: Project) -> Edit:
        """Move the nodes; never fails."""
        places = project.layout.setdefault(self.scope, {})
        ids = [node_id for node_id, _ in self.positions]
        old = tuple(zip(ids, map(places.get, ids), strict=True))
        for node_id, position in self.positions:
            if position is None:
                places.pop(node_id, None)
            else:
                places[node_id] = position
        if not places:
            del project.layout[self.scope]
        return Move(old, self.scope)


@dataclass(frozen=True)
class SetTraining:
    """Replace the training settings."""

    training: Training

    def apply(self, project: Project) -> Edit:
        """Set them; raises ConfigError when a value is out of range."""
        old = project.training
        project.training = self.training.checked()
        return SetTraining(old)


@dataclass(frozen=True)
class Rename:
    """Give the project another name."""

    name: str

    def apply(self, project: Project) -> Edit:
        """Rename; never fails."""
        old = project.name
        project.name = plain.name(self.name)
        return Rename(old)


@dataclass(frozen=True)
class SetWeights:
    """Set where the weights of the whole project start; empty means anew."""

    weights: str

    def apply(self, project: Project) -> Edit:
        """Set it; never fails."""
        old = project.weights
        project.weights = self.weights
        return SetWeights(old)


@dataclass(frozen=True)
class SetBlock:
    """Add, replace (with another value) or remove (None) a block's definition."""

    name: str
    block: Block | None

    def __post_init__(self) -> None:
        """Keep the definition as it is now; the document goes on changing its own."""
        if self.block is not None:
            kept = replace(self.block, graph=self.block.graph.copy())
            object.__setattr__(self, "block", kept)

    def apply(self, project: Project) -> Edit:
        """Set the definition; never fails."""
        old = project.blocks.get(self.name)
        if self.block is None:
            project.blocks.pop(self.name, None)
        else:
            project.blocks[self.name] = replace(
                self.block, graph=self.block.graph.copy()
            )
        return SetBlock(self.name, old)


@dataclass(frozen=True)
class SetExtra:
    """Set a field that the engine does not read, such as notes on the canvas.

    Args:
        key: Of the document; none of the fields that the engine knows.
        value: Any JSON value, never changed afterwards; None removes the field.
    """

    key: str
    value: object = None

    def apply(self, project: Project) -> Edit:
        """Set the field; never fails."""
        old = project.extra.get(self.key)
        if self.value is None:
            project.extra.pop(self.key, None)
        else:
            project.extra[self.key] = self.value
        return SetExtra(self.key, old)
