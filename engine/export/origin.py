"""What a file of weights says beside them: all that is needed to build the network.

Every value is text, as safetensors wants it; most are JSON.
"""

import json
from collections.abc import Iterator

from engine.compile.flatten import FlatNode, Flattener
from engine.data.catalog import Dataset, load
from engine.graph.files import serialize
from engine.graph.model import Project

FORMAT_VERSION = 2


def of_project(project: Project) -> dict[str, str]:
    """Return document, layers, and how the data was cut, scaled and named.

    Args:
        project: As it was trained.
    """
    nodes = Flattener(project).flat()
    sets = {node.path: load(node.params) for node in nodes if node.type == "data"}
    return {
        "format_version": str(FORMAT_VERSION),
        "document": serialize.dumps(project),
        "layers": _text([_layer(node) for node in nodes]),
        "data_split": _text({path: _split(found) for path, found in sets.items()}),
        "data_scaling": _text({path: _scaling(found) for path, found in sets.items()}),
        "data_preparation": _text(
            {
                path: found.preparation.as_list()
                for path, found in sets.items()
                if found.preparation
            }
        ),
        "class_names": _text(
            {path: dict(_names(found)) for path, found in sets.items()}
        ),
    }


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _layer(node: FlatNode) -> dict[str, object]:
    """Return one node after all that it depends on, with every setting."""
    return {
        "path": node.path,
        "type": node.type,
        "params": dict(node.params),
        "inputs": [[port, source.path, source.port] for port, source in node.inputs],
        "outputs": list(node.outputs),
        "weights": node.home,
        "trainable": node.trainable,
    }


def _split(found: Dataset) -> dict[str, object]:
    """Return which samples trained: the set, its settings, and what came of them."""
    settings = found.settings
    return {
        "source": settings.spec.id,
        "samples": settings.samples,
        "noise": settings.noise,
        "context": settings.context,
        "classes": list(settings.classes),
        "label_noise": settings.label_noise,
        "validation": settings.validation,
        "tokens": len(settings.tokens) if settings.tokens else 0,
        "split_seed": settings.seed,
        "num_train": found.num_train,
        "num_validation": found.num_validation,
        "sha256": found.fingerprint,
    }


def _scaling(found: Dataset) -> dict[str, object]:
    """Return how each port is scaled: what to apply to new samples."""
    return {port: step.as_dict() for port, step in found.scaling.items()}


def _names(found: Dataset) -> Iterator[tuple[str, list[str]]]:
    """Yield the names behind the whole numbers of each port, number 0 first."""
    if found.settings.tokens is not None:
        return  # tens of thousands, which stand in the model's own file
    for port in found.ports:
        if port.classes:
            yield port.port.name, list(port.classes)
