"""What is known of the place where a layer would go: it orders what is offered."""

from engine.graph.model import Endpoint
from engine.graph.ports import BLOCK
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA
from engine.layers.spec import Port
from workbench.canvas.cards.suggestions import Here
from workbench.canvas.scene.areas import Area
from workbench.canvas.stage import Stage
from workbench.document import wires

_ENDS = frozenset({"loss", "metric"})
"""What comes out of these goes nowhere."""


def of(stage: Stage, end: Endpoint | None = None, area: Area | None = None) -> Here:
    """Return what is known of a place.

    Args:
        stage: The canvas.
        end: Output that a layer there would read; None: that of the only selected node,
            and where there is none, whatever the data of the project is.
        area: Where that is; None: where something is selected.
    """
    area = area or stage.selection.area
    end = end or open_output(stage)
    if end is None or end.node not in area.graph.nodes:
        return Here(_rank_of_data(stage))
    node = area.graph.node(end.node)
    port = wires.port_of(wires.outputs_of(stage.document.project, node), end.port)
    known = node.type != BLOCK and registry.has(node.type)
    category = registry.get(node.type).category if known else ""
    return Here(rank(stage, area.prefix + end.node, end.port), category, port)


def open_output(stage: Stage) -> Endpoint | None:
    """Return the output of the only selected node that a layer could read, if any."""
    chosen = stage.selection
    if len(chosen.ids) != 1:
        return None
    node = chosen.graph.node(chosen.ids[0])
    ports = wires.outputs_of(stage.document.project, node)
    found = next((port for port in ports if _leads_on(port)), None)
    return Endpoint(node.id, found.name) if found else None


def _leads_on(port: Port) -> bool:
    return port.kind not in _ENDS


def rank(stage: Stage, path: str, port: str) -> int | None:
    """Return the dimensions of one sample at an output; None where unknown."""
    info = stage.scene.info_at(path)
    shape = info.outputs.get(port) if info else None
    return None if shape is None else len(shape) - 1


def _rank_of_data(stage: Stage) -> int | None:
    """Return the dimensions of a sample of the first data node."""
    graph = stage.document.project.graph
    data = next((node for node in graph.nodes.values() if node.type == DATA.id), None)
    if data is None:
        return None
    ports = wires.outputs_of(stage.document.project, data)
    return rank(stage, data.id, ports[0].name) if ports else None
