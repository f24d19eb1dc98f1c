"""What people read: one name for each node, on canvas, charts, log and messages.

A node is called by its own name, by its block's, or by its kind. Where several nodes of
a graph would be called alike they are numbered from 1 in the order of the document:
"Conv2d 1", "Conv2d 2". New nodes come last there, so adding or wiring nodes never gives
another node another number, and an undone deletion brings the old numbers back. Ids,
and with them the names of weights, have nothing to do with it.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from engine.errors import UnknownLayerError
from engine.graph.model import Graph, Node, Project
from engine.graph.ports import BLOCK
from engine.layers import registry

SEPARATOR = " · "
"""Between a block and what is in it."""


def kind_title(node: Node) -> str:
    """Return the words for a node without a name of its own, without a number.

    A type that nobody knows is called by its id.
    """
    kind = str(node.params.get("of", "")) if node.type == BLOCK else ""
    try:
        return kind or registry.get(node.type).title
    except UnknownLayerError:
        return node.type


def titles(graph: Graph) -> Mapping[str, str]:
    """Return the words for all nodes by id, no two alike; the same object while so."""
    if graph.titles is None:
        graph.titles = _numbered(graph)
    return graph.titles


def _numbered(graph: Graph) -> dict[str, str]:
    words = _words(graph)
    alike = Counter(words.values())
    repeated = {word: _free(word, n, alike) for word, n in alike.items() if n > 1}
    for node_id, word in words.items():
        if word in repeated:
            words[node_id] = next(repeated[word])
    return words


def _free(word: str, count: int, taken: Mapping[str, int]) -> Iterator[str]:
    """Return the word with so many numbers, without those that are somebody's name."""
    numbered = [f"{word} {number}" for number in range(1, count + 1)]
    if taken.keys().isdisjoint(numbered):  # Nearly always, and far quicker.
        return iter(numbered)
    every = (f"{word} {number}" for number in itertools.count(1))
    return (words for words in every if words not in taken)


def _words(graph: Graph) -> dict[str, str]:
    """Return the words for all nodes without numbers; asks once for each type."""
    nodes = graph.nodes.values()
    kinds = {n.type: n for n in nodes if n.type != BLOCK}
    titles_of = {kind: kind_title(node) for kind, node in kinds.items()}
    return {n.id: n.name or titles_of.get(n.type) or kind_title(n) for n in nodes}


def title(graph: Graph, node: Node) -> str:
    """Return the words for a node; one that is not in the graph goes without number."""
    return titles(graph).get(node.id) or node.name or kind_title(node)


def repeat_title(words: str, index: int) -> str:
    """Return the words for one repeat of a block that is called `words`.

    Args:
        words: Of its node: `Layers`, or `Layers 1` where several are called so.
        index: From 0.
    """
    return f"{words}{'.' if words[-1:].isdecimal() else ' '}{index + 1}"


def full_title(project: Project, path: str) -> str:
    """Return the words for a path and, for who reads the file, the path itself."""
    words = path_title(project, path)
    return words if words == path else f"{words} ({path})"


def path_title(project: Project, path: str) -> str:
    """Return the words for a path, outermost first: `Encoder · Linear 1`.

    Args:
        project: Only read.
        path: Of a node; inside a repeated block with the number of the repeat (from 0;
            the words count from 1: `Layers 3 · Norm`) or without, for all of them.
    """
    words: list[str] = []
    graph = project.graph
    for step in path.split("."):
        if words and step.isdecimal():
            words[-1] = repeat_title(words[-1], int(step))
            continue
        node = graph.nodes.get(step)
        if node is None:
            return path
        words.append(title(graph, node))
        inner = project.blocks.get(str(node.params.get("of", "")))
        graph = inner.graph if inner is not None and node.type == BLOCK else Graph()
    return SEPARATOR.join(words)
