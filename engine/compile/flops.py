"""Floating-point operations of a forward pass, estimated from shapes.

A multiply-add counts as two. Elementwise layers count one per value.
"""

import math
from collections.abc import Callable

from torch import nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from engine.compile.build_context import Site
from engine.compile.modules.basic import TiedEmbedding
from engine.compile.modules.generative import LowRank
from engine.compile.modules.sequences import (
    DecoderLayer,
    EncoderLayer,
    MultiheadAttention,
)
from engine.compile.shape_text import Shape

Rule = Callable[[nn.Module, Site, Shape], int]


_ATTENTION = ("scaled_dot_product_attention", "grouped_query_attention")


def count_flops(module: nn.Module, site: Site, out: Shape) -> int:
    """Return the operations of one forward pass over the whole probing batch.

    Args:
        module: As built, on any device.
        site: Its inputs.
        out: Shape of the first output.
    """
    for kind, rule in _RULES:
        if isinstance(module, kind):
            return rule(module, site, out)
    if site.type_id == "matmul":
        return 2 * math.prod(out) * site.shape[-1]
    if site.type_id in _ATTENTION:
        value = site.shapes[2] if site.type_id == _ATTENTION[0] else site.shape
        return _attention(site.shape, site.shapes[1][-2], value[-1])
    if isinstance(module, nn.Identity | nn.Flatten | nn.Embedding):
        return 0
    return math.prod(out)


def _tied(_module: nn.Module, site: Site, out: Shape) -> int:
    scores = site.dtypes[0].is_floating_point
    return 2 * math.prod(out) * site.shape[-1] if scores else 0


def _attention(query: Shape, keys: int, value_size: int) -> int:
    """Return 2·…·T·S·(D + E) for queries …×T×D."""
    return 2 * math.prod(query[:-1]) * keys * (query[-1] + value_size)


def _linear(module: nn.Module, site: Site, out: Shape) -> int:
    return 2 * math.prod(out) * site.shape[-1]


def _low_rank(module: nn.Module, site: Site, out: Shape) -> int:
    assert isinstance(module, LowRank)
    rows = math.prod(site.shape[:-1])
    return 2 * rows * (module.down.numel() + module.up.numel()) + math.prod(out)


def _bilinear(module: nn.Module, site: Site, out: Shape) -> int:
    return 2 * math.prod(out) * site.shape[-1] * site.shapes[1][-1]


def _conv(module: nn.Module, site: Site, out: Shape) -> int:
    assert isinstance(module, _ConvNd)
    places = math.prod(out) // module.out_channels
    return 2 * places * module.weight.numel()


def _transposed(module: nn.Module, site: Site, out: Shape) -> int:
    assert isinstance(module, _ConvNd)
    places = math.prod(site.shape) // module.in_channels
    return 2 * places * module.weight.numel()


def _recurrent(module: nn.Module, site: Site, out: Shape) -> int:
    matrices = sum(p.numel() for p in module.parameters() if p.dim() == 2)
    return 2 * site.shape[0] * site.shape[1] * matrices


def _heads(module: nn.Module, site: Site, out: Shape) -> int:
    batch, steps, features = site.shape
    others = site.shapes[-1][1]
    mixing = _attention((batch, steps, features), others, features)
    return mixing + 4 * batch * features * features * (2 * steps + 2 * others) // 2


def _transformer(module: nn.Module, site: Site, out: Shape) -> int:
    """Sum attention over x, attention over the memory, and the inner network."""
    batch, steps, features = site.shape
    hidden = site.whole("dim_feedforward")
    own = _attention((batch, steps, features), steps, features)
    own += 8 * batch * steps * features * features
    network = 4 * batch * steps * features * hidden
    if len(site.shapes) == 1:
        return own + network
    return own + network + _heads(module, site, out)


_RULES: tuple[tuple[type[nn.Module], Rule], ...] = (
    (nn.Linear, _linear),
    (LowRank, _low_rank),
    (nn.Bilinear, _bilinear),
    (_ConvTransposeNd, _transposed),
    (_ConvNd, _conv),
    (nn.RNNBase, _recurrent),
    (TiedEmbedding, _tied),
    (MultiheadAttention, _heads),
    (EncoderLayer, _transformer),
    (DecoderLayer, _transformer),
)
