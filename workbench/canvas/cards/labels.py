"""Numbers, shapes and settings as short text for cards, wires and tooltips."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from engine.graph.model import Node
from engine.graph.problems import Problem
from engine.graph.weights import Start
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATASETS
from engine.layers.spec import LayerSpec, Param, Value

_COUNTED = {
    "classes": "class",
    "outputs": "output",
    "groups": "group",
    "heads": "head",
    "channels": "channel",
    "features": "feature",
    "images": "image",
    "points": "point",
    "samples": "sample",
}
_ALWAYS_NAMED = {"rank", "num_heads"}
"""Whole numbers that say nothing without their name, also beside another setting."""
_THOUSAND = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def count(number: int) -> str:
    """Return a number in at most four digits: 320, 18.5k, 1.2M."""
    for unit, letter in _THOUSAND:
        if number >= unit:
            return f"{number / unit:.3g}{letter}"
    return str(number)


def shape(sizes: Sequence[int], *, batch: bool = False) -> str:
    """Return a shape; −1 in front is the batch.

    Args:
        sizes: As in `NodeInfo`.
        batch: Write the batch as N instead of leaving it out.
    """
    sizes = list(sizes)
    words = [str(size) for size in sizes]
    if sizes and sizes[0] == -1:
        words = (["N"] if batch or len(sizes) == 1 else []) + words[1:]
    return "×".join(words) or tr("scalar")


def start(node: Node) -> str:
    """Return which file the weights of a node start from."""
    file = Path(Start.parse(node.weights).path).name
    return tr("Starts from {file}", file=file)


def summary(
    spec: LayerSpec, params: Mapping[str, Value], wired: Collection[str] = ()
) -> str:
    """Return the settings that matter, such as `32 · 3×3`.

    Args:
        spec: Of the layer.
        params: All of them.
        wired: Inputs that have a wire; a setting of the same name has no effect then.
    """
    names = [name for name in spec.summary[:2] if name not in wired]
    shown = [p for name in names if (p := spec.param(name)) is not None]
    said = [p for p in shown if _setting(p, params[p.name], alone=False)]
    alone = len(said) == 1
    return " · ".join(_setting(p, params[p.name], alone=alone) for p in said)


def _setting(param: Param, value: Value, *, alone: bool) -> str:
    if value is None or value in ("", ()):
        return ""
    if param.name == "source" and value in DATASETS:
        return tr(DATASETS[str(value)].title)
    if param.kind == "size":
        sizes = value if isinstance(value, tuple) else (value,) * max(1, param.dims)
        return "×".join(str(size) for size in sizes)
    if isinstance(value, tuple) and param.name == "classes":
        return _numbers(tuple(part for part in value if isinstance(part, int)))
    if isinstance(value, tuple):
        return "×".join(f"{part:g}" for part in value if isinstance(part, int | float))
    return _plain(param, value, alone=alone)


def _numbers(values: tuple[int, ...]) -> str:
    """Return class numbers: `0–4` where they follow each other."""
    if len(values) > 2 and values == tuple(range(values[0], values[0] + len(values))):
        return f"{values[0]}–{values[-1]}"
    return ", ".join(map(str, values))


def _plain(param: Param, value: Value, *, alone: bool) -> str:
    label = tr(param.label).lower()
    if param.kind == "choice":
        return tr(str(value))
    if isinstance(value, bool):
        return label if value else ""
    if isinstance(value, float):
        return "" if _is_idle(param, value) else f"{label} {value:g}"
    if isinstance(value, int):
        is_signed = param.min is not None and param.min < 0
        is_told = alone or param.name in _ALWAYS_NAMED
        return _whole(label, value, alone=is_told, is_signed=is_signed)
    return str(value)


def _whole(label: str, value: int, *, alone: bool, is_signed: bool) -> str:
    """Return a whole number: a count with what it counts, or behind its name."""
    if is_signed:
        return f"{label} {value}"
    if not alone:
        return str(value)
    if label in _COUNTED:
        one = _COUNTED[label] if value == 1 else label
        return tr("{value} {label}", value=value, label=one)
    return f"{label} {value}"


def _is_idle(param: Param, value: float) -> bool:
    """Return whether a number does nothing: an amount of 0, a factor of 1."""
    return value == param.default and (value == 0 or param.name == "weight")


def by_root(problems: Iterable[Problem], prefix: str) -> dict[str, list[Problem]]:
    """Return problems by the shown node that they are of, or in.

    Args:
        problems: Of the whole project.
        prefix: What stands before the ids of the shown nodes in paths.
    """
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.node.startswith(prefix):
            root = problem.node[len(prefix) :].partition(".")[0]
            found.setdefault(root, []).append(problem)
    return found
