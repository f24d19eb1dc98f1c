"""Builders of activations."""

from collections.abc import Callable
from functools import partial

from torch import nn

from engine.compile.build_context import Site
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


BUILDERS: dict[str, Builder] = {
    **{name: partial(_plain, kind=kind) for name, kind in _PLAIN.items()},
    **{
        name: partial(_numbers, kind=kind, names=names)
        for name, (kind, names) in _NUMBERS.items()
    },
    **{name: partial(_along, kind=kind) for name, kind in _ALONG.items()},
    "prelu": _prelu,
    "rrelu": _rrelu,
    "hardtanh": _hardtanh,
    "gelu": _gelu,
    "glu": _glu,
}
