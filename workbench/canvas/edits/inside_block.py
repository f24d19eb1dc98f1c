"""What double-clicks, keys and menus do with nodes inside an open card."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.i18n import tr
from workbench.canvas import selection
from workbench.canvas.edits import blocks
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.inside_block import move
from workbench.canvas.scene import open_block
from workbench.document import actions, outer_ports

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView


def activate_at(view: "CanvasView", place: QPointF) -> bool:
    """Do what a double-click on a card asks for; False where there is none."""
    node = view.scene.node_at(place)
    if node is None:
        return False
    card = open_block.at(view.scene, place)
    inner = card.node_at(place) if card else ""
    if card and inner:
        view.inside.select(card.path, [inner])
        activate(view)
    elif card:
        view.show_path((*view.scene.path, *card.path))
    elif not blocks.enter(view, node.node_id):
        view.node_activated.emit(node.node_id)
    return True


def activate(view: "CanvasView") -> None:
    """Open the selected inner block in its tab; of a layer show the settings."""
    aim = selection.target(view)
    if len(aim.ids) == 1 and outer_ports.of(aim.graph.node(aim.ids[0])):
        view.show_path((*view.scene.path, *aim.path, aim.ids[0]))
    else:
        view.node_activated.emit(aim.ids[0])


def show_in_tab(view: "CanvasView") -> None:
    """Open the block around the selection in its tab, with the same selection."""
    aim = selection.target(view)
    view.show_path((*view.scene.path, *aim.path))
    view.select(aim.ids)


def enter(view: "CanvasView", node_id: str) -> None:
    """Select the first node inside an open block."""
    card = open_block.find(view.scene, [node_id])
    order = [node.id for node in card.graph.topological()] if card else []
    if order:
        view.inside.select([node_id], order[:1])


def walk(view: "CanvasView", step: int) -> None:
    """Select the next node inside along the wires, or the one before."""
    aim = selection.target(view)
    order = [node.id for node in aim.graph.topological()]
    here = order.index(aim.ids[-1]) + step
    aim.select([order[here % len(order)]])


def nudge(view: "CanvasView", across: float, down: float) -> None:
    """Move the selected nodes inside a little."""
    card = view.inside.card
    if card is not None:
        move(view, card, QPointF(across, down))


def rename(view: "CanvasView") -> None:
    """Ask for another name of the only selected node inside."""
    aim = selection.target(view)
    if len(aim.ids) != 1:
        return
    node_id = aim.ids[0]
    corner = aim.rect(node_id).topLeft() + QPointF(sizes.STRIP, 0)

    def take(words: str) -> None:
        view.attempt(actions.rename, node_id, words, aim.scope)

    view.inline.ask(corner, aim.face(node_id).title, take, tr("Name"))
