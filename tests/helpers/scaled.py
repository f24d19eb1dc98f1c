"""What the cards of all presets write, as JSON; run it with QT_SCALE_FACTOR set."""

import json
import sys

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

import presets
from engine.protocol.messages import NodeInfo
from workbench import theme
from workbench.canvas.cards import faces, paint, words
from workbench.canvas.cards.card import Known
from workbench.canvas.cards.paint import Screen
from workbench.canvas.geometry import sizes
from workbench.canvas.view import CanvasView
from workbench.document import Document


def main() -> None:
    """Draw every card and tell each line of it, and how a view places pictures."""
    app = QApplication(sys.argv)
    theme.apply(app, "dark")
    view = CanvasView(Document())
    view.resize(640, 400)
    view.show()
    ratio = view.devicePixelRatioF()
    lines = [
        line for entry in presets.all_presets() for line in _lines(entry.id, ratio)
    ]
    json.dump({"ratio": ratio, "lines": lines, "spots": _spots(view)}, sys.stdout)


def _lines(preset: str, ratio: float) -> list[dict]:
    project, found = presets.load(preset), []
    shown = words.write

    def write(painter, line, room):
        painter.setFont(line[1])
        metric = painter.fontMetrics()
        ink = metric.tightBoundingRect(line[0])
        found.append({
            "text": line[0], "width": metric.horizontalAdvance(line[0]),
            "height": ink.height(), "room": [room.width(), room.height()],
            "is_full": card.width >= sizes.MAX_WIDTH,
        })  # fmt: skip
        return shown(painter, line, room)

    words.write = write
    try:
        info = NodeInfo(outputs={"out": (-1, 128, 28, 28)}, parameters=123456)
        for node in project.graph.nodes.values():
            card = faces.build(project, node, Known({node.id: info}, node.id))
            drawn = paint.picture(card, theme.current(), Screen(1.0, ratio))
            rim = 2 * sizes.MARGIN
            size = (
                round((card.width + rim) * ratio),
                round((card.height + rim) * ratio),
            )
            assert (drawn.width(), drawn.height()) == size
    finally:
        words.write = shown
    return found


def _spots(view: CanvasView) -> list[list[float]]:
    """Return where pictures of cards are put, in pixels of the device."""
    view.document.load_preset("digits-mlp")
    view.camera.set_zoom(1.0)
    spots: list[list[float]] = []

    class Painter:
        def __getattr__(self, _name):
            return lambda *_args: None

        def transform(self):
            return view.viewportTransform()

        def drawPixmap(self, spot: QPointF, _picture) -> None:
            spots.append([spot.x() * ratio, spot.y() * ratio])

    ratio = view.devicePixelRatioF()
    view.camera.centre_on(QRectF(3.3, 7.7, 200, 100).center())
    for item in view.scene.nodes.values():
        item.draw(Painter(), Screen(1.0, ratio))
    return spots


if __name__ == "__main__":
    main()
