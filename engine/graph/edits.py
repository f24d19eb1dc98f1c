"""Every change a person can make to a document, as a plain value.

`apply` checks, changes the project and returns the edit that takes it back. Undo
commands, scripts and applied fixes all use these; nothing else changes a project.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

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
        known = project.layout.get(self.scope, {})
        old = tuple((node_id, known.get(node_id)) for node_id, _ in self.positions)
        places = project.layout.setdefault(self.scope, {})
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


_MANY = 8
"""So many edits of one kind after each other are made in one go where that is right."""


def _runs(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Yield edits that follow each other and are of one kind and scope."""
    for _, run in itertools.groupby(edits, _kind):
        yield list(run)


def _kind(edit: Edit) -> tuple[type, str]:
    return type(edit), getattr(edit, "scope", ROOT)


def apply_all(project: Project, edits: Iterable[Edit]) -> list[Edit]:
    """Apply `edits` in order, all or none, and return what undoes them, in order.

    Raises:
        EngineError: The first refusal; the project is then as it was before.
    """
    from engine.graph import runs  # noqa: PLC0415 - it needs the edits above

    inverses: list[Edit] = []
    try:
        for run in _runs(edits):
            done = runs.at_once(project, run) if len(run) >= _MANY else []
            inverses += done
            for edit in () if done else run:
                inverses.append(edit.apply(project))
    except Exception:
        for inverse in reversed(inverses):
            inverse.apply(project)
        raise
    inverses.reverse()
    return inverses


@dataclass(frozen=True)
class Several:
    """Edits that are made together, all or none."""

    edits: tuple[Edit, ...]

    def apply(self, project: Project) -> Edit:
        """Make them in order; raises what the first refusal says."""
        return Several(tuple(apply_all(project, self.edits)))


def removal(project: Project, node_ids: Sequence[str], scope: str = ROOT) -> list[Edit]:
    """Return the edits that remove nodes together with their wires and positions."""
    graph = project.scope(scope)
    gone = set(node_ids)
    wires = graph.touching(gone)
    placed = [n for n in node_ids if project.position(scope, n) is not None]
    edits: list[Edit] = [Disconnect(edge, scope) for edge in reversed(wires)]
    if placed:
        edits.append(Move(tuple((node_id, None) for node_id in placed), scope))
    last_first = [node_id for node_id in reversed(list(graph.nodes)) if node_id in gone]
    edits.extend(RemoveNode(node_id, scope) for node_id in last_first)
    return edits


ALL_PHASES = "*"
FixKind = Literal["graph", "settings"]


@dataclass(frozen=True)
class Fix:
    """What one click can do about a problem.

    Args:
        label: Words on the button, such as “Insert Flatten”.
        edits: Applied together as one undo step.
    """

    label: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Problem:
    """Something that keeps a graph from training, said at the node.

    Args:
        node: Path of the node (`block_instance.inner` inside blocks), or empty.
        text: One sentence: what is wrong.
        expected: What would be right, in the words of the canvas.
        got: What is there.
        port: The port it is about, or empty.
        fixes: What can be done with one click.
        severity: `error` keeps it from training, `warning` does not.
        phase: Name of the training phase it is about, `ALL_PHASES` when it is what
            all of them leave out, or empty.
        kind: Name of the mistake where other checks add to it, such as `no_loss`.
    """

    node: str
    text: str
    expected: str = ""
    got: str = ""
    port: str = ""
    fixes: tuple[Fix, ...] = ()
    severity: Literal["error", "warning"] = "error"
    phase: str = ""
    kind: str = ""
