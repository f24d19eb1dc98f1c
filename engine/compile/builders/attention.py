"""Builders of attention, transformer layers and positions."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from engine.compile.build_context import Site
from engine.compile.modules.basic import (
    Function,
    PositionEmbedding,
    SinusoidalPosition,
    TimeEmbedding,
)
from engine.compile.modules.generative import turned
from engine.compile.modules.sequences import (
    DecoderLayer,
    EncoderLayer,
    GroupedQueryAttention,
    MultiheadAttention,
)
from engine.compile.shape_text import shape_text, shapes_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]


def _features(site: Site) -> int:
    """Return F of N×T×F after checking that the heads divide it."""
    site.need_rank(3, axes="N×T×F")
    features, heads = site.shape[2], site.whole("num_heads")
    if features % heads:
        raise site.misconfigured(
            tr("The heads must divide the features"),
            expected=tr("a divisor of {number}", number=features),
            got=tr("{heads:head|heads}", heads=heads),
        )
    if len(site.shapes) == 2:
        site.need_rank(3, axes="N×S×F", index=1)
        if site.shapes[1][2] != features:
            raise site.refuse(
                tr("“memory” must have as many features as the input"),
                expected=f"N×S×{features}",
                got=shape_text(site.shapes[1]),
            )
    return features


def _attention(site: Site) -> nn.Module:
    module = MultiheadAttention(
        _features(site),
        site.whole("num_heads"),
        dropout=site.number("dropout"),
        bias=site.flag("bias"),
        batch_first=True,
    )
    module.causal = site.flag("causal")
    module.without_bias = not site.flag("bias")
    if site.flag("rotary"):
        _check_pairs(site)
        module.rotary = True
    return module


def _check_pairs(site: Site) -> None:
    size = site.shape[2] // site.whole("num_heads")
    if size % 2:
        raise site.misconfigured(
            tr("Rotary positions need an even number of features per head"),
            expected=tr("an even number"),
            got=size,
        )


class _DotProduct(nn.Module):
    """torch's scaled_dot_product_attention; dropout only while training."""

    def __init__(self, dropout: float, *, causal: bool) -> None:
        super().__init__()
        self.dropout, self.causal = dropout, causal

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Return what each query finds among the keys, see the class.

        Shape:
            query N×…×T×D, key N×…×S×D, value N×…×S×E → N×…×T×E
        """
        return F.scaled_dot_product_attention(
            query,
            key,
            value,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=self.causal,
        )


def _dot_product(site: Site) -> nn.Module:
    query, key, value = site.shapes
    ranks = {len(shape) for shape in site.shapes}
    fits = len(ranks) == 1 and min(ranks) >= 3
    if not (fits and query[-1] == key[-1] and key[-2] == value[-2]):
        raise site.refuse(
            tr("Query, key and value don't fit together"),
            expected=tr("N×…×T×D, N×…×S×D and N×…×S×E"),
            got=shapes_text(site.shapes),
        )
    return _DotProduct(site.number("dropout"), causal=site.flag("causal"))


def _grouped(site: Site) -> nn.Module:
    for index, axes in enumerate(("N×T×H·D", "N×S×G·D", "N×S×G·D")):
        site.need_rank(3, axes=axes, index=index)
    query, key, value = site.shapes
    heads = site.whole("num_heads")
    groups = site.maybe("num_kv_heads") or heads
    if heads % groups or query[2] % heads:
        raise site.misconfigured(
            tr("The heads must divide the features, and those of keys the heads"),
            expected=tr("a divisor of {number}", number=query[2]),
            got=f"{heads}, {groups}",
        )
    size = query[2] // heads
    if key[1:] != value[1:] or key[2] != groups * size:
        raise site.refuse(
            tr("Query, key and value don't fit together"),
            expected=f"N×S×{groups * size}",
            got=shapes_text(site.shapes),
        )
    rotary = site.flag("rotary")
    if rotary and size % 2:
        raise site.misconfigured(
            tr("Rotary positions need an even number of features per head"),
            expected=tr("an even number"),
            got=size,
        )
    base = site.number("base") if rotary else None
    return GroupedQueryAttention(heads, groups, base, causal=site.flag("causal"))


def _transformer(site: Site, kind: type[EncoderLayer | DecoderLayer]) -> nn.Module:
    module = kind(
        _features(site),
        site.whole("num_heads"),
        site.whole("dim_feedforward"),
        site.number("dropout"),
        activation=site.text("activation"),
        batch_first=True,
        norm_first=site.flag("norm_first"),
    )
    module.causal = site.flag("causal")
    return module


def _position(site: Site) -> nn.Module:
    site.need_rank(3, axes="N×T×F")
    longest = site.whole("max_length")
    if site.shape[1] > longest:
        raise site.misconfigured(
            tr("The sequence is longer than the position table"),
            expected=f"≥ {site.shape[1]}",
            got=longest,
        )
    return PositionEmbedding(longest, site.shape[2])


def _sinusoidal(site: Site) -> nn.Module:
    site.need_rank(3, axes="N×T×F")
    return SinusoidalPosition(site.shape[1], site.shape[2])


def _rotary(site: Site) -> nn.Module:
    site.need_dims(3)
    if site.shape[-1] % 2:
        raise site.refuse(
            tr("The features must be even"),
            expected=tr("an even last dimension"),
            got=shape_text(site.shape),
        )
    return Function(turned, base=site.number("base"))


def _time(site: Site) -> nn.Module:
    features = site.whole("features")
    if site.shape[1:] not in {(), (1,)}:
        raise site.refuse(tr("TimeEmbedding takes one number"), expected="N×1")
    if features % 2:
        raise site.misconfigured(
            tr("The features must be even"), expected=features + 1, got=features
        )
    return TimeEmbedding(features)


BUILDERS: dict[str, Builder] = {
    "multihead_attention": _attention,
    "scaled_dot_product_attention": _dot_product,
    "grouped_query_attention": _grouped,
    "transformer_encoder_layer": partial(_transformer, kind=EncoderLayer),
    "transformer_decoder_layer": partial(_transformer, kind=DecoderLayer),
    "position_embedding": _position,
    "sinusoidal_position": _sinusoidal,
    "rotary_embedding": _rotary,
    "time_embedding": _time,
}
