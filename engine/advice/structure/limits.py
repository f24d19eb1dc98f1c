"""Outputs whose range can't reach what a loss asks for."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from engine.advice.fixes.fix_context import Step, value_words
from engine.advice.structure.net import REARRANGED, Net
from engine.compile.flatten import FlatNode, Source
from engine.graph.problems import Fix, Problem
from engine.i18n import tr
from engine.layers import registry

INF = math.inf


class Span(NamedTuple):
    """The least and the greatest value that something can have."""

    low: float
    high: float


_SPANS = {
    **dict.fromkeys(("sigmoid", "hardsigmoid", "softmax", "softmin"), Span(0, 1)),
    **dict.fromkeys(("tanh", "softsign", "sin", "cos"), Span(-1, 1)),
    **dict.fromkeys(("cosine_similarity", "normalize"), Span(-1, 1)),
    **dict.fromkeys(("relu", "softplus", "abs", "square", "exp", "sqrt"), Span(0, INF)),
    **dict.fromkeys(("log_softmax", "log_sigmoid"), Span(-INF, 0)),
    "pairwise_distance": Span(0, INF),
    "relu6": Span(0, 6),
    "one_hot": Span(0, 1),
    "elu": Span(-1, INF),
    "selu": Span(-1.7581, INF),
    "silu": Span(-0.2785, INF),
    "gelu": Span(-0.17, INF),
    "mish": Span(-0.3089, INF),
    "hardswish": Span(-0.375, INF),
}
_LIMITS = {"hardtanh": ("min_val", "max_val"), "clamp": ("low", "high")}
_PASSED = REARRANGED | {"dropout"}
_SCORED = {
    *("cross_entropy", "bce_with_logits", "multi_margin"),
    *("hinge", "soft_margin", "multilabel_soft_margin"),
}
_TOLD_ELSEWHERE = {
    ("cross_entropy", "softmax"),
    ("cross_entropy", "log_softmax"),
    ("cross_entropy", "sigmoid"),
    ("bce_with_logits", "sigmoid"),
    ("bce_with_logits", "softmax"),
    ("bce", "linear"),
}
_NARROW = 4.0
"""Scores of a smaller range than this leave every answer in doubt."""
_NEAR = {"mse", "l1", "huber", "smooth_l1", "log_cosh", "gaussian_nll"}
_BARE = {"dense", "conv"}


def limit_problems(net: Net) -> Iterator[Problem]:
    """Yield the losses that get numbers of the wrong range."""
    for loss in net.ends("loss"):
        last = net.origin(net.source(loss, loss.inputs[0][0]), _PASSED)
        if last is None or (loss.type, last.type) in _TOLD_ELSEWHERE:
            continue
        span = span_of(last)
        if loss.type in _SCORED and span:
            yield from _scores(net, loss, last, span)
        if loss.type in _NEAR and span:
            yield from _near(net, loss, last, span)
        yield from _demanded(net, loss)


def span_of(node: FlatNode) -> Span | None:
    """Return the range of what a node puts out; None where it is not known."""
    if node.type in _LIMITS:
        low, high = (node.params[name] for name in _LIMITS[node.type])
        return Span(
            low if isinstance(low, int | float) else -INF,
            high if isinstance(high, int | float) else INF,
        )
    if node.type in {"elu", "celu"}:
        alpha = node.params["alpha"]
        return Span(-alpha, INF) if isinstance(alpha, int | float) else None
    return _SPANS.get(node.type)


def _scores(net: Net, loss: FlatNode, last: FlatNode, span: Span) -> Iterator[Problem]:
    """Warn of scores that can't go both ways, or hardly anywhere."""
    is_half = span.low >= 0 or span.high <= 0
    may_be_narrow = loss.type in {"cross_entropy", "bce_with_logits"}
    is_narrow = may_be_narrow and span.high - span.low < _NARROW
    if not is_half and not is_narrow:
        return
    yield Problem(
        loss.place,
        tr("“{layer}” limits the scores that {loss} takes", **_names(net, loss, last)),
        expected=tr("any numbers, below 0 and above"),
        got=_words(span),
        port="input",
        fixes=tuple(net.context(last).bypass()),
        severity="warning",
    )


def _near(net: Net, loss: FlatNode, last: FlatNode, span: Span) -> Iterator[Problem]:
    """Warn of targets that lie outside of what the network can answer."""
    target = target_span(net, net.source(loss, "target"))
    if target is None:
        return
    slack = 1e-3 * min(target.high - target.low, 1e6)
    if span.low <= target.low + slack and target.high - slack <= span.high:
        return
    yield Problem(
        loss.place,
        tr(
            "“{layer}” can't reach the targets of {loss}",
            **_names(net, loss, last),
        ),
        expected=_words(target),
        got=_words(span),
        port="input",
        fixes=tuple(net.context(last).bypass()),
        severity="warning",
    )


def target_span(net: Net, source: Source | None) -> Span | None:
    """Return the range of a target; None where it is not known."""
    start = net.start_of(source, REARRANGED | {"cast"})
    if start is None:
        return None
    node = net.by_path[start.path]
    if node.type == "noise":
        uniform = node.params["distribution"] == "uniform"
        return Span(0, 1) if uniform else Span(-INF, INF)
    if node.type in {"one_hot", "sigmoid", "softmax"}:
        return Span(0, 1)
    values = net.samples(start)
    if values is None:
        return None
    return Span(float(values.min()), float(values.max()))


_Demand = tuple[str, Span, tuple[Step, ...]]
_DEMANDS: dict[str, tuple[_Demand, ...]] = {
    "bce": (("input", Span(0, 1), (("sigmoid", {}),)),),
    "nll": (("input", Span(-INF, 0), (("log_softmax", {}),)),),
    "kl_div": (("input", Span(-INF, 0), (("log_softmax", {}),)),),
    "ctc": (("input", Span(-INF, 0), (("log_softmax", {}),)),),
    "gaussian_nll": (("variance", Span(0, INF), (("softplus", {}),)),),
}
"""Loss → port, the range that it must have, and what gives it."""
_TELLS_OF_BARE = {"bce", "nll"}
"""Losses for which bare scores are told elsewhere."""


def _demanded(net: Net, loss: FlatNode) -> Iterator[Problem]:
    """Warn of numbers outside of what a loss is defined for."""
    for port, wanted, steps in _demands(loss):
        last = net.origin(net.source(loss, port), _PASSED)
        if last is None or (loss.type, last.type) in _TOLD_ELSEWHERE:
            continue
        span = span_of(last)
        if span is None and net.category(last) in _BARE:
            span = None if loss.type in _TELLS_OF_BARE else Span(-INF, INF)
        if span is None or (span.low >= wanted.low and span.high <= wanted.high):
            continue
        yield Problem(
            loss.place,
            tr(
                "{loss} gets numbers that “{port}” can't be",
                loss=net.title(loss),
                port=port,
            ),
            expected=_words(wanted),
            got=tr(
                "{range}, from “{layer}”", range=_words(span), layer=net.title(last)
            ),
            port=port,
            fixes=tuple(_into_range(net, loss, port, last, steps)),
            severity="warning",
        )


def _demands(loss: FlatNode) -> tuple[_Demand, ...]:
    if loss.type == "poisson_nll" and not loss.params["log_input"]:
        return (("input", Span(0, INF), (("softplus", {}),)),)
    return _DEMANDS.get(loss.type, ())


def _into_range(
    net: Net, loss: FlatNode, port: str, last: FlatNode, steps: tuple[Step, ...]
) -> Iterator[Fix]:
    """Yield the right activation in the place of the wrong one, or behind the layer."""
    if registry.get(last.type).category == "act":
        yield from net.context(last).retype(steps[0][0])
    else:
        index = [name for name, _ in loss.inputs].index(port)
        yield from net.context(loss).insert(index, *steps)


def _names(net: Net, loss: FlatNode, last: FlatNode) -> dict[str, str]:
    return {"layer": net.title(last), "loss": net.title(loss)}


def _words(span: Span) -> str:
    """Return a range in words."""
    low, high = (value_words(float(f"{end:.3g}")) for end in span)
    if math.isinf(span.low) and math.isinf(span.high):
        return tr("any numbers")
    if math.isinf(span.high):
        return tr("numbers from {low} up", low=low)
    if math.isinf(span.low):
        return tr("numbers up to {high}", high=high)
    return tr("numbers from {low} to {high}", low=low, high=high)
