"""Builders of layers that rearrange, cut, pad or enlarge."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from engine.compile.build_context import AXES, Site
from engine.compile.modules.basic import Function, Reshape, Slice
from engine.compile.modules.generative import TokenShift
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]

_PAD: dict[tuple[str, int], Callable[..., nn.Module]] = {
    ("zeros", 1): nn.ZeroPad1d,
    ("zeros", 2): nn.ZeroPad2d,
    ("zeros", 3): nn.ZeroPad3d,
    ("reflect", 1): nn.ReflectionPad1d,
    ("reflect", 2): nn.ReflectionPad2d,
    ("reflect", 3): nn.ReflectionPad3d,
    ("replicate", 1): nn.ReplicationPad1d,
    ("replicate", 2): nn.ReplicationPad2d,
    ("replicate", 3): nn.ReplicationPad3d,
    ("circular", 1): nn.CircularPad1d,
    ("circular", 2): nn.CircularPad2d,
    ("circular", 3): nn.CircularPad3d,
}
_INTERPOLATION = {
    ("nearest", 1): "nearest",
    ("nearest", 2): "nearest",
    ("nearest", 3): "nearest",
    ("linear", 1): "linear",
    ("linear", 2): "bilinear",
    ("linear", 3): "trilinear",
    ("cubic", 2): "bicubic",
}


def _flatten(site: Site) -> nn.Module:
    if site.rank == 1:
        return nn.Unflatten(0, (-1, 1))
    first, last = site.dim("start_dim"), site.dim("end_dim")
    if first > last:
        raise site.misconfigured(
            tr("The first dimension comes after the last"),
            expected=f"≤ {last}",
            got=first,
        )
    return nn.Flatten(first, last)


def _fitted(site: Site, sizes: tuple[int, ...], total: int) -> tuple[int, ...]:
    """Return `sizes` with its −1 worked out, or raise when it can't hold `total`."""
    known = math.prod(size for size in sizes if size != -1)
    holes = sizes.count(-1)
    fits = holes <= 1 and 0 not in sizes and known and total % known == 0
    if not fits or (holes == 0 and known != total):
        raise site.refuse(
            tr("{title} can't change the number of values", title=site.title),
            expected=tr("sizes with the product {total}", total=total),
            got="×".join(map(str, sizes)) or tr("no sizes"),
        )
    return tuple(total // known if size == -1 else size for size in sizes)


def _reshape(site: Site) -> nn.Module:
    return Reshape(_fitted(site, site.ints("shape"), math.prod(site.shape[1:])))


def _unflatten(site: Site) -> nn.Module:
    dim = site.dim("dim")
    return nn.Unflatten(dim, _fitted(site, site.ints("sizes"), site.shape[dim]))


def _squeeze(site: Site) -> nn.Module:
    dim = site.dim("dim")
    if site.shape[dim] != 1:
        raise site.refuse(
            tr("Only a dimension of size 1 can be removed"),
            expected=1,
            got=site.shape[dim],
        )
    return Function(torch.squeeze, dim=dim)


def _unsqueeze(site: Site) -> nn.Module:
    return Function(torch.unsqueeze, dim=site.dim("dim", extra=1))


def _permute(site: Site) -> nn.Module:
    dims = site.ints("dims")
    if sorted(dims) != list(range(1, site.rank)):
        raise site.misconfigured(
            tr("Every dimension but the batch must stand there once"),
            expected=", ".join(map(str, range(1, site.rank))),
            got=", ".join(map(str, dims)),
        )
    return Function(torch.permute, dims=(0, *dims))


def _transpose(site: Site) -> nn.Module:
    return Function(torch.transpose, dim0=site.dim("dim0"), dim1=site.dim("dim1"))


def _slice(site: Site) -> nn.Module:
    dim = site.dim("dim")
    span = slice(site.whole("start"), site.maybe("stop"), site.whole("step"))
    if not range(*span.indices(site.shape[dim])):
        raise site.refuse(
            tr("The range is empty"),
            expected=tr("places from 0 to {last}", last=site.shape[dim] - 1),
            got=_range_words(span),
        )
    return Slice(dim, span)


def _range_words(span: slice) -> str:
    if span.stop is None:
        return tr("from {start} to the end", start=span.start)
    return tr("from {start} to before {stop}", start=span.start, stop=span.stop)


def _select(site: Site) -> nn.Module:
    dim, index = site.dim("dim"), site.whole("index")
    size = site.shape[dim]
    if not -size <= index < size:
        raise site.misconfigured(
            tr("There is no such place"),
            expected=tr("from 0 to {last}", last=size - 1),
            got=index,
        )
    return Function(torch.select, dim=dim, index=index)


def _last_step(site: Site) -> nn.Module:
    site.need_rank(3, axes="N×T×F")
    return Function(torch.select, dim=1, index=-1)


def _flip(site: Site) -> nn.Module:
    return Function(torch.flip, dims=(site.dim("dim"),))


def _roll(site: Site) -> nn.Module:
    return Function(torch.roll, shifts=site.whole("shift"), dims=site.dim("dim"))


def _repeat(site: Site) -> nn.Module:
    dims = [1] * site.rank
    dims[site.dim("dim")] = site.whole("times")
    return Function(torch.tile, dims=tuple(dims))


def _cast(site: Site) -> nn.Module:
    dtype = torch.float32 if site.text("to") == "float" else torch.int64
    return Function(torch.Tensor.to, dtype=dtype)


def _pad(site: Site, dims: int) -> nn.Module:
    site.need_rank(dims + 2, axes=AXES[dims])
    sizes, mode = site.size("padding", dims), site.text("mode")
    for side, border in zip(site.shape[2:], sizes, strict=True):
        limit = {"reflect": side - 1, "circular": side}.get(mode, border)
        if border > limit:
            raise site.misconfigured(
                tr("The border is larger than the input"),
                expected=tr("padding ≤ {limit}", limit=limit),
                got=border,
            )
    both = [border for border in reversed(sizes) for _ in (0, 1)]
    return _PAD[mode, dims](tuple(both))


def _upsample(site: Site) -> nn.Module:
    site.need_rank(3, 4, 5, axes=tr("a signal, image or volume"))
    mode = _INTERPOLATION.get((site.text("mode"), site.rank - 2))
    if mode is None:
        raise site.refuse(
            tr("Cubic interpolation is for images only"),
            expected=AXES[2],
            got=shape_text(site.shape),
        )
    aligned = None if mode == "nearest" else site.flag("align_corners")
    factor = site.number("scale_factor")
    if min(int(side * factor) for side in site.shape[2:]) < 1:
        raise site.refuse(tr("Nothing would be left"), expected=tr("a larger factor"))
    return nn.Upsample(scale_factor=factor, mode=mode, align_corners=aligned)


def _shuffle(site: Site) -> nn.Module:
    site.need_rank(4, axes=AXES[2])
    factor = site.whole("upscale_factor")
    if site.shape[1] % factor**2:
        raise site.refuse(
            tr("The channels don't fill the finer pixels"),
            expected=tr("a multiple of {number} channels", number=factor**2),
            got=site.shape[1],
        )
    return nn.PixelShuffle(factor)


def _unshuffle(site: Site) -> nn.Module:
    site.need_rank(4, axes=AXES[2])
    factor = site.whole("downscale_factor")
    if any(side % factor for side in site.shape[2:]):
        raise site.refuse(
            tr("The image doesn't divide into squares"),
            expected=tr("sides that are multiples of {number}", number=factor),
        )
    return nn.PixelUnshuffle(factor)


def _channel_shuffle(site: Site) -> nn.Module:
    site.need_dims(3)
    groups = site.whole("groups")
    if site.shape[1] % groups:
        raise site.misconfigured(
            tr("The groups must divide the channels"),
            expected=tr("a divisor of {number}", number=site.shape[1]),
            got=groups,
        )
    return nn.ChannelShuffle(groups)


def _unfold(site: Site) -> nn.Module:
    site.need_rank(4, axes=AXES[2])
    kernel, padding = site.size("kernel_size", 2), site.size("padding", 2)
    for side, window, border in zip(site.shape[2:], kernel, padding, strict=True):
        if side + 2 * border < window:
            raise site.refuse(
                tr("The window is larger than the input"),
                expected=tr("sides of at least {size}", size=window - 2 * border),
            )
    return nn.Unfold(
        (kernel[0], kernel[1]),
        padding=(padding[0], padding[1]),
        stride=(site.size("stride", 2)[0], site.size("stride", 2)[1]),
    )


def _token_shift(site: Site) -> nn.Module:
    site.need_dims(2)
    return TokenShift(site.whole("start"))


BUILDERS: dict[str, Builder] = {
    "token_shift": _token_shift,
    "flatten": _flatten,
    "unflatten": _unflatten,
    "reshape": _reshape,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "permute": _permute,
    "transpose": _transpose,
    "slice": _slice,
    "select": _select,
    "last_step": _last_step,
    "flip": _flip,
    "roll": _roll,
    "repeat": _repeat,
    "cast": _cast,
    "pad1d": partial(_pad, dims=1),
    "pad2d": partial(_pad, dims=2),
    "pad3d": partial(_pad, dims=3),
    "upsample": _upsample,
    "pixel_shuffle": _shuffle,
    "pixel_unshuffle": _unshuffle,
    "channel_shuffle": _channel_shuffle,
    "unfold": _unfold,
}
