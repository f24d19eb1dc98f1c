"""A step in figures: of every tensor its size and health, of every weight its terms."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.explain.trace.held import Held
from engine.explain.tracers.moment import Moment
from engine.protocol.tracing import Figures

_SMALL = 65_536
"""Numbers of a tensor up to which float64 costs nothing."""
_PART = 16_384
"""Numbers of a larger one that are looked at together: they stay in the cache."""
_PLAIN = (torch.float32, torch.float64)
"""What numpy reckons with as quickly; it counts ten times as fast as torch."""


def health(values: Tensor) -> Figures:
    """Return what can be said of a tensor.

    Shape:
        any
    """
    flat = values.detach().reshape(-1)
    if flat.device.type == "cpu" and flat.dtype in _PLAIN and flat.numel():
        norm = float(torch.linalg.vector_norm(flat))
        if math.isfinite(norm):
            return _of_plain(flat, tuple(values.shape), norm)
    elif flat.numel() > _SMALL and flat.is_floating_point():
        norm = float(torch.linalg.vector_norm(flat))
        if math.isfinite(norm):
            return _of_finite(flat, tuple(values.shape), norm)
    tiny = torch.finfo(flat.dtype).tiny if flat.is_floating_point() else 0.0
    flat = flat.double()
    finite = flat[torch.isfinite(flat)]
    count, is_whole = max(1, flat.numel()), finite.numel() == flat.numel()
    sizes = finite.abs()
    known = finite if finite.numel() else finite.new_zeros(1)
    return Figures(
        shape=tuple(values.shape),
        norm=float(torch.linalg.vector_norm(known)),
        mean=float(known.mean()),
        std=float(known.std(correction=0)),
        low=float(known.min()),
        high=float(known.max()),
        negative=_count(flat < 0) / count,
        zero=(flat.numel() - _count(flat)) / count,
        subnormal=_count((sizes > 0) & (sizes < tiny)) / count,
        nan=0 if is_whole else _count(flat.isnan()),
        infinite=0 if is_whole else _count(flat.isinf()),
    )


def _count(values: Tensor) -> int:
    """Return how many are not 0; twice as quick as a sum of true ones.

    Shape:
        any
    """
    return int(torch.count_nonzero(values))


def _of_finite(flat: Tensor, shape: tuple[int, ...], norm: float) -> Figures:
    """Return the same of many numbers, in their own precision: a tenth of the time."""
    count = flat.numel()
    var, mean = torch.var_mean(flat, correction=0)
    low, high = torch.aminmax(flat)
    zero = count - _count(flat)
    tiny = _count(flat.abs() < torch.finfo(flat.dtype).tiny) - zero
    return Figures(
        shape=shape,
        norm=norm,
        mean=float(mean),
        std=math.sqrt(max(float(var), 0.0)),
        low=float(low),
        high=float(high),
        negative=_count(flat < 0) / count,
        zero=zero / count,
        subnormal=max(tiny, 0) / count,
        nan=0,
        infinite=0,
    )


def _of_plain(flat: Tensor, shape: tuple[int, ...], norm: float) -> Figures:
    """Return the same of finite numbers that numpy can look at where they are."""
    tiny, count = torch.finfo(flat.dtype).tiny, flat.numel()
    mean, (low, high) = float(flat.mean()), torch.aminmax(flat)
    if count <= _SMALL:
        flat = flat.double()
        norm, mean = float(torch.linalg.vector_norm(flat)), float(flat.mean())
    negative = zero = small = 0
    squares = 0.0
    for start in range(0, count, _PART):
        part = flat[start : start + _PART]
        numbers = part.numpy()
        negative += int(np.count_nonzero(numbers < 0))
        zero += int(np.count_nonzero(numbers == 0))
        small += int(np.count_nonzero(np.abs(numbers) < tiny))
        squares += float(torch.linalg.vector_norm(part - mean)) ** 2
    return Figures(
        shape=shape,
        norm=norm,
        mean=mean,
        std=math.sqrt(squares / count),
        low=float(low),
        high=float(high),
        negative=negative / count,
        zero=zero / count,
        subnormal=(small - zero) / count,
        nan=0,
        infinite=0,
    )


@dataclass(frozen=True)
class Weight:
    """A tensor of weights in one step.

    Args:
        values: Before the update.
        gradient: ∂L/∂w, before clipping; None where none comes.
        step: Δw.
        terms: Name of a term of the update → its norm.
    """

    values: Figures
    gradient: Figures | None
    step: Figures
    terms: Mapping[str, float]

    @property
    def change(self) -> float:
        """‖Δw‖ / ‖w‖; 0 where all weights are 0."""
        return self.step.norm / self.values.norm if self.values.norm else 0.0


@dataclass(frozen=True)
class Node:
    """A node in one step.

    Args:
        node: Its path.
        inputs: Of each.
        outputs: Of each.
        upstreams: ∂L/∂output of each; None where none arrives.
        given: ∂L/∂input of each, as this node hands it on; None where it hands on none.
        weights: Torch's name → of those that this phase updates.
    """

    node: str
    inputs: tuple[Figures, ...]
    outputs: tuple[Figures, ...]
    upstreams: tuple[Figures | None, ...]
    given: tuple[Figures | None, ...]
    weights: Mapping[str, Weight]


class _Known:
    """Figures by what a tensor looks at: an input is some other node's output."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Figures] = {}

    def __call__(self, values: Tensor) -> Figures:
        key = (values.data_ptr(), values.dtype, values.shape, values.stride())
        if key not in self._found:
            self._found[key] = health(values)
        return self._found[key]

    def if_any(self, values: Tensor | None) -> Figures | None:
        """Return None for none."""
        return None if values is None else self(values)


def nodes(held: Held) -> list[Node]:
    """Return all nodes of a phase in the order of the forward pass."""
    places = {id(w): index for index, w in enumerate(held.run.parameters)}
    known = _Known()  # as long as the recording keeps its tensors where they are
    moments = held.recording.moments.values()
    return [_node(held, moment, places, known) for moment in moments]


def _node(held: Held, moment: Moment, places: Mapping[int, int], known: _Known) -> Node:
    named = moment.module.named_parameters()
    return Node(
        moment.node,
        tuple(map(known, moment.inputs)),
        tuple(map(known, moment.outputs)),
        tuple(map(known.if_any, moment.upstreams)),
        tuple(map(known.if_any, moment.given)),
        {name: _weight(held, places[id(w)]) for name, w in named if id(w) in places},
    )


def _if_any(values: Tensor | None) -> Figures | None:
    return None if values is None else health(values)


def _weight(held: Held, index: int) -> Weight:
    weights = held.run.parameters[index]
    step = torch.empty(weights.numel(), dtype=torch.float64, device=weights.device)
    squares: dict[str, float] = {}
    start = 0
    for part in held.updates(index):
        stop = start + part.before.numel()
        step[start:stop] = part.step
        start = stop
        for name, term in part.terms.items():
            norm = float(torch.linalg.vector_norm(term))
            squares[name] = squares.get(name, 0.0) + norm**2
    values, moved = health(weights), health(step.reshape(weights.shape))
    gradient = _if_any(held.recording.gradients[index])
    held.figures.update({("weight", index): values, ("step", index): moved})
    if gradient is not None:
        held.figures["gradient", index] = gradient
    return Weight(
        values,
        gradient,
        moved,
        {name: math.sqrt(square) for name, square in squares.items()},
    )
