"""What a card shows, apart from live data: a value that pictures are cached by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from engine.errors import UnknownLayerError
from engine.graph.edits import Problem
from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import LayerSpec
from engine.protocol.messages import NodeInfo
from workbench.canvas.cards import card_inside as inners
from workbench.canvas.cards import labels
from workbench.canvas.cards.card_inside import Inner, Known
from workbench.canvas.geometry import sizes as metrics
from workbench.document import blocks, outer_ports, wires
from workbench.theme import fonts

REROUTE = "reroute"
MAX_DEPTH = 3
"""So many open cards inside each other are drawn."""


@dataclass(frozen=True)
class Face:
    """The static content of a card.

    Args:
        title: Bold first line.
        category: Gives the colour.
        summary: Second line: the settings that matter.
        shape: Third line: what comes out.
        count: Number of weights as text, or empty.
        severity: `error`, `warning` or empty.
        is_frozen: Training may not move its weights.
        is_loaded: Its weights start from a file.
        inputs: Names of the input ports.
        outputs: Names of the output ports.
        width: Of the card.
        kind: `block`, `dot` (a point in a wire) or empty.
        repeat: Of a block.
        inner: What an open block shows.
    """

    title: str
    category: str
    summary: str = ""
    shape: str = ""
    count: str = ""
    severity: str = ""
    is_frozen: bool = False
    is_loaded: bool = False
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    width: float = metrics.WIDTH
    kind: str = ""
    repeat: int = 1
    inner: Inner | None = None

    @property
    def height(self) -> float:
        """Height of the card."""
        if self.inner is not None:
            return self.inner.height
        if self.kind == "dot":
            return metrics.DOT_HEIGHT
        return metrics.height_for(max(len(self.inputs), len(self.outputs)))

    @property
    def rect(self) -> QRectF:
        """The card, its top left corner at the origin."""
        return QRectF(0.0, 0.0, self.width, self.height)

    def port(self, name: str, *, is_output: bool) -> QPointF:
        """Return where a port stands; the middle of the side for an unknown one."""
        names = self.outputs if is_output else self.inputs
        x = self.width if is_output else 0.0
        if name not in names:
            return QPointF(x, self.height / 2)
        y = metrics.port_y(names.index(name), len(names), self.height)
        return QPointF(x, y)

    def ports(self) -> list[tuple[str, bool, QPointF]]:
        """Return name, whether it is an output, and place of every port."""
        sides = ((self.inputs, False), (self.outputs, True))
        return [
            (name, is_output, self.port(name, is_output=is_output))
            for names, is_output in sides
            for name in names
        ]


def build(
    project: Project,
    node: Node,
    known: Known,
    problems: Sequence[Problem] = (),
    depth: int = 0,
) -> Face:
    """Return the face of a node as things stand.

    Args:
        project: Only read.
        node: In any scope of it.
        known: What the engine found out.
        problems: Of this node.
        depth: How many open cards are around it.
    """
    spec, info = spec_of(node), known.info
    title = wires.name_of(node)
    summary = summary_of(project, node, known.scope)
    weights = labels.count(info.parameters) if info and info.parameters else ""
    inputs = tuple(port.name for port in wires.inputs_of(project, node))
    outputs = tuple(port.name for port in wires.outputs_of(project, node))
    is_block, is_dot = node.type == BLOCK, node.type == REROUTE
    inner = _inner(project, node, known, depth) if is_block else None
    width = _width(title, weights, summary, is_loaded=bool(node.weights))
    if inner is not None:
        width = max(width, inner.width)
        inner = replace(inner, width=width)
    return Face(
        title=title,
        category=spec.category if spec else "io",
        summary=summary,
        shape=_shape(info, outputs),
        count=weights,
        severity=_severity(problems),
        is_frozen=not node.trainable,
        is_loaded=bool(node.weights),
        inputs=inputs,
        outputs=outputs,
        width=metrics.DOT_WIDTH if is_dot else width,
        kind="block" if is_block else "dot" if is_dot else "",
        repeat=_repeat(node) if is_block else 1,
        inner=inner,
    )


def _inner(project: Project, node: Node, known: Known, depth: int) -> Inner | None:
    """Return what an open instance shows; None for a closed or deeply nested one."""
    name = outer_ports.of(node)
    if not blocks.is_open(node) or name not in project.blocks or depth >= MAX_DEPTH:
        return None
    inside = project.blocks[name].graph.nodes.values()
    faces = {
        each.id: build(project, each, known.of(each.id, name), (), depth + 1)
        for each in inside
    }
    return inners.build(project, name, faces)


def _repeat(node: Node) -> int:
    value = node.params.get("repeat", 1)
    return value if isinstance(value, int) else 1


def summary_of(project: Project, node: Node, scope: str = ROOT) -> str:
    """Return the settings of a node that matter, or what a block is made of."""
    spec = spec_of(node)
    if spec is None:
        return tr("unknown")
    if node.type != BLOCK:
        into = project.scope(scope).edges_into(node.id)
        wired = {edge.target.port for edge in into}
        return labels.summary(spec, spec.complete(node.params), wired)
    block = project.blocks.get(outer_ports.of(node))
    inside = block.graph.nodes.values() if block else ()
    count = sum(each.type != REROUTE for each in inside)
    repeat, tag = _repeat(node), ""
    if node.params.get("share"):
        tag = tr("shares {tag}", tag=node.params["share"])
    parts = [
        tr("{count} layers", count=count) if count != 1 else tr("1 layer"),
        f"×{repeat}" if repeat > 1 else "",
        tag,
    ]
    return " · ".join(part for part in parts if part)


def spec_of(node: Node) -> LayerSpec | None:
    """Return the catalogue's entry, None for a type that nobody knows."""
    try:
        return registry.get(node.type)
    except UnknownLayerError:
        return None


def _severity(problems: Sequence[Problem]) -> str:
    kinds = {problem.severity for problem in problems}
    return "error" if "error" in kinds else "warning" if kinds else ""


def _shape(info: NodeInfo | None, outputs: tuple[str, ...]) -> str:
    if info is None or not info.known or not outputs:
        return ""
    sizes = info.outputs.get(outputs[0])
    return labels.shape(sizes) if sizes is not None else ""


@lru_cache(maxsize=2048)
def _width(title: str, weights: str, summary: str, *, is_loaded: bool) -> float:
    """Return the width of a card that holds its words, within limits."""
    head = QFontMetricsF(title_font()).horizontalAdvance(title)
    head += metrics.MARK_WIDTH if is_loaded else 0.0
    if weights:
        head += QFontMetricsF(small_font()).horizontalAdvance(weights) + 10
    line = QFontMetricsF(small_font()).horizontalAdvance(summary)
    line += metrics.SPARK_WIDTH if weights else 0.0
    needed = max(head, line) + 2 * metrics.PAD
    steps = -(-needed // 10) * 10
    return min(metrics.MAX_WIDTH, max(metrics.WIDTH, steps))


def title_font(size_px: int = 13) -> QFont:
    """Return the font of a card's first line."""
    font = fonts.ui(bold=True)
    font.setPixelSize(size_px)
    return font


def small_font(size_px: int = 11) -> QFont:
    """Return the font of a card's second line."""
    font = fonts.ui()
    font.setPixelSize(size_px)
    return font


def mono_font(size_px: int = 10) -> QFont:
    """Return the font of shapes."""
    font = fonts.mono()
    font.setPixelSize(size_px)
    return font
