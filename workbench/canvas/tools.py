"""What keys, menus and buttons do to the canvas."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.graph.model import Edge, Endpoint, Position
from engine.layers import registry
from engine.layers.datasets import DATA
from engine.layers.spec import LayerSpec
from workbench.canvas import catalogue, layout, metrics, note_drags
from workbench.canvas.face import REROUTE
from workbench.document import actions, blocks, clipboard, library, splicing, wires

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

_BLOCK_MAKERS = {
    catalogue.OWN: blocks.add_instance,
    catalogue.SAVED: library.insert,
}


def add_at(
    view: "CanvasView",
    type_id: str,
    corner: QPointF,
    end: Endpoint | Edge | None = None,
) -> str:
    """Add a node with its top left corner at a scene point; return its id or ''."""
    place = (metrics.snap(corner.x()), metrics.snap(corner.y()))
    return _add(view, type_id, place, end)


def _add(
    view: "CanvasView", type_id: str, place: Position, end: Endpoint | Edge | None
) -> str:
    scope = view.canvas.scope
    kind, _, name = type_id.rpartition(":")
    if kind in _BLOCK_MAKERS:
        node_id = view.attempt(_BLOCK_MAKERS[kind], name, place, scope)
    elif kind == catalogue.SET:
        node_id = view.attempt(actions.add_node, DATA.id, place, end, scope, name)
    else:
        node_id = view.attempt(actions.add_node, type_id, place, end, scope)
    if not isinstance(node_id, str):
        return ""
    view.canvas.select([node_id])
    view.camera.show([view.canvas.nodes[node_id].card()])
    return node_id


def spec_of(type_id: str) -> LayerSpec | None:
    """Return the catalogue's entry of something to add; None for a block."""
    kind = type_id.rpartition(":")[0]
    if kind == catalogue.SET:
        return DATA
    return None if kind else registry.get(type_id)


def add(view: "CanvasView", type_id: str) -> str:
    """Add a node behind the only selected one, or in the middle of the view."""
    spec = spec_of(type_id)
    end = open_output(view, spec) if spec else None
    places = [(n.x(), n.y()) for n in view.canvas.nodes.values()]
    if end is None:
        middle = view.camera.centre()
        wish = (middle.x() - metrics.WIDTH / 2, middle.y() - metrics.HEIGHT / 2)
    else:
        before = view.canvas.nodes[end.node]
        step = before.face.width + metrics.GAP_X
        wish = (before.x() + step, before.y())
    return _add(view, type_id, layout.free_place(wish, places), end)


def add_point(view: "CanvasView", edge: Edge, place: QPointF) -> None:
    """Add a point to a wire."""
    corner = place - QPointF(metrics.DOT_WIDTH / 2, metrics.DOT_HEIGHT / 2)
    at = (metrics.snap(corner.x()), metrics.snap(corner.y()))
    _add(view, REROUTE, at, edge)


def open_output(view: "CanvasView", spec: LayerSpec) -> Endpoint | None:
    """Return the output of the only selected node that `spec` can read, if any."""
    chosen = view.selected_ids()
    if len(chosen) != 1:
        return None
    project = view.document.project
    for port in wires.outputs_of(project, view.canvas.graph.node(chosen[0])):
        is_end = port.kind in {"loss", "metric"}
        if not is_end and any(wires.fits(port, other) for other in spec.inputs):
            return Endpoint(chosen[0], port.name)
    return None


def delete(view: "CanvasView") -> None:
    """Delete the selected nodes and wires."""
    scene = view.canvas
    nodes, edges = scene.selected_nodes(), scene.selected_edges()
    if nodes or edges:
        view.attempt(actions.remove, nodes, edges, scene.scope)
    else:
        note_drags.remove_chosen(view)


def heal(view: "CanvasView") -> None:
    """Delete the selected nodes and join the wires on both sides."""
    scene, chosen = view.canvas, view.selected_ids()
    infos = {i: info for i in scene.nodes if (info := scene.info_of(i)) is not None}
    view.attempt(splicing.remove_healing, chosen, infos, scene.scope)


def copy(view: "CanvasView") -> None:
    """Copy the selected nodes."""
    clipboard.copy(view.document, view.selected_ids(), view.canvas.scope)


def cut(view: "CanvasView") -> None:
    """Copy the selected nodes and delete them."""
    copy(view)
    nodes = view.selected_ids()
    if nodes:
        view.attempt(actions.remove, nodes, (), view.canvas.scope)


def paste(view: "CanvasView", place: QPointF | None = None) -> None:
    """Paste at a scene point, or a little beside the originals."""
    at = None
    if place is not None:
        at = (metrics.snap(place.x()), metrics.snap(place.y()))
    text = clipboard.clipboard_text()
    _select_new(view, view.attempt(clipboard.paste, text, at, view.canvas.scope))


def duplicate(view: "CanvasView") -> None:
    """Copy the selected nodes beside themselves."""
    chosen = view.selected_ids()
    new = view.attempt(clipboard.duplicate, chosen, view.canvas.scope)
    _select_new(view, new)


def _select_new(view: "CanvasView", ids: object) -> None:
    if isinstance(ids, list) and ids:
        view.canvas.select(ids)
        view.camera.show(view.canvas.nodes[i].card() for i in ids)


def select_all(view: "CanvasView") -> None:
    """Select every node."""
    view.canvas.select(view.canvas.nodes)


def nudge(view: "CanvasView", across: float, down: float) -> None:
    """Move the selected nodes a little."""
    nodes = view.canvas.nodes
    places = {
        i: (nodes[i].x() + across, nodes[i].y() + down) for i in view.selected_ids()
    }
    if places:
        view.attempt(actions.move, places, view.canvas.scope)


def walk(view: "CanvasView", step: int) -> None:
    """Select the next node along the wires, or the one before."""
    order = [node.id for node in view.canvas.graph.topological()]
    if not order:
        return
    chosen = view.selected_ids()
    here = order.index(chosen[-1]) + step if chosen else (0 if step > 0 else -1)
    show(view, order[here % len(order)])


def walk_to_end(view: "CanvasView", *, first: bool) -> None:
    """Select the first or the last node along the wires."""
    order = [node.id for node in view.canvas.graph.topological()]
    if order:
        show(view, order[0 if first else -1])


def show(view: "CanvasView", node_id: str) -> None:
    """Select one node and bring it into view."""
    view.canvas.select([node_id])
    view.camera.show([view.canvas.nodes[node_id].card()])
