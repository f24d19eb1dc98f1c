"""What a look inside a network may use, and how it leaves no trace there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from engine.compile.flatten import FlatNode
from engine.layers import registry
from engine.measure.inside.gradients import Norms
from engine.measure.inside.noise import NoiseScale
from engine.training.evaluation.sources import Batch
from engine.training.machine import rng_state
from engine.training.parts.assembly import Assembly

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

Drawn = tuple[dict[str, npt.NDArray[np.generic]], dict[str, tuple[str, ...]]]
"""Arrays and words of a `protocol.messages.View`."""
Hook = Callable[[nn.Module, tuple[object, ...], object], None]
SAMPLES, _FEWEST, _MOST_FLOPS = 256, 16, 2e9
"""Samples of a look, fewer where a forward pass of them would take longer."""
MOST_LAYERS = 48
"""Of more layers some are looked at, evenly spread."""
_WATCHED = frozenset({"act", "dense", "conv", "norm", "attention", "recurrent"})


@dataclass
class Rig:
    """One training, as seen by looks.

    Args:
        parts: Of the training.

    Attributes:
        norms: Of the gradient, fed by the monitor.
        noise: What is known of each phase so far, with its curve.
        looks: How many looks at the noise were made.
    """

    parts: Assembly
    norms: Norms = field(init=False)
    noise: list[NoiseScale] = field(init=False)
    curves: list[list[tuple[int, float]]] = field(init=False)
    looks: int = 0

    def __post_init__(self) -> None:
        phases = self.parts.phases
        self.norms = Norms([mover for _, mover in self.parts.rows], len(phases))
        self.noise = [NoiseScale() for _ in phases]
        self.curves = [[] for _ in phases]

    def layers(self) -> tuple[FlatNode, ...]:
        """Return the nodes that are looked at, each module once."""
        homes: dict[str, FlatNode] = {}
        for node in self.parts.program.nodes:
            does_something = "dropout" not in node.type  # when it is evaluated
            if does_something and registry.get(node.type).category in _WATCHED:
                homes.setdefault(node.home, node)
        found = list(homes.values())
        if len(found) <= MOST_LAYERS:
            return tuple(found)
        places = np.linspace(0, len(found) - 1, MOST_LAYERS).round().astype(int)
        return tuple(found[place] for place in places)

    def sample(self) -> Batch:
        """Return samples of the validation part, the same ones each time."""
        _, batch = next(iter(self.parts.feeds.validation_batches(self.num_samples)))
        return batch

    @property
    def num_samples(self) -> int:
        """How many samples are looked at, at most; no clock has a say in it."""
        inferred = self.parts.program.inferred.values()
        flops = max(sum(known.flops for known in inferred), 1)
        return int(max(min(SAMPLES, _MOST_FLOPS / flops), _FEWEST))

    def run(self, hooks: dict[str, Hook]) -> None:
        """Run the network on `sample`, with hooks on the modules of some homes."""
        modules = self.parts.program.modules
        handles: list[RemovableHandle] = []
        try:
            for home, hook in hooks.items():
                handle = modules.at(home).register_forward_hook(hook)
                handles.append(handle)
            self.forward()
        finally:
            for handle in handles:
                handle.remove()

    def forward(self) -> None:
        """Run the network on `sample`."""
        self.parts.evaluator.everything(self.sample())

    @contextmanager
    def quietly(self, number: int) -> Iterator[None]:
        """Run in eval mode, and leave modes and random states as they were.

        Args:
            number: Seeds what draws numbers also then.
        """
        modules, device = self.parts.program.modules, self.parts.device
        training = [part for part in modules.modules() if part.training]
        states = rng_state.state(device)
        rng_state.seed(number)
        modules.eval()
        try:
            yield
        finally:
            for part in training:
                part.training = True
            rng_state.restore(states, device)


def first_tensor(output: object) -> Tensor | None:
    """Return what a layer puts out at its first port, where that are decimals.

    Shape:
        any → the same
    """
    found = output[0] if isinstance(output, tuple) and output else output
    if isinstance(found, Tensor) and found.is_floating_point():
        return found
    return None


def titles(nodes: tuple[FlatNode, ...]) -> tuple[str, ...]:
    """Return the paths of nodes; the window knows their names."""
    return tuple(node.path for node in nodes)


def rows_of(output: Tensor) -> Tensor:
    """Return an output as a matrix: places by units.

    Shape:
        N×F, N×T×F or N×C×H×W → R×C
    """
    if output.dim() == 4:
        output = output.movedim(1, -1)
    return output.reshape(-1, output.shape[-1]) if output.dim() > 1 else output[:, None]
