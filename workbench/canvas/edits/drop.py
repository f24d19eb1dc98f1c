"""Layers dragged from the list of layers."""

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from engine.graph.model import Edge
from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes
from workbench.canvas.scene import open_block
from workbench.canvas.scene.areas import Area
from workbench.canvas.stage import Stage

_REACH = 8.0
LAYER_MIME = "application/x-backprop-layer"


def layer_data(type_id: str) -> QMimeData:
    """Return what a drag out of the list of layers carries."""
    data = QMimeData()
    data.setData(LAYER_MIME, type_id.encode("utf-8"))
    data.setText(type_id)
    return data


def enter(event: QDragMoveEvent) -> None:
    """Accept layers; leave files to the window."""
    if event.mimeData().hasFormat(LAYER_MIME):
        event.acceptProposedAction()
    else:
        event.ignore()


def drop(stage: Stage, event: QDropEvent) -> None:
    """Add the layer so that its card stands around the pointer."""
    if not event.mimeData().hasFormat(LAYER_MIME):
        event.ignore()
        return
    type_id = bytes(event.mimeData().data(LAYER_MIME).data()).decode("utf-8")
    place = stage.camera.to_scene(event.position())
    half = QPointF(sizes.WIDTH / 2, sizes.HEIGHT / 2)
    edit.add_at(stage, type_id, place - half, *_wire_at(stage, place))
    event.acceptProposedAction()
    stage.take_focus()


def _wire_at(stage: Stage, place: QPointF) -> tuple[Edge | None, Area | None]:
    """Return the wire that a layer dropped at a place goes into, and its area."""
    block = open_block.at(stage.scene, place)
    if block is not None:
        edge = block.edge_at(place, _REACH)
        return edge, block if edge else None
    wire = stage.scene.edge_at(place)
    return (wire.edge if wire else None), None
