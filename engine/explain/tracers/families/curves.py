"""Functions of one number: the rule and the slope where the number stands.

Slots: x the input, a the output (`{a}` in a slope), and settings of the layer. Where a
curve has a corner, the slope is the one that torch takes.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from torch import nn

Settings = Mapping[str, float]


class Piece(NamedTuple):
    """A function around one number.

    Args:
        rule: f, with slots.
        slope: f′, with slots.
        value: f(x).
        derivative: f′(x).
        settings: Slot → number, besides x and a.
    """

    rule: str
    slope: str
    value: float
    derivative: float
    settings: Settings = MappingProxyType({})


Curve = Callable[[float, Any], Piece]


def sigmoid(x: float) -> float:
    """Return 1/(1 + e⁻ˣ) without overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def _constant(value: float) -> Piece:
    return Piece(f"{value:g}".replace("-", "−"), "0", value, 0.0)


def _same(x: float) -> Piece:
    return Piece("{x}", "1", x, 1.0)


def _relu(x: float, _module: object) -> Piece:
    return _same(x) if x > 0 else _constant(0.0)


def _relu6(x: float, _module: object) -> Piece:
    return _constant(6.0) if x >= 6 else _relu(x, _module)


def _leaky(x: float, module: nn.LeakyReLU) -> Piece:
    if x > 0:
        return _same(x)
    s = module.negative_slope
    return Piece("{s}·{x}", "{s}", s * x, s, {"s": s})


def _elu(x: float, module: nn.ELU) -> Piece:
    if x > 0:
        return _same(x)
    alpha = module.alpha
    value = alpha * math.expm1(x)
    settings = {"α": alpha}
    return Piece(
        "{α}·(exp({x}) − 1)", "{a} + {α}", value, alpha * math.exp(x), settings
    )


def _celu(x: float, module: nn.CELU) -> Piece:
    if x > 0:
        return _same(x)
    alpha = module.alpha
    value, slope = alpha * math.expm1(x / alpha), math.exp(x / alpha)
    return Piece(
        "{α}·(exp({x} / {α}) − 1)", "exp({x} / {α})", value, slope, {"α": alpha}
    )


_SELU = {"λ": 1.0507009873554804934193349852946, "α": 1.6732632423543772848170429916717}


def _selu(x: float, _module: object) -> Piece:
    scale, alpha = _SELU["λ"], _SELU["α"]
    if x > 0:
        return Piece("{λ}·{x}", "{λ}", scale * x, scale, {"λ": scale})
    value = scale * alpha * math.expm1(x)
    slope = scale * alpha * math.exp(x)
    return Piece("{λ}·{α}·(exp({x}) − 1)", "{λ}·{α}·exp({x})", value, slope, _SELU)


def _gelu(x: float, module: nn.GELU) -> Piece:
    if module.approximate == "tanh":
        return _gelu_tanh(x)
    below = 0.5 * (1 + math.erf(x / math.sqrt(2)))
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return Piece("{x}·Φ({x})", "Φ({x}) + {x}·φ({x})", x * below, below + x * density)


def _gelu_tanh(x: float) -> Piece:
    c, k = math.sqrt(2 / math.pi), 0.044715
    t = math.tanh(c * (x + k * x**3))
    slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * k * x * x)
    settings = {"c": c, "k": k, "t": t}
    return Piece(
        "0.5·{x}·(1 + tanh({c}·({x} + {k}·{x}·{x}·{x})))",
        "0.5·(1 + {t}) + 0.5·{x}·(1 − {t}·{t})·{c}·(1 + 3·{k}·{x}·{x})",
        0.5 * x * (1 + t),
        slope,
        settings,
    )


def _sigmoid(x: float, _module: object) -> Piece:
    a = sigmoid(x)
    return Piece("σ({x})", "{a}·(1 − {a})", a, a * (1 - a))


def _silu(x: float, _module: object) -> Piece:
    s = sigmoid(x)
    return Piece(
        "{x}·σ({x})", "{s} + {x}·{s}·(1 − {s})", x * s, s + x * s * (1 - s), {"s": s}
    )


def _mish(x: float, _module: object) -> Piece:
    s, t = sigmoid(x), math.tanh(_softplus_of(x))
    slope = t + x * (1 - t * t) * s
    settings = {"s": s, "t": t}
    return Piece(
        "{x}·tanh(ln(1 + exp({x})))", "{t} + {x}·(1 − {t}·{t})·{s}", x * t, slope,
        settings,
    )  # fmt: skip


def _tanh(x: float, _module: object) -> Piece:
    a = math.tanh(x)
    return Piece("tanh({x})", "1 − {a}·{a}", a, 1 - a * a)


def _softplus_of(x: float) -> float:
    return x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))


def _softplus(x: float, module: nn.Softplus) -> Piece:
    beta = module.beta
    if x * beta > module.threshold:
        return _same(x)
    value = _softplus_of(beta * x) / beta
    return Piece(
        "ln(1 + exp({β}·{x})) / {β}", "σ({β}·{x})", value, sigmoid(beta * x),
        {"β": beta},
    )  # fmt: skip


def _log_sigmoid(x: float, _module: object) -> Piece:
    return Piece("ln(σ({x}))", "1 − σ({x})", -_softplus_of(-x), sigmoid(-x))


def _softsign(x: float, _module: object) -> Piece:
    below = 1 + abs(x)
    return Piece(
        "{x} / (1 + |{x}|)", "1 / ((1 + |{x}|)·(1 + |{x}|))", x / below, below**-2
    )


def _hardtanh(x: float, module: nn.Hardtanh) -> Piece:
    if x <= module.min_val:
        return _constant(module.min_val)
    return _constant(module.max_val) if x >= module.max_val else _same(x)


def _hardsigmoid(x: float, _module: object) -> Piece:
    if abs(x) >= 3:
        return _constant(float(x > 0))
    return Piece("{x} / 6 + 0.5", "1 / 6", x / 6 + 0.5, 1 / 6)


def _hardswish(x: float, _module: object) -> Piece:
    if x <= -3:
        return _constant(0.0)
    if x >= 3:
        return _same(x)
    return Piece("{x}·({x} + 3) / 6", "{x} / 3 + 0.5", x * (x + 3) / 6, x / 3 + 0.5)


def _hardshrink(x: float, module: nn.Hardshrink) -> Piece:
    return _constant(0.0) if abs(x) <= module.lambd else _same(x)


def _softshrink(x: float, module: nn.Softshrink) -> Piece:
    limit = module.lambd
    if abs(x) <= limit:
        return _constant(0.0)
    rule = "{x} − {λ}" if x > 0 else "{x} + {λ}"
    return Piece(rule, "1", x - math.copysign(limit, x), 1.0, {"λ": limit})


def _tanhshrink(x: float, _module: object) -> Piece:
    t = math.tanh(x)
    return Piece("{x} − tanh({x})", "{t}·{t}", x - t, t * t, {"t": t})


def _threshold(x: float, module: nn.Threshold) -> Piece:
    return _same(x) if x > module.threshold else _constant(module.value)


def _exp(x: float, _module: object) -> Piece:
    return Piece("exp({x})", "{a}", math.exp(x), math.exp(x))


def _sqrt(x: float, _module: object) -> Piece:
    if x <= 0:
        slope = math.inf if x == 0 else math.nan
        return Piece("√({x})", "1 / (2·{a})", 0.0 if x == 0 else math.nan, slope)
    return Piece("√({x})", "1 / (2·{a})", math.sqrt(x), 0.5 / math.sqrt(x))


def _square(x: float, _module: object) -> Piece:
    return Piece("{x}·{x}", "2·{x}", x * x, 2 * x)


def _abs(x: float, _module: object) -> Piece:
    sign = float((x > 0) - (x < 0))
    return Piece("|{x}|", f"{sign:g}".replace("-", "−"), abs(x), sign)


def _negative(x: float, _module: object) -> Piece:
    return Piece("−{x}", "−1", -x, -1.0)


def _sin(x: float, _module: object) -> Piece:
    return Piece("sin({x})", "cos({x})", math.sin(x), math.cos(x))


def _cos(x: float, _module: object) -> Piece:
    return Piece("cos({x})", "−sin({x})", math.cos(x), -math.sin(x))


def _scale(x: float, module: object) -> Piece:
    factor, offset = cast("Any", module).factor, cast("Any", module).offset
    settings = {"k": factor, "c": offset}
    return Piece("{k}·{x} + {c}", "{k}", factor * x + offset, factor, settings)


CURVES: Mapping[str, Curve] = {
    "relu": _relu,
    "relu6": _relu6,
    "leaky_relu": _leaky,
    "elu": _elu,
    "celu": _celu,
    "selu": _selu,
    "gelu": _gelu,
    "sigmoid": _sigmoid,
    "silu": _silu,
    "mish": _mish,
    "tanh": _tanh,
    "softplus": _softplus,
    "log_sigmoid": _log_sigmoid,
    "softsign": _softsign,
    "hardtanh": _hardtanh,
    "hardsigmoid": _hardsigmoid,
    "hardswish": _hardswish,
    "hardshrink": _hardshrink,
    "softshrink": _softshrink,
    "tanhshrink": _tanhshrink,
    "threshold": _threshold,
}
FUNCTIONS: Mapping[str, Curve] = {
    "exp": _exp,
    "sqrt": _sqrt,
    "square": _square,
    "abs": _abs,
    "negative": _negative,
    "sin": _sin,
    "cos": _cos,
    "scale": _scale,
}
