"""Where weights start: the words `<path>` or `<path>#<prefix>` of a document.

The path is a safetensors, GGUF or PyTorch file, or the folder of a run. The
prefix stands before the names in it: a node whose weights are `net.pt#encoder.fc`
takes `encoder.fc.weight` as its `weight`. Without `#` the prefix is the node's own
path, and with nothing behind `#` there is none. Nothing here opens a file.

A project may come from anybody, and name any file of the machine: `outside` tells the
places that are not in the project's own folder, so that somebody can be asked. Data of
one's own (`engine.layers.datasets.own`) is named in the same way and asked for with it.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.graph.model import Graph, Node, Project
from engine.layers.datasets.own import is_own as is_own_data

_PROOFS = {"path": "sha256", "tokenizer": "tokens_sha256"}
"""Setting of a data node that names a file → the one with the hash of its content."""
_PREFIX = re.compile(r"[A-Za-z0-9_.\-]*")


@dataclass(frozen=True)
class Start:
    """A place in a file.

    Args:
        path: Of a file or of the folder of a run.
        prefix: Before the names in it, without the last dot; None means that of
            whoever takes the weights.
    """

    path: str
    prefix: str | None = None

    def __str__(self) -> str:
        return self.path if self.prefix is None else f"{self.path}#{self.prefix}"

    @classmethod
    def parse(cls, text: str) -> "Start":
        """Read what stands in a document; a `#` inside a path needs one behind it."""
        path, mark, prefix = text.rpartition("#")
        if not mark or not _PREFIX.fullmatch(prefix):
            return cls(text)
        return cls(path, prefix)

    def named(self, path: str) -> "Start":
        """Return the same place with a prefix: its own, or else `path`."""
        return self if self.prefix is not None else replace(self, prefix=path)

    def below(self, name: str) -> "Start":
        """Return the place of what is inside a block; `named` comes before."""
        return replace(self, prefix=f"{self.prefix}.{name}" if self.prefix else name)

    def within(self, folder: Path) -> "Start":
        """Return the same place with its path counted from `folder`."""
        return replace(self, path=str(folder / self.path))


def absolute(project: Project, folder: Path) -> Project:
    """Return a copy whose relative paths, of weights and data, count from `folder`.

    Args:
        project: Only read.
        folder: That of the document's file.
    """
    twin = project.copy()
    if twin.weights:
        twin.weights = str(Start.parse(twin.weights).within(folder))
    for graph in _graphs(twin):
        for node in graph.nodes.values():
            if node.weights:
                text = str(Start.parse(node.weights).within(folder))
                graph.replace_node(replace(node, weights=text))
            if paths := read_paths(node):
                made = {n: whole(path, str(folder)) for n, path in paths.items()}
                graph.replace_node(_with_paths(node, made))
    return twin


def own_path(node: Node) -> str:
    """Return where a node's own data is, as the document says it; or nothing."""
    is_own = node.type == "data" and is_own_data(node.params)
    return str(node.params.get("path") or "") if is_own else ""


def read_paths(node: Node) -> dict[str, str]:
    """Return what a data node reads, by the name of the setting that says where."""
    if node.type != "data":  # Nearly all, and asked of every node at each save.
        return {}
    tokens = str(node.params.get("tokenizer") or "")
    found = {"path": own_path(node), "tokenizer": tokens}
    return {name: path for name, path in found.items() if path}


def _with_paths(node: Node, paths: Mapping[str, str]) -> Node:
    return replace(node, params={**node.params, **paths})


def place(words: str, folder: str) -> str:
    """Return where words of a document lead, counted from a folder."""
    return whole(Start.parse(words).path, folder)


def whole(path: str, folder: str) -> str:
    """Return where a path leads, counted from a folder; a `#` is a part of its name."""
    try:
        return os.path.normpath(Path(folder) / Path(path).expanduser())
    except (ValueError, RuntimeError):
        return path


def outside(project: Project, folder: str, kept: str = "") -> tuple[str, ...]:
    """Return the places outside a folder that weights start from, or data is in.

    Args:
        project: Only read.
        folder: That of the document's file; empty means that there is none, and
            everything lies outside.
        kept: Folder of the run whose weights are kept, or nothing.
    """
    nodes = [n for graph in _graphs(project) for n in graph.nodes.values()]
    words = [project.weights, *(node.weights for node in nodes)]
    places = dict.fromkeys(place(each, folder) for each in words if each)
    data = (path for node in nodes for path in read_paths(node).values())
    places |= dict.fromkeys(whole(each, folder) for each in data)
    if kept:
        places[kept] = None
    return tuple(each for each in places if not _is_inside(each, folder))


def data_places(project: Project, *, unproven: bool = False) -> tuple[str, ...]:
    """Return the places that data of one's own is in.

    Args:
        project: Only read.
        unproven: Those alone of which no hash says what is meant to be there.
    """
    nodes = [n for graph in _graphs(project) for n in graph.nodes.values()]
    return tuple(
        whole(path, "")
        for node in nodes
        for name, path in read_paths(node).items()
        if not (unproven and node.params.get(_PROOFS[name]))
    )


def _is_inside(path: str, folder: str) -> bool:
    """Return whether a path stays in a folder, links in it counted too."""
    if not folder or not Path(path).is_relative_to(os.path.normpath(folder)):
        return False
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False


def without(project: Project, places: Collection[str], folder: str) -> Project:
    """Return a copy in which nothing starts from some places, or is read there.

    Args:
        project: Only read.
        places: As `outside` returned them.
        folder: As of `outside`.
    """
    twin = project.copy()
    if twin.weights and place(twin.weights, folder) in places:
        twin.weights = ""
    for graph in _graphs(twin):
        for node in graph.nodes.values():
            if node.weights and place(node.weights, folder) in places:
                graph.replace_node(replace(node, weights=""))
            paths = read_paths(node).items()
            held = {name: "" for name, path in paths if whole(path, folder) in places}
            if held:
                graph.replace_node(_with_paths(node, held))
    return twin


def grouped(node: Node) -> Node:
    """Return a node of the main graph as it goes into a block: the prefix stays."""
    if not node.weights:
        return node
    return replace(node, weights=str(Start.parse(node.weights).named(node.id)))


def unpacked(inner: Node, instance: Node, name: str) -> str:
    """Return where a node starts that leaves a block of the main graph.

    Args:
        inner: As in the block.
        instance: Of the block.
        name: Of the inner node below the instance, as weights are named.
    """
    path = f"{instance.id}.{name}"
    if inner.weights:
        return str(Start.parse(inner.weights).named(path))
    if instance.weights:
        return str(Start.parse(instance.weights).named(instance.id).below(name))
    return ""


def _graphs(project: Project) -> Iterator[Graph]:
    yield project.graph
    yield from (block.graph for block in project.blocks.values())
