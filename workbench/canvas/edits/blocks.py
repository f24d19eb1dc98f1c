"""What keys, menus and the path bar do with blocks."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from engine.graph.model import Position
from engine.graph.ports import BLOCK
from engine.i18n import tr
from workbench.canvas import selection
from workbench.canvas.cards import faces
from workbench.canvas.cards.card import Known
from workbench.canvas.edits import inline_field
from workbench.canvas.geometry import sizes
from workbench.canvas.selection import Target
from workbench.document import actions, blocks, library, outer_ports, wires

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView


def chosen_blocks(view: "CanvasView") -> list[str]:
    """Return the selected instances."""
    graph = view.scene.graph
    return [i for i in view.selected_ids() if graph.node(i).type == BLOCK]


def group(view: "CanvasView") -> None:
    """Ask for a name and turn the selection into a block."""
    aim = selection.target(view)
    if not aim.ids:
        view.say(tr("Select the layers that are to become a block."))
        return
    corner = reduce(QRectF.united, map(aim.rect, aim.ids)).topLeft()
    suggestion = blocks.suggestion(view.document)
    view.inline.ask(corner, suggestion, lambda words: _group(aim, words), tr("Name"))


def _group(aim: Target, words: str) -> None:
    made = aim.view.attempt(blocks.group, aim.ids, words, aim.scope)
    if isinstance(made, str):
        aim.select([made])


def unpack(view: "CanvasView") -> None:
    """Put the insides of the selected blocks in their places."""
    aim = selection.target(view)
    made = view.attempt(blocks.unpack, aim.ids, aim.scope)
    if isinstance(made, list):
        aim.select(made)


def enter(view: "CanvasView", node_id: str = "") -> bool:
    """Open a block (the only selected one when none is named); False: not a block."""
    chosen = [node_id] if node_id else view.selected_ids()
    graph = view.scene.graph
    if len(chosen) != 1 or outer_ports.of(graph.node(chosen[0])) == "":
        return False
    view.show_path((*view.scene.path, chosen[0]))
    return True


def show_path(view: "CanvasView", path: Sequence[str]) -> None:
    """Show the inside of the last instance on a path, where it was left."""
    view.end(cancel=True)
    view.hover.clear()
    view.cameras[view.scene.path] = (view.camera.zoom, view.camera.centre())
    view.scene.show_path(path)
    zoom, centre = view.cameras.get(view.scene.path, (0.0, None))
    if centre is None:
        view.fit()
    else:
        view.camera.set_zoom(zoom)
        view.camera.centre_on(centre)


def go_to(view: "CanvasView", depth: int) -> None:
    """Go back so that `depth` blocks are open; select the one that was left."""
    left = view.scene.path[depth : depth + 1]
    if left:
        view.show_path(view.scene.path[:depth])
        view.scene.select(left)


def go_up(view: "CanvasView") -> None:
    """Leave the open block and select its instance."""
    if view.scene.path:
        go_to(view, len(view.scene.path) - 1)


def reveal(view: "CanvasView", path: str) -> None:
    """Select the node at a path and bring it into view, in the block it is in."""
    steps = path.split(".")
    scopes = view.scene.crumbs(steps[:-1])
    depth = len(scopes) - 1
    if steps[depth] not in view.document.project.scope(scopes[-1]).nodes:
        return
    if tuple(steps[:depth]) != view.scene.path:
        view.show_path(steps[:depth])
    view.scene.select([steps[depth]])
    view.camera.show([view.scene.nodes[steps[depth]].card()])
    view.setFocus()


def toggle_open(view: "CanvasView") -> None:
    """Show the selected blocks with their insides, or as cards again."""
    for node_id in chosen_blocks(view):
        node = view.scene.graph.node(node_id)
        room = None if blocks.is_open(node) else needed_room(view, node_id)
        shifts = make_room(view, node_id, room)
        scope = view.scene.scope
        view.attempt(blocks.set_open, node_id, room, shifts, scope)
        view.camera.show([view.scene.nodes[node_id].card()])


def needed_room(view: "CanvasView", node_id: str) -> Position:
    """Return how far others must move right and down so that a block can open."""
    scene = view.scene
    node, item = scene.graph.node(node_id), scene.nodes[node_id]
    other = replace(node, extra={**node.extra, blocks.OPEN: []})
    face = faces.build(view.document.project, other, Known())
    right = [place.left() for i, place in _beside(view, node_id) if i != node_id]
    free = min((x for x in right if x >= item.card().right()), default=1e9)
    across = max(0.0, item.x() + face.width + sizes.GAP_X - free)
    return (sizes.snap(across), max(0.0, face.height - item.face.height))


def _beside(view: "CanvasView", node_id: str) -> list[tuple[str, QRectF]]:
    """Return the cards on the level of a card."""
    card = view.scene.nodes[node_id].card()
    places = [(i, n.card()) for i, n in view.scene.nodes.items()]
    return [
        p for p in places if p[1].top() < card.bottom() and p[1].bottom() > card.top()
    ]


def make_room(
    view: "CanvasView", node_id: str, room: Position | None
) -> dict[str, Position]:
    """Return where the nodes around a block go when it opens (None: closes).

    Those beside it move outwards and stay level with its middle, those below it move
    down; closing moves them back.
    """
    scene = view.scene
    card, shifts = scene.nodes[node_id].card(), {}
    across, down = room or (-n for n in blocks.room_of(scene.graph.node(node_id)))
    level = {i for i, _ in _beside(view, node_id)}
    for other, item in scene.nodes.items():
        dx = across if other in level and item.x() >= card.right() else 0.0
        dy = down / 2 if other in level else down if item.y() >= card.bottom() else 0.0
        if other != node_id and (dx or dy):
            shifts[other] = (item.x() + dx, item.y() + dy)
    return shifts


def rename(view: "CanvasView") -> None:
    """Ask for another name of the selected node, or of the block it stands for."""
    chosen = view.selected_ids()
    if len(chosen) != 1:
        return
    node, scope = view.scene.graph.node(chosen[0]), view.scene.scope
    block = outer_ports.of(node)

    def take(words: str) -> None:
        if block and not node.name:
            view.attempt(blocks.rename, block, words)
        else:
            view.attempt(actions.rename, node.id, words, scope)

    view.inline.ask(
        inline_field.above(view, node.id), wires.name_of(node), take, tr("Name")
    )


def copy_independent(view: "CanvasView") -> None:
    """Copy the selected blocks with definitions of their own."""
    made, scene = [], view.scene
    for node_id in chosen_blocks(view):
        card = scene.nodes[node_id].card()
        at = (card.left(), sizes.snap(card.bottom() + sizes.GAP_Y))
        new = view.attempt(blocks.copy_independent, node_id, at, scene.scope)
        made += [new] if isinstance(new, str) else []
    if made:
        scene.select(made)


def save_to_library(view: "CanvasView") -> None:
    """Keep the selected blocks for other projects."""
    for node_id in chosen_blocks(view):
        name = outer_ports.of(view.scene.graph.node(node_id))
        if view.attempt(library.save, name) is not None:
            view.say(tr("“{name}” is in My blocks now.", name=name))
            view.library_changed.emit()
