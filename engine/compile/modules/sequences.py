"""Recurrent layers and attention with the inputs and outputs of our ports.

The weights have torch's own names; only `forward` differs from the parent's.
Axes: N batch, T time, S other time, F features, H units, L layers, D directions.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import (
    PackedSequence,
    pack_padded_sequence,
    pad_packed_sequence,
)

from engine.compile.modules.generative import turned

Pair = tuple[Tensor, Tensor]


class RNN(nn.RNN):
    """torch.nn.RNN, batch first; see `_run`."""

    last = False

    def forward(self, x: Tensor, *more: Tensor) -> Pair:  # type: ignore[override]
        """Return (N×T×H or N×H, N×H).

        Shape:
            N×T×F; more: N×(D·H), N or N×T → N×T×(D·H) or N×(D·H), N×(D·H)
        """
        return _run(self, super().forward, x, more)


class GRU(nn.GRU):
    """torch.nn.GRU, batch first; see `_run`."""

    last = False

    def forward(self, x: Tensor, *more: Tensor) -> Pair:  # type: ignore[override]
        """Return (N×T×H or N×H, N×H).

        Shape:
            N×T×F; more: N×(D·H), N or N×T → N×T×(D·H) or N×(D·H), N×(D·H)
        """
        return _run(self, super().forward, x, more)


class LSTM(nn.LSTM):
    """torch.nn.LSTM, batch first; see `_run`. The cell starts at zero."""

    last = False

    def forward(self, x: Tensor, *more: Tensor) -> Pair:  # type: ignore[override]
        """Return (N×T×H or N×H, N×H).

        Shape:
            N×T×F; more: N×(D·H), N or N×T → N×T×(D·H) or N×(D·H), N×(D·H)
        """
        return _run(self, super().forward, x, more)


def _run(
    module: "RNN | GRU | LSTM",
    forward: Callable[..., Any],
    x_NTF: Tensor,
    more: tuple[Tensor, ...],
) -> Pair:
    """Return the output, and the top layer's state as N×(D·H).

    Args:
        module: A recurrent layer.
        forward: That of its parent.
        x_NTF: Sequences of one length, the shorter ones filled up at the end.
        more: Decimal numbers are the initial state, whole ones say how many steps
            count: what fills up is never read, and its outputs are 0.
    """
    initial = next((t for t in more if t.is_floating_point()), None)
    counted = next((t for t in more if not t.is_floating_point()), None)
    start: Any = _state(module, initial)
    if start is not None and isinstance(module, nn.LSTM):
        start = (start, torch.zeros_like(start))
    packed: Any = x_NTF
    if counted is not None and not x_NTF.is_meta:  # a shape has no lengths
        lengths_N = lengths_of(counted).clamp(max=x_NTF.shape[1])
        packed = pack_padded_sequence(
            x_NTF, lengths_N, batch_first=True, enforce_sorted=False
        )
    out, state = forward(packed, start)
    hidden = state[0] if isinstance(state, tuple) else state
    if isinstance(out, PackedSequence):
        steps = x_NTF.shape[1]
        out, _ = pad_packed_sequence(out, batch_first=True, total_length=steps)
    return _results(module, out, hidden, last=module.last)


def lengths_of(counted: Tensor) -> Tensor:
    """Return how many steps of each sample count, at least one, on the processor.

    Args:
        counted: N or N×1 numbers of steps; or N×T tokens, where zeros at the end
            fill up.

    Shape:
        N, N×1 or N×T → N
    """
    counted = counted.detach()
    if counted.dim() == 2 and counted.shape[1] > 1:
        places = torch.arange(1, counted.shape[1] + 1, device=counted.device)
        counted = ((counted != 0) * places).amax(dim=1)
    return counted.reshape(-1).clamp(min=1).cpu()


def _directions(module: nn.RNNBase) -> int:
    return 2 if module.bidirectional else 1


def _state(module: nn.RNNBase, initial_NH: Tensor | None) -> Tensor | None:
    """Return N×(D·H) as the state of every layer, L·D × N × H."""
    if initial_NH is None:
        return None
    batch = initial_NH.shape[0]
    parts = initial_NH.reshape(batch, _directions(module), module.hidden_size)
    return parts.transpose(0, 1).repeat(module.num_layers, 1, 1).contiguous()


def _results(module: nn.RNNBase, out: Tensor, hidden: Tensor, *, last: bool) -> Pair:
    """Return the output, and the top layer's state as N×(D·H).

    With both directions, the state joins the forward one after the last step with
    the backward one after the first step: each has seen the whole sequence.
    """
    if module.bidirectional:
        state = torch.cat([hidden[-2], hidden[-1]], dim=1)
    else:
        state = hidden[-1]
    return (state if last else out), state


class MultiheadAttention(nn.MultiheadAttention):
    """Self- or cross-attention through torch's fused kernel.

    Source: Vaswani et al. 2017, Attention Is All You Need
    """

    causal = False
    without_bias = False
    rotary = False

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Return N×T×F; keys and values come from `memory`, or from x itself.

        Shape:
            N×T×F, memory N×S×F → N×T×F
        """
        query, key, value = self.compared(x, memory)
        out = F.scaled_dot_product_attention(
            query,
            key,
            value,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=self.causal,
        )
        joined = out.transpose(1, 2).flatten(2)
        projected: Tensor = self.out_proj(joined)
        return projected

    def compared(
        self, x: Tensor, memory: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the queries, keys and values of all heads.

        Shape:
            N×T×F, memory N×S×F → N×H×T×D, N×H×S×D, N×H×S×D
        """
        if memory is None:
            joint = F.linear(x, self.in_proj_weight, self.in_proj_bias)
            query, key, value = joint.chunk(3, dim=-1)
        else:
            query, key, value = self._crossed(x, memory)
        return self._placed(query), self._placed(key), self._heads(value)

    def _placed(self, x_NTF: Tensor) -> Tensor:
        """Return the heads, turned by their places when positions are rotary."""
        heads = self._heads(x_NTF)
        return turned(heads) if self.rotary else heads

    def _crossed(self, x: Tensor, memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries from x, and keys and values from the memory."""
        size = self.embed_dim
        weight, bias = self.in_proj_weight, self.in_proj_bias
        if self.without_bias:
            query = F.linear(x, weight[:size])
            key, value = F.linear(memory, weight[size:]).chunk(2, dim=-1)
            return query, key, value
        query = F.linear(x, weight[:size], bias[:size])
        key, value = F.linear(memory, weight[size:], bias[size:]).chunk(2, dim=-1)
        return query, key, value

    def _heads(self, x_NTF: Tensor) -> Tensor:
        batch, steps, _ = x_NTF.shape
        split = x_NTF.reshape(batch, steps, self.num_heads, self.head_dim)
        return split.transpose(1, 2)


class GroupedQueryAttention(nn.Module):
    """Attention on projections; several heads of queries share one of keys.

    Args:
        heads: Of the queries.
        kv_heads: Of keys and values; divides `heads`.
        causal: A step sees only itself and earlier steps.
        base: Of the rotary positions; None for none.

    Source: Ainslie et al. 2023, GQA
    """

    def __init__(
        self, heads: int, kv_heads: int, base: float | None, *, causal: bool
    ) -> None:
        super().__init__()
        self.heads, self.kv_heads = heads, kv_heads
        self.base, self.causal = base, causal

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Return what the heads find, side by side.

        Shape:
            query N×T×F, key and value N×S×G·D → N×T×F
        """
        heads, groups = self.heads, self.kv_heads
        found = F.scaled_dot_product_attention(
            self._placed(_split(query, heads)),
            self._placed(_split(key, groups)).repeat_interleave(heads // groups, 1),
            _split(value, groups).repeat_interleave(heads // groups, 1),
            is_causal=self.causal,
        )
        return found.transpose(1, 2).flatten(2)

    def _placed(self, heads_NHTD: Tensor) -> Tensor:
        return heads_NHTD if self.base is None else turned(heads_NHTD, self.base)


def _split(x_NTF: Tensor, heads: int) -> Tensor:
    """Return N×H×T×D.

    Shape:
        N×T×F → N×H×T×D
    """
    batch, steps, _ = x_NTF.shape
    return x_NTF.reshape(batch, steps, heads, -1).transpose(1, 2)


class EncoderLayer(nn.TransformerEncoderLayer):
    """torch.nn.TransformerEncoderLayer, batch first, optionally causal."""

    causal = False

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """Return N×T×F.

        Shape:
            N×T×F → N×T×F
        """
        mask = causal_mask(x) if self.causal else None
        return super().forward(x, src_mask=mask, is_causal=self.causal)


class DecoderLayer(nn.TransformerDecoderLayer):
    """torch.nn.TransformerDecoderLayer, batch first, optionally causal."""

    causal = False

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:  # type: ignore[override]
        """Return N×T×F.

        Shape:
            N×T×F, memory N×S×F → N×T×F
        """
        mask = causal_mask(x) if self.causal else None
        return super().forward(x, memory, tgt_mask=mask, tgt_is_causal=self.causal)


def causal_mask(x_NTF: Tensor) -> Tensor:
    """Return T×T with −∞ where a step would see a later one.

    Shape:
        N×T×F → T×T
    """
    return nn.Transformer.generate_square_subsequent_mask(
        x_NTF.shape[1], device=x_NTF.device, dtype=x_NTF.dtype
    )
