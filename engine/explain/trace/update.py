"""One step of an optimizer, split into terms that add up to it.

Every optimizer computes Δw as a sum: what this batch asks for, what memory of earlier
steps adds, what decay takes away. Its denominators hold the gradient too; they are
taken as they are in this step, so that the terms are shares of the real step.

Source: the update rules of torch.optim; see `engine.graph.options.OPTIMIZERS` for the
papers. Computed in float64 from copies.
"""

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.errors import ConfigError
from engine.i18n import tr

Hyper = Mapping[str, Any]


@dataclass(frozen=True)
class Forces:
    """What pulls at the weights of one tensor before the optimizer comes.

    Args:
        batch: ∂loss/∂w of this batch.
        l1: λ·sign(w) of the L1 penalty, or None.
        ewc: Gradient of elastic weight consolidation, or None.
        factor: By which clipping has multiplied their sum, per number; None without.

    Shape:
        each as the weights
    """

    batch: Tensor
    l1: Tensor | None = None
    ewc: Tensor | None = None
    factor: Tensor | None = None


class Split(NamedTuple):
    """An update as a sum.

    Args:
        before: The weights before it.
        terms: Name of a term → its part of Δw; `batch`, and where they are not
            nothing `l1`, `ewc`, `momentum`, `decay_l2`, `decay`.

    Shape:
        each as the weights
    """

    before: Tensor
    terms: dict[str, Tensor]

    @property
    def step(self) -> Tensor:
        """Δw, the sum of all terms.

        Shape:
            as the weights
        """
        return added(self.terms.values())

    @property
    def after(self) -> Tensor:
        """The weights after it.

        Shape:
            as the weights
        """
        return self.before + self.step


def added(terms: Iterable[Tensor]) -> Tensor:
    """Return the sum of one or more tensors; of one it is that one.

    Shape:
        each alike → the same
    """
    return reduce(operator.add, terms)


class _Rule(NamedTuple):
    """Δw = by_gradient·(forces + λ₂·w) + by_memory + by_weight·w."""

    by_gradient: Tensor | float
    by_memory: Tensor | None = None
    by_weight: float = 0.0
    l2: float = 0.0


class _At(NamedTuple):
    """What a rule may use: weights, all forces with L2 decay in them, memory, t."""

    gradient: Tensor
    memory: Mapping[str, Tensor]
    hyper: Hyper
    t: int


def split(
    kind: str,
    hyper: Hyper,
    weights: Tensor,
    forces: Forces,
    memory: Mapping[str, Tensor],
) -> Split:
    """Split the coming update of one tensor of weights.

    Args:
        kind: Id of the optimizer in `OPTIMIZERS`.
        hyper: Settings of its group for this step, as torch's `param_groups` has them.
        weights: Before the update.
        forces: See there.
        memory: The optimizer's state of this tensor before the update; empty at first.

    Raises:
        ConfigError: When there is no such optimizer.

    Shape:
        weights, and all tensors: of one shape
    """
    if kind not in _RULES:
        raise ConfigError(tr("There is no such optimizer"), got=kind)
    w = weights.detach().to(torch.float64, copy=True)
    factor = 1.0 if forces.factor is None else forces.factor.double()
    parts = {"batch": forces.batch.double() * factor}
    for name, part in (("l1", forces.l1), ("ewc", forces.ewc)):
        if part is not None:
            parts[name] = part.double() * factor
    l2 = 0.0 if kind == "adamw" else float(hyper["weight_decay"])
    gradient = added([*parts.values(), l2 * w] if l2 else parts.values())
    kept = {
        name: value if name == "mu_product" else value.detach().double()
        for name, value in memory.items()
    }
    t = int(kept["step"].item()) + 1 if "step" in kept else 1
    rule = _RULES[kind](_At(gradient, kept, hyper, t))
    terms = {name: rule.by_gradient * part for name, part in parts.items()}
    if rule.by_memory is not None:
        terms["momentum"] = rule.by_memory
    if l2:
        terms["decay_l2"] = rule.by_gradient * l2 * w
    if rule.by_weight:
        terms["decay"] = rule.by_weight * w
    return Split(w, terms)


def _sgd(at: _At) -> _Rule:
    rate, mu = float(at.hyper["lr"]), float(at.hyper["momentum"])
    buffer = at.memory.get("momentum_buffer")
    if not mu:
        return _Rule(-rate)
    look = bool(at.hyper["nesterov"])
    ahead = 1 + mu if look and buffer is not None else 1.0
    if buffer is None:  # torch begins with the gradient itself
        return _Rule(-rate * (1 + mu if look else 1.0))
    return _Rule(-rate * ahead, -rate * (mu * mu if look else mu) * buffer)


def _adagrad(at: _At) -> _Rule:
    total = at.memory.get("sum", torch.zeros_like(at.gradient))
    rate = float(at.hyper["lr"]) / (1 + (at.t - 1) * float(at.hyper["lr_decay"]))
    root = (total + at.gradient**2).sqrt() + float(at.hyper["eps"])
    return _Rule(-rate / root)


def _rmsprop(at: _At) -> _Rule:
    alpha, mu = float(at.hyper["alpha"]), float(at.hyper["momentum"])
    before = at.memory.get("square_avg", torch.zeros_like(at.gradient))
    square = alpha * before + (1 - alpha) * at.gradient**2
    scaled = -float(at.hyper["lr"]) / (square.sqrt() + float(at.hyper["eps"]))
    buffer = at.memory.get("momentum_buffer")
    if not mu or buffer is None:
        return _Rule(scaled)
    return _Rule(scaled, -float(at.hyper["lr"]) * mu * buffer)


def _moments(at: _At) -> tuple[Tensor, Tensor]:
    """Return β₁·m of before, and √v̂ + ε of this step."""
    beta1, beta2 = at.hyper["betas"]
    nothing = torch.zeros_like(at.gradient)
    mean = beta1 * at.memory.get("exp_avg", nothing)
    square = beta2 * at.memory.get("exp_avg_sq", nothing)
    square = square + (1 - beta2) * at.gradient**2
    return mean, (square / (1 - beta2**at.t)).sqrt() + float(at.hyper["eps"])


def _adam(at: _At) -> _Rule:
    beta1, _ = at.hyper["betas"]
    mean, root = _moments(at)
    scaled = -float(at.hyper["lr"]) / (1 - beta1**at.t) / root
    return _Rule(scaled * (1 - beta1), scaled * mean)


def _adamw(at: _At) -> _Rule:
    by_gradient, by_memory, *_ = _adam(at)
    decay = -float(at.hyper["lr"]) * float(at.hyper["weight_decay"])
    return _Rule(by_gradient, by_memory, decay)


def _nadam(at: _At) -> _Rule:
    beta1, _ = at.hyper["betas"]
    psi = float(at.hyper["momentum_decay"])
    mean, root = _moments(at)
    mu, ahead = (beta1 * (1 - 0.5 * 0.96 ** (k * psi)) for k in (at.t, at.t + 1))
    # torch keeps this product in a precision of its own; it is part of its step.
    product = float(at.memory.get("mu_product", torch.ones(())) * mu)
    rate = -float(at.hyper["lr"])
    now = rate * (1 - mu) / (1 - product) / root
    later = rate * ahead / (1 - product * ahead) / root
    return _Rule(now + later * (1 - beta1), later * mean)


_RULES: Mapping[str, Callable[[_At], _Rule]] = {
    "sgd": _sgd,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
    "nadam": _nadam,
}


def clip_factor(
    raw: Tensor, norm: float, clip_norm: float | None, clip_value: float | None
) -> Tensor | None:
    """Return by what clipping multiplies each number of a gradient.

    Args:
        raw: The gradient before.
        norm: Of all gradients of the phase together.
        clip_norm: The largest norm, if it is clipped.
        clip_value: The largest size of a number, if it is clipped.

    Returns:
        None where nothing is clipped.

    Shape:
        as the gradient

    Source: torch.nn.utils.clip_grad_norm_, which divides by the norm + 10⁻⁶.
    """
    if clip_norm is None and clip_value is None:
        return None
    raw = raw.double()
    shared = 1.0
    if clip_norm is not None and math.isfinite(norm):
        shared = min(1.0, clip_norm / (norm + 1e-6))
    clipped = raw * shared
    if clip_value is not None:
        clipped = clipped.clamp(-clip_value, clip_value)
    return torch.where(raw == 0, shared, clipped / torch.where(raw == 0, 1.0, raw))
