"""Losses that are a mean over numbers: the gap of one, its slope, and who divides.

Axes: M numbers that are judged.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.explain.tracers.families.curves import sigmoid
from engine.explain.tracers.families.labelled import CrossEntropy, Likelihood
from engine.explain.tracers.general import GENERAL, LINEAR, General
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer

_FLOOR = -100.0
"""Below this torch takes no logarithm of a probability."""


class Gap(NamedTuple):
    """The loss of one number.

    Args:
        rule: ℓ, with slots.
        slope: ∂ℓ/∂ŷ, with slots.
        value: ℓ.
        derivative: ∂ℓ/∂ŷ.
        numbers: Slot → number.
    """

    rule: str
    slope: str
    value: float
    derivative: float
    numbers: dict[str, float]


Judge = Callable[[tuple[float, ...], Any], Gap]
"""Takes what stands at one place of each input, and the module."""


class Mean(General):
    """Of a loss Σ ℓ / M.

    Args:
        judges: What ℓ is, for each input that gradients are written out for.
        every: ℓ of all numbers at once, from the inputs and the module.
        per_sample: Whether the number of samples divides, not that of numbers.
    """

    def __init__(
        self,
        *judges: Judge,
        every: Callable[[tuple[Tensor, ...], Any], Tensor],
        per_sample: bool = False,
    ) -> None:
        self._judges, self._every, self._per_sample = judges, every, per_sample

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the largest ℓ written out, and the mean of all."""
        del cell, port  # A loss is one number.
        inputs = _aligned(moment)
        losses = self._every(inputs, moment.module).double()
        count = self._count(moment)
        total = Terms(losses.flatten(), None, ("ℓ", ""))
        place = int(losses.flatten().abs().argmax())
        gap = self._judge(moment, place, 0)
        worst = Line("ℓ", gap.rule, dict(gap.numbers), gap.value)
        numbers: dict[str, Number] = {"Σ": total, "M": float(count)}
        return (worst, Line("L", "({Σ}) / {M}", numbers, total.total / count))

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return ∂ℓ/∂ŷ, and what the mean leaves of it."""
        if port >= len(self._judges):
            return GENERAL.given(moment, cell, port)
        order = torch.arange(moment.inputs[port].numel())
        place = int(order.reshape(moment.inputs[port].shape)[cell])
        gap = self._judge(moment, place, port)
        count, delta = self._count(moment), float(moment.upstream)
        slope = Line("ℓ′", gap.slope, dict(gap.numbers), gap.derivative)
        numbers: dict[str, Number] = {
            "δ": delta,
            "ℓ′": gap.derivative,
            "M": float(count),
        }
        value = delta * gap.derivative / count
        return (slope, Line("∂L/∂ŷ", "{δ}·{ℓ′} / {M}", numbers, value))

    def _judge(self, moment: Moment, place: int, port: int) -> Gap:
        at = tuple(float(x.flatten()[place]) for x in _aligned(moment))
        return self._judges[port](at, moment.module)

    def _count(self, moment: Moment) -> int:
        first = moment.inputs[0]
        return len(first) if self._per_sample else first.numel()


def _aligned(moment: Moment) -> tuple[Tensor, ...]:
    return tuple(
        x if x.is_floating_point() else x.to(moment.inputs[0].dtype)
        for x in moment.inputs
    )


def _setting(module: object, name: str, otherwise: float) -> float:
    return float(cast("Any", module).settings.get(name, otherwise))


def _squares(at: tuple[float, ...], _module: object) -> Gap:
    y, t = at
    numbers = {"ŷ": y, "y": t}
    return Gap("({ŷ} − {y})²", "2·({ŷ} − {y})", (y - t) ** 2, 2 * (y - t), numbers)


def _sign(value: float) -> float:
    return float((value > 0) - (value < 0))


def _absolute(at: tuple[float, ...], _module: object) -> Gap:
    y, t = at
    sign = _sign(y - t)
    slope = f"{sign:g}".replace("-", "−")
    return Gap("|{ŷ} − {y}|", slope, abs(y - t), sign, {"ŷ": y, "y": t})


def _huber(at: tuple[float, ...], module: object) -> Gap:
    y, t = at
    gap, limit = y - t, _setting(module, "delta", 1.0)
    numbers = {"ŷ": y, "y": t, "d": limit}
    if abs(gap) <= limit:
        return Gap("0.5·({ŷ} − {y})²", "{ŷ} − {y}", gap * gap / 2, gap, numbers)
    value, sign = limit * (abs(gap) - limit / 2), "" if gap > 0 else "−"
    rule = "{d}·(|{ŷ} − {y}| − 0.5·{d})"
    return Gap(rule, f"{sign}{{d}}", value, _sign(gap) * limit, numbers)


def _smooth(at: tuple[float, ...], module: object) -> Gap:
    y, t = at
    gap, beta = y - t, _setting(module, "beta", 1.0)
    numbers = {"ŷ": y, "y": t, "β": beta}
    if abs(gap) < beta:
        rule = "0.5·({ŷ} − {y})² / {β}"
        value = gap * gap / 2 / beta
        return Gap(rule, "({ŷ} − {y}) / {β}", value, gap / beta, numbers)
    sign = _sign(gap)
    slope = f"{sign:g}".replace("-", "−")
    rule = "|{ŷ} − {y}| − 0.5·{β}"
    return Gap(rule, slope, abs(gap) - beta / 2, sign, numbers)


def _log_cosh(at: tuple[float, ...], _module: object) -> Gap:
    y, t = at
    gap = y - t
    value = abs(gap) + math.log1p(math.exp(-2 * abs(gap))) - math.log(2)
    return Gap(
        "ln(cosh({ŷ} − {y}))", "tanh({ŷ} − {y})", value, math.tanh(gap),
        {"ŷ": y, "y": t},
    )  # fmt: skip


def _log(value: float) -> float:
    return max(_FLOOR, math.log(value)) if value > 0 else _FLOOR


def _bce(at: tuple[float, ...], _module: object) -> Gap:
    p, t = at
    value = -(t * _log(p) + (1 - t) * _log(1 - p))
    slope = (p - t) / max(p * (1 - p), 1e-12)
    rule = "−({y}·ln({p}) + (1 − {y})·ln(1 − {p}))"
    return Gap(rule, "({p} − {y}) / ({p}·(1 − {p}))", value, slope, {"p": p, "y": t})


def _logits(at: tuple[float, ...], module: object) -> Gap:
    z = at[0]
    t = at[1] if len(at) > 1 else float(cast("Any", module).constant)
    factor = getattr(module, "pos_weight", None)
    s = sigmoid(z)
    on = max(-z, 0.0) + math.log1p(math.exp(-abs(z)))
    off = z + on
    if factor is None:
        rule = "−({y}·ln(σ({z})) + (1 − {y})·ln(1 − σ({z})))"
        value = t * on + (1 - t) * off
        return Gap(rule, "σ({z}) − {y}", value, s - t, {"z": z, "y": t})
    w = float(factor)
    rule = "−({w}·{y}·ln(σ({z})) + (1 − {y})·ln(1 − σ({z})))"
    slope = "(1 − {y})·σ({z}) − {w}·{y}·(1 − σ({z}))"
    value = w * t * on + (1 - t) * off
    derivative = (1 - t) * s - w * t * (1 - s)
    return Gap(rule, slope, value, derivative, {"z": z, "y": t, "w": w})


def _divergence(at: tuple[float, ...], module: object) -> Gap:
    q, p = at
    if cast("Any", module).settings.get("log_target"):
        numbers = {"ln q": q, "ln p": p}
        rule, slope = "exp({ln p})·({ln p} − {ln q})", "−exp({ln p})"
        return Gap(rule, slope, math.exp(p) * (p - q), -math.exp(p), numbers)
    numbers = {"ln q": q, "p": p}
    if p <= 0:
        return Gap("0", "−{p}", 0.0, -p, numbers)
    rule = "{p}·(ln({p}) − {ln q})"
    return Gap(rule, "−{p}", p * (math.log(p) - q), -p, numbers)


_KL = "0.5·({μ}² + exp({ln σ²}) − {ln σ²} − 1)"


def _kl_mean(at: tuple[float, ...], _module: object) -> Gap:
    mean, log_variance = at
    value = 0.5 * (mean**2 + math.exp(log_variance) - log_variance - 1)
    return Gap(_KL, "{μ}", value, mean, {"μ": mean, "ln σ²": log_variance})


def _kl_variance(at: tuple[float, ...], module: object) -> Gap:
    gap = _kl_mean(at, module)
    derivative = 0.5 * (math.exp(at[1]) - 1)
    return gap._replace(slope="0.5·(exp({ln σ²}) − 1)", derivative=derivative)


def _hinge(at: tuple[float, ...], module: object) -> Gap:
    y, t = at
    margin = _setting(module, "margin", 1.0)
    inside = margin - t * y
    slope, derivative = ("−{y}", -t) if inside >= 0 else ("0", 0.0)
    numbers = {"ŷ": y, "y": t, "m": margin}
    return Gap("max(0, {m} − {y}·{ŷ})", slope, max(0.0, inside), derivative, numbers)


def _soft_margin(at: tuple[float, ...], _module: object) -> Gap:
    y, t = at
    z = -t * y
    value = max(z, 0.0) + math.log1p(math.exp(-abs(z)))
    numbers = {"ŷ": y, "y": t}
    slope = "−{y}·σ(−{y}·{ŷ})"
    return Gap("ln(1 + exp(−{y}·{ŷ}))", slope, value, -t * sigmoid(z), numbers)


def _hinges(inputs: tuple[Tensor, ...], module: object) -> Tensor:
    margin = _setting(module, "margin", 1.0)
    return (margin - inputs[1] * inputs[0]).clamp(min=0)


def _all_logits(inputs: tuple[Tensor, ...], module: object) -> Tensor:
    z = inputs[0]
    constant = torch.full_like(z, cast("Any", module).constant)
    target = inputs[1] if len(inputs) > 1 else constant
    factor = cast("Any", module).pos_weight
    return F.binary_cross_entropy_with_logits(
        z, target, pos_weight=factor, reduction="none"
    )


def _all_divergences(inputs: tuple[Tensor, ...], module: object) -> Tensor:
    is_log = bool(cast("Any", module).settings.get("log_target"))
    return F.kl_div(inputs[0], inputs[1], reduction="none", log_target=is_log)


def _all_kl(inputs: tuple[Tensor, ...], _module: object) -> Tensor:
    mean, log_variance = inputs
    return 0.5 * (mean**2 + log_variance.exp() - log_variance - 1)


def _gaps(inputs: tuple[Tensor, ...]) -> Tensor:
    return inputs[0] - inputs[1]


TRACERS: dict[str, Tracer] = {
    "mse": Mean(_squares, every=lambda x, _: _gaps(x) ** 2),
    "l1": Mean(_absolute, every=lambda x, _: _gaps(x).abs()),
    "huber": Mean(
        _huber,
        every=lambda x, m: F.huber_loss(
            x[0], x[1], reduction="none", delta=_setting(m, "delta", 1.0)
        ),
    ),
    "smooth_l1": Mean(
        _smooth,
        every=lambda x, m: F.smooth_l1_loss(
            x[0], x[1], reduction="none", beta=_setting(m, "beta", 1.0)
        ),
    ),
    "log_cosh": Mean(
        _log_cosh,
        every=lambda x, _: _gaps(x) + F.softplus(-2 * _gaps(x)) - math.log(2),
    ),
    "bce": Mean(
        _bce,
        every=lambda x, _: F.binary_cross_entropy(x[0], x[1], reduction="none"),
    ),
    "bce_with_logits": Mean(_logits, every=_all_logits),
    "kl_div": Mean(_divergence, every=_all_divergences, per_sample=True),
    "kl_gaussian": Mean(_kl_mean, _kl_variance, every=_all_kl, per_sample=True),
    "hinge": Mean(_hinge, every=_hinges),
    "soft_margin": Mean(_soft_margin, every=lambda x, _: F.softplus(-x[1] * x[0])),
    "minimise": LINEAR,
    "cross_entropy": CrossEntropy(),
    "nll": Likelihood(),
}
