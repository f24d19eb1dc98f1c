"""Parsed JSON → Project. Every refusal is an EngineError that names the place."""

from collections.abc import Iterator
from typing import Any, TypeVar

from engine import plain
from engine.errors import DocumentError, GraphError, did_you_mean
from engine.graph import paths
from engine.graph.files import giving_up
from engine.graph.limits import MOST_DEEP
from engine.graph.model import (
    ID_PATTERN,
    ROOT,
    Block,
    Edge,
    Endpoint,
    Graph,
    Node,
    Position,
    Project,
)
from engine.graph.ports import (
    BLOCK,
    input_port,
    input_ports,
    output_port,
    output_ports,
)
from engine.graph.settings import Choice, Phase, Training, check_values
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets import own
from engine.layers.datasets.catalogue import DATASETS
from engine.layers.spec import Port

Record = dict[str, Any]
_LARGEST_FACTOR = 1e9
_FAR_PX = 1e7
_T = TypeVar("_T")
_PROJECT = {
    "format",
    "version",
    "name",
    "graph",
    "blocks",
    "training",
    "layout",
    "weights",
}
_NODE = {"id", "type", "params", "name", "trainable", "lr_factor", "weights"}
_BLOCK = {"nodes", "edges", "inputs", "outputs"}
_PHASE = {"name", "minimise", "update", "optimizer", "schedule"}
_TYPES = {dict: "{ … }", list: "[ … ]", str: "text", bool: "true or false"}


def build(record: Record) -> Project:
    """Return the project that a record of the current version describes.

    Raises:
        EngineError: Says what is wrong and where.
    """
    blocks = _take(record, "blocks", dict, {})
    project = Project(
        name=_take(record, "name", str, "Untitled"),
        graph=_graph(_take(record, "graph", dict, {})),
        blocks={name: _block(name, block) for name, block in blocks.items()},
        training=_training(_take(record, "training", dict, {})),
        layout=_layout(_take(record, "layout", dict, {})),
        weights=_take(record, "weights", str, ""),
        extra={key: value for key, value in record.items() if key not in _PROJECT},
    )
    if paths.unfolded(project)[1] > MOST_DEEP:
        raise DocumentError(
            tr("Blocks stand too deeply inside blocks"),
            expected=tr("at most {count}", count=MOST_DEEP),
        )
    for scope in (ROOT, *project.blocks):
        _check_ports(project, scope)
    return project


def _take(record: Record, key: str, kind: type[_T], default: _T | None = None) -> _T:
    """Return `record[key]` after checking its type."""
    value = record.get(key, default)
    if not isinstance(value, kind):
        raise DocumentError(
            tr("“{key}” has the wrong type", key=key),
            where=_id_of(record),
            expected=_TYPES.get(kind, kind.__name__),
            got=plain.value(value),
        )
    return value


def _id_of(record: Record) -> str:
    """Return the id in a record for a message, if it has one."""
    found = record.get("id")
    return found if isinstance(found, str) else ""


def _graph(record: Record) -> Graph:
    graph = Graph()
    for node in _take(record, "nodes", list, []):
        graph.add_node(read_node(node))
    graph.connect_all(read_edge(pair) for pair in _take(record, "edges", list, []))
    return graph


def read_node(record: object) -> Node:
    """Return the node that a record describes.

    Raises:
        EngineError: Says what is wrong and where.
    """
    giving_up.check()
    if not isinstance(record, dict):
        raise DocumentError(tr("A node is not an object"), got=plain.value(record))
    node_id = _take(record, "id", str)
    spec = registry.get(_take(record, "type", str))
    table = {param.name: param for param in spec.params}
    return Node(
        id=node_id,
        type=spec.id,
        params=check_values(table, _take(record, "params", dict, {}), node_id),
        name=_take(record, "name", str, ""),
        trainable=_take(record, "trainable", bool, default=True),
        lr_factor=_factor(record),
        weights=_take(record, "weights", str, ""),
        extra={key: value for key, value in record.items() if key not in _NODE},
    )


def _factor(record: Record) -> float:
    value = record.get("lr_factor", 1.0)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _LARGEST_FACTOR:
        raise DocumentError(
            tr("“{key}” has the wrong type", key="lr_factor"),
            where=_id_of(record),
            expected=tr("a number") + f" ≥ 0, ≤ {_LARGEST_FACTOR:g}",
            got=plain.value(value),
        )
    return float(value)


def read_edge(pair: object) -> Edge:
    """Return the wire that a pair of ends describes.

    Raises:
        EngineError: Says what is wrong.
    """
    giving_up.check()
    if (
        not isinstance(pair, list)
        or len(pair) != 2
        or not all(isinstance(end, str) for end in pair)
    ):
        raise DocumentError(
            tr("A wire is not a pair"),
            expected='["node.port", "node.port"]',
            got=plain.value(pair),
        )
    return Edge.parse(pair[0], pair[1])


def _block(name: str, record: object) -> Block:
    if not ID_PATTERN.fullmatch(name):
        raise GraphError(tr("A block can't have this name"), got=name)
    if not isinstance(record, dict):
        raise DocumentError(tr("A block is not an object"), where=name)
    inputs = {
        port: tuple(_end(port, end) for end in _listed(port, ends))
        for port, ends in _ports(name, record, "inputs")
    }
    outputs = {port: _end(port, end) for port, end in _ports(name, record, "outputs")}
    extra = {key: value for key, value in record.items() if key not in _BLOCK}
    return Block(_graph(record), inputs, outputs, extra)


def _ports(name: str, record: Record, side: str) -> Iterator[tuple[str, object]]:
    """Yield the ports that a block shows on one side, each with where it leads."""
    pairs = _take(record, side, list, [])
    for pair in pairs:
        named = isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)
        if not named or not ID_PATTERN.fullmatch(pair[0]):
            raise DocumentError(
                tr("“{key}” of a block names a port and where it leads", key=side),
                where=name,
                expected='["port", …]',
                got=plain.value(pair),
            )
        yield pair[0], pair[1]
    if len({pair[0] for pair in pairs}) < len(pairs):
        raise DocumentError(tr("Two ports of a block have the same name"), where=name)


def _listed(port: str, ends: object) -> list[object]:
    if isinstance(ends, list):
        return ends
    raise DocumentError(
        tr("A port of a block leads to a list of inputs"),
        where=port,
        expected='["node.port", …]',
        got=plain.value(ends),
    )


def _end(port: str, end: object) -> Endpoint:
    if isinstance(end, str):
        return Endpoint.parse(end)
    raise DocumentError(
        tr("A port of a block leads to no end of a wire"),
        where=port,
        expected='"node.port"',
        got=plain.value(end),
    )


def _training(record: Record) -> Training:
    phases = [_phase(phase) for phase in _take(record, "phases", list, [])]
    params = {key: value for key, value in record.items() if key != "phases"}
    training = Training(params=params)
    if phases:
        training = Training(params=params, phases=tuple(phases))
    return training.checked()


def _phase(record: object) -> Phase:
    if not isinstance(record, dict):
        raise DocumentError(tr("A phase is not an object"), got=plain.value(record))
    params = {k: v for k, v in record.items() if k not in _PHASE}
    return Phase(
        name=_take(record, "name", str, "training"),
        minimise=_ids(record, "minimise"),
        update=_ids(record, "update"),
        optimizer=_choice(record, "optimizer", "adam"),
        schedule=_choice(record, "schedule", "constant"),
        params=params,
    )


def _ids(record: Record, key: str) -> tuple[str, ...]:
    ids = _take(record, key, list, [])
    if not all(isinstance(item, str) for item in ids):
        raise DocumentError(
            tr("“{key}” lists ids of nodes", key=key), got=plain.value(ids)
        )
    return tuple(ids)


def _choice(record: Record, key: str, default: str) -> Choice:
    choice = _take(record, key, dict, {"type": default})
    params = {name: value for name, value in choice.items() if name != "type"}
    return Choice(_take(choice, "type", str, default), params)


def _layout(record: Record) -> dict[str, dict[str, Position]]:
    layout = {}
    if graph := _take(record, "graph", dict, {}):
        layout[ROOT] = _places(graph)
    for name, places in _take(record, "blocks", dict, {}).items():
        layout[name] = _places(places)
    return layout


def _places(record: object) -> dict[str, Position]:
    if not isinstance(record, dict):
        raise DocumentError(tr("“{key}” has the wrong type", key="layout"))
    return {node_id: _position(node_id, pair) for node_id, pair in record.items()}


def _position(node_id: str, pair: object) -> Position:
    if (
        not isinstance(pair, list)
        or len(pair) != 2
        or not all(isinstance(n, int | float) and abs(n) <= _FAR_PX for n in pair)
    ):
        raise DocumentError(
            tr("A position is not a pair of numbers"),
            where=node_id,
            expected=tr("two numbers up to ±{n}", n=f"{_FAR_PX:,.0f}"),
            got=plain.value(pair),
        )
    return float(pair[0]), float(pair[1])


def _check_ports(project: Project, scope: str) -> None:
    """Refuse wires to ports that no node of their type has.

    Ports that a node had before, with another data set or a definition that is lost,
    are a problem of the document, not of the file: people must be able to open it.
    """
    for edge in project.scope(scope).edges:
        giving_up.check()
        _check_end(project, scope, edge.source, output_port(project, edge, scope))
        _check_end(project, scope, edge.target, input_port(project, edge, scope))


def _check_end(project: Project, scope: str, end: Endpoint, port: Port | None) -> None:
    if port is None and not _could_be(project, scope, end):
        raise DocumentError(
            tr("There is no port “{port}”", port=end.port),
            where=end.node,
            fix=did_you_mean(end.port, _port_names(project, scope, end.node)),
        )


def _could_be(project: Project, scope: str, end: Endpoint) -> bool:
    """Return whether a node can have a port that it doesn't have as it is set."""
    node = project.scope(scope).node(end.node)
    if node.type == BLOCK:
        return str(node.params.get("of", "")) not in project.blocks
    if own.is_own(node.params):
        return True  # what a file holds may not be known yet
    return node.type == "data" and any(
        port.port.name == end.port for spec in DATASETS.values() for port in spec.layout
    )


def _port_names(project: Project, scope: str, node_id: str) -> list[str]:
    node = project.scope(scope).node(node_id)
    ports = (*input_ports(project, node), *output_ports(project, node))
    return [port.name for port in ports]
