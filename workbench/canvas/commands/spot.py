"""Where a command of the canvas is asked for, and what can apply there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF

from engine.graph.model import Edge
from engine.graph.ports import BLOCK
from workbench.canvas.commands.operated import Operated
from workbench.canvas.scene.selection import Selection
from workbench.document import outer_ports
from workbench.document.notes import Note


@dataclass(frozen=True)
class Spot:
    """A canvas, and what was under the pointer when a menu was opened there.

    Args:
        stage: The canvas.
        place: Scene point of the empty canvas or of a wire; None: nothing was pointed.
        node: Id of the node.
        wire: The wire.
        note: The comment or frame.
    """

    stage: Operated
    place: QPointF | None = None
    node: str = ""
    wire: Edge | None = None
    note: Note | None = None

    @cached_property
    def chosen(self) -> Selection:
        """What is selected."""
        return self.stage.selection

    @property
    def subject(self) -> str:
        """The node that is meant: under the pointer, or the only selected one."""
        ids = self.chosen.ids
        return self.node or (ids[0] if len(ids) == 1 else "")


Rule = Callable[[Spot], bool]


def on(tool: Callable[[Operated], object]) -> Callable[[Spot], object]:
    """Return a command that needs the canvas only."""
    return lambda spot: tool(spot.stage)


def some(spot: Spot) -> bool:
    """Whether a node is selected."""
    return bool(spot.chosen.ids)


def one(spot: Spot) -> bool:
    """Whether one node alone is selected."""
    return len(spot.chosen.ids) == 1


def at_least(count: int) -> Rule:
    """Return whether so many nodes are selected."""
    return lambda spot: len(spot.chosen.ids) >= count


def some_outside(spot: Spot) -> bool:
    """Whether a node of the shown graph is selected: a frame can't stand in a block."""
    return some(spot) and not spot.chosen.path


def anything(spot: Spot) -> bool:
    """Whether nodes, wires or a note are selected."""
    scene = spot.stage.scene
    return some(spot) or bool(scene.selected_edges() or scene.notes.chosen)


def has_nodes(spot: Spot) -> bool:
    """Whether there is any node here."""
    return bool(spot.chosen.graph.nodes)


def has_block(spot: Spot) -> bool:
    """Whether a block is among what is selected."""
    chosen = spot.chosen
    return any(chosen.graph.node(node_id).type == BLOCK for node_id in chosen.ids)


def is_block(spot: Spot) -> bool:
    """Whether the node that is meant can be entered."""
    subject = spot.subject
    return bool(subject and outer_ports.of(spot.chosen.graph.node(subject)))


def is_wired(spot: Spot) -> bool:
    """Whether a selected node has a wire."""
    ids = set(spot.chosen.ids)
    return any(
        {edge.source.node, edge.target.node} & ids for edge in spot.chosen.graph.edges
    )


def can_leave(spot: Spot) -> bool:
    """Whether a block is shown, or something inside an open one is selected."""
    return bool(spot.chosen.path or spot.stage.scene.path)


def is_inside(spot: Spot) -> bool:
    """Whether something inside an open block is selected."""
    return bool(spot.chosen.path)


def has_kind(kind: str) -> Rule:
    """Return whether a layer of a kind is among what is selected."""

    def rule(spot: Spot) -> bool:
        chosen = spot.chosen
        return any(chosen.graph.node(i).type == kind for i in chosen.ids)

    return rule
