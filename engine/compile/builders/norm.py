"""Builders of normalisation."""

from collections.abc import Callable
from functools import partial

from torch import nn
from torch.nn import functional as F

from engine.compile.build_context import AXES, Site
from engine.compile.modules.basic import Function
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]

_BATCH = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
_INSTANCE = {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}


def _batch_norm(site: Site, dims: int) -> nn.Module:
    if dims == 1:
        site.need_rank(2, 3, axes=tr("N×F or N×C×T"))
    else:
        site.need_rank(dims + 2, axes=AXES[dims])
    return _BATCH[dims](
        site.shape[1],
        eps=site.number("eps"),
        momentum=site.number("momentum"),
        affine=site.flag("affine"),
        track_running_stats=site.flag("track_running_stats"),
    )


def _instance_norm(site: Site, dims: int) -> nn.Module:
    site.need_rank(dims + 2, axes=AXES[dims])
    if all(size == 1 for size in site.shape[2:]):
        raise site.refuse(
            tr("InstanceNorm needs more than one value per channel"),
            got=shape_text(site.shape),
        )
    return _INSTANCE[dims](
        site.shape[1],
        eps=site.number("eps"),
        momentum=site.number("momentum"),
        affine=site.flag("affine"),
        track_running_stats=site.flag("track_running_stats"),
    )


def _last_dims(site: Site) -> list[int]:
    number = site.whole("num_dims")
    if number > site.rank - 1:
        raise site.misconfigured(
            tr("{title} has more dimensions than its input", title=site.title),
            expected=f"≤ {site.rank - 1}",
            got=number,
        )
    return list(site.shape[site.rank - number :])


def _layer_norm(site: Site) -> nn.Module:
    return nn.LayerNorm(
        _last_dims(site),
        eps=site.number("eps"),
        elementwise_affine=site.flag("affine"),
        bias=site.flag("bias"),
    )


def _rms_norm(site: Site) -> nn.Module:
    return nn.RMSNorm(
        _last_dims(site),
        eps=site.number("eps"),
        elementwise_affine=site.flag("affine"),
    )


def _group_norm(site: Site) -> nn.Module:
    site.need_dims(2)
    groups, channels = site.whole("num_groups"), site.shape[1]
    if channels % groups:
        raise site.misconfigured(
            tr("The groups must divide the channels"),
            expected=tr("a divisor of {number}", number=channels),
            got=tr("{groups:group|groups}", groups=groups),
        )
    return nn.GroupNorm(
        groups, channels, eps=site.number("eps"), affine=site.flag("affine")
    )


def _response_norm(site: Site) -> nn.Module:
    site.need_dims(3)
    return nn.LocalResponseNorm(
        site.whole("size"), site.number("alpha"), site.number("beta"), site.number("k")
    )


def _normalize(site: Site) -> nn.Module:
    return Function(F.normalize, p=site.number("p"), dim=site.dim("dim"))


BUILDERS: dict[str, Builder] = {
    "batch_norm1d": partial(_batch_norm, dims=1),
    "batch_norm2d": partial(_batch_norm, dims=2),
    "batch_norm3d": partial(_batch_norm, dims=3),
    "instance_norm1d": partial(_instance_norm, dims=1),
    "instance_norm2d": partial(_instance_norm, dims=2),
    "instance_norm3d": partial(_instance_norm, dims=3),
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "local_response_norm": _response_norm,
    "normalize": _normalize,
}
