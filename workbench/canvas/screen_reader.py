"""What a screen reader hears of the canvas."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent

from engine.i18n import tr
from workbench.canvas import selection
from workbench.canvas.cards import labels
from workbench.document import wires

if TYPE_CHECKING:
    from workbench.canvas.selection import Target
    from workbench.canvas.view import CanvasView


def describe(aim: "Target", node_id: str) -> str:
    """Return a node in words: name, settings, output, neighbours, problems."""
    scene, face = aim.view.scene, aim.face(node_id)
    parts = [face.title, face.summary]
    if face.shape:
        parts.append(tr("output {shape}", shape=face.shape))
    if face.count:
        parts.append(tr("{count} parameters", count=face.count))
    graph = aim.graph
    if graph.node(node_id).weights:
        parts.append(labels.start(graph.node(node_id)))
    before = _names(graph, (e.source.node for e in graph.edges_into(node_id)))
    after = _names(graph, (e.target.node for e in graph.edges_out_of(node_id)))
    if before:
        parts.append(tr("reads {nodes}", nodes=before))
    if after:
        parts.append(tr("feeds {nodes}", nodes=after))
    parts += _loose(aim, node_id)
    if aim.path:
        parts.append(tr("in {block}", block=aim.scope))
    else:
        parts += [problem.text for problem in scene.problems_of(node_id)]
    return ", ".join(part for part in parts if part)


def _loose(aim: "Target", node_id: str) -> list[str]:
    """Return words for the ports that nothing is wired to; the others are told."""
    node, project = aim.graph.node(node_id), aim.view.document.project
    into = {edge.target.port for edge in aim.graph.edges_into(node_id)}
    out = {edge.source.port for edge in aim.graph.edges_out_of(node_id)}
    needed = [
        port.name
        for port in wires.inputs_of(project, node)
        if port.name not in into and not port.optional
    ]
    free = [p.name for p in wires.outputs_of(project, node) if p.name not in out]
    words = []
    if needed:
        words.append(tr("input not connected: {ports}", ports=", ".join(needed)))
    if free:
        words.append(tr("output not connected: {ports}", ports=", ".join(free)))
    return words


def _names(graph: object, ids: object) -> str:
    return ", ".join(wires.name_of(graph.node(i)) for i in dict.fromkeys(ids))


def announce(view: "CanvasView", text: str) -> None:
    """Let a screen reader say a notice."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, text))


def tell(view: "CanvasView") -> None:
    """Make the selection the description of the canvas."""
    aim = selection.target(view)
    chosen = aim.ids
    if len(chosen) == 1:
        text = describe(aim, chosen[0])
    elif chosen:
        text = tr("{count} nodes selected", count=len(chosen))
    else:
        text = tr("{count} nodes", count=len(view.scene.nodes))
    if text != view.accessibleDescription():
        view.setAccessibleDescription(text)
        kind = QAccessible.Event.DescriptionChanged
        QAccessible.updateAccessibility(QAccessibleEvent(view, kind))
