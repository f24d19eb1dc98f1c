"""A large graph from far away: plain blocks and lines, drawn in a few calls."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.canvas.live.looks import BROKEN, GLOWS
from workbench.canvas.scene.items.chunks import SIZE
from workbench.canvas.scene.shown import Shown
from workbench.theme.tokens import Tokens, current, mix

ZOOM, NODES = 0.35, 300
"""Below this zoom, with so many nodes, the overview stands for the cards."""
Part = Callable[[QPainter], None]
"""A piece of a picture; each takes a millisecond or so."""
_MARK_PX = 2.0


def is_due(scene: Shown, zoom: float) -> bool:
    """Return whether the graph is shown from far away."""
    return zoom < ZOOM and len(scene.nodes) >= NODES


def wires(scene: Shown) -> Iterator[Part]:
    """Yield what draws the wires as lines of one pixel, the selected ones last."""
    tokens, found = current(), scene.wires.known()
    kinds = dict.fromkeys(kind for chunk in found for kind in chunk.shapes)
    for kind in sorted(kinds, key=lambda kind: kind[1] == "selected"):
        pen = QPen(_wire_colour(tokens, kind[1]), 0)
        for chunk in found:
            if kind in chunk.shapes:
                yield partial(_draw_lines, pen, chunk.shapes[kind])


def cards(scene: Shown, zoom: float) -> Iterator[Part]:
    """Yield what draws the cards as blocks: the gradient's wash and marks over them."""
    tokens, paleness = current(), 0.62 if scene.live.looks else 0.25
    for chunk in scene.cards.known():
        for (layer, category), rects in chunk.shapes.items():
            if layer == "block":
                shade = QColor(mix(tokens.category(category), tokens.node, paleness))
                yield partial(_draw_blocks, shade, rects)
    yield from _glow(scene, tokens)
    for chunk in scene.cards.known():
        for (layer, token), rects in chunk.shapes.items():
            if layer == "mark":
                pen = QPen(QColor(tokens.colour(token)), _MARK_PX / zoom)
                yield partial(_draw_marks, pen, rects)


def _glow(scene: Shown, tokens: Tokens) -> Iterator[Part]:
    """Yield what washes the blocks by the size of their gradients."""
    looks = list(scene.live.looks.items())
    for start in range(0, len(looks), SIZE):
        by_glow: dict[int, list[QRectF]] = {}
        for node_id, look in looks[start : start + SIZE]:
            if look.glow and node_id in scene.nodes:
                card = scene.nodes[node_id].card()
                by_glow.setdefault(look.glow, []).append(card)
        for glow, rects in by_glow.items():
            broken = glow == BROKEN
            colour = QColor(tokens.err if broken else tokens.backward)
            colour.setAlpha(230 if broken else 200 * glow // GLOWS)
            yield partial(_draw_blocks, colour, rects)


def _draw_lines(pen: QPen, lines: list[QLineF], painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(pen)
    painter.drawLines(lines)


def _draw_blocks(colour: QColor, rects: list[QRectF], painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRects(rects)


def _draw_marks(pen: QPen, rects: list[QRectF], painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRects(rects)


def _wire_colour(tokens: Tokens, kind: str) -> QColor:
    if kind == "selected":
        return QColor(tokens.accent)
    return QColor(tokens.wire)
