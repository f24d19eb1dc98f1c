"""Which gesture a press begins, from what lies under the pointer."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.graph.model import Edge, Endpoint
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures import inside_block
from workbench.canvas.gestures.connect import ConnectDrag
from workbench.canvas.gestures.gesture import Gesture, PanDrag, RubberBand
from workbench.canvas.gestures.move import CopyNodes, MoveNodes
from workbench.canvas.gestures.notes import from_note
from workbench.canvas.scene.card_item import CardItem
from workbench.canvas.scene.wire_item import WireItem

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

_ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_END_PX = 28.0


def gesture_for(view: "CanvasView", event: QMouseEvent) -> Gesture | None:
    """Return the gesture that a press begins, or None; may change the selection."""
    place = view.to_scene(event.position())
    if event.button() == Qt.MouseButton.MiddleButton or view.is_space_down:
        view.was_space_used = True
        return PanDrag(view, place)
    if event.button() != Qt.MouseButton.LeftButton:
        return None
    adds = bool(event.modifiers() & _ADDS)
    node = view.scene.node_at(place)
    is_grip = node is not None and _is_grip(node, place)
    reach = sizes.PORT_REACH / view.camera.zoom
    port = None if is_grip else view.scene.port_at(place, reach)
    if port is not None:
        return _from_port(view, place, *port)
    if node is not None:
        copies = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return _from_node(view, place, node, adds=adds, copies=copies)
    is_corner = view.scene.notes.corner_at(place)
    edge = None if is_corner else view.scene.edge_at(place, 5 / view.camera.zoom)
    if edge is not None:
        return _from_edge(view, place, edge, adds=adds)
    return from_note(view, place) or RubberBand(view, place, adds=adds)


def _is_grip(node: CardItem, place: QPointF) -> bool:
    """Return whether a press in the middle of a point moves it; its ports are near."""
    middle = node.card().center()
    is_dot = node.face.kind == "dot"
    return is_dot and _near(place, middle, 1.6 * sizes.DOT_RADIUS)


def _from_port(
    view: "CanvasView", place: QPointF, node_id: str, port: str, is_output: bool
) -> Gesture:
    """Pull a new wire; from an input that has one, take its end off."""
    end = Endpoint(node_id, port)
    if is_output:
        return ConnectDrag(view, place, end, forward=True)
    old = _wire_into(view, end)
    if old is None:
        return ConnectDrag(view, place, end, forward=False)
    return ConnectDrag(view, place, old.source, forward=True, old=old)


def _wire_into(view: "CanvasView", end: Endpoint) -> Edge | None:
    """Return the newest wire into an input."""
    into = view.scene.graph.edges_into(end.node)
    return next((edge for edge in reversed(into) if edge.target == end), None)


def _from_node(
    view: "CanvasView",
    place: QPointF,
    node: CardItem,
    *,
    adds: bool,
    copies: bool = False,
) -> Gesture | None:
    scene = view.scene
    within = (
        inside_block.gesture_at(view, place, adds=adds) if node.face.inner else None
    )
    if within is not None:
        return within
    chosen = scene.selected_nodes()
    if adds:
        rest = [i for i in chosen if i != node.node_id]
        scene.select(rest if node.isSelected() else [*rest, node.node_id])
        if not node.isSelected():
            return None
    elif not node.isSelected():
        scene.select([node.node_id])
    if copies:
        return CopyNodes(view, place, node.node_id)
    return MoveNodes(view, place, node.node_id, narrows=not adds)


def _from_edge(
    view: "CanvasView", place: QPointF, item: WireItem, *, adds: bool
) -> Gesture | None:
    """Take an end of a wire near a port; elsewhere select the wire."""
    scene, edge = view.scene, item.edge
    if not item.path.isEmpty():
        reach = _END_PX / view.camera.zoom
        if _near(place, item.path.pointAtPercent(1.0), reach):
            return ConnectDrag(view, place, edge.source, forward=True, old=edge)
        if _near(place, item.path.pointAtPercent(0.0), reach):
            return ConnectDrag(view, place, edge.target, forward=False, old=edge)
    chosen = scene.selected_edges() if adds else []
    nodes = scene.selected_nodes() if adds else []
    scene.select(nodes, [*chosen, edge])
    return None


def _near(one: QPointF, other: QPointF, reach: float) -> bool:
    return (one - other).manhattanLength() <= reach
