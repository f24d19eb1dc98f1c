"""How a layer's outputs depend on its inputs at one place, by autograd.

For layers that only copy, cut, turn or average, this is the whole truth: y = Σ J·x.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell
from engine.training.machine import rng_state


@dataclass(frozen=True)
class Local:
    """A node that has run again alone, with its graph of autograd.

    Args:
        inputs: As recorded; decimal ones are leaves.
        outputs: As recorded.
        weights: Torch's name → parameter.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: Mapping[str, Tensor]

    def row(self, cell: Cell, port: int = 0) -> tuple[Tensor, ...]:
        """Return ∂(one number of an output)/∂(each input).

        Shape:
            each as its input; zeros for whole numbers
        """
        y = self.outputs[port]
        leaves = [x for x in self.inputs if x.requires_grad]
        found: dict[int, Tensor | None] = {}
        if leaves and y.requires_grad:
            slopes: tuple[Tensor | None, ...] = torch.autograd.grad(
                y[cell], leaves, retain_graph=True, allow_unused=True
            )
            found = {id(x): slope for x, slope in zip(leaves, slopes, strict=True)}
        return tuple(_filled(found.get(id(x)), x) for x in self.inputs)

    def column(self, of: Tensor, cell: Cell) -> tuple[Tensor, ...]:
        """Return ∂(each output)/∂(one number of an input or weight).

        Jᵀv is linear in v; its own gradient in the direction of the number is the
        column of J.

        Args:
            of: One of `inputs` or `weights`.
            cell: Of it.

        Shape:
            each as its output; zeros where nothing depends on it
        """
        return tuple(
            _filled(self._column(y, of, cell) if y.requires_grad else None, y)
            for y in self.outputs
        )

    def _column(self, y: Tensor, of: Tensor, cell: Cell) -> Tensor | None:
        if not of.requires_grad:
            return None
        if y.numel() == 1:  # a loss: some have no second derivative
            slopes: tuple[Tensor | None, ...] = torch.autograd.grad(
                y.sum(), [of], retain_graph=True, allow_unused=True
            )
            return None if slopes[0] is None else slopes[0][cell].reshape(y.shape)
        probe = torch.zeros_like(y, requires_grad=True)
        back: tuple[Tensor | None, ...] = torch.autograd.grad(
            [y], [of], [probe], create_graph=True, allow_unused=True
        )
        if back[0] is None or not back[0].requires_grad:
            return None
        columns: tuple[Tensor | None, ...] = torch.autograd.grad(
            back[0][cell], [probe], retain_graph=True, allow_unused=True
        )
        return columns[0]


def _decimal(values: Tensor) -> torch.dtype:
    return values.dtype if values.is_floating_point() else torch.float32


def _filled(found: Tensor | None, like: Tensor) -> Tensor:
    if found is None:
        return torch.zeros_like(like, dtype=_decimal(like), requires_grad=False)
    return found.detach()


@contextmanager
def local(moment: Moment) -> Iterator[Local]:
    """Yield a node that runs again as it was recorded; nothing is left changed.

    Random numbers are those of then. Attention runs in torch's plain way: its fused
    kernels have no second derivative.

    Threads: the one that trains.
    """
    module = moment.module
    inputs = tuple(
        x.clone().requires_grad_() if x.is_floating_point() else x
        for x in moment.inputs
    )
    buffers = list(module.buffers())
    kept = [buffer.clone() for buffer in buffers]
    weights = dict(module.named_parameters())
    before = [w.requires_grad for w in weights.values()]
    place = inputs[0].device if inputs else torch.device("cpu")
    devices = [place] if place.type == "cuda" else []
    plain = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
    try:
        for w in weights.values():
            w.requires_grad = True
        with torch.random.fork_rng(devices=devices), torch.enable_grad(), plain:
            if moment.random is not None:
                rng_state.restore(moment.random, place)
            leaves = pytree.tree_leaves(module(*inputs))
            outputs = tuple(y for y in leaves if isinstance(y, Tensor))
            yield Local(inputs, outputs, weights)
    finally:
        for w, was in zip(weights.values(), before, strict=True):
            w.requires_grad = was
        with torch.no_grad():
            for buffer, value in zip(buffers, kept, strict=True):
                buffer.copy_(value)
