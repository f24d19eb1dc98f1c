"""Recurrent layers and attention with the inputs and outputs of our ports.

The weights have torch's own names; only `forward` differs from the parent's.
Axes: N batch, T time, S other time, F features, H units, L layers, D directions.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own name

from engine.compile.generative import turned

Pair = tuple[Tensor, Tensor]


class RNN(nn.RNN):
    """torch.nn.RNN, batch first; see `_results`."""

    last = False

    def forward(self, x: Tensor, initial: Tensor | None = None) -> Pair:  # type: ignore[override]
        """Return (N×T×H or N×H, N×H)."""
        out, hidden = super().forward(x, _state(self, initial))
        return _results(self, out, hidden, last=self.last)


class GRU(nn.GRU):
    """torch.nn.GRU, batch first; see `_results`."""

    last = False

    def forward(self, x: Tensor, initial: Tensor | None = None) -> Pair:  # type: ignore[override]
        """Return (N×T×H or N×H, N×H)."""
        out, hidden = super().forward(x, _state(self, initial))
        return _results(self, out, hidden, last=self.last)


class LSTM(nn.LSTM):
    """torch.nn.LSTM, batch first; see `_results`. The cell starts at zero."""

    last = False

    def forward(self, x: Tensor, initial: Tensor | None = None) -> Pair:  # type: ignore[override]
        """Return (N×T×H or N×H, N×H)."""
        state = _state(self, initial)
        start = None if state is None else (state, torch.zeros_like(state))
        out, (hidden, _cell) = super().forward(x, start)
        return _results(self, out, hidden, last=self.last)


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
        """Return N×T×F; keys and values come from `memory`, or from x itself."""
        if memory is None:
            joint = F.linear(x, self.in_proj_weight, self.in_proj_bias)
            query, key, value = joint.chunk(3, dim=-1)
        else:
            query, key, value = self._crossed(x, memory)
        query, key = self._placed(query), self._placed(key)
        out = F.scaled_dot_product_attention(
            query,
            key,
            self._heads(value),
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=self.causal,
        )
        joined = out.transpose(1, 2).flatten(2)
        projected: Tensor = self.out_proj(joined)
        return projected

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


class EncoderLayer(nn.TransformerEncoderLayer):
    """torch.nn.TransformerEncoderLayer, batch first, optionally causal."""

    causal = False

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """Return N×T×F."""
        mask = causal_mask(x) if self.causal else None
        return super().forward(x, src_mask=mask, is_causal=self.causal)


class DecoderLayer(nn.TransformerDecoderLayer):
    """torch.nn.TransformerDecoderLayer, batch first, optionally causal."""

    causal = False

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:  # type: ignore[override]
        """Return N×T×F."""
        mask = causal_mask(x) if self.causal else None
        return super().forward(x, memory, tgt_mask=mask, tgt_is_causal=self.causal)


def causal_mask(x_NTF: Tensor) -> Tensor:
    """Return T×T with −∞ where a step would see a later one."""
    return nn.Transformer.generate_square_subsequent_mask(
        x_NTF.shape[1], device=x_NTF.device, dtype=x_NTF.dtype
    )
