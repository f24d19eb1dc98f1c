"""Settings that would make a layer fit its input: the nearest that works, first."""

import math
from collections.abc import Callable, Iterator

from engine.advice.fixes.fix_context import FixContext, value_words
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.layers.spec import Value

_MOST = 4096
"""Divisors above are not looked for."""
_DIMS = ("dim", "start_dim", "end_dim", "dim0", "dim1")
_LIMITS = (("min_val", "max_val"), ("lower", "upper"), ("low", "high"))
_CLEARED = {"class_weights": (), "padding_idx": None}
Fixes = Iterator[Fix]


def fixes(context: FixContext) -> Fixes:
    """Yield the fixes that change a setting of the node itself."""
    for name, make in _BY_PARAM.items():
        if name in context.node.params:
            yield from make(context)
    for low, high in _LIMITS:
        if low in context.node.params:
            yield from _swapped(context, low, high)


def nearest(value: int, candidates: list[int]) -> list[int]:
    """Return the candidates, the one next to `value` first."""
    return sorted(candidates, key=lambda n: (abs(n - value), n))


def divisors(total: int) -> list[int]:
    """Return the divisors of a number."""
    return [n for n in range(1, min(total, _MOST) + 1) if total % n == 0]


def _first(context: FixContext, name: str, candidates: list[int]) -> Fixes:
    """Yield the first of the candidates that fits."""
    for candidate in candidates:
        found = list(context.set({name: candidate}))
        if found:
            yield found[0]
            return


def _whole(context: FixContext, name: str) -> int:
    value = context.node.params[name]
    return value if isinstance(value, int) else 0


def _channels(context: FixContext) -> int:
    return context.shape[1] if len(context.shape) > 1 else 0


def _heads(context: FixContext) -> Fixes:
    total = context.shape[-1] if len(context.shape) > 1 else 0
    heads = _whole(context, "num_heads")
    yield from _first(context, "num_heads", nearest(heads, divisors(total)))


def _norm_groups(context: FixContext) -> Fixes:
    groups = _whole(context, "num_groups")
    yield from _first(
        context, "num_groups", nearest(groups, divisors(_channels(context)))
    )


def _groups(context: FixContext) -> Fixes:
    groups, channels = _whole(context, "groups"), _channels(context)
    out = context.node.params.get("out_channels", channels)
    if not isinstance(out, int):
        return
    common = nearest(groups, divisors(math.gcd(channels, out)))
    yield from _first(context, "groups", [n for n in common if n > 1 or groups < 4])
    if groups and channels % groups == 0 and out % groups:
        larger = math.ceil(out / groups) * groups
        yield from context.set({"out_channels": larger})
    yield from _first(context, "groups", common)


def _kernel(context: FixContext) -> Fixes:
    """Yield a kernel that the image holds, and a border that holds the kernel."""
    dims = len(context.shape) - 2
    kernel = _sizes(context.node.params["kernel_size"], dims)
    padding = _sizes(context.node.params.get("padding", 0), dims)
    if dims < 1 or not kernel:
        return
    room = [
        size + 2 * border
        for size, border in zip(context.shape[2:], padding, strict=False)
    ]
    fitting = [min(k, r) for k, r in zip(kernel, room, strict=False)]
    if context.spec.category == "conv":
        fitting = [size - 1 + size % 2 for size in fitting]
    if tuple(fitting) != kernel and max(fitting, default=0) > 1:
        yield from context.set({"kernel_size": _size(tuple(fitting))})
    if context.spec.category == "conv":
        yield from context.set({"padding": _size(tuple(k // 2 for k in kernel))})
        yield from context.set({"padding": 0})
    if context.spec.category == "pool":
        yield from context.set({"padding": _size(tuple(k // 2 for k in kernel))})
        yield from context.bypass()


def _sizes(value: Value, dims: int) -> tuple[int, ...]:
    if isinstance(value, tuple):
        return tuple(item for item in value if isinstance(item, int))
    return (value if isinstance(value, int) else 0,) * max(dims, 0)


def _size(sizes: tuple[int, ...]) -> Value:
    """Return a size as short as it can be written."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _border(context: FixContext) -> Fixes:
    """Yield the widest border that the input can fill."""
    mode = context.node.params.get(
        "padding_mode", context.node.params.get("mode", "zeros")
    )
    if mode not in {"reflect", "circular"}:
        return
    sides = context.shape[2:]
    limit = min(sides, default=0)
    yield from _first(context, "padding", [n for n in (limit, limit - 1) if n >= 0])


def _output_padding(context: FixContext) -> Fixes:
    dims = len(context.shape) - 2
    wanted = _sizes(context.node.params["output_padding"], dims)
    if max(wanted, default=0):
        yield from context.set({"stride": max(wanted) + 1})
        yield from context.set({"output_padding": 0})


def _dims(context: FixContext) -> Fixes:
    for name in _DIMS:
        if name in context.node.params:
            ends = [1, -1] if name == "start_dim" else [-1, 1]
            yield from _first(context, name, ends)


def _reduced(context: FixContext) -> Fixes:
    dims = context.node.params["dims"]
    rank = len(context.shape)
    if context.node.type == "permute":
        if rank > 2:
            yield from context.set({"dims": (*range(2, rank), 1)})
        return
    named = dims if isinstance(dims, tuple) else ()
    real = dict.fromkeys(
        d % rank for d in named if isinstance(d, int) and -rank <= d < rank and d % rank
    )
    yield from context.set({"dims": tuple(real) or (-1,)})
    yield from context.set({"dims": tuple(range(1, rank))})


def _index(context: FixContext) -> Fixes:
    size = _size_at_dim(context)
    last = size - 1 if _whole(context, "index") >= 0 else 0
    yield from context.set({"index": last})


def _start(context: FixContext) -> Fixes:
    if context.node.type == "slice":
        yield from context.set({"start": 0})
        yield from context.set({"stop": None})
        yield from context.set({"start": 0, "stop": None}, tr("Keep the whole range"))


def _size_at_dim(context: FixContext) -> int:
    dim = _whole(context, "dim")
    return context.shape[dim] if -len(context.shape) <= dim < len(context.shape) else 0


def _last_dims(context: FixContext) -> Fixes:
    yield from context.set({"num_dims": len(context.shape) - 1})


def _longest(context: FixContext) -> Fixes:
    if len(context.shape) == 3:
        yield from context.set({"max_length": context.shape[1]})


def _even(context: FixContext) -> Fixes:
    yield from context.set({"features": _whole(context, "features") + 1})


def _upscale(context: FixContext) -> Fixes:
    fitting = [n for n in divisors(_channels(context)) if n > 1]
    yield from _first(
        context, "upscale_factor", nearest(_whole(context, "upscale_factor"), fitting)
    )


def _downscale(context: FixContext) -> Fixes:
    common = divisors(math.gcd(*context.shape[2:])) if len(context.shape) == 4 else []
    fitting = [n for n in common if n > 1]
    yield from _first(
        context,
        "downscale_factor",
        nearest(_whole(context, "downscale_factor"), fitting),
    )


def _resized(context: FixContext) -> Fixes:
    if context.node.params.get("mode") == "cubic":
        yield from context.set({"mode": "linear"})
    yield from context.set({"scale_factor": 1.0})


def _guesses(context: FixContext) -> Fixes:
    sizes = [size for size in (context.shape[-1:] or (0,)) if size]
    yield from _first(context, "k", [*sizes, *(context.shape[1:2])])


def _blank(context: FixContext) -> Fixes:
    yield from context.set({"blank": 0})


def _cleared(context: FixContext) -> Fixes:
    for name, value in _CLEARED.items():
        if name in context.node.params:
            yield from context.set({name: value})


def _refilled(context: FixContext) -> Fixes:
    """Yield a shape with one size worked out, the others kept where they can be."""
    kind = context.node.type
    name = "shape" if kind == "reshape" else "sizes"
    value = context.node.params[name]
    if kind not in {"reshape", "unflatten"} or not isinstance(value, tuple):
        return
    found = [
        fix
        for hole in reversed(range(len(value)))
        for fix in context.set({name: (*value[:hole], -1, *value[hole + 1 :])})
    ]
    yield from found or context.set({name: (-1,)})


def _swapped(context: FixContext, low: str, high: str) -> Fixes:
    lower, upper = context.node.params[low], context.node.params[high]
    if isinstance(lower, int | float) and isinstance(upper, int | float):
        words = tr("Set the limits to {low} … {high}",
                   low=value_words(upper), high=value_words(lower))  # fmt: skip
        yield from context.set({low: upper, high: lower}, words)


_BY_PARAM: dict[str, Callable[[FixContext], Fixes]] = {
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
