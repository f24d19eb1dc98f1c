"""Recurrent layers time by time: torch's own run all times at once, and show none.

Axes: N batch, T time, F features, H units.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Time(NamedTuple):
    """What a layer does at one time.

    Args:
        gates: Symbol of a gate → N×H, before it is bent.
        state: N×H, what is put out.
    """

    gates: dict[str, Tensor]
    state: Tensor


def is_plain(module: nn.RNNBase) -> bool:
    """Return whether a recurrent layer has one direction and is one deep."""
    return module.num_layers == 1 and not module.bidirectional


def times(module: nn.RNNBase, x_NTF: Tensor) -> Iterator[Time]:
    """Yield what a plain layer does at each time, from a state of zeros.

    Shape:
        N×T×F → T times N×H

    Source: the formulas of torch.nn.LSTM, GRU and RNN.
    """
    own = dict(module.named_parameters())
    h_NH = c_NH = x_NTF.new_zeros(len(x_NTF), module.hidden_size)
    for x_NF in x_NTF.unbind(1):
        given = F.linear(x_NF, own["weight_ih_l0"], own.get("bias_ih_l0"))
        kept = F.linear(h_NH, own["weight_hh_l0"], own.get("bias_hh_l0"))
        if isinstance(module, nn.LSTM):
            i, f, g, o = (given + kept).chunk(4, dim=1)
            c_NH = f.sigmoid() * c_NH + i.sigmoid() * g.tanh()
            h_NH = o.sigmoid() * c_NH.tanh()
            yield Time({"i": i, "f": f, "g": g, "o": o}, h_NH)
        elif isinstance(module, nn.GRU):
            (gr, gz, gn), (kr, kz, kn) = given.chunk(3, dim=1), kept.chunk(3, dim=1)
            r, z = gr + kr, gz + kz
            n = gn + r.sigmoid() * kn
            h_NH = (1 - z.sigmoid()) * n.tanh() + z.sigmoid() * h_NH
            yield Time({"r": r, "z": z, "n": n}, h_NH)
        else:
            bent = torch.relu if module.mode == "RNN_RELU" else torch.tanh
            h = given + kept
            h_NH = bent(h)
            yield Time({"h": h}, h_NH)
