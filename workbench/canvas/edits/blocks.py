"""What keys, menus and the breadcrumbs do with blocks."""

from functools import reduce

from PySide6.QtCore import QPointF, QRectF

from engine.graph.ports import BLOCK
from engine.i18n import tr
from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes
from workbench.canvas.scene import areas, open_block
from workbench.canvas.scene.selection import Selection
from workbench.canvas.stage import Stage
from workbench.document import blocks, library, outer_ports


def _instances(chosen: Selection) -> list[str]:
    """Return the blocks among what is selected."""
    return [i for i in chosen.ids if chosen.graph.node(i).type == BLOCK]


def group(stage: Stage) -> None:
    """Ask for a name and turn the selection into a block."""
    chosen = stage.selection
    if not chosen.ids:
        stage.say(tr("Select the layers that are to become a block."))
        return

    def take(words: str) -> None:
        made = stage.attempt(blocks.group, chosen.ids, words, chosen.scope)
        if made is not None:
            stage.select([made], chosen.path)

    corner = reduce(QRectF.united, map(chosen.area.rect_of, chosen.ids)).topLeft()
    stage.ask(corner, blocks.suggestion(stage.document), take, tr("Name"))


def unpack(stage: Stage) -> None:
    """Put the insides of the selected blocks in their places."""
    chosen = stage.selection
    made = stage.attempt(blocks.unpack, chosen.ids, chosen.scope)
    if made is not None:
        stage.select(made, chosen.path)


def enter(stage: Stage, node_id: str = "") -> bool:
    """Open a block (the only selected one when none is named); False: not a block."""
    chosen = stage.selection
    ids = [node_id] if node_id else chosen.ids
    if len(ids) != 1 or outer_ports.of(chosen.graph.node(ids[0])) == "":
        return False
    stage.show_path((*stage.scene.path, *chosen.path, ids[0]))
    return True


def activate(stage: Stage) -> bool:
    """Enter the selected block, or show a layer's settings; False: none is selected."""
    ids = stage.selection.ids
    if ids and not enter(stage):
        stage.show_settings(ids[0])
    return bool(ids)


def activate_at(stage: Stage, place: QPointF) -> bool:
    """Do what a double-click on a card asks for; False where there is none."""
    area = areas.at(stage.scene, place)
    node_id = area.node_at(place)
    if node_id:
        stage.select([node_id], area.path)
        activate(stage)
    elif area.path:
        stage.show_path((*stage.scene.path, *area.path))
    return bool(node_id or area.path)


def show_in_tab(stage: Stage) -> None:
    """Open the block around the selection in its tab, with the same selection."""
    chosen = stage.selection
    stage.show_path((*stage.scene.path, *chosen.path))
    stage.select(chosen.ids)


def go_down(stage: Stage) -> None:
    """Go into the only selected block: in place where it is open, else in its tab."""
    chosen = stage.selection
    if len(chosen.ids) != 1:
        return
    path = (*chosen.path, chosen.ids[0])
    block = open_block.find(stage.scene, path)
    if block is None:
        enter(stage)
        return
    order = [node.id for node in block.graph.topological()]
    if order:
        stage.select(order[:1], path)


def go_up(stage: Stage) -> None:
    """Leave what is selected in an open block, or the block that is shown."""
    path = stage.selection.path
    if path:
        stage.select(path[-1:], path[:-1])
    elif stage.scene.path:
        go_to(stage, len(stage.scene.path) - 1)


def go_to(stage: Stage, depth: int) -> None:
    """Go back so that `depth` blocks are open; select the one that was left."""
    path = stage.scene.path
    if path[depth:]:
        stage.show_path(path[:depth])
        stage.select(path[depth : depth + 1])


def reveal(stage: Stage, path: str) -> None:
    """Select the node at a path and bring it into view, in the block it is in."""
    steps = path.split(".")
    scopes = stage.scene.crumbs(steps[:-1])
    depth = len(scopes) - 1
    if steps[depth] not in stage.document.project.scope(scopes[-1]).nodes:
        return
    if tuple(steps[:depth]) != stage.scene.path:
        stage.show_path(steps[:depth])
    stage.select([steps[depth]])
    edit.show_selection(stage)
    stage.take_focus()


def toggle_open(stage: Stage) -> None:
    """Show the selected blocks with their insides, or as cards again.

    Others give way on the canvas alone: nothing of the document changes.
    """
    chosen = stage.selection
    for node_id in _instances(chosen):
        stage.scene.toggle_open((*chosen.path, node_id))
    edit.show_selection(stage)


def copy_independent(stage: Stage) -> None:
    """Copy the selected blocks with definitions of their own."""
    made, chosen = [], stage.selection
    for node_id in _instances(chosen):
        card = chosen.area.rect_of(node_id)
        at = areas.on_grid(chosen.area, card.bottomLeft() + QPointF(0, sizes.GAP_Y))
        new = stage.attempt(blocks.copy_independent, node_id, at, chosen.scope)
        made += [new] if new is not None else []
    if made:
        stage.select(made, chosen.path)


def save_to_library(stage: Stage) -> None:
    """Keep the selected blocks for other projects."""
    chosen = stage.selection
    for node_id in _instances(chosen):
        name = outer_ports.of(chosen.graph.node(node_id))
        if stage.attempt(library.save, name) is not None:
            stage.say(tr("“{name}” is in My blocks now.", name=name))
            stage.tell_library()
