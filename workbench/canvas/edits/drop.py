"""Layers dragged from the list of layers."""

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes
from workbench.canvas.scene import areas
from workbench.canvas.stage import Stage

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
    is_inside = bool(areas.at(stage.scene, place).path)
    wire = None if is_inside else stage.scene.edge_at(place)
    half = QPointF(sizes.WIDTH / 2, sizes.HEIGHT / 2)
    edit.add_at(stage, type_id, place - half, wire.edge if wire else None)
    event.acceptProposedAction()
    stage.take_focus()
