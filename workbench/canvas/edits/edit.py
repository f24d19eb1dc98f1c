"""What keys, menus and buttons do to the nodes of the canvas."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF

from engine.graph import ports
from engine.graph.model import Edge, Endpoint, Position
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA
from engine.layers.datasets.spec import OWN as OWN_DATA
from engine.layers.spec import LayerSpec
from workbench.canvas.cards import catalogue_items
from workbench.canvas.cards.faces import REROUTE
from workbench.canvas.edits import inserting, notes
from workbench.canvas.geometry import layout, sizes
from workbench.canvas.scene import areas
from workbench.canvas.scene.areas import Area
from workbench.canvas.scene.selection import Selection
from workbench.canvas.stage import Stage
from workbench.document import (
    Document,
    actions,
    blocks,
    clipboard,
    library,
    outer_ports,
    splicing,
    wires,
)

_MOST_IN_ROW = 5
"""Cards side by side that are put behind each other, before the next row begins."""
_BLOCK_MAKERS: dict[str, Callable[[Document, str, Position, str], str]] = {
    catalogue_items.OWN: blocks.add_instance,
    catalogue_items.SAVED: library.insert,
}


def add_at(
    stage: Stage,
    type_id: str,
    corner: QPointF,
    end: Endpoint | Edge | None = None,
    area: Area | None = None,
) -> str:
    """Add a node with its top left corner at a scene point; return its id or ''.

    Over a block that is open in place it comes into the block.

    Args:
        stage: The canvas.
        type_id: As the catalogue of the canvas names it.
        corner: Of the new card.
        end: Port to wire it to, or wire to put it into.
        area: Where `end` is; None: the shown graph.
    """
    stage.select([])
    if end is not None:
        area = area or stage.selection.area
    else:
        middle = corner + QPointF(sizes.WIDTH / 2, sizes.HEIGHT / 2)
        area = areas.at(stage.scene, middle)
    return _add(stage, area, type_id, areas.on_grid(area, corner), end)


def _add(
    stage: Stage,
    area: Area,
    type_id: str,
    place: Position,
    end: Endpoint | Edge | None,
) -> str:
    scope = area.scope
    kind, _, name = type_id.rpartition(":")
    if kind in _BLOCK_MAKERS:
        node_id = stage.attempt(_BLOCK_MAKERS[kind], name, place, scope)
    elif kind == catalogue_items.SET and name == OWN_DATA:
        stage.ask_for_data()
        return ""
    elif kind == catalogue_items.SET:
        node_id = stage.attempt(actions.add_node, DATA.id, place, end, scope, name)
    else:
        node_id = stage.attempt(actions.add_node, type_id, place, end, scope)
    if node_id is None:
        return ""
    select_new(stage, area, [node_id])
    return node_id


def spec_of(type_id: str) -> LayerSpec | None:
    """Return the catalogue's entry of something to add; None for a block."""
    kind = type_id.rpartition(":")[0]
    if kind == catalogue_items.SET:
        return DATA
    return None if kind else registry.get(type_id)


def add(stage: Stage, type_id: str, *, branches: bool = False) -> str:
    """Add a node behind the only selected one, or in the middle of the view.

    Args:
        stage: The canvas.
        type_id: As the catalogue of the canvas names it.
        branches: It does not go into the only wire that leaves the selected node.
    """
    wire = None if branches else inserting.wire_behind(stage, type_id)
    if wire is not None:
        area = stage.selection.area
        node_id = inserting.insert(stage, area, type_id, wire)
        select_new(stage, area, [node_id] if node_id else [])
        return node_id
    chosen, spec = stage.selection, spec_of(type_id)
    end = _open_output(stage, chosen, spec) if spec else None
    area, places = chosen.area, chosen.area.places()
    before = end.node if end else chosen.ids[-1] if chosen.path else ""
    if before:
        wish = _behind(places, before, area.face(before).width)
    else:
        middle = stage.camera.centre()
        wish = (middle.x() - sizes.WIDTH / 2, middle.y() - sizes.HEIGHT / 2)
    place = layout.free_place(wish, places.values())
    return _add(stage, area, type_id, place, end)


def _behind(places: Mapping[str, Position], before: str, width: float) -> Position:
    """Return a place to the right of a card, or at the start of the next row.

    A row that grows without an end leaves nothing to read when all of it is in view.
    """
    x, y = places[before]
    row = [left for left, top in places.values() if abs(top - y) < sizes.HEIGHT]
    start, right = min(row), x + width + sizes.GAP_X
    if right - start < _MOST_IN_ROW * (sizes.WIDTH + sizes.GAP_X):
        return (right, y)
    return (start, y + sizes.HEIGHT + sizes.GAP_Y)


def add_point(stage: Stage, edge: Edge, place: QPointF) -> None:
    """Add a point to a wire of the shown graph."""
    corner = place - QPointF(sizes.DOT_WIDTH / 2, sizes.DOT_HEIGHT / 2)
    area = stage.selection.area
    _add(stage, area, REROUTE, areas.on_grid(area, corner), edge)


def _open_output(stage: Stage, chosen: Selection, spec: LayerSpec) -> Endpoint | None:
    """Return the output of the only selected node that `spec` can read, if any.

    That of a loss or metric says to another one what to judge.
    """
    if len(chosen.ids) != 1:
        return None
    project, node = stage.document.project, chosen.graph.node(chosen.ids[0])
    for port in wires.outputs_of(project, node):
        is_end = port.kind in {"loss", "metric"}
        if is_end and spec.category in {"loss", "metric", "view"}:
            return Endpoint(node.id, port.name)
        if not is_end and any(ports.fits(port, other) for other in spec.inputs):
            return Endpoint(node.id, port.name)
    return None


def delete(stage: Stage) -> None:
    """Delete the selected nodes and wires; with none selected the chosen note."""
    chosen, edges = stage.selection, stage.scene.selected_edges()
    if chosen.ids or edges:
        stage.attempt(actions.remove, chosen.ids, edges, chosen.scope)
    else:
        notes.remove_chosen(stage)


def heal(stage: Stage) -> None:
    """Delete the selected nodes and join the wires on both sides."""
    chosen, scene = stage.selection, stage.scene
    prefix = chosen.area.prefix
    infos = {
        node_id: info
        for node_id in chosen.graph.nodes
        if (info := scene.info_at(prefix + node_id)) is not None
    }
    stage.attempt(splicing.remove_healing, chosen.ids, infos, chosen.scope)


def unplug(stage: Stage) -> None:
    """Remove every wire of the selected nodes."""
    chosen = stage.selection
    ids = set(chosen.ids)
    loose = [e for e in chosen.graph.edges if {e.source.node, e.target.node} & ids]
    stage.attempt(actions.disconnect, loose, chosen.scope)


def set_trainable(stage: Stage, *, value: bool) -> None:
    """Let the weights of the selected nodes train, or freeze them."""
    chosen = stage.selection
    stage.attempt(actions.set_trainable, chosen.ids, value=value, scope=chosen.scope)


def copy(stage: Stage) -> None:
    """Copy the selected nodes."""
    chosen = stage.selection
    clipboard.copy(stage.document, chosen.ids, chosen.scope)


def cut(stage: Stage) -> None:
    """Copy the selected nodes and delete them."""
    copy(stage)
    chosen = stage.selection
    if chosen.ids:
        stage.attempt(actions.remove, chosen.ids, (), chosen.scope)


def paste(stage: Stage, place: QPointF | None = None) -> None:
    """Paste at a scene point, or a little beside the originals."""
    at, area, text = None, stage.selection.area, clipboard.clipboard_text()
    if place is not None:
        stage.select([])
        area = areas.at(stage.scene, place)
        at = areas.on_grid(area, place)
    made = stage.attempt(clipboard.paste, text, at, area.scope)
    select_new(stage, area, made or [])


def duplicate(stage: Stage) -> None:
    """Copy the selected nodes beside themselves."""
    chosen = stage.selection
    made = stage.attempt(clipboard.duplicate, chosen.ids, chosen.scope)
    select_new(stage, chosen.area, made or [])


def select_new(stage: Stage, area: Area, ids: list[str]) -> None:
    """Select nodes that were added to an area, and bring them into view."""
    if ids:
        stage.select(ids, area.path)
        show_selection(stage)


def show_selection(stage: Stage) -> None:
    """Pan as little as needed to bring the selected nodes into view."""
    chosen = stage.selection
    stage.camera.show(map(chosen.area.rect_of, chosen.ids))


def fit_selection(stage: Stage) -> None:
    """Show the selected nodes as large as sensible; all where none is selected."""
    chosen, rect = stage.selection, QRectF()
    for node_id in chosen.ids:
        rect = rect.united(chosen.area.rect_of(node_id))
    if chosen.ids:
        stage.camera.fit(rect)
        stage.camera.is_automatic = False
    else:
        stage.fit()


def select_all(stage: Stage) -> None:
    """Select every node, of an open block where something in it is selected."""
    area = stage.selection.area
    stage.select(area.graph.nodes, area.path)


def nudge(stage: Stage, across: float, down: float) -> None:
    """Move the selected nodes a little."""
    move_by(stage, QPointF(across, down))


def move_by(stage: Stage, way: QPointF) -> None:
    """Move the selected nodes by some way, as one undo step."""
    chosen = stage.selection
    places = chosen.area.places()
    moved = {i: (places[i][0] + way.x(), places[i][1] + way.y()) for i in chosen.ids}
    if moved:
        stage.attempt(actions.move, moved, chosen.scope)


def walk(stage: Stage, step: int) -> None:
    """Select the next node along the wires, or the one before."""
    chosen = stage.selection
    order = [node.id for node in chosen.graph.topological()]
    if not order:
        return
    ids = chosen.ids
    here = order.index(ids[-1]) + step if ids else (0 if step > 0 else -1)
    _show(stage, chosen.area, order[here % len(order)])


def walk_to_end(stage: Stage, *, first: bool) -> None:
    """Select the first or the last node along the wires."""
    area = stage.selection.area
    order = [node.id for node in area.graph.topological()]
    if order:
        _show(stage, area, order[0 if first else -1])


def _show(stage: Stage, area: Area, node_id: str) -> None:
    """Select one node and bring it into view."""
    stage.select([node_id], area.path)
    show_selection(stage)


def rename(stage: Stage) -> None:
    """Ask for another name of the only selected node, or of the block it stands for."""
    chosen = stage.selection
    if len(chosen.ids) != 1:
        return
    node, scope = chosen.graph.node(chosen.ids[0]), chosen.scope
    block = "" if node.name else outer_ports.of(node)
    called = block or title(chosen.graph, node)

    def take(words: str) -> None:
        if block and words != block:
            stage.attempt(blocks.rename, block, words)
        else:
            stage.attempt(actions.rename, node.id, words, scope)

    corner = chosen.area.rect_of(node.id).topLeft()
    # A little lower when large: the line then covers the title, not the strip over it.
    head = QPointF(sizes.STRIP, 6 if stage.camera.zoom > 1 else 0)
    stage.ask(corner + head, called, take, tr("Name"))
