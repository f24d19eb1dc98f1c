"""Numbers, shapes and settings as short text for cards, wires and tooltips."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from engine.graph.compare.score import SHARES
from engine.graph.model import Node
from engine.graph.weights import Start
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATA, DATASETS, spec_of
from engine.layers.datasets.own import is_own
from engine.layers.spec import LayerSpec, Param, Value
from workbench.theme.text import power_of_ten

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
_SHORTENED = 100_000
_SMALLEST, _LARGEST = 1e-3, 1e5
_UNSAID = ("auto", "automatic", "none")
"""Choices that say nothing on a card."""
_THOUSAND = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def count(number: int) -> str:
    """Return a number of weights: 320, 18,496, 1.2M."""
    if number < _SHORTENED:
        return f"{number:,}"
    for unit, letter in _THOUSAND:
        if number >= unit:
            return f"{number / unit:.3g}{letter}"
    return str(number)


def value(number: float, type_id: str) -> str:
    """Return a loss or a score in three digits: 0.333, 98.1 %, 2.1·10⁻⁵."""
    if type_id in SHARES:
        return f"{100 * number:.1f} %"
    if number == 0:
        return "0"
    if not _SMALLEST <= abs(number) < _LARGEST:
        digits, power = f"{number:.1e}".split("e")
        return f"{digits}·{power_of_ten(int(power))}"
    return _number(f"{number:.{max(0, 3 - _before_point(number))}f}")


def _before_point(number: float) -> int:
    """Return how many digits stand before the point; a lone 0 is none."""
    return len(str(int(abs(number)))) if abs(number) >= 1 else 0


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
    if spec.id in _WHOLE:
        return _WHOLE[spec.id](params)
    if spec.id == DATA.id and is_own(params):
        return tr(spec_of(params).title)
    names = [name for name in spec.summary[:2] if name not in wired]
    shown = [p for name in names if (p := spec.param(name)) is not None]
    said = [p for p in shown if _setting(p, params[p.name], alone=False)]
    alone = len(said) == 1
    return " · ".join(_setting(p, params[p.name], alone=alone) for p in said)


def _flattened(params: Mapping[str, Value]) -> str:
    """Return which axes become one; the batch is none of them."""
    first, last = params.get("start_dim"), params.get("end_dim")
    if (first, last) == (1, -1):
        return tr("all → 1-D")
    return tr("axes {first} … {last}", first=_number(first), last=_number(last))


def _swapped(params: Mapping[str, Value]) -> str:
    first, second = _number(params.get("dim0")), _number(params.get("dim1"))
    return tr("axes {first} ↔ {second}", first=first, second=second)


_WHOLE = {"flatten": _flattened, "transpose": _swapped}
"""Layers whose settings say something together only."""


def axis(value: int) -> str:
    """Return which axis is meant: −1 is the last one."""
    return tr("last axis") if value == -1 else tr("axis {n}", n=_number(value))


def _number(value: object) -> str:
    """Return a number with a minus where it has one."""
    return str(value).replace("-", "−")


def _setting(param: Param, value: Value, *, alone: bool) -> str:
    if value is None or value in ("", (), *_UNSAID):
        return ""
    if param.name == "source" and value in DATASETS:
        return tr(DATASETS[str(value)].title)
    if param.kind == "size" or isinstance(value, tuple):
        return _several(param, value)
    if param.name == "dim" and isinstance(value, int):
        return axis(value)
    if param.name == "p" and isinstance(value, float):
        return f"{100 * value:g} %"
    return _plain(param, value, alone=alone)


def _several(param: Param, value: Value) -> str:
    """Return sizes, axes, classes: `3×3`, `2, 1`, `0–4`."""
    whole = value if isinstance(value, tuple) else (value,) * max(1, param.dims)
    parts = [part for part in whole if isinstance(part, int | float)]
    if param.name == "classes":
        return _numbers(tuple(part for part in parts if isinstance(part, int)))
    if param.name == "dims":
        axes = ", ".join(map(_number, parts))
        return axis(-1) if parts == [-1] else axes
    return "×".join(_number(f"{part:g}") for part in parts)


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
        return "" if _is_idle(param, value) else f"{label} {_number(f'{value:g}')}"
    if isinstance(value, int):
        is_signed = param.min is not None and param.min < 0
        is_told = alone or param.name in _ALWAYS_NAMED
        return _whole(label, value, alone=is_told, is_signed=is_signed)
    return str(value)


def _whole(label: str, value: int, *, alone: bool, is_signed: bool) -> str:
    """Return a whole number: a count with what it counts, or behind its name."""
    if is_signed:
        return f"{label} {_number(value)}"
    written = _number(f"{value:,}")
    if not alone:
        return written
    if label in _COUNTED:
        one = _COUNTED[label] if value == 1 else label
        return tr("{value} {label}", value=written, label=one)
    return f"{label} {written}"


def _is_idle(param: Param, value: float) -> bool:
    """Return whether a number does nothing: an amount of 0, a factor of 1."""
    return value == param.default and (value == 0 or param.name == "weight")
