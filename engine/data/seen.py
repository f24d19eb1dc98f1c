"""What the training part of own data looked like: a run keeps it, to tell what drifts.

Axes: N samples, F features.
"""

from collections.abc import Iterator

import numpy as np

from engine.data.catalog import Dataset
from engine.data.intake.rarities import class_weights
from engine.data.readers.reader import Array

_DECILES = np.arange(0.1, 0.95, 0.1)
_MOST_COLUMNS = 200
_MOST_TOKENS = 256
"""Of a text whose tokens are counted: letters are; of words each topic has others."""
Looks = dict[str, dict[str, object]]
Records = dict[str, dict[str, object]]
"""Field of `run.json` → path of a data node → what is written down of it."""
RECORDS = ("preparation", "scaling", "class_weights", "seen")


def records(dataset: Dataset) -> dict[str, object]:
    """Return what a run writes down of own data, by field; nothing of built-in sets."""
    if dataset.settings.own is None:
        return {}
    steps = dataset.scaling.items()
    made: dict[str, object] = {
        "scaling": {port: step.as_dict() for port, step in steps}
    }
    if dataset.preparation is not None:
        made["preparation"] = dataset.preparation.as_list()
    if weights := class_weights(dataset.settings.own, dataset.train):
        made["class_weights"] = {port: list(w) for port, w in weights.items()}
    return made | {"seen": looks(dataset)}


def looks(dataset: Dataset, part: str = "train") -> Looks:
    """Return ranges and counts of every column of a part, by name.

    Numbers have `edges` (deciles), `counts` between them, `low` and `high`; classes
    have `classes` and `counts`.

    Args:
        dataset: Of own data.
        part: `train` or `validation`.
    """
    arrays = dataset.train if part == "train" else dataset.validation
    found: Looks = {}
    for port in dataset.ports:
        name = port.port.name
        values = arrays[name]
        if port.port.kind == "int":
            is_text = bool(port.shape) and not port.is_target
            is_known = is_text and len(port.classes) <= _MOST_TOKENS
            if port.classes and (is_known or not port.shape):
                counts = np.bincount(values.ravel(), minlength=len(port.classes))
                found[name] = {"classes": list(port.classes), "counts": counts.tolist()}
            continue
        step = dataset.scaling.get(name)
        raw = step.invert(values) if step else values
        for column, numbers in columns(raw, port.columns, name):
            found[column] = number_looks(numbers)
    return found


def columns(
    raw: Array, names: tuple[str, ...], port: str
) -> Iterator[tuple[str, Array]]:
    """Yield the columns of a table or of the end of a window.

    Of pictures and sounds the mean of each, and its deviation: contrast and loudness.
    """
    if raw.ndim == 3 and raw.shape[2] == len(names):
        raw = raw[:, -1]
    if raw.ndim == 2 and raw.shape[1] == len(names):
        yield from list(zip(names, raw.T, strict=True))[:_MOST_COLUMNS]
    else:
        flat = raw.reshape(len(raw), -1)
        yield port, flat.mean(1)
        if flat.shape[1] > 1:
            yield f"{port} (σ)", flat.std(1)


def number_looks(values: Array) -> dict[str, object]:
    """Return deciles, counts between them, and both ends.

    Shape:
        N
    """
    numbers = values.astype(np.float64)
    edges = np.unique(np.quantile(numbers, _DECILES).round(9))
    return {
        "edges": edges.tolist(),
        "counts": counted(values, edges).tolist(),
        "low": float(values.min()),
        "high": float(values.max()),
    }


def counted(values: Array, edges: Array) -> Array:
    """Return how many values are below, between and above edges."""
    places = np.searchsorted(edges, values.round(9), side="right")
    found: Array = np.bincount(places, minlength=len(edges) + 1)
    return found
