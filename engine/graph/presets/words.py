"""Words by which a preset is found: its data, and the layers that it is made of."""

from collections.abc import Iterator

from engine.errors import UnknownLayerError
from engine.graph.model import Node, Project
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA, DATASETS

_KINDS = {
    "series": ("time series", "forecast", "prediction"),
    "tabular": ("table", "tabular data"),
    "images": ("image", "picture", "computer vision"),
    "text": ("text", "nlp"),
    "maths": (),
}
"""What else people call the families of data sets."""
_SILENT = {"io", "view", "metric", "shape", "merge", "loss"}
"""Categories whose other names say nothing of a network: `plot`, `input`."""
_CLASSIFICATION = "classification"
_CLASSIFIERS = {"cross_entropy", "nll", "accuracy", "confusion_matrix"}
"""Nodes of networks that tell classes apart."""


def words_of(project: Project) -> tuple[str, ...]:
    """Return the words, in English, each once."""
    graphs = (project.graph, *(block.graph for block in project.blocks.values()))
    nodes = [node for graph in graphs for node in graph.nodes.values()]
    words = dict.fromkeys(word for node in nodes for word in _words(node))
    if not _CLASSIFIERS & {node.type for node in nodes}:
        words.pop(_CLASSIFICATION, None)  # digits that are drawn, not told apart
    return tuple(words)


def _words(node: Node) -> Iterator[str]:
    if node.name:
        yield node.name
    try:
        spec = registry.get(node.type)
    except UnknownLayerError:
        return
    yield spec.title
    if spec.category not in _SILENT:
        yield from (*spec.aliases, registry.CATEGORIES[spec.category])
    source = node.params.get("source", DATA.defaults()["source"])
    if spec is DATA and source in DATASETS:
        data = DATASETS[str(source)]
        yield from (data.title, data.family, data.task, *_KINDS.get(data.family, ()))
