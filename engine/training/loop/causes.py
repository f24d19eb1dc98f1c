"""Says in words why a node is not finite, and what keeps it so."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from engine.compile.flatten import FlatNode
from engine.i18n import tr
from engine.protocol.findings import number
from engine.training.parts.tracing import Trace

Words = tuple[str, str, str]
"""Kind, what is wrong, what to do."""
_EXP = {"exp": 0, "kl_gaussian": 1, "reparameterise": 1, "poisson_nll": 0}
"""Which input e is taken to the power of."""
_WEIGHED = {"cross_entropy", "nll"}
HUGE = 1e10
"""Numbers whose products with others like them soon don't fit."""
CLAMPED = {"root", "log", "division", "power", "exp"}
"""Kinds that a limit on the input mends."""


@dataclass(frozen=True)
class Cause:
    """Why a training ended with a number that is not finite.

    Args:
        node: Path of the node.
        port: Which of its inputs.
        kind: What is wrong there; `overflow` and `exp` are matters of size.
        value: The input there.
        step: Number of the step.
        text: One sentence or two.
        advice: One sentence.
    """

    node: str
    port: int
    kind: str
    value: float
    step: int
    text: str
    advice: str

    @property
    def is_size(self) -> bool:
        """Whether smaller weights or steps would have kept it finite."""
        return self.kind in {"overflow", "exp"}


def cause(found: Trace, node: FlatNode, step: int) -> Cause:
    """Return a trace as a cause, in words."""
    kind, why, advice = _words(found, node)
    facts = {"step": step, "node": node.title, "why": why}
    facts["size"] = tr("not a number") if found.is_nan else tr("infinite")
    text = tr("In step {step} “{node}” puts out what is {size}: {why}.", **facts)
    if found.is_gradient:
        text = tr("In step {step} the gradient of “{node}” is {size}: {why}.", **facts)
    if found.sample >= 0:
        words = tr("It began with sample {n} of the batch.", n=found.sample + 1)
        text = f"{text} {words}"
    elif found.largest >= 0 and kind in {"overflow", "exp"}:
        words = tr("The largest is in sample {n} of the batch.", n=found.largest + 1)
        text = f"{text} {words}"
    if found.time >= 0:
        text = f"{text} {_moment(found)}"
    port, value = found.port, found.value
    if kind == "exp":
        port, value = _EXP[node.type], _largest(found, node)
    return Cause(found.node, port, kind, value, step, text, advice)


def _moment(found: Trace) -> str:
    """Return at which time and in which gates a recurrent layer became bad."""
    if found.gates:
        gates = ", ".join(found.gates)
        return tr("It began at time {n}, in the gate {gates}.", n=found.time + 1,
                  gates=gates)  # fmt: skip
    return tr("It began at time {n} of the sequence.", n=found.time + 1)


def _words(found: Trace, node: FlatNode) -> Words:
    for tell in (
        _data,
        _statistics,
        _eps,
        _weights,
        _BY_TYPE.get(node.type, _nothing),
        _exp,
    ):
        words = tell(found, node)
        if words:
            return words
    return _other(found, node)


Tell = Callable[[Trace, FlatNode], Words | None]


def _nothing(_found: Trace, _node: FlatNode) -> None:
    return None


def _data(found: Trace, node: FlatNode) -> Words | None:
    if node.type not in {"data", "noise"}:
        return None
    why = tr("the data itself holds {value}", value=number(found.value))
    return "data", why, tr("Repair or leave out this sample.")


def _statistics(found: Trace, _node: FlatNode) -> Words | None:
    if not found.statistics:
        return None
    why = tr("its own “{name}” is no finite number", name=found.statistics)
    advice = tr("Begin with other weights: these were damaged before.")
    return "statistics", why, advice


def _eps(_found: Trace, node: FlatNode) -> Words | None:
    if node.params.get("eps") != 0:
        return None
    why = tr("its ε is 0, and here it would divide by 0 or take the logarithm of 0")
    return "eps", why, tr("Set its ε to a small number such as 0.00001.")


def _weights(found: Trace, node: FlatNode) -> Words | None:
    weights = node.params.get("class_weights")
    if node.type not in _WEIGHED or not weights or found.is_gradient:
        return None
    why = tr("the weights of all classes in the batch add up to 0")
    return "weights", why, tr("Give every class a weight above 0.")


def _root(found: Trace, _node: FlatNode) -> Words | None:
    if found.value > 0:
        return None
    if found.value < 0:
        why = tr("√x of a negative number, {x}", x=number(found.value))
    else:
        why = tr("√x at x = 0 has an infinite slope")
    return "root", why, tr("Keep x above 0: a Clamp in front with Low 0.000001.")


def _log(found: Trace, _node: FlatNode) -> Words | None:
    if found.value > 0:
        return None
    why = tr("the logarithm of {x}", x=number(found.value))
    return "log", why, tr("Keep x above 0: a Clamp in front with Low 0.000001.")


def _division(found: Trace, _node: FlatNode) -> Words | None:
    if len(found.inputs) < 2 or not bool((found.inputs[1] == 0).any()):
        return None
    why = tr("a division by 0")
    return "division", why, tr("Keep the divisor away from 0.")


def _power(found: Trace, node: FlatNode) -> Words | None:
    exponent = node.params.get("exponent")
    if found.value > 0 or not isinstance(exponent, int | float):
        return None
    facts = {"x": number(found.value), "p": number(exponent)}
    why = tr("{x} to the power of {p}", **facts)
    if found.is_gradient:
        why = tr("the slope of x^{p} at x = {x}", **facts)
    return "power", why, tr("Keep x above 0: a Clamp in front with Low 0.000001.")


def _exp(found: Trace, node: FlatNode) -> Words | None:
    if node.type not in _EXP:
        return None
    largest = _largest(found, node)
    why = tr("e to the power of {x} is too large for a number", x=number(largest))
    return (
        "exp",
        why,
        tr("Keep x below 80; for shares that add up to 1 use Softmax, which is safe."),
    )


def _largest(found: Trace, node: FlatNode) -> float:
    """Return the largest number that e is taken to the power of."""
    inputs = found.inputs[_EXP[node.type] :] or found.inputs
    return float(inputs[0].max()) if inputs and inputs[0].numel() else 0.0


def _other(found: Trace, _node: FlatNode) -> Words:
    sizes = [float(x.abs().max()) for x in found.inputs if x.numel()]
    largest = max([*sizes, found.upstream])
    kind = next((x.dtype for x in found.inputs if x.is_floating_point()), torch.float32)
    if not found.is_gradient or largest > HUGE:
        why = tr(
            "numbers as large as {x} met there, and the largest that fits is {most}",
            x=number(largest),
            most=number(torch.finfo(kind).max),
        )
        return "overflow", why, tr("Scale the data, normalise, or take smaller steps.")
    why = tr("it has no finite slope at {x}", x=number(found.value))
    return "slope", why, tr("Keep what goes in away from this value.")


_BY_TYPE: dict[str, Tell] = {
    "sqrt": _root,
    "log": _log,
    "divide": _division,
    "power": _power,
}
