"""A recurrent layer run by hand, step by step, forward and back through time.

Axes: N batch, T time, F features, H units, G gates·units.

Source: Werbos 1990, "Backpropagation through time: what it does and how to do it".
"""

from copy import copy
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from engine.compile.modules.sequences import lengths_of
from engine.explain.tracers.moment import Moment

Kind = type[nn.RNN | nn.LSTM | nn.GRU]


@dataclass
class Pass:
    """One layer in one direction.

    Args:
        kind: Of the layer.
        suffix: Of the names of its weights, such as `l0_reverse`.
        x: What it reads.
        counts_NT: Where it reads at all.
        w_ih: Weights from x; w_hh: from h; b_ih, b_hh: biases (0 without).
        is_tanh: Whether a plain RNN bends with tanh, not at 0.
        order: Times in the order in which it goes.

    Shape:
        x: N×T×F; w_ih: G×F; w_hh: G×H; b_ih, b_hh: G
    """

    kind: Kind
    suffix: str
    x: Tensor
    counts_NT: Tensor
    w_ih: Tensor
    w_hh: Tensor
    b_ih: Tensor
    b_hh: Tensor
    is_tanh: bool
    order: range
    start: Tensor

    def __post_init__(self) -> None:
        batch, times = self.x.shape[:2]
        size = (batch, times, self.units)
        self.before, self.h = self.x.new_zeros(size), self.x.new_zeros(size)
        self.cell_before, self.cell = self.x.new_zeros(size), self.x.new_zeros(size)
        gates = (batch, times, len(self.w_ih))
        self.gates = self.x.new_zeros(gates)
        self.inner = self.x.new_zeros(size)
        self.delta, self.delta_hidden = self.x.new_zeros(gates), self.x.new_zeros(gates)
        self._forward()

    @property
    def units(self) -> int:
        """How many."""
        return self.w_hh.shape[1]

    def last(self, sample: int) -> int:
        """Return the time at which it ends with a sample."""
        counted = [t for t in self.order if bool(self.counts_NT[sample, t])]
        return counted[-1]

    def _forward(self) -> None:
        h, c = self.start, torch.zeros_like(self.start)
        for t in self.order:
            keeps = self.counts_NT[:, t].unsqueeze(1)
            self.before[:, t], self.cell_before[:, t] = h, c
            new_h, new_c = self._step(t, h, c)
            h, c = torch.where(keeps, new_h, h), torch.where(keeps, new_c, c)
            self.cell[:, t] = c
            self.h[:, t] = torch.where(keeps, h, 0.0)

    def _step(self, t: int, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        by_x = self.x[:, t] @ self.w_ih.T + self.b_ih
        by_h = h @ self.w_hh.T + self.b_hh
        if self.kind is nn.LSTM:
            i, f, g, o = (by_x + by_h).chunk(4, 1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            self.gates[:, t] = torch.cat([i, f, g, o], 1)
            c = f * c + i * g
            return o * c.tanh(), c
        if self.kind is nn.GRU:
            (rx, zx, nx), (rh, zh, nh) = by_x.chunk(3, 1), by_h.chunk(3, 1)
            r, z = (rx + rh).sigmoid(), (zx + zh).sigmoid()
            n = (nx + r * nh).tanh()
            self.gates[:, t], self.inner[:, t] = torch.cat([r, z, n], 1), nh
            return (1 - z) * n + z * h, c
        sum_ = by_x + by_h
        return (sum_.tanh() if self.is_tanh else sum_.relu()), c

    def of(self, sample: int) -> "Pass":
        """Return the same for one sample alone."""
        one = copy(self)
        for name, values in vars(self).items():
            if isinstance(values, Tensor) and not name.startswith(("w_", "b_")):
                setattr(one, name, values[sample : sample + 1])
        return one

    def backwards(self, upstreams: Tensor, ended: Tensor) -> Tensor:
        """Return δ at the gates for many gradients at the outputs of one sample.

        Args:
            upstreams: At every time, for each of them.
            ended: At the state after the last one.

        Shape:
            K×T×H, K×H → K×T×G
        """
        many = copy(self)
        size = (len(upstreams), *self.gates.shape[1:])
        many.delta = self.x.new_zeros(size)
        many.delta_hidden = self.x.new_zeros(size)
        many.backward(upstreams, ended)
        return many.delta

    def backward(self, upstream: Tensor, ended: Tensor) -> None:
        """Fill `delta` and `delta_hidden` from what comes to the outputs.

        Args:
            upstream: At every time.
            ended: At the state after the last one.

        Shape:
            upstream: N×T×H; ended: N×H
        """
        dh, dc = ended, torch.zeros_like(ended)
        for t in reversed(self.order):
            keeps = self.counts_NT[:, t].unsqueeze(1)
            here = dh + torch.where(keeps, upstream[:, t], 0.0)
            by_x, by_h, through, dc_before = self._back(t, here, dc)
            by_x, by_h = torch.where(keeps, by_x, 0.0), torch.where(keeps, by_h, 0.0)
            self.delta[:, t], self.delta_hidden[:, t] = by_x, by_h
            dh = torch.where(keeps, by_h @ self.w_hh + through, dh)
            dc = torch.where(keeps, dc_before, dc)

    def _back(
        self, t: int, dh: Tensor, dc: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return δ before the gates by x and by h, and what goes past them."""
        nothing = torch.zeros_like(dh)
        if self.kind is nn.LSTM:
            i, f, g, o = self.gates[:, t].chunk(4, 1)
            bent = self.cell[:, t].tanh()
            dc = dc + dh * o * (1 - bent**2)
            parts = (
                dc * g * i * (1 - i),
                dc * self.cell_before[:, t] * f * (1 - f),
                dc * i * (1 - g**2),
                dh * bent * o * (1 - o),
            )
            delta = torch.cat(parts, 1)
            return delta, delta, nothing, dc * f
        if self.kind is nn.GRU:
            r, z, n = self.gates[:, t].chunk(3, 1)
            dn = dh * (1 - z) * (1 - n**2)
            dz = dh * (self.before[:, t] - n) * z * (1 - z)
            dr = dn * self.inner[:, t] * r * (1 - r)
            by_x = torch.cat([dr, dz, dn], 1)
            return by_x, torch.cat([dr, dz, dn * r], 1), dh * z, dc
        h = self.h[:, t]
        delta = dh * ((1 - h**2) if self.is_tanh else (h > 0))
        return delta, delta, nothing, dc


@dataclass(frozen=True)
class Unrolled:
    """All layers and directions of a module, forward and back."""

    passes: tuple[tuple[Pass, ...], ...]
    units: int

    def layer(self, index: int) -> tuple[Pass, ...]:
        """Return the directions of a layer."""
        return self.passes[index]

    def top(self, unit: int, units: int) -> Pass:
        """Return the direction of the last layer that a unit of the output is of."""
        return self.passes[-1][unit // units]

    def named(self, name: str) -> tuple[Pass, str]:
        """Return whose a weight is, and which, such as `weight_ih`."""
        kind, _, suffix = name.partition("_l")
        every = (one for layer in self.passes for one in layer)
        return next(one for one in every if one.suffix == f"l{suffix}"), kind


def unrolled(moment: Moment) -> Unrolled | None:
    """Return a use of a recurrent layer by hand; None where dropout is within it."""
    module = cast("nn.RNNBase", moment.module)
    if module.dropout and module.training and module.num_layers > 1:
        return None
    kind = next(k for k in (nn.LSTM, nn.GRU, nn.RNN) if isinstance(module, k))
    x = moment.inputs[0]
    starts, counts_NT = _beginning(moment, module)
    layers: list[tuple[Pass, ...]] = []
    for index in range(module.num_layers):
        directions = tuple(
            _pass(module, kind, suffix, x, counts_NT, starts[d])
            for d, suffix in enumerate(_suffixes(module, index))
        )
        layers.append(directions)
        x = torch.cat([one.h for one in directions], 2)
    _go_back(moment, module, layers)
    return Unrolled(tuple(layers), module.hidden_size)


def _suffixes(module: nn.RNNBase, layer: int) -> list[str]:
    names = [f"l{layer}"]
    return [*names, f"l{layer}_reverse"] if module.bidirectional else names


def _beginning(moment: Moment, module: nn.RNNBase) -> tuple[list[Tensor], Tensor]:
    """Return the first state of each direction, and where each sample counts."""
    x = moment.inputs[0]
    more = moment.inputs[1:]
    directions = 2 if module.bidirectional else 1
    nothing = x.new_zeros(len(x), module.hidden_size)
    starts = [nothing] * directions
    counts_NT = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
    for extra in more:
        if extra.is_floating_point():
            starts = list(extra.chunk(directions, 1))
        else:
            lengths_N = lengths_of(extra).to(x.device)
            places_T = torch.arange(x.shape[1], device=x.device)
            counts_NT = places_T < lengths_N.unsqueeze(1)
    return starts, counts_NT


def _pass(
    module: nn.RNNBase,
    kind: Kind,
    suffix: str,
    x: Tensor,
    counts_NT: Tensor,
    start: Tensor,
) -> Pass:
    weights = {name: w.detach() for name, w in module.named_parameters()}
    w_ih, w_hh = weights[f"weight_ih_{suffix}"], weights[f"weight_hh_{suffix}"]
    nothing = w_ih.new_zeros(len(w_ih))
    times = range(x.shape[1])
    return Pass(
        kind,
        suffix,
        x,
        counts_NT,
        w_ih,
        w_hh,
        weights.get(f"bias_ih_{suffix}", nothing),
        weights.get(f"bias_hh_{suffix}", nothing),
        getattr(module, "nonlinearity", "tanh") == "tanh",
        times[::-1] if suffix.endswith("reverse") else times,
        start,
    )


def _go_back(
    moment: Moment, module: nn.RNNBase, layers: list[tuple[Pass, ...]]
) -> None:
    """Bring the gradient through all layers, the last first."""
    directions = len(layers[0])
    top = layers[-1][0].h
    upstream = top.new_zeros(*top.shape[:2], top.shape[2] * directions)
    ended = top.new_zeros(len(top), top.shape[2] * directions)
    for output, delta in zip(moment.outputs, moment.upstreams, strict=True):
        if delta is None:
            continue
        if output.dim() == 3:
            upstream = upstream + delta
        else:
            ended = ended + delta
    nothing = torch.zeros_like(layers[0][0].start)
    parts = ended.chunk(directions, 1)
    for layer in reversed(layers):
        shares = upstream.chunk(directions, 2)
        for one, share, end in zip(layer, shares, parts, strict=True):
            one.backward(share, end)
        upstream = torch.stack([one.delta @ one.w_ih for one in layer]).sum(0)
        parts = (nothing,) * directions
