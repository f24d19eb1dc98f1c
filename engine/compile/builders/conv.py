"""Builders of convolutions; what a sliding window needs, also for pooling."""

from collections.abc import Callable
from functools import partial

from torch import nn

from engine.compile.build_context import AXES, Site
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


def _check_groups(site: Site, groups: int) -> None:
    for name, channels in (
        (tr("input channels"), site.shape[1]),
        (tr("output channels"), site.whole("out_channels")),
    ):
        if channels % groups:
            raise site.misconfigured(
                tr("The groups must divide the {name}", name=name),
                expected=tr("a divisor of {number}", number=channels),
                got=tr("{groups:group|groups}", groups=groups),
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


def reach(kernel: Sizes, dilation: Sizes) -> Sizes:
    """Return how many values a window spans, from its first tap to its last."""
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))


def check_window(site: Site, padding: Sizes, span: Sizes) -> None:
    """Raise unless the padded input is at least as large as what the window spans."""
    for size, border, window in zip(site.shape[2:], padding, span, strict=True):
        if size + 2 * border < window:
            raise site.refuse(
                tr("The window is larger than the input"),
                expected=tr("sides of at least {size}", size=window - 2 * border),
                got=shape_text(site.shape),
                fix=tr("Make the kernel smaller, add padding, or pool less before."),
            )


def _conv(site: Site, dims: int) -> nn.Module:
    site.need_rank(dims + 2, axes=AXES[dims])
    groups, mode = site.whole("groups"), site.text("padding_mode")
    _check_groups(site, groups)
    kernel, dilation = site.size("kernel_size", dims), site.size("dilation", dims)
    span = reach(kernel, dilation)
    automatic = site.params["padding"] is None
    padding = (
        tuple((r - 1) // 2 for r in span) if automatic else site.size("padding", dims)
    )
    check_window(site, padding, span)
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


BUILDERS: dict[str, Builder] = {
    "conv1d": partial(_conv, dims=1),
    "conv2d": partial(_conv, dims=2),
    "conv3d": partial(_conv, dims=3),
    "conv_transpose1d": partial(_transposed, dims=1),
    "conv_transpose2d": partial(_transposed, dims=2),
    "conv_transpose3d": partial(_transposed, dims=3),
}
