"""A large graph from far away: plain blocks and lines, drawn in a few calls."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.canvas import revision
from workbench.canvas.live import BROKEN, GLOWS
from workbench.theme.tokens import Tokens, current, mix

if TYPE_CHECKING:
    from workbench.canvas.scene import CanvasScene

ZOOM, NODES = 0.35, 300
"""Below this zoom, with so many nodes, the overview stands for the cards."""
_MARK_PX = 2.0


def is_due(scene: "CanvasScene", zoom: float) -> bool:
    """Return whether the graph is shown from far away."""
    return zoom < ZOOM and len(scene.nodes) >= NODES


class Overview:
    """Lines and blocks by colour, gathered once until an item changes."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self._lines: dict[str, list[QLineF]] = {}
        self._blocks: dict[str, list[QRectF]] = {}
        self._marked: dict[str, list[QRectF]] = {}
        self._cards: dict[str, QRectF] = {}

    def _gather(self, scene: "CanvasScene") -> None:
        key = (revision.items.value, id(scene), scene.path)
        if key == self._key:
            return
        self._key = key
        self._lines, self._blocks, self._marked = {}, {}, {}
        self._cards = {i: node.card() for i, node in scene.nodes.items()}
        for wire in scene.edges.values():
            if wire.isVisible():
                kind = "selected" if wire.isSelected() else wire.category
                self._lines.setdefault(kind, []).extend(wire.lines())
        for node_id, node in scene.nodes.items():
            card = self._cards[node_id]
            self._blocks.setdefault(node.face.category, []).append(card)
            if node.isSelected():
                self._marked.setdefault("accent", []).append(card)
            elif node.face.severity:
                token = "err" if node.face.severity == "error" else "warn"
                self._marked.setdefault(token, []).append(card)

    def draw_wires(self, painter: QPainter, scene: "CanvasScene") -> None:
        """Draw all wires as lines of one pixel."""
        self._gather(scene)
        tokens = current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for kind, lines in self._lines.items():
            painter.setPen(QPen(_wire_colour(tokens, kind), 0))
            painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def draw_cards(self, painter: QPainter, scene: "CanvasScene", zoom: float) -> None:
        """Draw all cards as blocks: the gradient's wash and marks over them."""
        self._gather(scene)
        tokens = current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(Qt.PenStyle.NoPen)
        paleness = 0.62 if scene.live.looks else 0.25
        for category, cards in self._blocks.items():
            shade = mix(tokens.category(category), tokens.node, paleness)
            painter.setBrush(QColor(shade))
            painter.drawRects(cards)
        self._draw_glow(painter, scene, tokens)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, cards in self._marked.items():
            painter.setPen(QPen(QColor(tokens.colour(token)), _MARK_PX / zoom))
            painter.drawRects(cards)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_glow(
        self, painter: QPainter, scene: "CanvasScene", tokens: Tokens
    ) -> None:
        """Wash the blocks by the size of their gradients."""
        by_glow: dict[int, list[QRectF]] = {}
        for node_id, look in scene.live.looks.items():
            glow, card = look.glow, self._cards.get(node_id)
            if glow and card is not None:
                by_glow.setdefault(glow, []).append(card)
        for glow, cards in by_glow.items():
            broken = glow == BROKEN
            colour = QColor(tokens.err if broken else tokens.act)
            colour.setAlpha(230 if broken else 200 * glow // GLOWS)
            painter.setBrush(colour)
            painter.drawRects(cards)


def _wire_colour(tokens: Tokens, kind: str) -> QColor:
    if kind == "selected":
        return QColor(tokens.accent)
    return QColor(mix(tokens.category(kind), tokens.canvas, 0.45))
