"""Normalisation: numbers that share a mean and a spread influence each other.

Axes: S sets that are normalised each for itself, M numbers of one.

Source: Ioffe & Szegedy 2015, section 3: ∂L/∂x = (δ̂ − mean δ̂ − x̂·mean(δ̂·x̂)) / σ with
δ̂ = γ·δ; Ba et al. 2016, Wu & He 2018, Zhang & Sennrich 2019 for what forms a set.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from engine.explain.tracers.families.dense import summed
from engine.explain.tracers.inside import Inside
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer


class _Set(NamedTuple):
    """The numbers that are normalised with one of them.

    Args:
        x_M: The inputs.
        delta_M: γ·δ of each.
        place: Where the number stands.
        mean: μ; 0 where none is taken away.
        variance: σ².
        is_own: Whether μ and σ² are of these numbers, not of the running statistics.
    """

    x_M: Tensor
    delta_M: Tensor
    place: int
    mean: float
    variance: float
    is_own: bool


class Normalised:
    """Of all that normalises; a kind says which numbers form a set.

    Args:
        kind: `batch`, `instance`, `group`, `layer`, `rms`.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return μ, σ², x̂ and γ·x̂ + β."""
        del port  # It has one.
        one = self._set(moment, cell)
        lines = list(self._statistics(moment, one))
        lines.append(hat := self._hat(moment, one, one.place))
        scale, shift = self._affine(moment, cell)
        numbers: dict[str, Number] = {"x̂": hat.value, "γ": scale, "β": shift}
        value = scale * hat.value + shift
        lines.append(Line("y", "{γ}·{x̂} + {β}", numbers, value))
        return tuple(lines)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·x̂ for γ and Σ δ for β, over all places that use it."""
        is_shift = name == "bias"
        index = self._parameters(moment)
        wanted = int(
            torch.arange(int(index.max()) + 1).reshape(self.shape(moment))[cell]
        )
        is_mine = (index == wanted).flatten()
        delta = moment.upstream.flatten()[is_mine]
        if is_shift:
            return (summed("∂L/∂β", Terms(delta, None, ("δ", ""))),)
        hats = self._hats(moment).flatten()[is_mine]
        return (summed("∂L/∂γ", Terms(delta, hats, ("δ", "x̂"))),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the three parts: own δ, the mean's, and the spread's."""
        del port  # It has one.
        one = self._set(moment, cell)
        eps = self._eps(moment)
        own = float(one.delta_M[one.place])
        if not one.is_own:
            value = own / math.sqrt(one.variance + eps)
            fixed: dict[str, Number] = {"γδ": own, "σ²": one.variance, "ε": eps}
            return (Line("∂L/∂x", "{γδ} / √({σ²} + {ε})", fixed, value),)
        hat = self._hat(moment, one, one.place)
        count = len(one.x_M)
        hats_M = (one.x_M - one.mean) / math.sqrt(one.variance + eps)
        products = Terms(one.delta_M, hats_M, ("γδ", "x̂"))
        spread = products.total / count
        total = Terms(one.delta_M, None, ("γδ", ""))
        centre = 0.0 if self._kind == "rms" else total.total / count
        lines = [*self._statistics(moment, one), hat]
        if self._kind != "rms":
            lines.append(_mean("mean(γδ)", total, count))
        lines.append(_mean("mean(γδ·x̂)", products, count))
        numbers: dict[str, Number] = {
            "γδ": own,
            "mean(γδ)": centre,
            "x̂": hat.value,
            "mean(γδ·x̂)": spread,
            "σ²": one.variance,
            "ε": eps,
        }
        middle = "" if self._kind == "rms" else " − {mean(γδ)}"
        rule = f"({{γδ}}{middle} − {{x̂}}·{{mean(γδ·x̂)}}) / √({{σ²}} + {{ε}})"
        value = (own - centre - hat.value * spread) / math.sqrt(one.variance + eps)
        return (*lines, Line("∂L/∂x", rule, numbers, value))

    def _statistics(self, moment: Moment, one: _Set) -> Lines:
        """Return the lines of μ and σ², where they are taken of the numbers."""
        if not one.is_own:
            return ()
        count = len(one.x_M)
        gaps = one.x_M - one.mean
        symbol = "x" if self._kind == "rms" else "(x − μ)"
        variance = _mean("σ²", Terms(gaps, gaps, (symbol, symbol)), count)
        if self._kind == "rms":
            return (variance,)
        return (_mean("μ", Terms(one.x_M, None, ("x", "")), count), variance)

    def _hat(self, moment: Moment, one: _Set, place: int) -> Line:
        x, eps = float(one.x_M[place]), self._eps(moment)
        numbers: dict[str, Number] = {"x": x, "σ²": one.variance, "ε": eps}
        value = (x - one.mean) / math.sqrt(one.variance + eps)
        if self._kind == "rms":
            return Line("x̂", "{x} / √({σ²} + {ε})", numbers, value)
        numbers["μ"] = one.mean
        return Line("x̂", "({x} − {μ}) / √({σ²} + {ε})", numbers, value)

    def _set(self, moment: Moment, cell: Cell) -> _Set:
        x = moment.inputs[0]
        rows_SM = self._rows(moment, x)
        order = torch.arange(x.numel(), device=x.device).reshape(x.shape)
        found = (self._rows(moment, order) == order[cell]).nonzero()[0].tolist()
        row, place = int(found[0]), int(found[1])
        delta_SM = self._rows(moment, moment.upstream * self._scales(moment))
        x_M = rows_SM[row].double()
        held = self._running(moment)
        if held is not None:
            channel = row % len(held[0])
            mean, variance = float(held[0][channel]), float(held[1][channel])
            return _Set(x_M, delta_SM[row].double(), place, mean, variance, False)
        mean = 0.0 if self._kind == "rms" else float(x_M.mean())
        variance = float(((x_M - mean) ** 2).mean())
        return _Set(x_M, delta_SM[row].double(), place, mean, variance, True)

    def _rows(self, moment: Moment, values: Tensor) -> Tensor:
        """Return all sets of a layer as rows.

        Shape:
            as the input → S×M
        """
        if self._kind == "batch":
            return values.movedim(1, 0).reshape(values.shape[1], -1)
        if self._kind == "instance":
            return values.reshape(values.shape[0] * values.shape[1], -1)
        if self._kind == "group":
            groups = cast("Any", moment.module).num_groups
            return values.reshape(values.shape[0] * groups, -1)
        size = math.prod(cast("Any", moment.module).normalized_shape)
        return values.reshape(-1, size)

    def _hats(self, moment: Moment) -> Tensor:
        """Return x̂ of all numbers, in the shape of the input."""
        x = moment.inputs[0]
        held = self._running(moment)
        shape = (1, -1) + (1,) * (x.dim() - 2)
        if held is not None:
            mean, variance = (each.reshape(shape).double() for each in held)
            return (x.double() - mean) / (variance + self._eps(moment)).sqrt()
        rows = self._rows(moment, x).double()
        mean_S1 = 0.0 if self._kind == "rms" else rows.mean(1, keepdim=True)
        gaps = rows - mean_S1
        hats = gaps / ((gaps**2).mean(1, keepdim=True) + self._eps(moment)).sqrt()
        if self._kind == "batch":
            moved = x.movedim(1, 0).shape
            return hats.reshape(moved).movedim(0, 1)
        return hats.reshape(x.shape)

    def _running(self, moment: Moment) -> tuple[Tensor, Tensor] | None:
        """Return the running statistics, where the layer computes with them."""
        module = cast("Any", moment.module)
        mean = getattr(module, "running_mean", None)
        if mean is None or module.training:
            return None
        return mean, module.running_var

    def _eps(self, moment: Moment) -> float:
        eps = cast("Any", moment.module).eps
        if eps is None:  # RMSNorm's default
            return torch.finfo(moment.inputs[0].dtype).eps
        return float(eps)

    def statistics(self, moment: Moment) -> dict[str, Tensor]:
        """Return what every set has in common; see `Statistics`.

        Shape:
            each S
        """
        rows_SM = self._rows(moment, moment.inputs[0]).double()
        delta_SM = self._rows(moment, moment.upstream * self._scales(moment)).double()
        held, eps = self._running(moment), self._eps(moment)
        nothing_S = torch.zeros(len(rows_SM), dtype=torch.float64)
        if held is not None:
            mean_S, variance_S = (each.double() for each in held)
            spread_S = (variance_S + eps).sqrt()
            both = {"pull": nothing_S, "twist": nothing_S}
            return {"mean": mean_S, "spread": spread_S, **both}
        is_rms = self._kind == "rms"
        mean_S = nothing_S if is_rms else rows_SM.mean(1)
        gaps_SM = rows_SM - mean_S[:, None]
        spread_S = (gaps_SM.square().mean(1) + eps).sqrt()
        hats_SM = gaps_SM / spread_S[:, None]
        return {
            "mean": mean_S,
            "spread": spread_S,
            "pull": nothing_S if is_rms else delta_SM.mean(1),
            "twist": (delta_SM * hats_SM).mean(1),
        }

    def shape(self, moment: Moment) -> tuple[int, ...]:
        """Return the shape of γ and β."""
        if self._kind in {"layer", "rms"}:
            return tuple(cast("Any", moment.module).normalized_shape)
        return (moment.inputs[0].shape[1],)

    def _parameters(self, moment: Moment) -> Tensor:
        """Return which γ stands at each number of the input, counted from 0."""
        x, shape = moment.inputs[0], self.shape(moment)
        order = torch.arange(math.prod(shape), device=x.device)
        if self._kind in {"layer", "rms"}:
            return order.reshape(shape).expand(x.shape)
        return order.reshape(1, -1, *(1,) * (x.dim() - 2)).expand(x.shape)

    def _scales(self, moment: Moment) -> Tensor:
        """Return γ at each number of the input.

        Shape:
            as the input
        """
        weight = getattr(moment.module, "weight", None)
        if weight is None:
            return torch.ones_like(moment.inputs[0])
        return cast("Tensor", weight).detach().flatten()[self._parameters(moment)]

    def _affine(self, moment: Moment, cell: Cell) -> tuple[float, float]:
        place = int(self._parameters(moment)[cell])
        pair = (getattr(moment.module, name, None) for name in ("weight", "bias"))
        scale, shift = pair
        return (
            1.0 if scale is None else float(scale.detach().flatten()[place]),
            0.0 if shift is None else float(shift.detach().flatten()[place]),
        )


def _mean(name: str, terms: Terms, count: int) -> Line:
    numbers: dict[str, Number] = {"Σ": terms, "M": float(count)}
    return Line(name, "({Σ}) / {M}", numbers, terms.total / count)


class Statistics:
    """What the sets of a layer have in common, to be spread over a sample's numbers.

    `mean` μ, `spread` σ = √(σ² + ε), `gain` γ, `shift` β, and backward `pull`
    mean(γδ) and `twist` mean(γδ·x̂), both 0 where μ and σ² are the running ones.

    Args:
        kind: See `Normalised`.
    """

    def __init__(self, kind: str) -> None:
        self._kind, self._of = kind, Normalised(kind)

    def tensors(self, moment: Moment, sample: int) -> Mapping[str, Tensor]:
        """Return the six.

        Shape:
            each such that it spreads over one sample of the input
        """
        values = self._of.statistics(moment)
        found = {
            name: self._spread(moment, each_S, sample)
            for name, each_S in values.items()
        }
        shape = self._of.shape(moment)
        if self._kind not in {"layer", "rms"}:
            shape = (*shape, *(1,) * (moment.inputs[0].dim() - 2))
        for name, own, nothing in (("gain", "weight", 1.0), ("shift", "bias", 0.0)):
            known = getattr(moment.module, own, None)
            found[name] = (
                torch.full(shape, nothing) if known is None else known.reshape(shape)
            )
        return found

    def lines(self, moment: Moment, sample: int, name: str, cell: Cell) -> Lines:
        """Return nothing: they stand among the lines of the outputs."""
        del moment, sample, name, cell
        return ()

    def _spread(self, moment: Moment, each_S: Tensor, sample: int) -> Tensor:
        """Return numbers of all sets as they spread over a sample."""
        x = moment.inputs[0]
        ones = (1,) * (x.dim() - 2)
        if self._kind == "batch":
            return each_S.reshape(-1, *ones)
        if self._kind in {"layer", "rms"}:
            last = len(self._of.shape(moment))
            sizes = (*x.shape[: x.dim() - last], *(1,) * last)
            return each_S.reshape(sizes)[sample]
        own = each_S.reshape(len(x), -1)[sample]
        return own.repeat_interleave(x.shape[1] // len(own)).reshape(-1, *ones)


_KINDS = {
    **{f"batch_norm{d}d": "batch" for d in (1, 2, 3)},
    **{f"instance_norm{d}d": "instance" for d in (1, 2, 3)},
    "group_norm": "group",
    "layer_norm": "layer",
    "rms_norm": "rms",
}
TRACERS: dict[str, Tracer] = {
    type_id: Normalised(kind) for type_id, kind in _KINDS.items()
}
INSIDES: dict[str, Inside] = {
    type_id: Statistics(kind) for type_id, kind in _KINDS.items()
}
