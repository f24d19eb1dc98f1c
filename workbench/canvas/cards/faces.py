"""Faces of nodes as things stand: name, settings, shape, the inside of a block."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from PySide6.QtGui import QFontMetricsF

from engine.errors import UnknownLayerError
from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Problem
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import LayerSpec
from engine.protocol.messages import NodeInfo
from workbench.canvas.cards import card_inside, fonts, labels
from workbench.canvas.cards.card import Face, Inner, Known
from workbench.canvas.geometry.sizes import (
    DOT_WIDTH,
    MARK_WIDTH,
    MAX_WIDTH,
    PAD,
    SPARK_WIDTH,
    WIDTH,
)
from workbench.document import blocks, outer_ports, wires

REROUTE = "reroute"
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
        width=DOT_WIDTH if is_dot else width,
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
    head = QFontMetricsF(fonts.title()).horizontalAdvance(title)
    head += MARK_WIDTH if is_loaded else 0.0
    if weights:
        head += QFontMetricsF(fonts.small()).horizontalAdvance(weights) + 10
    line = QFontMetricsF(fonts.small()).horizontalAdvance(summary)
    line += SPARK_WIDTH if weights else 0.0
    needed = max(head, line) + 2 * PAD
    steps = -(-needed // 10) * 10
    return min(MAX_WIDTH, max(WIDTH, steps))
