"""Convolutions: one kernel, many places.

A transposed convolution is the same with input and output exchanged, so both are
written with the places that a kernel joins: what stands at `fine` = coarse·stride −
padding + tap·dilation.

Source: LeCun et al. 1989; torch.nn.Conv2d for settings.
"""

import itertools
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.explain.tracers.families.dense import bias_of, summed
from engine.explain.tracers.general import General
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Lines, Terms, Tracer, at

Sizes = tuple[int, ...]
Conv = nn.Conv1d | nn.Conv2d | nn.Conv3d


@dataclass(frozen=True)
class _Geometry:
    """Which places a kernel joins.

    Args:
        fine: Sizes of the side that the window slides over.
        coarse: Sizes of the side that has one number for each place of the window.
    """

    module: Conv
    fine: Sizes
    coarse: Sizes
    padding: Sizes

    def fine_of(self, coarse: Sizes, tap: Sizes) -> Sizes | None:
        """Return the place under a tap of the window; None outside."""
        place = tuple(
            c * s - p + t * d
            for c, t, s, p, d in zip(
                coarse,
                tap,
                self.module.stride,
                self.padding,
                self.module.dilation,
                strict=True,
            )
        )
        return place if _inside(place, self.fine) else None

    def coarse_of(self, fine: Sizes, tap: Sizes) -> Sizes | None:
        """Return the place of the window whose tap lies there; None where none."""
        found = []
        for f, t, s, p, d in zip(
            fine,
            tap,
            self.module.stride,
            self.padding,
            self.module.dilation,
            strict=True,
        ):
            place, rest = divmod(f + p - t * d, s)
            if rest:
                return None
            found.append(place)
        return tuple(found) if _inside(tuple(found), self.coarse) else None

    def taps(self) -> list[Sizes]:
        """Return all places in the kernel."""
        return list(itertools.product(*map(range, self.module.kernel_size)))

    def under(self, tap: Sizes, values: Tensor) -> tuple[tuple[slice, ...], Tensor]:
        """Return where a tap falls inside, over all places of the window.

        Returns:
            The places of the window as slices, and the numbers under the tap there.

        Shape:
            N×fine → N×coarse, cut
        """
        coarse, fine = [], []
        for t, size, count, s, p, d in zip(
            tap,
            self.fine,
            self.coarse,
            self.module.stride,
            self.padding,
            self.module.dilation,
            strict=True,
        ):
            first = max(0, -((t * d - p) // s))
            last = min(count - 1, (size - 1 + p - t * d) // s)
            coarse.append(slice(first, max(first, last + 1)))
            begin = first * s - p + t * d
            fine.append(slice(begin, max(begin, last * s - p + t * d + 1), s))
        return tuple(coarse), at(values, [slice(None), *fine])


class _Window(General):
    """What is alike in both: the weight joins a fine and a coarse channel."""

    is_transposed = False

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ w·x over the window (or over all windows that reach here) + b."""
        del port  # It has one.
        sample, channel, *place = cell
        x = moment.inputs[0][sample]
        terms = self._pulled(moment, x, channel, tuple(place), ("w", "x"))
        return (summed("z", terms, bias_of(moment, channel)),)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·x over all samples and places: one weight, many uses."""
        if name == "bias":
            delta = moment.upstream[:, cell[0]].flatten()
            return (summed("∂L/∂b", Terms(delta, None, ("δ", ""))),)
        one, other, *tap = cell
        module, groups = _conv(moment), _conv(moment).groups
        x, delta = _padded(module, moment.inputs[0]), moment.upstream
        rows = module.weight.shape[0] // groups
        within = one // rows * module.weight.shape[1] + other
        if self.is_transposed:
            fine, coarse = delta[:, within], x[:, one]
        else:
            fine, coarse = x[:, within], delta[:, one]
        geometry = self._geometry(moment)
        spans, under = geometry.under(tuple(tap), fine)
        joined = at(coarse, [slice(None), *spans])
        pair = (under, joined) if self.is_transposed else (joined, under)
        terms = Terms(pair[0].flatten(), pair[1].flatten(), ("δ", "x"))
        return (summed("∂L/∂w", terms),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·w over all places of the window that have read the number."""
        del port  # It has one.
        sample, channel, *place = cell
        delta = moment.upstream[sample]
        parts = [
            self._handed(moment, delta, channel, spot)
            for spot in _copies(_conv(moment), moment.inputs[0], tuple(place))
        ]
        left = torch.cat([part.left for part in parts])
        right = torch.cat([cast("Tensor", part.right) for part in parts])
        return (summed("∂L/∂x", Terms(left, right, ("δ", "w"))),)

    def _geometry(self, moment: Moment) -> _Geometry:
        raise NotImplementedError

    def _pulled(
        self,
        moment: Moment,
        x: Tensor,
        channel: int,
        place: Sizes,
        symbols: tuple[str, str],
    ) -> Terms:
        raise NotImplementedError

    def _handed(
        self, moment: Moment, delta: Tensor, channel: int, place: Sizes
    ) -> Terms:
        raise NotImplementedError


class Convolution(_Window):
    """Of `nn.Conv1d`, `2d` and `3d`."""

    def _geometry(self, moment: Moment) -> _Geometry:
        module = _conv(moment)
        x = _padded(module, moment.inputs[0])
        return _Geometry(
            module,
            tuple(x.shape[2:]),
            tuple(moment.output.shape[2:]),
            _padding(module),
        )

    def _pulled(
        self,
        moment: Moment,
        x: Tensor,
        channel: int,
        place: Sizes,
        symbols: tuple[str, str],
    ) -> Terms:
        """Return the window at a place: all its taps that lie inside."""
        module, geometry = _conv(moment), self._geometry(moment)
        w = module.weight.detach()
        x = _padded(module, x.unsqueeze(0))[0]
        group = channel // (w.shape[0] // module.groups)
        mine = x[group * w.shape[1] : (group + 1) * w.shape[1]]
        found = [
            (at(w, [channel, slice(None), *tap]), at(mine, [slice(None), *spot]))
            for tap in geometry.taps()
            if (spot := geometry.fine_of(place, tap)) is not None
        ]
        return _joined(found, w, symbols)

    def _handed(
        self, moment: Moment, delta: Tensor, channel: int, place: Sizes
    ) -> Terms:
        module, geometry = _conv(moment), self._geometry(moment)
        w = module.weight.detach()
        group, within = divmod(channel, w.shape[1])
        count = w.shape[0] // module.groups
        rows = slice(group * count, (group + 1) * count)
        found = [
            (at(delta, [rows, *spot]), at(w, [rows, within, *tap]))
            for tap in geometry.taps()
            if (spot := geometry.coarse_of(place, tap)) is not None
        ]
        return _joined(found, w, ("δ", "w"))


class Transposed(_Window):
    """Of `nn.ConvTranspose1d`, `2d` and `3d`: every input paints with the kernel."""

    is_transposed = True

    def _geometry(self, moment: Moment) -> _Geometry:
        module = _conv(moment)
        return _Geometry(
            module,
            tuple(moment.output.shape[2:]),
            tuple(moment.inputs[0].shape[2:]),
            cast("Sizes", module.padding),
        )

    def _pulled(
        self,
        moment: Moment,
        x: Tensor,
        channel: int,
        place: Sizes,
        symbols: tuple[str, str],
    ) -> Terms:
        module, geometry = _conv(moment), self._geometry(moment)
        w = module.weight.detach()
        group, within = divmod(channel, w.shape[1])
        count = w.shape[0] // module.groups
        rows = slice(group * count, (group + 1) * count)
        found = [
            (at(w, [rows, within, *tap]), at(x, [rows, *spot]))
            for tap in geometry.taps()
            if (spot := geometry.coarse_of(place, tap)) is not None
        ]
        return _joined(found, w, symbols)

    def _handed(
        self, moment: Moment, delta: Tensor, channel: int, place: Sizes
    ) -> Terms:
        module, geometry = _conv(moment), self._geometry(moment)
        w = module.weight.detach()
        group = channel // (w.shape[0] // module.groups)
        mine = delta[group * w.shape[1] : (group + 1) * w.shape[1]]
        found = [
            (at(mine, [slice(None), *spot]), at(w, [channel, slice(None), *tap]))
            for tap in geometry.taps()
            if (spot := geometry.fine_of(place, tap)) is not None
        ]
        return _joined(found, w, ("δ", "w"))


def _conv(moment: Moment) -> Conv:
    return cast("Conv", moment.module)


def _joined(
    found: list[tuple[Tensor, Tensor]], like: Tensor, symbols: tuple[str, str]
) -> Terms:
    nothing = like.new_zeros(0)
    left = torch.cat([a for a, _ in found]) if found else nothing
    right = torch.cat([b for _, b in found]) if found else nothing
    return Terms(left, right, symbols)


def _inside(place: Sizes, sizes: Sizes) -> bool:
    return all(0 <= p < size for p, size in zip(place, sizes, strict=True))


def _is_plain(module: Conv) -> bool:
    return module.padding_mode == "zeros"


def _padding(module: Conv) -> Sizes:
    """Return how far the window begins outside; nothing when the border is made."""
    plain = cast("Sizes", module.padding)
    return plain if _is_plain(module) else (0,) * len(plain)


def _border(module: Conv) -> list[int]:
    return [p for p in reversed(cast("Sizes", module.padding)) for _ in (0, 1)]


def _padded(module: Conv, x: Tensor) -> Tensor:
    """Return the input with the border that is made of its own numbers."""
    if _is_plain(module):
        return x
    return F.pad(x, _border(module), mode=module.padding_mode)


def _copies(module: Conv, x: Tensor, place: Sizes) -> list[Sizes]:
    """Return where a number stands in the padded input: once, or on the border too."""
    if _is_plain(module):
        return [place]
    sizes = x.shape[2:]
    order = torch.arange(sizes.numel(), dtype=torch.float64).reshape(1, 1, *sizes)
    number = float(at(order, [0, 0, *place]))
    spots = (_padded(module, order)[0, 0] == number).nonzero().tolist()
    return [tuple(spot) for spot in spots]


TRACERS: dict[str, Tracer] = {
    **{f"conv{d}d": Convolution() for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": Transposed() for d in (1, 2, 3)},
}
