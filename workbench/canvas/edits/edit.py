"""What keys, menus and buttons do to the canvas."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.graph.model import Edge, Endpoint, Position
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA
from engine.layers.spec import LayerSpec
from workbench.canvas import selection
from workbench.canvas.cards import catalogue_items
from workbench.canvas.cards.faces import REROUTE
from workbench.canvas.geometry import layout, sizes
from workbench.canvas.gestures import notes
from workbench.canvas.selection import Target
from workbench.document import actions, blocks, clipboard, library, splicing, wires

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

_BLOCK_MAKERS = {
    catalogue_items.OWN: blocks.add_instance,
    catalogue_items.SAVED: library.insert,
}


def add_at(
    view: "CanvasView",
    type_id: str,
    corner: QPointF,
    end: Endpoint | Edge | None = None,
) -> str:
    """Add a node with its top left corner at a scene point; return its id or ''.

    Over a block that is open in place it comes into the block.
    """
    view.scene.select([])
    if end is not None:
        return _add(selection.target(view), type_id, _snapped(corner), end)
    middle = corner + QPointF(sizes.WIDTH / 2, sizes.HEIGHT / 2)
    aim = selection.target_at(view, middle)
    return _add(aim, type_id, aim.place_of(corner), None)


def _snapped(place: QPointF) -> Position:
    return (sizes.snap(place.x()), sizes.snap(place.y()))


def _add(
    aim: Target, type_id: str, place: Position, end: Endpoint | Edge | None
) -> str:
    view, scope = aim.view, aim.scope
    kind, _, name = type_id.rpartition(":")
    if kind in _BLOCK_MAKERS:
        node_id = view.attempt(_BLOCK_MAKERS[kind], name, place, scope)
    elif kind == catalogue_items.SET:
        node_id = view.attempt(actions.add_node, DATA.id, place, end, scope, name)
    else:
        node_id = view.attempt(actions.add_node, type_id, place, end, scope)
    if not isinstance(node_id, str):
        return ""
    _select_new(aim, [node_id])
    return node_id


def spec_of(type_id: str) -> LayerSpec | None:
    """Return the catalogue's entry of something to add; None for a block."""
    kind = type_id.rpartition(":")[0]
    if kind == catalogue_items.SET:
        return DATA
    return None if kind else registry.get(type_id)


def add(view: "CanvasView", type_id: str) -> str:
    """Add a node behind the only selected one, or in the middle of the view."""
    aim, spec = selection.target(view), spec_of(type_id)
    end = open_output(aim, spec) if spec else None
    places = aim.places()
    before = end.node if end else aim.ids[-1] if aim.card else ""
    if before:
        x, y = places[before]
        wish = (x + aim.face(before).width + sizes.GAP_X, y)
    else:
        middle = view.camera.centre()
        wish = (middle.x() - sizes.WIDTH / 2, middle.y() - sizes.HEIGHT / 2)
    return _add(aim, type_id, layout.free_place(wish, places.values()), end)


def add_point(view: "CanvasView", edge: Edge, place: QPointF) -> None:
    """Add a point to a wire."""
    corner = place - QPointF(sizes.DOT_WIDTH / 2, sizes.DOT_HEIGHT / 2)
    _add(selection.target(view), REROUTE, _snapped(corner), edge)


def open_output(aim: Target, spec: LayerSpec) -> Endpoint | None:
    """Return the output of the only selected node that `spec` can read, if any."""
    if len(aim.ids) != 1:
        return None
    project = aim.view.document.project
    for port in wires.outputs_of(project, aim.graph.node(aim.ids[0])):
        is_end = port.kind in {"loss", "metric"}
        if not is_end and any(wires.fits(port, other) for other in spec.inputs):
            return Endpoint(aim.ids[0], port.name)
    return None


def delete(view: "CanvasView") -> None:
    """Delete the selected nodes and wires."""
    aim, edges = selection.target(view), view.scene.selected_edges()
    if aim.ids or edges:
        view.attempt(actions.remove, aim.ids, edges, aim.scope)
    else:
        notes.remove_chosen(view)


def heal(view: "CanvasView") -> None:
    """Delete the selected nodes and join the wires on both sides."""
    aim = selection.target(view)
    view.attempt(splicing.remove_healing, aim.ids, aim.infos(), aim.scope)


def copy(view: "CanvasView") -> None:
    """Copy the selected nodes."""
    aim = selection.target(view)
    clipboard.copy(view.document, aim.ids, aim.scope)


def cut(view: "CanvasView") -> None:
    """Copy the selected nodes and delete them."""
    copy(view)
    aim = selection.target(view)
    if aim.ids:
        view.attempt(actions.remove, aim.ids, (), aim.scope)


def paste(view: "CanvasView", place: QPointF | None = None) -> None:
    """Paste at a scene point, or a little beside the originals."""
    at, aim, text = None, selection.target(view), clipboard.clipboard_text()
    if place is not None:
        view.scene.select([])
        aim = selection.target_at(view, place)
        at = aim.place_of(place)
    _select_new(aim, view.attempt(clipboard.paste, text, at, aim.scope))


def duplicate(view: "CanvasView") -> None:
    """Copy the selected nodes beside themselves."""
    aim = selection.target(view)
    _select_new(aim, view.attempt(clipboard.duplicate, aim.ids, aim.scope))


def _select_new(aim: Target, ids: object) -> None:
    """Select nodes that were added where `aim` is, and bring them into view."""
    if isinstance(ids, list) and ids:
        aim.select(ids)
        now = selection.target(aim.view)
        aim.view.camera.show(now.rect(i) for i in now.ids)


def select_all(view: "CanvasView") -> None:
    """Select every node, of an open card where something in it is selected."""
    aim = selection.target(view)
    aim.select(aim.graph.nodes)


def nudge(view: "CanvasView", across: float, down: float) -> None:
    """Move the selected nodes a little."""
    nodes = view.scene.nodes
    places = {
        i: (nodes[i].x() + across, nodes[i].y() + down) for i in view.selected_ids()
    }
    if places:
        view.attempt(actions.move, places, view.scene.scope)


def walk(view: "CanvasView", step: int) -> None:
    """Select the next node along the wires, or the one before."""
    order = [node.id for node in view.scene.graph.topological()]
    if not order:
        return
    chosen = view.selected_ids()
    here = order.index(chosen[-1]) + step if chosen else (0 if step > 0 else -1)
    show(view, order[here % len(order)])


def walk_to_end(view: "CanvasView", *, first: bool) -> None:
    """Select the first or the last node along the wires."""
    order = [node.id for node in view.scene.graph.topological()]
    if order:
        show(view, order[0 if first else -1])


def show(view: "CanvasView", node_id: str) -> None:
    """Select one node and bring it into view."""
    view.scene.select([node_id])
    view.camera.show([view.scene.nodes[node_id].card()])
