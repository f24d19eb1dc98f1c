"""Builders of losses."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from engine.compile.build_context import Site
from engine.compile.modules import losses
from engine.compile.modules.basic import Function
from engine.compile.modules.classes import class_dim, need_labels
from engine.compile.modules.losses import CTC, NLL, BCEWithLogits, CrossEntropy, Loss
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]

_EQUAL: dict[str, tuple[Callable[..., torch.Tensor], tuple[str, ...]]] = {
    "mse": (F.mse_loss, ()),
    "l1": (F.l1_loss, ()),
    "huber": (F.huber_loss, ("delta",)),
    "smooth_l1": (F.smooth_l1_loss, ("beta",)),
    "log_cosh": (losses.log_cosh, ()),
    "poisson_nll": (F.poisson_nll_loss, ("log_input", "full")),
    "gaussian_nll": (losses.gaussian_nll, ("full",)),
    "kl_gaussian": (losses.kl_gaussian, ()),
    "bce": (losses.bce, ()),
    "hinge": (losses.hinge, ("margin",)),
    "soft_margin": (F.soft_margin_loss, ()),
    "multilabel_soft_margin": (F.multilabel_soft_margin_loss, ()),
    "hinge_embedding": (F.hinge_embedding_loss, ("margin",)),
    "triplet_margin": (F.triplet_margin_loss, ("margin",)),
}


def _equal(
    site: Site, function: Callable[..., torch.Tensor], names: tuple[str, ...]
) -> nn.Module:
    """Build a loss whose inputs all have the same shape."""
    for other in range(1, len(site.shapes)):
        site.need_equal(0, other)
    return Loss(function, **{name: site.params[name] for name in names})


def _class_weights(site: Site, classes: int) -> list[float]:
    factors = site.floats("class_weights")
    if factors and len(factors) != classes:
        raise site.misconfigured(
            tr("There must be one class weight per class"),
            expected=tr("{n:number|numbers}", n=classes),
            got=len(factors),
        )
    return factors


def _cross_entropy(site: Site) -> nn.Module:
    dim = class_dim(site)
    return CrossEntropy(
        dim,
        _class_weights(site, site.shape[dim]),
        site.maybe("ignore_index"),
        site.number("label_smoothing"),
    )


def _nll(site: Site) -> nn.Module:
    need_labels(site)
    dim = class_dim(site)
    weights = _class_weights(site, site.shape[dim])
    return NLL(dim, weights, site.maybe("ignore_index"))


def _bce_with_logits(site: Site) -> nn.Module:
    if len(site.shapes) == 2:
        site.need_equal()
    return BCEWithLogits(site.number("target"), site.number("pos_weight"))


def _kl_div(site: Site) -> nn.Module:
    site.need_equal()
    return Loss(F.kl_div, reduction="batchmean", log_target=site.flag("log_target"))


def _multi_margin(site: Site) -> nn.Module:
    site.need_rank(2, axes="N×C")
    need_labels(site)
    site.need_rank(1, axes="N", index=1)
    return Function(F.multi_margin_loss, margin=site.number("margin"))


def _ctc(site: Site) -> nn.Module:
    site.need_rank(3, axes="N×T×C")
    site.need_rank(2, axes="N×S", index=1)
    need_labels(site)
    blank, classes = site.whole("blank"), site.shape[2]
    if blank >= classes:
        raise site.misconfigured(
            tr("The blank is not a class"), expected=f"< {classes}", got=blank
        )
    if site.shapes[1][1] > site.shape[1]:
        raise site.refuse(
            tr("The target is longer than the input"),
            expected=f"S ≤ {site.shape[1]}",
            got=shape_text(site.shapes[1]),
        )
    return CTC(blank)


def _signed(site: Site, function: Callable[..., torch.Tensor], rank: int) -> nn.Module:
    """Build a loss of two equal inputs and one sign per sample."""
    site.need_rank(rank, axes="N×F" if rank == 2 else "N")
    site.need_equal(0, 1)
    site.need_rank(1, axes="N", index=2)
    return Loss(function, margin=site.number("margin"))


def _minimise(_site: Site) -> nn.Module:
    return Function(torch.mean)


BUILDERS: dict[str, Builder] = {
    **{
        name: partial(_equal, function=function, names=names)
        for name, (function, names) in _EQUAL.items()
    },
    "cross_entropy": _cross_entropy,
    "nll": _nll,
    "bce_with_logits": _bce_with_logits,
    "kl_div": _kl_div,
    "multi_margin": _multi_margin,
    "ctc": _ctc,
    "cosine_embedding": partial(_signed, function=F.cosine_embedding_loss, rank=2),
    "margin_ranking": partial(_signed, function=F.margin_ranking_loss, rank=1),
    "minimise": _minimise,
}
