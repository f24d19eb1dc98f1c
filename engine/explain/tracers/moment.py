"""What flows through one node in one step: inputs, outputs, and the gradients there."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Moment:
    """One use of one node in one step, held still.

    A node in a repeated block, or one that shares its weights, is used several times:
    each use is a moment of its own.

    Args:
        node: Its path.
        module: What computes it.
        inputs: What flows into it, in the order of its ports.
        outputs: What it puts out, in the order of its ports; a state within a state
            (of an LSTM) is taken apart.
        upstreams: ∂L/∂output of each, as it arrives from the loss, of the output's
            shape; None where none arrives.
        given: ∂L/∂input that this use alone hands on, of the input's shape; None
            where it hands on none. Where several nodes read one output, what they
            hand back adds up there.
        random: State of the random numbers before it ran, as in `rng_state`, where it
            draws some (dropout); None otherwise.
    """

    node: str
    module: nn.Module
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    upstreams: tuple[Tensor | None, ...]
    given: tuple[Tensor | None, ...] = ()
    random: Mapping[str, Tensor] | None = None

    @property
    def output(self) -> Tensor:
        """The first output."""
        return self.outputs[0]

    @property
    def upstream(self) -> Tensor:
        """∂L/∂ the first output; zeros where none arrives."""
        first = self.upstreams[0]
        return torch.zeros_like(self.output) if first is None else first
