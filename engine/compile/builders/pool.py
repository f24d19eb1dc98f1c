"""Builders of pooling."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from engine.compile.build_context import AXES, Site
from engine.compile.builders.conv import Sizes, check_window, reach
from engine.compile.modules.basic import Function
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]
Kind = Callable[..., nn.Module]

_MAX: dict[int, Kind] = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
_AVG: dict[int, Kind] = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
_ADAPTIVE: dict[tuple[str, int], Kind] = {
    ("avg", 1): nn.AdaptiveAvgPool1d,
    ("avg", 2): nn.AdaptiveAvgPool2d,
    ("avg", 3): nn.AdaptiveAvgPool3d,
    ("max", 1): nn.AdaptiveMaxPool1d,
    ("max", 2): nn.AdaptiveMaxPool2d,
    ("max", 3): nn.AdaptiveMaxPool3d,
}


def _stride(site: Site, dims: int) -> Sizes | None:
    return None if site.params["stride"] is None else site.size("stride", dims)


def _check_pool(site: Site, dims: int, dilation: Sizes) -> tuple[Sizes, Sizes]:
    site.need_rank(dims + 2, axes=AXES[dims])
    kernel, padding = site.size("kernel_size", dims), site.size("padding", dims)
    for window, border in zip(kernel, padding, strict=True):
        if border > window // 2:
            raise site.misconfigured(
                tr("The padding may be at most half the kernel"),
                expected=f"≤ {window // 2}",
                got=border,
            )
    check_window(site, padding, reach(kernel, dilation))
    return kernel, padding


def _max_pool(site: Site, dims: int) -> nn.Module:
    dilation = site.size("dilation", dims)
    kernel, padding = _check_pool(site, dims, dilation)
    return _MAX[dims](
        kernel,
        _stride(site, dims),
        padding,
        dilation,
        ceil_mode=site.flag("ceil_mode"),
    )


def _avg_pool(site: Site, dims: int) -> nn.Module:
    kernel, padding = _check_pool(site, dims, (1,) * dims)
    return _AVG[dims](
        kernel,
        _stride(site, dims),
        padding,
        ceil_mode=site.flag("ceil_mode"),
        count_include_pad=site.flag("count_include_pad"),
    )


def _adaptive(site: Site, kind: str, dims: int) -> nn.Module:
    site.need_rank(dims + 2, axes=AXES[dims])
    return _ADAPTIVE[kind, dims](site.size("output_size", dims))


def _lp_pool(site: Site) -> nn.Module:
    site.need_rank(4, axes=AXES[2])
    kernel = site.size("kernel_size", 2)
    check_window(site, (0, 0), kernel)
    return nn.LPPool2d(
        site.number("norm_type"),
        kernel,
        _stride(site, 2),
        ceil_mode=site.flag("ceil_mode"),
    )


def _global_pool(site: Site) -> nn.Module:
    site.need_dims(3)
    return Function(_mean_of_channels)


def _mean_of_channels(x: Tensor) -> Tensor:
    return x.flatten(2).mean(2)


BUILDERS: dict[str, Builder] = {
    "max_pool1d": partial(_max_pool, dims=1),
    "max_pool2d": partial(_max_pool, dims=2),
    "max_pool3d": partial(_max_pool, dims=3),
    "avg_pool1d": partial(_avg_pool, dims=1),
    "avg_pool2d": partial(_avg_pool, dims=2),
    "avg_pool3d": partial(_avg_pool, dims=3),
    "adaptive_avg_pool1d": partial(_adaptive, kind="avg", dims=1),
    "adaptive_avg_pool2d": partial(_adaptive, kind="avg", dims=2),
    "adaptive_avg_pool3d": partial(_adaptive, kind="avg", dims=3),
    "adaptive_max_pool1d": partial(_adaptive, kind="max", dims=1),
    "adaptive_max_pool2d": partial(_adaptive, kind="max", dims=2),
    "adaptive_max_pool3d": partial(_adaptive, kind="max", dims=3),
    "lp_pool2d": _lp_pool,
    "global_avg_pool": _global_pool,
}
