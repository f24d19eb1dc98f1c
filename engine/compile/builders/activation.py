"""Builders of activations and normalisation."""

from collections.abc import Callable
from functools import partial

from torch import nn
from torch.nn import functional as F  # noqa: N812 - torch's own name

from engine.compile.build_context import AXES, Site
from engine.compile.modules.basic import Function
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]

_PLAIN: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "selu": nn.SELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softsign": nn.Softsign,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
    "log_sigmoid": nn.LogSigmoid,
    "tanhshrink": nn.Tanhshrink,
}
_NUMBERS: dict[str, tuple[Callable[..., nn.Module], tuple[str, ...]]] = {
    "leaky_relu": (nn.LeakyReLU, ("negative_slope",)),
    "elu": (nn.ELU, ("alpha",)),
    "celu": (nn.CELU, ("alpha",)),
    "softplus": (nn.Softplus, ("beta",)),
    "hardshrink": (nn.Hardshrink, ("lambd",)),
    "softshrink": (nn.Softshrink, ("lambd",)),
    "threshold": (nn.Threshold, ("threshold", "value")),
}
_ALONG: dict[str, Callable[[int], nn.Module]] = {
    "softmax": nn.Softmax,
    "log_softmax": nn.LogSoftmax,
    "softmin": nn.Softmin,
}
_BATCH = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
_INSTANCE = {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}


def _plain(_site: Site, kind: Callable[[], nn.Module]) -> nn.Module:
    return kind()


def _numbers(
    site: Site, kind: Callable[..., nn.Module], names: tuple[str, ...]
) -> nn.Module:
    return kind(*(site.number(name) for name in names))


def _along(site: Site, kind: Callable[[int], nn.Module]) -> nn.Module:
    return kind(site.dim("dim"))


def _ordered(site: Site, low: str, high: str) -> tuple[float, float]:
    """Return two limits, or raise when they are the wrong way round."""
    lower, upper = site.number(low), site.number(high)
    if lower >= upper:
        raise site.misconfigured(
            tr("The lower limit must be below the upper one"),
            expected=f"< {upper:g}",
            got=f"{lower:g}",
        )
    return lower, upper


def _prelu(site: Site) -> nn.Module:
    per_channel = site.flag("per_channel")
    if per_channel:
        site.need_dims(2)
    return nn.PReLU(site.shape[1] if per_channel else 1, site.number("init"))


def _rrelu(site: Site) -> nn.Module:
    return nn.RReLU(*_ordered(site, "lower", "upper"))


def _hardtanh(site: Site) -> nn.Module:
    return nn.Hardtanh(*_ordered(site, "min_val", "max_val"))


def _gelu(site: Site) -> nn.Module:
    return nn.GELU(approximate=site.text("approximate"))


def _glu(site: Site) -> nn.Module:
    dim = site.dim("dim")
    if site.shape[dim] % 2:
        raise site.refuse(
            tr("GLU halves a dimension"),
            expected=tr("an even size"),
            got=site.shape[dim],
        )
    return nn.GLU(dim)


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
            got=tr("{groups} groups", groups=groups),
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
    **{name: partial(_plain, kind=kind) for name, kind in _PLAIN.items()},
    **{
        name: partial(_numbers, kind=kind, names=names)
        for name, (kind, names) in _NUMBERS.items()
    },
    **{name: partial(_along, kind=kind) for name, kind in _ALONG.items()},
    **{f"batch_norm{dims}d": partial(_batch_norm, dims=dims) for dims in _BATCH},
    **{
        f"instance_norm{dims}d": partial(_instance_norm, dims=dims)
        for dims in _INSTANCE
    },
    "prelu": _prelu,
    "rrelu": _rrelu,
    "hardtanh": _hardtanh,
    "gelu": _gelu,
    "glu": _glu,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "local_response_norm": _response_norm,
    "normalize": _normalize,
}
