"""What stands below a place of the scene."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF

from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.wire_item import WireItem


def edge(items: Iterable[WireItem], place: QPointF, reach: float) -> WireItem | None:
    """Return the wire at a place, within `reach` scene pixels."""
    near = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
    for item in items:
        if item.boundingRect().contains(place) and item.shape().intersects(near):
            return item
    return None


def port(
    items: Iterable[CardItem], place: QPointF, reach: float
) -> tuple[str, str, bool] | None:
    """Return (node id, port, is output) of the nearest port within `reach`."""
    best, found = reach, None
    for item in items:
        if not item.card().adjusted(-reach, -reach, reach, reach).contains(place):
            continue
        for name, is_output, spot in item.face.ports():
            gap = item.pos() + spot - place
            distance = (gap.x() ** 2 + gap.y() ** 2) ** 0.5
            if distance < best:
                best, found = distance, (item.node_id, name, is_output)
    return found
