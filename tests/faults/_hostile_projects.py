"""Project files that a stranger made to hang, crash, fill or trick what opens them.

`PROJECTS` lists names and makers: each takes an empty folder and returns the path to
open. All are refused in a sentence, or opened within seconds.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from engine.graph.limits import MOST_DEEP, MOST_NODES, MOST_PHASES

Maker = Callable[[Path], Path]
NAME = "hostile.bpw"
PICTURE = '<img src="red.png" width=200><b>x</b>'
_HEAD = {"format": "backprop-workbench", "version": 1}
_MANY = MOST_NODES - 10
_DATA = {"id": "data", "type": "data", "params": {"source": "digits"}}


def written(**fields: object) -> Maker:
    """Return the maker of a file with these fields."""
    return lambda folder: _put(folder, json.dumps({**_HEAD, **fields}).encode())


def raw(text: str) -> Maker:
    """Return the maker of a file whose fields are this text."""
    return lambda folder: _put(folder, f"{json.dumps(_HEAD)[:-1]}, {text}}}".encode())


def data(content: bytes) -> Maker:
    """Return the maker of a file of these bytes."""
    return lambda folder: _put(folder, content)


def _put(folder: Path, content: bytes) -> Path:
    (folder / NAME).write_bytes(content)
    return folder / NAME


def chain(count: int, kind: str = "relu", *, backwards: bool = False) -> dict:
    """Return a graph of nodes in a row behind a data node."""
    nodes = [_DATA, *({"id": f"n{i}", "type": kind} for i in range(count))]
    edges = [[f"n{i}.out", f"n{i + 1}.input"] for i in range(count - 1)]
    edges.insert(0, ["data.image", "n0.input"])
    return {"nodes": nodes, "edges": edges[::-1] if backwards else edges}


def trained(count: int, kind: str = "relu") -> dict:
    """Return a graph of so many nodes that can be trained."""
    graph = chain(count - 4, kind)
    head = {"id": "head", "type": "linear", "params": {"out_features": 10}}
    graph["nodes"] += [{"id": "flat", "type": "flatten"}, head]
    graph["nodes"] += [{"id": "loss", "type": "cross_entropy"}]
    graph["edges"] += [[f"n{count - 5}.out", "flat.input"], ["flat.out", "head.input"]]
    graph["edges"] += [["head.out", "loss.input"], ["data.label", "loss.target"]]
    return graph


def _each(kind: str, **params: object) -> dict:
    """Return a graph of many nodes without wires."""
    nodes = [{"id": f"n{i}", "type": kind, "params": params} for i in range(_MANY)]
    return {"nodes": nodes}


def _fed(kind: str, *wires: list[str], **params: object) -> dict:
    """Return many nodes that all get the data."""
    graph = _each(kind, **params)
    graph["nodes"].append(_DATA)
    graph["edges"] = [
        [source, f"n{i}.{port}"] for i in range(_MANY) for source, port in wires
    ]
    return graph


def _phases(count: int, **fields: object) -> dict:
    return {"phases": [{"name": f"p{i}", **fields} for i in range(count)]}


def _instance(block: str, node_id: str = "b", **params: object) -> dict:
    return {"id": node_id, "type": "block", "params": {"of": block, **params}}


def _nested(levels: int, wide: int) -> dict:
    """Return blocks of blocks: `wide` different ones at each level."""
    blocks = {}
    for level in range(levels):
        inner = [_instance(f"b{level + 1}_{k}", f"x{k}") for k in range(wide)]
        inner = inner if level + 1 < levels else [{"id": "r", "type": "relu"}]
        blocks |= {f"b{level}_{k}": {"nodes": inner} for k in range(wide)}
    return blocks


def _circles(count: int) -> dict:
    inner = [_instance(f"b{k}", f"x{k}") for k in range(count)]
    return {f"b{k}": {"nodes": inner} for k in range(count)}


def _many_ports(count: int) -> dict:
    nodes = [{"id": f"r{k}", "type": "relu"} for k in range(count)]
    inputs = [[f"i{k}", [f"r{k}.input"]] for k in range(count)]
    outputs = [[f"o{k}", f"r{k}.out"] for k in range(count)]
    return {"b": {"nodes": nodes, "inputs": inputs, "outputs": outputs}}


def _dense(count: int) -> dict:
    nodes = [{"id": f"n{i}", "type": "add"} for i in range(count)]
    edges = [[f"n{i}.out", f"n{j}.inputs"] for i in range(count) for j in range(i)]
    return {"nodes": nodes, "edges": edges}


def _named(word: str) -> dict:
    """Return the fields of a project whose every name is this word."""
    node = {"id": "a", "type": "relu", "name": word}
    note = {"id": "n", "kind": "frame", "text": word, "x": 0, "y": 0}
    note |= {"width": 100, "height": 100}
    return {
        "name": word,
        "graph": {"nodes": [node, {**_DATA, "name": word}]},
        "training": {"phases": [{"name": word}, {"name": f"2{word}"}]},
        "notes": [note],
        "remedies": [{"name": word, "text": word, "set": ["lr=0.1"]}],
        "weights": f"{word[:3000]}.safetensors",
    }


def _link(target: str) -> Maker:
    def make(folder: Path) -> Path:
        (folder / NAME).symlink_to(target)
        return folder / NAME

    return make


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / NAME)
    return folder / NAME


def _fifo_link(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return _link("pipe")(folder)


def _folder(folder: Path) -> Path:
    (folder / NAME).mkdir()
    return folder / NAME


def _sparse(folder: Path) -> Path:
    with (folder / NAME).open("wb") as file:
        file.truncate(2**33)
    return folder / NAME


_HUGE = "1" + "0" * 400
_RELU = {"id": "a", "type": "relu"}
_CODE = "__import__('os').system('touch /tmp/owned')"
PROJECTS: list[tuple[str, Maker]] = [
    ("fifo", _fifo),
    ("link to a fifo", _fifo_link),
    ("folder", _folder),
    ("link to /dev/zero", _link("/dev/zero")),
    ("link to /dev/tty", _link("/dev/tty")),
    ("link to /etc/passwd", _link("/etc/passwd")),
    ("link to itself", _link(NAME)),
    ("link to nothing", _link("nothing")),
    ("sparse 8 GB", _sparse),
    ("empty", data(b"")),
    ("zeros", data(b"\0" * 10_000)),
    ("UTF-16", data(json.dumps(_HEAD).encode("utf-16"))),
    ("pickle", data(b"\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix.")),
    ("zip", data(b"PK\x03\x04" + b"\0" * 100)),
    ("lists 200,000 deep", data(b"[" * 200_000)),
    ("objects 200,000 deep", data(b'{"a":' * 200_000)),
    ("closed 900 deep", raw(f'"x": {"[" * 900}{"]" * 900}')),
    ("number of 401 digits", raw(f'"layout": {{"graph": {{"a": [0, {_HUGE}]}}}}')),
    ("number of 9,000 digits", raw(f'"version": {"1" * 9000}')),
    ("number of 1,000,000 digits", raw(f'"x": {"1" * 1_000_000}')),
    ("1e400", raw('"training": {"batch_size": 1e400}')),
    ("key twice", raw('"name": "a", "name": "b"')),
    ("100,000 equal keys", raw(", ".join(['"a": 1'] * 100_000))),
    ("half of a character", raw('"name": "\\ud800", "training": {"phases": [{"name":'
                                ' "\\udfff"}]}, "weights": "\\ud800"')),
    ("code as type", written(graph={"nodes": [{"id": "a", "type": _CODE}]})),
    ("code as source", written(graph={"nodes": [{"id": "a", "type": "data",
                                                 "params": {"source": _CODE}}]})),
    ("ports of a block", written(blocks={"b": {"nodes": [_RELU], "inputs": [7]}})),
    ("ends of a block", written(blocks={"b": {"nodes": [_RELU],
                                              "inputs": [["i", "a.input"]]}})),
    ("open room", written(graph={"nodes": [{**_instance("b"), "open": [1, [2], "x"]}]},
                          blocks={"b": {"nodes": [_RELU]}})),
    ("position far away", written(graph={"nodes": [_RELU]},
                                  layout={"graph": {"a": [1e300, -1e300]}})),
    ("notes", written(notes=[{"kind": []}, {"kind": {}}, 7, None, {"id": 1}])),
    ("remedies", written(remedies=[{"name": "x", "set": ["lr=" + "[" * 9000]}, 7])),
    ("preset", written(preset={"title": [], "watch": {}, "minutes": "x",
                               "target": {"comparison": []}, "cure": {"set": 7}})),
    *((f"type of {n} letters", written(graph={"nodes": [{"id": "a", "type": "w" * n}]}))
      for n in (300, 30_000, 300_000, 3_000_000)),
    *((f"names of {n} letters", written(**_named("w" * n)))
      for n in (300, 30_000, 300_000)),
    ("names that are pictures", written(**_named(PICTURE))),
    ("names with line breaks", written(**_named("a\nrm -rf ~\r\x1b[2J\u2028\u202eb"))),
    ("nodes in a row", written(graph=chain(_MANY))),
    ("nodes in a row, backwards", written(graph=chain(_MANY, backwards=True))),
    ("100,000 nodes in a row", written(graph=chain(100_000))),
    ("trained row", written(graph=trained(_MANY))),
    ("trained row of layers", written(graph=trained(_MANY, "linear"))),
    ("trained row, most phases", written(graph=trained(_MANY),
                                         training=_phases(MOST_PHASES))),
    ("5,000 phases", written(training=_phases(5000))),
    ("300 phases", written(training=_phases(300))),
    ("phases of what is gone", written(graph=trained(20), training=_phases(
        MOST_PHASES, update=[f"x{k}" for k in range(2000)],
        minimise=[f"y{k}" for k in range(2000)]))),
    ("loose layers", written(graph=_each("linear"))),
    ("loose losses", written(graph=_each("mse"))),
    ("data sets", written(graph=_each("data"))),
    ("blocks without definition", written(graph=_each("block", of="gone"))),
    ("wrong shapes", written(graph=_fed("conv2d", ["data.image", "input"],
                                        kernel_size=99))),
    ("wrong targets", written(graph=_fed("mse", ["data.image", "input"],
                                         ["data.label", "target"]))),
    ("all to all", written(graph=_dense(400))),
    ("one wire, 20,000 times", written(graph={
        "nodes": [_DATA, {"id": "add", "type": "add"}],
        "edges": [["data.image", "add.inputs"]] * 20_000})),
    ("2⁴⁰ nodes by nesting", written(blocks=_nested(40, 2),
                                     graph={"nodes": [_instance("b0_0")]})),
    ("blocks 5,000 deep", written(blocks=_nested(5000, 1),
                                  graph={"nodes": [_instance("b0_0")]})),
    ("blocks as deep as may be", written(blocks=_nested(MOST_DEEP - 1, 1),
                                         graph={"nodes": [_instance("b0_0")]})),
    ("60 blocks in a circle", written(blocks=_circles(60),
                                      graph={"nodes": [_instance("b0")]})),
    ("9,000 ports", written(blocks=_many_ports(9000), graph={
        "nodes": [_DATA, _instance("b")],
        "edges": [["data.image", f"b.i{k}"] for k in range(9000)]})),
    ("a thousand repeats of repeats", written(
        blocks={"b": {"nodes": [_RELU]}, "c": {"nodes": [_instance("b", repeat=1000)]}},
        graph={"nodes": [_instance("c", repeat=1000)]})),
    *((f"weights of {path}", written(graph={"nodes": [
        {"id": "a", "type": "linear", "weights": path}]}, weights=path))
      for path in ("/dev/zero", "/etc/passwd", "\0", "x" * 5000, "../" * 500)),
]  # fmt: skip
"""Name of a fault → who makes the file."""
