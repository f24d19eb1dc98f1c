"""A step that is walked node by node, over the canvas: what came, how large it is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
)

from engine.graph.paths import place_of
from engine.i18n import tr
from workbench.canvas.cards import fonts
from workbench.canvas.cards.words import LIVE_ZOOM
from workbench.canvas.geometry import sizes
from workbench.canvas.scene.shown import Shown
from workbench.theme.fonts import AXIS
from workbench.theme.tokens import Tokens, current

_THIN, _THICK, _DECADES = 1.8, 6.0, 4.0
"""Widths of gradients: the largest, and those so many powers of ten below it."""
_STRIP_PX, _ROW_PX = 22.0, 6.0
_DIM = 150


@dataclass(frozen=True)
class Mark:
    """What is said of a node.

    Args:
        part: Of the step, whose colour it has.
        fact: A few words.
        strip: A small picture of what it puts out.
    """

    part: str
    fact: str
    strip: QImage | None = None


@dataclass(frozen=True)
class Flow:
    """What flows between two nodes.

    Args:
        source: Path of the node in front.
        target: Path of the one behind.
        state: `forward`, `backward`, `coming` (a gradient that is on its way), or
            empty.
        norm: Of the gradient.
    """

    source: str
    target: str
    state: str
    norm: float = 0.0


@dataclass(frozen=True)
class Trail:
    """A walk as it is drawn.

    Args:
        marks: Path → what is said there.
        flows: Between nodes.
        current: Path of the node that is looked at.
        part: Of the step.
        chips: What is said of the step.
    """

    marks: Mapping[str, Mark]
    flows: Sequence[Flow]
    current: str
    part: str
    chips: tuple[str, ...] = ()


@dataclass
class _Here:
    """A trail for the nodes that are shown: insides of a block stand at its card."""

    marks: dict[str, Mark] = field(default_factory=dict)
    flows: dict[tuple[str, str], Flow] = field(default_factory=dict)
    current: str = ""


class Walked:
    """Draws a trail over a scene; without one nothing."""

    def __init__(self) -> None:
        self.trail: Trail | None = None

    def paint(self, painter: QPainter, scene: Shown, zoom: float) -> None:
        """Draw it, in scene coordinates."""
        trail = self.trail
        if trail is None:
            return
        here = _here(trail, scene)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _dim(painter, scene, here)
        _paint_flows(painter, scene, here, zoom)
        for node_id, mark in here.marks.items():
            _paint_mark(painter, scene.nodes[node_id].card(), mark, zoom)
        if here.current in scene.nodes:
            pen = QPen(QColor(current().colour(trail.part)), 2.5)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = scene.nodes[here.current].card().adjusted(-3, -3, 3, 3)
            painter.drawRoundedRect(box, sizes.RADIUS + 3, sizes.RADIUS + 3)

    def paint_legend(self, painter: QPainter, height: int) -> None:
        """Say what is held, and at the lower left what lines mean, in screen pixels."""
        if self.trail is None:
            return
        _paint_chips(painter, self.trail.chips)
        tokens = current()
        lines = (
            (tr("values, forward"), "forward", Qt.PenStyle.SolidLine, 2.0),
            (tr("gradient, arrived"), "backward", Qt.PenStyle.SolidLine, 4.0),
            (tr("still to come"), "backward", Qt.PenStyle.DashLine, 2.0),
            (tr("wider: larger gradient"), "", Qt.PenStyle.NoPen, 0.0),
        )
        painter.setFont(fonts.small())
        metrics = QFontMetricsF(painter.font())
        x, base = 16.0, height - 18.0
        for words, tint, style, width in lines:
            if tint:
                painter.setPen(QPen(QColor(tokens.colour(tint)), width, style))
                painter.drawLine(QPointF(x, base - 4), QPointF(x + 24, base - 4))
                x += 32
            painter.setPen(QColor(tokens.fg2))
            painter.drawText(QPointF(x, base), words)
            x += metrics.horizontalAdvance(words) + 24


def _paint_chips(painter: QPainter, chips: Sequence[str]) -> None:
    tokens, x = current(), 16.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for at, words in enumerate(chips):
        painter.setFont(fonts.title(12) if not at else fonts.small())
        width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 20
        box = QRectF(x, 12, width, 24)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.bg2))
        painter.drawRoundedRect(box, 12, 12)
        painter.setPen(QColor(tokens.fg if not at else tokens.fg2))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        x += width + 8


def _here(trail: Trail, scene: Shown) -> _Here:
    found = _Here(current=_shown(trail.current, scene))
    for path, mark in trail.marks.items():
        node_id = _shown(path, scene)
        if node_id:
            is_inside = node_id in found.marks
            strip = mark.strip or (found.marks[node_id].strip if is_inside else None)
            found.marks[node_id] = Mark(mark.part, mark.fact, strip)
    for flow in trail.flows:
        ends = (_shown(flow.source, scene), _shown(flow.target, scene))
        if all(ends) and ends[0] != ends[1]:
            known = found.flows.get(ends)
            if known is None or _rank(flow) > _rank(known):
                found.flows[ends] = flow
    return found


def _rank(flow: Flow) -> tuple[int, float]:
    order = ("", "forward", "coming", "backward")
    return order.index(flow.state), flow.norm


def _shown(path: str, scene: Shown) -> str:
    """Return the node of the shown scope that is at or around a path; or nothing."""
    place = place_of(path)
    if not f"{place}.".startswith(scene.prefix):
        return ""
    node_id = place[len(scene.prefix) :].partition(".")[0]
    return node_id if node_id in scene.nodes else ""


def _dim(painter: QPainter, scene: Shown, here: _Here) -> None:
    """Fade what has no part in the step."""
    ends = {end for pair in here.flows for end in pair}
    colour = QColor(current().canvas)
    colour.setAlpha(_DIM)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for node_id, item in scene.nodes.items():
        if node_id not in ends and node_id not in here.marks:
            painter.drawRect(item.card().adjusted(-6, -6, 6, 6))


def _paint_flows(painter: QPainter, scene: Shown, here: _Here, zoom: float) -> None:
    most = max((flow.norm for flow in here.flows.values()), default=0.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for edge, item in scene.edges.items():
        flow = here.flows.get((edge.source.node, edge.target.node))
        if flow is None or not flow.state or not item.is_drawn:
            continue
        pen = _pen(flow, most, current())
        pen.setWidthF(max(pen.widthF(), pen.widthF() / 2 / max(zoom, 0.1)))
        painter.setPen(pen)
        painter.drawPath(item.path)
        if flow.state == "backward":
            _paint_heads(painter, item.path, pen)


def _pen(flow: Flow, most: float, tokens: Tokens) -> QPen:
    is_back = flow.state != "forward"
    pen = QPen(QColor(tokens.backward if is_back else tokens.forward), _THIN)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if flow.state == "coming":
        pen.setDashPattern([3, 3])
    if flow.state == "backward" and flow.norm > 0 and most > 0:
        share = 1 + math.log10(flow.norm / most) / _DECADES
        pen.setWidthF(_THIN + (_THICK - _THIN) * max(0.0, share))
    return pen


def _paint_heads(painter: QPainter, path: QPainterPath, pen: QPen) -> None:
    """Draw an arrow in the middle of a wire, towards its output."""
    if path.length() < 24:
        return
    tip, behind = path.pointAtPercent(0.46), path.pointAtPercent(0.54)
    way = tip - behind
    length = math.hypot(way.x(), way.y()) or 1.0
    along = QPointF(way.x() / length, way.y() / length)
    across = QPointF(-along.y(), along.x())
    size = 5 + pen.widthF()
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawPolygon(
        [
            tip + along * size,
            tip - along * size * 0.5 + across * size * 0.8,
            tip - along * size * 0.5 - across * size * 0.8,
        ]
    )
    painter.restore()


def _paint_mark(painter: QPainter, card: QRectF, mark: Mark, zoom: float) -> None:
    """Draw a fact above a card, and a small picture below it."""
    tokens = current()
    top = card.bottom() + 4
    if mark.strip is not None and not mark.strip.isNull():
        is_row = mark.strip.height() == 1
        ratio = mark.strip.height() / mark.strip.width()
        height = _ROW_PX if is_row else min(_STRIP_PX, card.width() * ratio)
        width = card.width() if is_row else height / ratio
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(QRectF(card.left(), top, width, height), mark.strip)
    if not mark.fact or zoom < LIVE_ZOOM:
        return
    font = fonts.small(AXIS, zoom)
    metrics = QFontMetricsF(font)
    high = metrics.height() + 3
    wide = metrics.horizontalAdvance(mark.fact) + 12
    pill = QRectF(card.left() + 8, card.top() - high - 3, wide, high)
    colour = QColor(tokens.colour(mark.part))
    painter.setPen(QPen(colour, 1))
    painter.setBrush(QColor(tokens.canvas))
    painter.drawRoundedRect(pill, high / 2, high / 2)
    painter.setFont(font)
    painter.setPen(QColor(tokens.text(mark.part, "canvas")))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, mark.fact)
