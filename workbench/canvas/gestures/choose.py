"""Which gesture a press begins, from what lies under the pointer."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.graph.model import Endpoint
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.connect import ConnectDrag, Pull
from workbench.canvas.gestures.gesture import Gesture, PanDrag, RubberBand
from workbench.canvas.gestures.move import CopyNodes, MoveNodes
from workbench.canvas.gestures.notes import from_note
from workbench.canvas.scene import areas
from workbench.canvas.scene.areas import Area, ShownGraph
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.canvas.stage import Stage

_ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_END_PX = 28.0
Port = tuple[str, str, bool]
"""Node id, port, is output."""


def gesture_for(stage: Stage, event: QMouseEvent) -> Gesture | None:
    """Return the gesture that a press begins, or None; may change the selection."""
    place = stage.camera.to_scene(event.position())
    if event.button() == Qt.MouseButton.MiddleButton:
        return PanDrag(stage, place)
    if event.button() != Qt.MouseButton.LeftButton:
        return None
    adds = bool(event.modifiers() & _ADDS)
    area, node_id, port = _hit(stage, place)
    if port is not None:
        return _from_port(stage, place, area, port)
    if node_id:
        copies = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return _from_node(stage, place, (area, node_id), adds=adds, copies=copies)
    is_corner = stage.scene.notes.corner_at(place)
    edge = None if is_corner else stage.scene.edge_at(place, 5 / stage.camera.zoom)
    if edge is not None:
        return _from_edge(stage, place, edge, adds=adds)
    return from_note(stage, place) or RubberBand(stage, place, adds=adds)


def _hit(stage: Stage, place: QPointF) -> tuple[Area, str, Port | None]:
    """Return what is at a place: the area, and a node or a port in it, if any.

    On the ground of an open block, and on its own ports, it is the block, which stands
    in the area around.
    """
    area = areas.at(stage.scene, place)
    node_id, port = _hit_in(stage, area, place)
    while area.path and not node_id and port is None:
        area = areas.find(stage.scene, area.path[:-1]) or ShownGraph(stage.scene)
        node_id, port = _hit_in(stage, area, place)
    return area, node_id, port


def _hit_in(stage: Stage, area: Area, place: QPointF) -> tuple[str, Port | None]:
    """Return the node and the port at a place of one area."""
    node_id = area.node_at(place)
    if node_id and _is_grip(area, node_id, place):
        return node_id, None
    return node_id, area.port_at(place, sizes.PORT_REACH / stage.camera.zoom)


def _is_grip(area: Area, node_id: str, place: QPointF) -> bool:
    """Return whether a press in the middle of a point moves it; its ports are near."""
    middle = area.rect_of(node_id).center()
    is_dot = area.face(node_id).kind == "dot"
    return is_dot and _near(place, middle, 1.6 * sizes.DOT_RADIUS)


def _from_port(stage: Stage, place: QPointF, area: Area, port: Port) -> Gesture:
    """Pull a new wire; from an input that has one, take its end off."""
    node_id, name, is_output = port
    end = Endpoint(node_id, name)
    into = () if is_output else area.graph.edges_into(node_id)
    old = next((edge for edge in reversed(into) if edge.target == end), None)
    if old is None:
        pull = Pull(area, end, forward=is_output, pressed=node_id)
    else:
        pull = Pull(area, old.source, forward=True, old=old, pressed=node_id)
    return ConnectDrag(stage, place, pull)


def _from_node(
    stage: Stage, place: QPointF, hit: tuple[Area, str], *, adds: bool, copies: bool
) -> Gesture | None:
    """Select what was pressed, and take hold of what is selected then."""
    area, node_id = hit
    now = stage.selection
    chosen = now.ids if now.path == area.path else []
    is_chosen = node_id in chosen
    if adds:
        rest = [i for i in chosen if i != node_id]
        stage.select(rest if is_chosen else [*rest, node_id], area.path)
        if is_chosen:
            return None
    elif not is_chosen:
        stage.select([node_id], area.path)
    if copies:
        return CopyNodes(stage, place, node_id)
    return MoveNodes(stage, place, node_id, narrows=not adds)


def _from_edge(
    stage: Stage, place: QPointF, item: WireItem, *, adds: bool
) -> Gesture | None:
    """Take an end of a wire near a port; elsewhere select the wire."""
    scene, edge, area = stage.scene, item.edge, ShownGraph(stage.scene)
    if item.is_at_source(place):  # The tag is that of the output, not of one wire.
        node = edge.source.node
        return ConnectDrag(
            stage, place, Pull(area, edge.source, forward=True, pressed=node)
        )
    if not item.path.isEmpty():
        reach = _END_PX / stage.camera.zoom
        if _near(place, item.path.pointAtPercent(1.0), reach):
            pull = Pull(area, edge.source, forward=True, old=edge)
            return ConnectDrag(stage, place, pull)
        if _near(place, item.path.pointAtPercent(0.0), reach):
            pull = Pull(area, edge.target, forward=False, old=edge)
            return ConnectDrag(stage, place, pull)
    chosen = scene.selected_edges() if adds else []
    nodes = scene.selected_nodes() if adds else []
    scene.select(nodes, [*chosen, edge])
    return None


def _near(one: QPointF, other: QPointF, reach: float) -> bool:
    return (one - other).manhattanLength() <= reach
