"""Builders of convolutions and pooling."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from engine.compile.build_context import AXES, Site
from engine.compile.modules.basic import Function
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]
Kind = Callable[..., nn.Module]
Sizes = tuple[int, ...]

_CONV: dict[int, Kind] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
_TRANSPOSED: dict[int, Kind] = {
    1: nn.ConvTranspose1d,
    2: nn.ConvTranspose2d,
    3: nn.ConvTranspose3d,
}
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


def _check_groups(site: Site, groups: int) -> None:
    for name, channels in (
        (tr("input channels"), site.shape[1]),
        (tr("output channels"), site.whole("out_channels")),
    ):
        if channels % groups:
            raise site.misconfigured(
                tr("The groups must divide the {name}", name=name),
                expected=tr("a divisor of {number}", number=channels),
                got=tr("{groups} groups", groups=groups),
            )


def _check_window(site: Site, padding: Sizes, reach: Sizes) -> None:
    """Raise unless the padded input is at least as large as the window's reach."""
    for size, border, window in zip(site.shape[2:], padding, reach, strict=True):
        if size + 2 * border < window:
            raise site.refuse(
                tr("The window is larger than the input"),
                expected=tr("sides of at least {size}", size=window - 2 * border),
                got=shape_text(site.shape),
                fix=tr("Make the kernel smaller, add padding, or pool less before."),
            )


def _check_padding_mode(site: Site, padding: Sizes, mode: str) -> None:
    """Raise when the border would need more values than the input has."""
    for size, border in zip(site.shape[2:], padding, strict=True):
        limit = size - 1 if mode == "reflect" else size
        if mode in {"reflect", "circular"} and border > limit:
            raise site.misconfigured(
                tr("The border is larger than the input"),
                expected=tr("padding ≤ {limit}", limit=limit),
                got=border,
            )


def _reach(kernel: Sizes, dilation: Sizes) -> Sizes:
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))


def _conv(site: Site, dims: int) -> nn.Module:
    site.need_rank(dims + 2, axes=AXES[dims])
    groups, mode = site.whole("groups"), site.text("padding_mode")
    _check_groups(site, groups)
    kernel, dilation = site.size("kernel_size", dims), site.size("dilation", dims)
    reach = _reach(kernel, dilation)
    automatic = site.params["padding"] is None
    padding = (
        tuple((r - 1) // 2 for r in reach) if automatic else site.size("padding", dims)
    )
    _check_window(site, padding, reach)
    _check_padding_mode(site, padding, mode)
    return _CONV[dims](
        site.shape[1],
        site.whole("out_channels"),
        kernel,
        stride=site.size("stride", dims),
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=site.flag("bias"),
        padding_mode=mode,
    )


def _transposed(site: Site, dims: int) -> nn.Module:
    site.need_rank(dims + 2, axes=AXES[dims])
    groups = site.whole("groups")
    _check_groups(site, groups)
    kernel, stride, padding, extra, dilation = (
        site.size(name, dims)
        for name in ("kernel_size", "stride", "padding", "output_padding", "dilation")
    )
    for add, step, spread in zip(extra, stride, dilation, strict=True):
        if add >= max(step, spread):
            raise site.misconfigured(
                tr("The output padding must be smaller than the stride"),
                expected=f"< {max(step, spread)}",
                got=add,
            )
    _check_grown(site, (kernel, stride, padding, extra, dilation))
    return _TRANSPOSED[dims](
        site.shape[1],
        site.whole("out_channels"),
        kernel,
        stride=stride,
        padding=padding,
        output_padding=extra,
        groups=groups,
        bias=site.flag("bias"),
        dilation=dilation,
    )


def _check_grown(site: Site, settings: tuple[Sizes, ...]) -> None:
    for size, k, s, p, e, d in zip(site.shape[2:], *settings, strict=True):
        grown = (size - 1) * s - 2 * p + d * (k - 1) + e + 1
        if grown < 1:
            raise site.refuse(
                tr("The padding cuts everything off"),
                expected=tr("a result of size 1 or more"),
                got=grown,
            )


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
    _check_window(site, padding, _reach(kernel, dilation))
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
    _check_window(site, (0, 0), kernel)
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


BUILDERS: dict[str, Builder] = {"lp_pool2d": _lp_pool, "global_avg_pool": _global_pool}
for _dims in (1, 2, 3):
    BUILDERS[f"conv{_dims}d"] = partial(_conv, dims=_dims)
    BUILDERS[f"conv_transpose{_dims}d"] = partial(_transposed, dims=_dims)
    BUILDERS[f"max_pool{_dims}d"] = partial(_max_pool, dims=_dims)
    BUILDERS[f"avg_pool{_dims}d"] = partial(_avg_pool, dims=_dims)
    for _kind in ("avg", "max"):
        BUILDERS[f"adaptive_{_kind}_pool{_dims}d"] = partial(
            _adaptive, kind=_kind, dims=_dims
        )
