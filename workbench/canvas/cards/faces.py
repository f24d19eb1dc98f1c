"""Faces of nodes as things stand: name, settings, shape, the inside of a block."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from PySide6.QtGui import QFontMetricsF

from engine.errors import UnknownLayerError
from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Problem
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import LayerSpec
from engine.protocol.messages import NodeInfo
from workbench.canvas.cards import card_inside, fonts, labels, words
from workbench.canvas.cards.card import Face, Inner, Known
from workbench.canvas.geometry.sizes import (
    DOT_WIDTH,
    GRID,
    MARK_WIDTH,
    MAX_WIDTH,
    PAD,
    SPARK_WIDTH,
    WIDTH,
)
from workbench.document import outer_ports, wires

REROUTE = "reroute"
_ENDS = frozenset({"loss", "metric"})
"""What they put out is one number: it is written large, not as a shape."""
MAX_DEPTH = 3
"""So many open cards inside each other are drawn."""


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
    called = title(project.scope(known.scope), node)
    summary = summary_of(project, node, known.scope)
    weights = labels.count(info.parameters) if info and info.parameters else ""
    inputs = tuple(port.name for port in wires.inputs_of(project, node))
    outputs = tuple(port.name for port in wires.outputs_of(project, node))
    is_end = spec is not None and spec.category in _ENDS
    is_block, is_dot = node.type == BLOCK, node.type == REROUTE
    inner = _inner(project, node, known, depth) if is_block else None
    width = _width(called, weights, summary, is_loaded=bool(node.weights))
    if inner is not None:
        inner = replace(inner, width=max(width, inner.width), closed=width)
        width = inner.width
    return Face(
        title=called,
        category=spec.category if spec else "io",
        summary=summary,
        shape="" if is_end else _shape(info, outputs),
        count=weights,
        severity=_severity(problems),
        is_frozen=not node.trainable,
        is_loaded=bool(node.weights),
        is_end=is_end and not project.scope(known.scope).edges_out_of(node.id),
        inputs=inputs,
        outputs=outputs,
        width=DOT_WIDTH if is_dot else width,
        kind="block" if is_block else "dot" if is_dot else "",
        repeat=_repeat(node) if is_block else 1,
        inner=inner,
    )


def _inner(project: Project, node: Node, known: Known, depth: int) -> Inner | None:
    """Return what an open instance shows; None for a closed or deeply nested one."""
    name = outer_ports.of(node)
    is_open = known.path in known.opened and name in project.blocks
    if not is_open or depth >= MAX_DEPTH:
        return None
    inside = project.blocks[name].graph.nodes.values()
    faces = {
        each.id: build(project, each, known.of(each.id, name), (), depth + 1)
        for each in inside
    }
    return card_inside.build(project, name, faces)


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
        tag = tr("shared weights")
    parts = [
        tr("{count:layer|layers}", count=count),
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
    bold, plain, small = _metrics()
    head = bold.horizontalAdvance(title) + words.ICON + 8
    head += MARK_WIDTH if is_loaded else 0.0
    if weights:
        head += small.horizontalAdvance(weights) + 8
    line = plain.horizontalAdvance(summary)
    line += SPARK_WIDTH + 8 if weights else 0.0
    needed = max(head, line) + 2 * PAD
    steps = -(-needed // GRID) * GRID
    return min(MAX_WIDTH, max(WIDTH, steps))


@cache
def _metrics() -> tuple[QFontMetricsF, QFontMetricsF, QFontMetricsF]:
    """Return what names, settings and numbers of weights are measured with."""
    found = (fonts.title(), fonts.small(), fonts.small(11))
    return QFontMetricsF(found[0]), QFontMetricsF(found[1]), QFontMetricsF(found[2])
