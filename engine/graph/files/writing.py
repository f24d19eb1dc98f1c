"""Project → text: sorted keys, one node or wire a line, positions at the end.

Moving nodes therefore never changes a line above the layout, and a changed value
changes one line.
"""

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from engine.files import atomic_write
from engine.graph.model import ROOT, Block, Edge, Graph, Node, Project
from engine.graph.settings import Choice, Phase, Training

FORMAT = "backprop-workbench"
VERSION = 1
Json = Any
"""A JSON value."""

_EXPANDED = {
    "",
    "graph",
    "graph/nodes",
    "graph/edges",
    "blocks",
    "blocks/*",
    "blocks/*/nodes",
    "blocks/*/edges",
    "layout",
    "layout/graph",
    "layout/blocks",
    "layout/blocks/*",
    "notes",
    "preset",
    "training",
    "training/phases",
}
_ANY_NAME_UNDER = {"blocks", "layout/blocks"}


def dumps(project: Project) -> str:
    """Return the project as the text of a `.bpw` file.

    Raises:
        ValueError: For a number that is not finite; mutators never store one.
    """
    document: dict[str, Json] = {
        **project.extra,
        "format": FORMAT,
        "version": VERSION,
        "name": project.name,
        "graph": _graph(project.graph),
        "training": _training(project.training),
    }
    if project.weights:
        document["weights"] = project.weights
    if project.blocks:
        document["blocks"] = {n: _block(b) for n, b in project.blocks.items()}
    ordered = {key: document[key] for key in sorted(document)}
    layout = _layout(project)
    if layout:
        ordered["layout"] = layout
    return _encodable(_render(ordered, "", "") + "\n")


def _encodable(text: str) -> str:
    """Return text without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def save(project: Project, path: Path) -> None:
    """Write the project to `path`, all or nothing.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    atomic_write(path, dumps(project))


def _graph(graph: Graph) -> dict[str, Json]:
    return {
        "edges": [_edge_line(edge) for edge in graph.edges],
        "nodes": [_node_line(node) for node in graph.nodes.values()],
    }


def edge_record(edge: Edge) -> list[str]:
    """Return a wire as JSON values."""
    return [str(edge.source), str(edge.target)]


class _Line(str):
    """JSON text of a value, as it stands in the file: there are thousands of them."""

    __slots__ = ()


def _edge_line(edge: Edge) -> _Line:
    """Return what a wire's record is written as, in a third of the time."""
    one, two = edge.source, edge.target
    source = encode_basestring(f"{one.node}.{one.port}")
    return _Line(f"[{source}, {encode_basestring(f'{two.node}.{two.port}')}]")


def _node_line(node: Node) -> _Line:
    """Return what a node's record is written as, in a third of the time."""
    if node.extra or not node.trainable or node.lr_factor != 1.0 or node.weights:
        return _Line(_record(node_record(node)))
    words = encode_basestring
    name = f', "name": {words(node.name)}' if node.name else ""
    params = f', "params": {_record(dict(node.params))}' if node.params else ""
    ends = f'"id": {words(node.id)}{name}{params}, "type": {words(node.type)}'
    return _Line(f"{{{ends}}}")


def node_record(node: Node) -> dict[str, Json]:
    """Return a node as JSON values; what is usual is left out."""
    record: dict[str, Json] = {**node.extra, "id": node.id, "type": node.type}
    if node.params:
        record["params"] = dict(node.params)
    if node.name:
        record["name"] = node.name
    if not node.trainable:
        record["trainable"] = False
    if node.lr_factor != 1.0:
        record["lr_factor"] = node.lr_factor
    if node.weights:
        record["weights"] = node.weights
    return record


def _block(block: Block) -> dict[str, Json]:
    inputs = {n: [str(end) for end in ends] for n, ends in block.inputs.items()}
    return {
        **block.extra,
        **_graph(block.graph),
        "inputs": [[name, ends] for name, ends in inputs.items()],
        "outputs": [[name, str(end)] for name, end in block.outputs.items()],
    }


def _training(training: Training) -> dict[str, Json]:
    phases = [_phase(phase) for phase in training.phases]
    return {**training.params, "phases": phases}


def _phase(phase: Phase) -> dict[str, Json]:
    record: dict[str, Json] = {
        **phase.params,
        "name": phase.name,
        "optimizer": _choice(phase.optimizer),
    }
    if phase.minimise:
        record["minimise"] = list(phase.minimise)
    if phase.update:
        record["update"] = list(phase.update)
    if phase.schedule != Choice("constant"):
        record["schedule"] = _choice(phase.schedule)
    return record


def _choice(choice: Choice) -> dict[str, Json]:
    return {**choice.params, "type": choice.type}


def _layout(project: Project) -> dict[str, Json]:
    layout: dict[str, Json] = {}
    if places := project.layout.get(ROOT):
        layout["graph"] = _places(places)
    blocks = {s: _places(p) for s, p in project.layout.items() if s != ROOT and p}
    if blocks:
        layout["blocks"] = blocks
    return layout


def _places(places: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {
        node_id: [_short(x), _short(y)] for node_id, (x, y) in sorted(places.items())
    }


def _short(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _render(value: Json, path: str, indent: str) -> str:
    """Return JSON text, with a line for each item at the expanded places."""
    if path not in _EXPANDED or not isinstance(value, dict | list) or not value:
        return _compact(value)
    inner = indent + "  "
    if isinstance(value, list):
        return _bracketed("[", (_compact(item) for item in value), "]", indent)
    keys = value if path in ("", "layout") else sorted(value)
    if path == "layout/graph" or path.startswith("layout/blocks/"):
        items = (f"{encode_basestring(key)}: {_compact(value[key])}" for key in keys)
        return _bracketed("{", items, "}", indent)
    items = (
        f"{encode_basestring(key)}: {_render(value[key], _below(path, key), inner)}"
        for key in keys
    )
    return _bracketed("{", items, "}", indent)


def _below(path: str, key: str) -> str:
    name = "*" if path in _ANY_NAME_UNDER else key
    return f"{path}/{name}" if path else name


def _bracketed(left: str, items: Iterable[str], right: str, indent: str) -> str:
    inner = indent + "  "
    return f"{left}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{right}"


def _compact(value: Json) -> str:
    if type(value) is _Line:
        return value
    if isinstance(value, list) and len(value) == 2:
        one, two = value
        if type(one) is int and type(two) is int:  # A place.
            return f"[{one}, {two}]"
    if type(value) is dict:
        return _record(value)
    return _ENCODER.encode(value)


def _record(record: dict[str, Json]) -> str:
    """Return `record` as the encoder does, at a third of its cost for plain values.

    `JSONEncoder.encode` sets up an encoder a call: 2 µs each, felt at 20,000 nodes.
    """
    items = []
    for key in sorted(record):
        value = record[key]
        kind = type(value)
        if kind is str:
            text = encode_basestring(value)
        elif kind is int:
            text = str(value)
        elif kind is dict:
            text = _record(value)
        else:
            text = _ENCODER.encode(value)
        items.append(f"{encode_basestring(key)}: {text}")
    return f"{{{', '.join(items)}}}"


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False)
