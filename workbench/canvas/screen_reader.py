"""What a screen reader hears of the canvas."""

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QWidget

from engine.graph.model import Graph, Project
from engine.graph.titles import title
from engine.i18n import tr
from workbench.canvas.cards import labels
from workbench.canvas.scene.scene import CanvasScene
from workbench.canvas.scene.selection import Selection
from workbench.document import wires


def describe(scene: CanvasScene, chosen: Selection, node_id: str) -> str:
    """Return a node in words: name, settings, output, neighbours, problems."""
    face, graph = chosen.area.face(node_id), chosen.graph
    parts = [face.title, face.summary]
    if face.shape:
        parts.append(tr("output {shape}", shape=face.shape))
    if face.count:
        parts.append(tr("{count:parameter|parameters}", count=face.count))
    if graph.node(node_id).weights:
        parts.append(labels.start(graph.node(node_id)))
    before = _names(graph, (e.source.node for e in graph.edges_into(node_id)))
    after = _names(graph, (e.target.node for e in graph.edges_out_of(node_id)))
    if before:
        parts.append(tr("reads {nodes}", nodes=before))
    if after:
        parts.append(tr("feeds {nodes}", nodes=after))
    parts += _loose(scene.document.project, graph, node_id)
    if chosen.path:
        parts.append(tr("in {block}", block=chosen.scope))
    else:
        parts += [problem.text for problem in scene.problems_of(node_id)]
    return ", ".join(part for part in parts if part)


def _loose(project: Project, graph: Graph, node_id: str) -> list[str]:
    """Return words for the ports that nothing is wired to; the others are told."""
    node = graph.node(node_id)
    into = {edge.target.port for edge in graph.edges_into(node_id)}
    out = {edge.source.port for edge in graph.edges_out_of(node_id)}
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


def _names(graph: Graph, ids: Iterable[str]) -> str:
    return ", ".join(title(graph, graph.node(i)) for i in dict.fromkeys(ids))


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say a notice."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class ScreenReader(QObject):
    """Keeps the description of a canvas at what is selected.

    Args:
        widget: The canvas.
        scene: What stands on it.
    """

    def __init__(self, widget: QWidget, scene: CanvasScene) -> None:
        super().__init__(widget)
        self._widget, self._scene = widget, scene
        scene.selection_told.connect(self.tell)
        scene.document.changed.connect(self.tell)

    def tell(self, _edits: object = None) -> None:
        """Make the selection the description."""
        scene, widget = self._scene, self._widget
        chosen = scene.selection
        if len(chosen.ids) == 1:
            text = describe(scene, chosen, chosen.ids[0])
        elif chosen.ids:
            text = tr("{count:node|nodes} selected", count=len(chosen.ids))
        else:
            text = tr("{count:node|nodes}", count=len(scene.nodes))
        if text != widget.accessibleDescription():
            widget.setAccessibleDescription(text)
            kind = QAccessible.Event.DescriptionChanged
            QAccessible.updateAccessibility(QAccessibleEvent(widget, kind))
