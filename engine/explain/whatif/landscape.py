"""Slices of the loss: along one weight, and around all weights in two directions.

Source: Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets": a random
direction is scaled, filter by filter, to the size of the weights there; biases and the
scales of normalisation stay.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.explain.trace.held import Held
from engine.explain.whatif.outcome import Cell, kept, total

_LINE = 1e-4
"""A way that is narrower than this, as a share of its length, is a line."""


@dataclass(frozen=True)
class Plane:
    """Two directions in which all weights of a phase move.

    Args:
        first: A change of each of its parameters.
        second: The other.
        is_line: The first one is the way of a run, the second one random.
    """

    first: tuple[Tensor, ...]
    second: tuple[Tensor, ...]
    is_line: bool = False

    def place(self, moved: Sequence[Tensor]) -> tuple[float, float]:
        """Return where weights stand in the plane, as near as it comes to them.

        Args:
            moved: Their difference from the middle.
        """
        a, b, w = (
            torch.cat([each.double().flatten() for each in parts])
            for parts in (self.first, self.second, moved)
        )
        found = torch.linalg.lstsq(torch.stack([a, b], 1), w.unsqueeze(1)).solution
        return float(found[0, 0]), float(found[1, 0])


def along(
    held: Held, parameter: nn.Parameter, cell: Cell, values: Sequence[float]
) -> list[float]:
    """Return the loss of the held batch at other values of one weight.

    Threads: the one that trains. Weights are afterwards what they were.
    """
    found = []
    with kept([parameter]):
        for value in values:
            with torch.no_grad():
                parameter[cell] = value
            found.append(total(held))
    return found


def plane(held: Held, seed: int = 0) -> Plane:
    """Return two random directions of the size of the weights, filter by filter.

    Args:
        held: A step.
        seed: Of the directions.
    """
    generator = torch.Generator().manual_seed(seed)
    first, second = (
        tuple(_direction(w.detach(), generator) for w in held.run.parameters)
        for _ in range(2)
    )
    return Plane(first, second)


def plane_of(held: Held, path: Sequence[Sequence[Tensor]]) -> Plane:
    """Return the two directions in which a run has moved most, seen from where it is.

    Where it has moved along a line, the second one is random, as in `plane`.

    Args:
        held: A step.
        path: The phase's parameters at earlier times.

    Source: Li et al. 2018, section 7: principal components of the path.
    """
    now = [w.detach().double() for w in held.run.parameters]
    moved_KP = torch.stack(
        [
            torch.cat([(a.double() - b).flatten() for a, b in zip(w, now, strict=True)])
            for w in path
        ]
    )
    axes_AP = _principal(moved_KP)
    first, *others = (_apart(axis_P, held.run.parameters) for axis_P in axes_AP)
    if not others or float(axes_AP[1].norm()) < _LINE * float(axes_AP[0].norm()):
        return Plane(first, plane(held).second, is_line=True)
    return Plane(first, others[0])


def _principal(moved_KP: Tensor) -> Tensor:
    """Return up to two principal axes of some ways, as long as these reach along them.

    Of the small matrix of their products: an SVD of all weights takes seconds.

    Shape:
        K×P → up to 2×P
    """
    squares_K, own_KK = torch.linalg.eigh(moved_KP @ moved_KP.T)  # the smallest first
    sizes_K = squares_K.clamp(min=1e-24).sqrt()
    axes = []
    for k in range(len(moved_KP) - 1, max(-1, len(moved_KP) - 3), -1):
        reach = (own_KK[:, k].abs().amax() * sizes_K[k]).clamp(min=1e-12)
        axes.append(own_KK[:, k] @ moved_KP * (reach / sizes_K[k]))
    return torch.stack(axes)


def _apart(flat_P: Tensor, like: Sequence[Tensor]) -> tuple[Tensor, ...]:
    parts = torch.split(flat_P, [w.numel() for w in like])
    return tuple(
        part.reshape(w.shape).to(w.dtype) for part, w in zip(parts, like, strict=True)
    )


def _direction(weights: Tensor, generator: torch.Generator) -> Tensor:
    """Return a random change of a tensor, each of its filters as long as its own."""
    if weights.dim() < 2:
        return torch.zeros_like(weights)
    noise = torch.randn(weights.shape, generator=generator).to(weights)
    rows, own = noise.flatten(1), weights.flatten(1)
    size = own.norm(dim=1, keepdim=True) / rows.norm(dim=1, keepdim=True)
    scaled: Tensor = (rows * size).reshape(weights.shape)
    return scaled


def grid(held: Held, directions: Plane, steps: Sequence[float]) -> Iterator[float]:
    """Yield the loss of the held batch over a grid, row by row.

    Args:
        held: A step.
        directions: See `plane`.
        steps: How far to go along each direction; 0 is where the weights are.

    Threads: as `at`.
    """
    return at(
        held, directions, ((first, second) for second in steps for first in steps)
    )


def at(
    held: Held, directions: Plane, places: Iterable[tuple[float, float]]
) -> Iterator[float]:
    """Yield the loss of the held batch at places of a plane.

    Args:
        held: A step.
        directions: See `plane`.
        places: How far to go along each direction.

    Threads: the one that trains. Weights are what they were between two values, also
    when the rest is not asked for.
    """
    weights = held.run.parameters
    middle = [w.detach().clone() for w in weights]
    for x, y in places:
        with kept(weights):
            with torch.no_grad():
                for w, was, a, b in zip(
                    weights, middle, directions.first, directions.second, strict=True
                ):
                    w.copy_(was + x * a + y * b)
            loss = total(held)
        yield loss
