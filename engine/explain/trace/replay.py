"""Runs one recorded node once more: what is inside it is computed when it is opened."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.explain.trace.recording import tensors_in, untouched
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Gradients
from engine.training.machine import rng_state


@dataclass(frozen=True)
class Replay:
    """A node that has run again, with the graph of autograd of this node alone.

    Args:
        moment: What was recorded.
        inputs: The recorded inputs, those that are decimal numbers as leaves.
        outputs: As recorded, to the bit.
    """

    moment: Moment
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def back(self, cotangents: Sequence[Tensor | None]) -> Gradients:
        """Return what goes back for these gradients at the outputs.

        Args:
            cotangents: One for each output, of its shape; None is zero.

        Returns:
            ∂L/∂input by input (zeros where nothing goes back, also for whole numbers),
            and ∂L/∂w of this use alone by torch's name.

        Shape:
            each as its output → each as its input, each as its weight
        """
        named = list(self.moment.module.named_parameters())
        leaves = [x for x in self.inputs if x.requires_grad]
        pairs = [
            (y, c)
            for y, c in zip(self.outputs, cotangents, strict=True)
            if c is not None and y.requires_grad
        ]
        wanted = [*leaves, *(w for _, w in named if w.requires_grad)]
        found: dict[int, Tensor] = {}
        if pairs and wanted:
            slopes: tuple[Tensor | None, ...] = torch.autograd.grad(
                [y for y, _ in pairs],
                wanted,
                [c for _, c in pairs],
                retain_graph=True,
                allow_unused=True,
            )
            found = {
                id(t): s for t, s in zip(wanted, slopes, strict=True) if s is not None
            }
        return Gradients(
            tuple(_or_zeros(found, x) for x in self.inputs),
            {name: _or_zeros(found, w) for name, w in named},
        )


def _or_zeros(found: dict[int, Tensor], tensor: Tensor) -> Tensor:
    return found.get(id(tensor), torch.zeros_like(tensor, requires_grad=False))


@contextmanager
def replayed(moment: Moment) -> Iterator[Replay]:
    """Yield a node that has run again from what was recorded.

    Dropout drops the same numbers again. Weights count as those of now: between the
    recording and this nothing may have moved them. Random numbers, buffers and
    gradients are afterwards what they were.

    Threads: the one that trains.
    """
    module = moment.module
    inputs = tuple(
        x.clone().requires_grad_() if x.is_floating_point() else x
        for x in moment.inputs
    )
    place = inputs[0].device if inputs else torch.device("cpu")
    with untouched(module), torch.enable_grad():
        if moment.random is not None:
            rng_state.restore(moment.random, place)
        result = module(*inputs)
        yield Replay(moment, inputs, tensors_in(result))


def back(moment: Moment) -> Gradients:
    """Return what a use of a node hands back for the gradient that came to it.

    Shape:
        each as its input, each as its weight
    """
    with replayed(moment) as again:
        return again.back(moment.upstreams)
