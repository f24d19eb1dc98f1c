"""Numbers and sentences of the room Explain, in the field's own symbols."""

import math
from collections.abc import Sequence

from engine.i18n import tr
from engine.protocol.tracing import Figures, NodeStep
from workbench.explain.walk import Part
from workbench.theme import text

_SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_PARTS: dict[Part, str] = {
    "forward": "forward",
    "loss": "loss",
    "backward": "backward",
    "update": "update",
}
_TERMS = {
    "batch": "this batch",
    "momentum": "memory",
    "decay": "weight decay",
    "decay_l2": "L2 decay",
    "l1": "L1",
    "ewc": "EWC",
}
SIDES: tuple[Part, ...] = ("forward", "backward", "update")
"""Sides of a layer that one can look at."""


def title(part: Part) -> str:
    """Return the name of a part of the step, as it begins a line."""
    name = tr(_PARTS[part])
    return name[:1].upper() + name[1:]


def term(name: str) -> str:
    """Return the words for a term of an update."""
    return tr(_TERMS[name])


def number(value: float) -> str:
    """Return a number with three significant digits: `−0.0554`, `1.24·10⁻⁵`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return text.figure(float(f"{value:.3g}"), exact=True) if value else "0"


def signed(value: float) -> str:
    """Return a number with its sign, also a plus."""
    return f"+{number(value)}" if value > 0 else number(value)


def whole(value: float) -> str:
    """Return a number with all the digits of its precision, for copying."""
    return f"{value:.9g}"


def place(cell: Sequence[int]) -> str:
    """Return a place as lower digits: `₃,₇`."""
    return ",".join(str(index).translate(_SUB) for index in cell)


def shape(sizes: Sequence[int]) -> str:
    """Return a shape: `16×7×7`; one number is `1`."""
    return "×".join(map(str, sizes)) or "1"


def health(found: Figures) -> str:
    """Return what can be said of a tensor in a line."""
    if found.nan or found.infinite:
        return tr(
            "{nan} NaN, {infinite} ∞ of {n}",
            nan=text.count(found.nan),
            infinite=text.count(found.infinite),
            n=text.count(math.prod(found.shape)),
        )
    above = max(0.0, 1 - found.negative - found.zero)
    parts = [f"< 0: {_share(found.negative)}", f"0: {_share(found.zero)}"]
    parts.append(f"> 0: {_share(above)}")
    if found.subnormal:
        parts.append(tr("subnormal {share}", share=_share(found.subnormal)))
    return "  ·  ".join(parts)


def is_odd(found: Figures) -> bool:
    """Return whether a tensor has numbers that are none."""
    return bool(found.nan or found.infinite)


def _share(share: float) -> str:
    if 0 < share < 0.01:
        return f"<1{text.THIN}%"
    return text.percent(round(share, 2))


def fact(node: NodeStep, part: Part) -> str:
    """Return what a card says of its node at a part of the step."""
    if part == "backward":
        arrived = next((found for found in node.upstreams if found), None)
        return f"δ {tr('norm')} {number(arrived.norm)}" if arrived else ""
    if part == "update":
        norms = [weight.step.norm for weight in node.weights]
        return f"Δw {tr('norm')} {number(math.hypot(*norms))}" if norms else ""
    if not node.outputs:
        return ""
    output = node.outputs[0]
    if part == "loss":
        return f"L {number(output.mean)}"
    if output.zero > 0 and output.negative == 0:
        active = text.percent(round(1 - output.zero, 2))
        return tr("{share} active", share=active)
    return f"{tr('norm')} {number(output.norm)}"


def subtitle(node: NodeStep, kind: str) -> str:
    """Return kind, shapes and number of weights of a node in a line."""
    ways = f"{_sample(node.inputs)} → {_sample(node.outputs)}"
    count = sum(math.prod(weight.values.shape) for weight in node.weights)
    weights = [tr("{n:weight|weights}", n=text.count(count))] if count else []
    return " · ".join([kind, ways, *weights])


def _sample(tensors: Sequence[Figures]) -> str:
    return ", ".join(shape(found.shape[1:]) for found in tensors) or "–"
