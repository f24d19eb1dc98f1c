"""Attention: who looks at whom, and how the blame goes back.

Axes: N batch, T queries, S keys, F features, H heads, D features of a head.

Source: Vaswani et al. 2017: A = softmax(QKᵀ/√d), O = A·V. Back: dV = Aᵀ·dO,
dA = dO·Vᵀ, dS = A ⊙ (dA − Σ dA ⊙ A), dQ = dS·K/√d, dK = dSᵀ·Q/√d.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from engine.compile.modules.generative import turned
from engine.explain.tracers.families.dense import summed
from engine.explain.tracers.general import GENERAL, LINEAR, General
from engine.explain.tracers.inside import Inside
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer, at


class _Core(NamedTuple):
    """Attention of every head, and its gradients.

    Shape:
        q: N×H×T×D; k, v: N×H×S×D; weights, d_weights, d_scores: N×H×T×S;
        out: N×H×T×D; dq, dk, dv: alike
    """

    q: Tensor
    k: Tensor
    v: Tensor
    weights: Tensor
    out: Tensor
    d_weights: Tensor
    d_scores: Tensor
    dq: Tensor
    dk: Tensor
    dv: Tensor


def _core(q: Tensor, k: Tensor, v: Tensor, d_out: Tensor, *, causal: bool) -> _Core:
    root = math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-1, -2) / root
    if causal:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden.to(q.device), -math.inf)
    weights = torch.softmax(scores, -1)
    d_weights = d_out @ v.transpose(-1, -2)
    middle = (d_weights * weights).sum(-1, keepdim=True)
    d_scores = weights * (d_weights - middle)
    return _Core(
        q,
        k,
        v,
        weights,
        weights @ v,
        d_weights,
        d_scores,
        d_scores @ k / root,
        d_scores.transpose(-1, -2) @ q / root,
        weights.transpose(-1, -2) @ d_out,
    )


def _pair(core: _Core, spot: tuple[int, ...], feature: int) -> Lines:
    """Return one pair of places written out, and what one query takes along.

    Args:
        core: See there.
        spot: Sample and head (all that stands before), and the query.
        feature: Of the head.
    """
    *before, query = spot
    row_S = at(core.weights, [*before, query])
    score, total, share = shared(core, spot, int(row_S.argmax()))
    seen = row_S > 0
    v_S = at(core.v, [*before, slice(None), feature])
    taken = summed("o", Terms(row_S[seen], v_S[seen], ("a", "v")))
    return (score, total, share, taken)


def shared(core: _Core, spot: tuple[int, ...], key: int) -> tuple[Line, Line, Line]:
    """Return how far one query looks at one key: its score, Σ exp, and its share.

    Args:
        core: See there.
        spot: Sample and head (all that stands before), and the query.
        key: A place.
    """
    *before, query = spot
    row_S = at(core.weights, [*before, query])
    scores_S = core.k[tuple(before)] @ at(core.q, [*before, query])
    root = math.sqrt(core.q.shape[-1])
    shown = Terms(at(core.q, [*before, query]), at(core.k, [*before, key]), ("q", "k"))
    numbers: dict[str, Number] = {"Σ": shown, "√d": root}
    score = Line(f"s[{key}]", "({Σ}) / {√d}", numbers, shown.total / root)
    seen = row_S > 0
    scores_S = scores_S[seen].double() / root
    largest = float(scores_S.max())
    exps = Terms((scores_S - largest).exp(), None, ("exp(s − m)", ""))
    total = summed("E", exps)
    share_numbers: dict[str, Number] = {
        "s": score.value,
        "m": largest,
        "E": total.value,
    }
    value = math.exp(score.value - largest) / total.value
    share = Line(f"a[{key}]", "exp({s} − {m}) / {E}", share_numbers, value)
    return score, total, share


class Looks:
    """Who looks at whom: `share` A, and backward `score` ∂L/∂S, of every head."""

    def tensors(self, moment: Moment, sample: int) -> Mapping[str, Tensor]:
        """Return both; none where dropout is within the layer.

        Shape:
            each H×T×S
        """
        core = _core_of(moment)
        if core is None:
            return {}
        share, score = core.weights[sample], core.d_scores[sample]
        return {
            "share": share.reshape(-1, *share.shape[-2:]),
            "score": score.reshape(-1, *score.shape[-2:]),
        }

    def lines(self, moment: Moment, sample: int, name: str, cell: Cell) -> Lines:
        """Return score and share of a pair; of the gradient A ⊙ (dA − Σ dA ⊙ A)."""
        core = _core_of(moment)
        if core is None:
            return ()
        head, query, key = cell
        before = (sample, head) if core.weights.dim() == 4 else (sample,)
        if name == "share":
            if not float(at(core.weights, [*before, query, key])):
                return (Line(f"a[{key}]", "0", {}, 0.0),)
            return shared(core, (*before, query), key)
        row_S = at(core.weights, [*before, query])
        back_S = at(core.d_weights, [*before, query])
        middle = summed("m", Terms(back_S, row_S, ("dA", "a")))
        numbers: dict[str, Number] = {
            "a": float(row_S[key]),
            "dA": float(back_S[key]),
            "m": middle.value,
        }
        value = float(row_S[key]) * (float(back_S[key]) - middle.value)
        return (middle, Line("∂L/∂s", "{a}·({dA} − {m})", numbers, value))


def _core_of(moment: Moment) -> _Core | None:
    """Return attention with or without projections."""
    has_heads = hasattr(moment.module, "num_heads")
    return _heads(moment) if has_heads else _plain(moment)


def _plain(moment: Moment) -> _Core | None:
    module = cast("Any", moment.module)
    if module.dropout and module.training:
        return None
    q, k, v = moment.inputs
    return _core(q, k, v, moment.upstream, causal=module.causal)


class DotProduct(General):
    """Of attention without projections."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the pair that counts most, and Σ a·v."""
        core = _plain(moment)
        if core is None:
            return GENERAL.output(moment, cell, port)
        *spot, feature = cell
        return _pair(core, tuple(spot), feature)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ dS·k/√d for a query, Σ dS·q/√d for a key, Σ a·δ for a value."""
        core = _plain(moment)
        if core is None or port != 2:
            return GENERAL.given(moment, cell, port)
        *before, key, feature = cell
        a_T = at(core.weights, [*before, slice(None), key])
        delta_T = at(moment.upstream, [*before, slice(None), feature])
        return (summed("∂L/∂v", Terms(a_T, delta_T, ("a", "δ"))),)


class MultiHead(General):
    """Of `nn.MultiheadAttention`: projections around several heads."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the pair that counts most in the head that adds most, and the sum."""
        core = _heads(moment)
        if core is None:
            return GENERAL.output(moment, cell, port)
        sample, query, unit = cell
        module = cast("Any", moment.module)
        w_F = module.out_proj.weight.detach()[unit]
        out_F = core.out[sample, :, query].flatten()
        largest = int((w_F * out_F).abs().argmax())
        head, feature = divmod(largest, core.out.shape[-1])
        lines = _pair(core, (sample, head, query), feature)
        bias = module.out_proj.bias
        more = None if bias is None else float(bias.detach()[unit])
        return (*lines, summed("y", Terms(w_F, out_F, ("w", "o")), more))

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·x over all places; δ is what comes to query, key or value."""
        core = _heads(moment)
        if core is None:
            return GENERAL.weight(moment, name, cell)
        if name.startswith("out_proj"):
            delta = moment.upstream.flatten(0, 1)[:, cell[0]]
            source = _joined(core.out).flatten(0, 1)
        else:
            delta, source = self._projected(moment, core, cell[0])
        if name.endswith("bias"):
            return (summed("∂L/∂b", Terms(delta, None, ("δ", ""))),)
        terms = Terms(delta, source[:, cell[1]], ("δ", "x"))
        return (summed("∂L/∂w", terms),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·w over the projections that have read the number."""
        core = _heads(moment)
        if core is None:
            return GENERAL.given(moment, cell, port)
        sample, place, feature = cell
        w = cast("Any", moment.module).in_proj_weight.detach()[:, feature]
        size = len(w) // 3
        if len(moment.inputs) == 1:
            wanted, rows = [core.dq, core.dk, core.dv], slice(None)
        elif port == 0:
            wanted, rows = [core.dq], slice(0, size)
        else:
            wanted, rows = [core.dk, core.dv], slice(size, None)
        delta = torch.cat([_joined(d)[sample, place] for d in wanted])
        return (summed("∂L/∂x", Terms(delta, w[rows], ("δ", "w"))),)

    def _projected(
        self, moment: Moment, core: _Core, row: int
    ) -> tuple[Tensor, Tensor]:
        """Return δ of one row of the projections, and what it was multiplied with."""
        which, unit = divmod(row, core.out.shape[1] * core.out.shape[-1])
        delta = _joined((core.dq, core.dk, core.dv)[which])
        x = moment.inputs[0 if which == 0 else -1]
        return delta.flatten(0, 1)[:, unit], x.flatten(0, 1)


def _heads(moment: Moment) -> _Core | None:
    """Return all heads; None where dropout is within them."""
    module = cast("Any", moment.module)
    if module.dropout and module.training:
        return None
    x, memory = moment.inputs[0], moment.inputs[-1]
    weight, bias = module.in_proj_weight.detach(), module.in_proj_bias
    size, count = module.embed_dim, module.num_heads
    parts = []
    for index, source in enumerate((x, memory, memory)):
        rows = slice(index * size, (index + 1) * size)
        part = source @ weight[rows].T
        if bias is not None:
            part = part + bias.detach()[rows]
        parts.append(part.unflatten(-1, (count, -1)).transpose(1, 2))
    q, k, v = parts
    if module.rotary:
        q, k = turned(q), turned(k)
    back = moment.upstream @ module.out_proj.weight.detach()
    d_out = back.unflatten(-1, (count, -1)).transpose(1, 2)
    core = _core(q, k, v, d_out, causal=module.causal)
    if not module.rotary:
        return core
    return core._replace(dq=_turned_back(core.dq), dk=_turned_back(core.dk))


def _turned_back(x: Tensor) -> Tensor:
    """Undo the turn of rotary positions: a turn by −angle is its transpose.

    Shape:
        N×H×T×D → N×H×T×D
    """
    half = x.shape[-1] // 2
    swapped = torch.cat([x[..., :half], -x[..., half:]], -1)
    again = turned(swapped)
    return torch.cat([again[..., :half], -again[..., half:]], -1)


def _joined(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2).flatten(2)


TRACERS: dict[str, Tracer] = {
    "multihead_attention": MultiHead(),
    "scaled_dot_product_attention": DotProduct(),
    "position_embedding": LINEAR,
    "sinusoidal_position": LINEAR,
    "rotary_embedding": LINEAR,
}
INSIDES: dict[str, Inside] = dict.fromkeys(
    ("multihead_attention", "scaled_dot_product_attention"), Looks()
)
