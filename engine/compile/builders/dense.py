"""Builders of dense layers, embeddings and dropout."""

from collections.abc import Callable

import torch
from torch import nn

from engine.compile.build_context import AXES, Site
from engine.compile.modules.basic import (
    Function,
    GaussianNoise,
    LearnedScale,
    OneHot,
    TiedEmbedding,
)
from engine.compile.modules.generative import GradientReversal, LoRALinear, LowRank
from engine.compile.shape_text import shapes_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]


def _linear(site: Site) -> nn.Module:
    site.need_dims(2)
    return nn.Linear(site.shape[-1], site.whole("out_features"), bias=site.flag("bias"))


def _bilinear(site: Site) -> nn.Module:
    site.need_dims(2)
    left, right = site.shapes
    if left[:-1] != right[:-1]:
        raise site.refuse(
            tr("Both inputs must agree in all dimensions but the last"),
            got=shapes_text(site.shapes),
        )
    return nn.Bilinear(
        left[-1], right[-1], site.whole("out_features"), bias=site.flag("bias")
    )


def _embedding(site: Site) -> nn.Module:
    entries, padding = site.whole("num_embeddings"), site.maybe("padding_idx")
    if padding is not None and padding >= entries:
        raise site.misconfigured(
            tr("The padding index is not an entry"),
            expected=f"< {entries}",
            got=padding,
        )
    return nn.Embedding(entries, site.whole("embedding_dim"), padding_idx=padding)


def _tied(site: Site) -> nn.Module:
    size = site.whole("embedding_dim")
    if site.dtypes[0].is_floating_point:
        site.need_dims(2)
        if site.shape[-1] != size:
            raise site.misconfigured(
                tr("The vectors have another size than the table"),
                expected=site.shape[-1],
                got=size,
            )
    return TiedEmbedding(site.whole("num_embeddings"), size)


def _identity(_site: Site) -> nn.Module:
    return nn.Identity()


def _learned_scale(site: Site) -> nn.Module:
    site.need_dims(2)
    return LearnedScale(site.shape[-1], site.number("initial"), bias=site.flag("bias"))


def _dropout(kind: Callable[[float], nn.Module]) -> Builder:
    return lambda site: kind(site.number("p"))


def _channel_dropout(kind: Callable[[float], nn.Module], dims: int) -> Builder:
    def build(site: Site) -> nn.Module:
        site.need_rank(dims + 2, axes=AXES[dims])
        return kind(site.number("p"))

    return build


def _feature_dropout(site: Site) -> nn.Module:
    site.need_dims(2)
    return nn.FeatureAlphaDropout(site.number("p"))


def _stop_gradient(site: Site) -> nn.Module:
    return Function(torch.detach) if site.flag("enabled") else nn.Identity()


def _lora(site: Site) -> nn.Module:
    site.need_dims(2)
    return LoRALinear(
        site.shape[-1],
        site.whole("out_features"),
        site.whole("rank"),
        site.number("alpha"),
        bias=site.flag("bias"),
    )


def _low_rank(site: Site) -> nn.Module:
    site.need_dims(2)
    return LowRank(
        site.shape[-1],
        site.whole("out_features"),
        site.whole("rank"),
        site.number("alpha"),
    )


BUILDERS: dict[str, Builder] = {
    "linear": _linear,
    "bilinear": _bilinear,
    "embedding": _embedding,
    "tied_embedding": _tied,
    "identity": _identity,
    "reroute": _identity,
    "learned_scale": _learned_scale,
    "dropout": _dropout(nn.Dropout),
    "dropout1d": _channel_dropout(nn.Dropout1d, 1),
    "dropout2d": _channel_dropout(nn.Dropout2d, 2),
    "dropout3d": _channel_dropout(nn.Dropout3d, 3),
    "alpha_dropout": _dropout(nn.AlphaDropout),
    "feature_alpha_dropout": _feature_dropout,
    "gaussian_noise": lambda site: GaussianNoise(site.number("std")),
    "one_hot": lambda site: OneHot(site.whole("num_classes")),
    "stop_gradient": _stop_gradient,
    "lora_linear": _lora,
    "low_rank": _low_rank,
    "gradient_reversal": lambda site: GradientReversal(site.number("factor")),
}
