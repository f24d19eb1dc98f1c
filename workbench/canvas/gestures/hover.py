"""What lies under the pointer while no gesture is under way."""

from PySide6.QtCore import QPointF, Qt

from engine.errors import UnknownLayerError
from engine.graph.model import Graph, Node
from engine.graph.problems import Problem
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from workbench.canvas.cards import labels
from workbench.canvas.geometry.sizes import PORT_REACH
from workbench.canvas.scene import areas
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.canvas.stage import Stage
from workbench.document import wires
from workbench.theme import tokens
from workbench.theme.text import escape


class Hover:
    """Brightens the card or wire under the pointer and explains it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._items: tuple[CardItem | WireItem, ...] = ()

    def clear(self) -> None:
        """Brighten nothing."""
        self._show(())
        self._stage.viewport().unsetCursor()

    def follow(self, place: QPointF) -> None:
        """Brighten what is at a scene point."""
        stage, scene = self._stage, self._stage.scene
        reach = PORT_REACH / stage.camera.zoom
        on_port = scene.port_at(place, reach) is not None
        node = scene.node_at(place)
        if node is not None:
            self._show((node,))
        else:
            self._show(() if on_port else self._wires_at(place))
        if on_port:
            stage.viewport().setCursor(Qt.CursorShape.CrossCursor)
        else:
            stage.viewport().unsetCursor()

    def _wires_at(self, place: QPointF) -> tuple[WireItem, ...]:
        """Return the wire at a place; on the tag of an output all of its wires."""
        scene = self._stage.scene
        wire = scene.edge_at(place)
        if wire is None or not wire.is_at_source(place):
            return () if wire is None else (wire,)
        source = wire.edge.source
        out = scene.graph.edges_out_of(source.node)
        return tuple(scene.edges[e] for e in out if e.source == source)

    def _show(self, items: tuple[CardItem | WireItem, ...]) -> None:
        if items == self._items:
            return
        scene = self._stage.scene
        old, self._items = self._items, items
        for item in old:
            if scene.holds(item):
                item.set_hovered(on=False)
        for item in items:
            item.set_hovered(on=True)
        cards = [item.node_id for item in items if isinstance(item, CardItem)]
        self._stage.tell_pointed(f"{scene.prefix}{cards[0]}" if cards else "")
        self._stage.viewport().update()

    def help_at(self, place: QPointF) -> str:
        """Return the tooltip for a scene point, or an empty string."""
        scene = self._stage.scene
        port = scene.port_at(place, PORT_REACH / self._stage.camera.zoom)
        if port is not None:
            return self._port_help(*port)
        node = scene.node_at(place)
        area = areas.at(scene, place)
        if area.path and (inner := area.node_at(place)):
            return about(area.graph, area.graph.node(inner))
        if node is not None:
            return self.node_help(node.node_id)
        edge = scene.edge_at(place)
        return self._edge_help(edge) if edge is not None else ""

    def _port_help(self, node_id: str, name: str, is_output: bool) -> str:
        project, scene = self._stage.document.project, self._stage.scene
        node = scene.graph.node(node_id)
        all_ports = wires.outputs_of if is_output else wires.inputs_of
        port = wires.port_of(all_ports(project, node), name)
        info = scene.info_of(node_id)
        sizes = (info.outputs if is_output else info.inputs).get(name) if info else None
        lines = [f"<b>{escape(name)}</b>"]
        if sizes is not None:
            lines[0] += f" &nbsp; {labels.shape(sizes, batch=True)}"
        if port is not None and port.doc:
            lines.append(escape(tr(port.doc)))
        if port is not None and port.optional:
            lines.append(escape(tr("may stay unconnected")))
        return "<br>".join(lines)

    def node_help(self, node_id: str) -> str:
        """Return problems and the catalogue's words for a node."""
        scene = self._stage.scene
        node = scene.graph.node(node_id)
        lines = [problem_text(problem) for problem in scene.problems_of(node_id)]
        if lines:
            return f"<p style='white-space:normal'>{'<br>'.join(lines)}</p>"
        return about(scene.graph, node)

    def _edge_help(self, item: WireItem) -> str:
        graph, edge = self._stage.scene.graph, item.edge
        source = escape(title(graph, graph.node(edge.source.node)))
        target = escape(title(graph, graph.node(edge.target.node)))
        ends = f"{source}.{edge.source.port} → {target}.{edge.target.port}"
        return f"<b>{ends}</b><br>{item.label}" if item.label else f"<b>{ends}</b>"


def about(graph: Graph, node: Node) -> str:
    """Return the catalogue's words for a node as rich text, and its id.

    Exported weights are named after the id.
    """
    try:
        spec = registry.get(node.type)
    except UnknownLayerError as error:
        return escape(str(error))
    muted = tokens.current().fg2
    head = f"<b>{escape(title(graph, node))}</b>"
    head += f" &nbsp;<span style='color:{muted}'>{escape(node.id)}</span>"
    lines = [head, escape(tr(spec.help))]
    if spec.formula:
        lines.append(escape(spec.formula))
    if node.weights:
        lines.append(escape(labels.start(node)))
    return f"<p style='white-space:normal'>{'<br>'.join(lines)}</p>"


def problem_text(problem: Problem) -> str:
    """Return a problem as rich text: what, then expected over got."""
    muted = tokens.current().fg2
    rows = [
        f"<tr><td style='color:{muted}; padding-right:10px'>{escape(name)}</td>"
        f"<td>{escape(value)}</td></tr>"
        for name, value in (
            (tr("Expected"), problem.expected),
            (tr("Got"), problem.got),
        )
        if value
    ]
    table = f"<table cellspacing='0'>{''.join(rows)}</table>" if rows else ""
    return f"<b>{escape(problem.text)}</b>{table}"
