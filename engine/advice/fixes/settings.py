"""Settings that would make a layer fit its input: the nearest that works, first."""

import math
from collections.abc import Callable, Iterator

from engine.advice.fixes.fix_context import Spot, value_words
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.layers.spec import Value

_MOST = 4096
"""Divisors above are not looked for."""
_DIMS = ("dim", "start_dim", "end_dim", "dim0", "dim1")
_LIMITS = (("min_val", "max_val"), ("lower", "upper"), ("low", "high"))
_CLEARED = {"class_weights": (), "padding_idx": None}
Offers = Iterator[Fix]


def offers(spot: Spot) -> Offers:
    """Yield the fixes that change a setting of the node itself."""
    for name, offer in _BY_PARAM.items():
        if name in spot.node.params:
            yield from offer(spot)
    for low, high in _LIMITS:
        if low in spot.node.params:
            yield from _swapped(spot, low, high)


def nearest(value: int, candidates: list[int]) -> list[int]:
    """Return the candidates, the one next to `value` first."""
    return sorted(candidates, key=lambda n: (abs(n - value), n))


def divisors(total: int) -> list[int]:
    """Return the divisors of a number."""
    return [n for n in range(1, min(total, _MOST) + 1) if total % n == 0]


def _first(spot: Spot, name: str, candidates: list[int]) -> Offers:
    """Yield the first of the candidates that fits."""
    for candidate in candidates:
        found = list(spot.set({name: candidate}))
        if found:
            yield found[0]
            return


def _whole(spot: Spot, name: str) -> int:
    value = spot.node.params[name]
    return value if isinstance(value, int) else 0


def _channels(spot: Spot) -> int:
    return spot.shape[1] if len(spot.shape) > 1 else 0


def _heads(spot: Spot) -> Offers:
    total = spot.shape[-1] if len(spot.shape) > 1 else 0
    heads = _whole(spot, "num_heads")
    yield from _first(spot, "num_heads", nearest(heads, divisors(total)))


def _norm_groups(spot: Spot) -> Offers:
    groups = _whole(spot, "num_groups")
    yield from _first(spot, "num_groups", nearest(groups, divisors(_channels(spot))))


def _groups(spot: Spot) -> Offers:
    groups, channels = _whole(spot, "groups"), _channels(spot)
    out = spot.node.params.get("out_channels", channels)
    if not isinstance(out, int):
        return
    common = nearest(groups, divisors(math.gcd(channels, out)))
    yield from _first(spot, "groups", [n for n in common if n > 1 or groups < 4])
    if groups and channels % groups == 0 and out % groups:
        larger = math.ceil(out / groups) * groups
        yield from spot.set({"out_channels": larger})
    yield from _first(spot, "groups", common)


def _kernel(spot: Spot) -> Offers:
    """Yield a kernel that the image holds, and a border that holds the kernel."""
    dims = len(spot.shape) - 2
    kernel = _sizes(spot.node.params["kernel_size"], dims)
    padding = _sizes(spot.node.params.get("padding", 0), dims)
    if dims < 1 or not kernel:
        return
    room = [
        size + 2 * border for size, border in zip(spot.shape[2:], padding, strict=False)
    ]
    fitting = [min(k, r) for k, r in zip(kernel, room, strict=False)]
    if spot.spec.category == "conv":
        fitting = [size - 1 + size % 2 for size in fitting]
    if tuple(fitting) != kernel and max(fitting, default=0) > 1:
        yield from spot.set({"kernel_size": _size(tuple(fitting))})
    if spot.spec.category == "conv":
        yield from spot.set({"padding": _size(tuple(k // 2 for k in kernel))})
        yield from spot.set({"padding": 0})
    if spot.spec.category == "pool":
        yield from spot.set({"padding": _size(tuple(k // 2 for k in kernel))})
        yield from spot.bypass()


def _sizes(value: Value, dims: int) -> tuple[int, ...]:
    if isinstance(value, tuple):
        return tuple(item for item in value if isinstance(item, int))
    return (value if isinstance(value, int) else 0,) * max(dims, 0)


def _size(sizes: tuple[int, ...]) -> Value:
    """Return a size as short as it can be written."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _border(spot: Spot) -> Offers:
    """Yield the widest border that the input can fill."""
    mode = spot.node.params.get("padding_mode", spot.node.params.get("mode", "zeros"))
    if mode not in {"reflect", "circular"}:
        return
    sides = spot.shape[2:]
    limit = min(sides, default=0)
    yield from _first(spot, "padding", [n for n in (limit, limit - 1) if n >= 0])


def _output_padding(spot: Spot) -> Offers:
    dims = len(spot.shape) - 2
    wanted = _sizes(spot.node.params["output_padding"], dims)
    if max(wanted, default=0):
        yield from spot.set({"stride": max(wanted) + 1})
        yield from spot.set({"output_padding": 0})


def _dims(spot: Spot) -> Offers:
    for name in _DIMS:
        if name in spot.node.params:
            ends = [1, -1] if name == "start_dim" else [-1, 1]
            yield from _first(spot, name, ends)


def _reduced(spot: Spot) -> Offers:
    dims = spot.node.params["dims"]
    rank = len(spot.shape)
    if spot.node.type == "permute":
        if rank > 2:
            yield from spot.set({"dims": (*range(2, rank), 1)})
        return
    named = dims if isinstance(dims, tuple) else ()
    real = dict.fromkeys(
        d % rank for d in named if isinstance(d, int) and -rank <= d < rank and d % rank
    )
    yield from spot.set({"dims": tuple(real) or (-1,)})
    yield from spot.set({"dims": tuple(range(1, rank))})


def _index(spot: Spot) -> Offers:
    size = _size_at_dim(spot)
    last = size - 1 if _whole(spot, "index") >= 0 else 0
    yield from spot.set({"index": last})


def _start(spot: Spot) -> Offers:
    if spot.node.type == "slice":
        yield from spot.set({"start": 0})
        yield from spot.set({"stop": None})
        yield from spot.set({"start": 0, "stop": None}, tr("Keep the whole range"))


def _size_at_dim(spot: Spot) -> int:
    dim = _whole(spot, "dim")
    return spot.shape[dim] if -len(spot.shape) <= dim < len(spot.shape) else 0


def _last_dims(spot: Spot) -> Offers:
    yield from spot.set({"num_dims": len(spot.shape) - 1})


def _longest(spot: Spot) -> Offers:
    if len(spot.shape) == 3:
        yield from spot.set({"max_length": spot.shape[1]})


def _even(spot: Spot) -> Offers:
    yield from spot.set({"features": _whole(spot, "features") + 1})


def _upscale(spot: Spot) -> Offers:
    fitting = [n for n in divisors(_channels(spot)) if n > 1]
    yield from _first(
        spot, "upscale_factor", nearest(_whole(spot, "upscale_factor"), fitting)
    )


def _downscale(spot: Spot) -> Offers:
    common = divisors(math.gcd(*spot.shape[2:])) if len(spot.shape) == 4 else []
    fitting = [n for n in common if n > 1]
    yield from _first(
        spot, "downscale_factor", nearest(_whole(spot, "downscale_factor"), fitting)
    )


def _resized(spot: Spot) -> Offers:
    if spot.node.params.get("mode") == "cubic":
        yield from spot.set({"mode": "linear"})
    yield from spot.set({"scale_factor": 1.0})


def _guesses(spot: Spot) -> Offers:
    sizes = [size for size in (spot.shape[-1:] or (0,)) if size]
    yield from _first(spot, "k", [*sizes, *(spot.shape[1:2])])


def _blank(spot: Spot) -> Offers:
    yield from spot.set({"blank": 0})


def _cleared(spot: Spot) -> Offers:
    for name, value in _CLEARED.items():
        if name in spot.node.params:
            yield from spot.set({name: value})


def _refilled(spot: Spot) -> Offers:
    """Yield a shape with one size worked out, the others kept where they can be."""
    name = "shape" if spot.node.type == "reshape" else "sizes"
    value = spot.node.params[name]
    if spot.node.type not in {"reshape", "unflatten"} or not isinstance(value, tuple):
        return
    found = [
        fix
        for hole in reversed(range(len(value)))
        for fix in spot.set({name: (*value[:hole], -1, *value[hole + 1 :])})
    ]
    yield from found or spot.set({name: (-1,)})


def _swapped(spot: Spot, low: str, high: str) -> Offers:
    lower, upper = spot.node.params[low], spot.node.params[high]
    if isinstance(lower, int | float) and isinstance(upper, int | float):
        words = tr("Set the limits to {low} … {high}",
                   low=value_words(upper), high=value_words(lower))  # fmt: skip
        yield from spot.set({low: upper, high: lower}, words)


_BY_PARAM: dict[str, Callable[[Spot], Offers]] = {
    "num_heads": _heads,
    "num_groups": _norm_groups,
    "groups": _groups,
    "kernel_size": _kernel,
    "padding": _border,
    "output_padding": _output_padding,
    "dim": _dims,
    "start_dim": _dims,
    "dim0": _dims,
    "dims": _reduced,
    "index": _index,
    "start": _start,
    "num_dims": _last_dims,
    "max_length": _longest,
    "features": _even,
    "upscale_factor": _upscale,
    "downscale_factor": _downscale,
    "scale_factor": _resized,
    "k": _guesses,
    "blank": _blank,
    "class_weights": _cleared,
    "padding_idx": _cleared,
    "shape": _refilled,
    "sizes": _refilled,
}
