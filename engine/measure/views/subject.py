"""What a view is made from: the inputs of its node on fixed samples, and their words.

Axes: N samples, F features of one, K other places where the network is asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.layers.spec import Params
from engine.protocol.arrays import Floats, Ints

Array = npt.NDArray[np.generic]
Undo = Callable[[Floats], Floats]
Answer = Callable[..., Tensor]
Drawing = tuple[dict[str, Array], dict[str, tuple[str, ...]]]
"""Arrays and words of a `protocol.messages.View`."""


def _as_it_is(values: Floats) -> Floats:
    return values


@dataclass(frozen=True)
class Subject:
    """One view node at one moment.

    Args:
        params: Complete parameters of the node.
        inputs: What arrives, by port, samples first.
        answer: Asks the network elsewhere: from other values of the ports before
            `input` to the port `input`. None where it does not follow from them.
        classes: Names of the classes of the port `target`, or of `tokens`.
        names: What the features of a port are called.
        undo: Brings numbers of a port back to the units of the data set.
        labels: Class of each sample, when the samples come from a data set.
        label_names: Names of these.
        origins: Complete parameters of the node that each port comes from.
        tokens: Texts of the numbers at the port `sample`, when they are tokens.
    """

    params: Params
    inputs: Mapping[str, Tensor]
    answer: Answer | None = None
    classes: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undo: Mapping[str, Undo] = field(default_factory=dict)
    labels: Tensor | None = None
    label_names: tuple[str, ...] = ()
    origins: Mapping[str, Params] = field(default_factory=dict)
    tokens: tuple[str, ...] = ()

    def has(self, port: str) -> bool:
        """Return whether something is connected there."""
        return port in self.inputs

    def raw(self, port: str) -> Floats:
        """Return a port as N×F, scaled as the network sees it."""
        return flat(self.inputs[port])

    def numbers(self, port: str) -> Floats:
        """Return a port as N×F in the units of the data set."""
        return self.restored(port, self.raw(port))

    def restored(self, port: str, values_NF: Floats) -> Floats:
        """Return values that stand in the place of a port in the set's units."""
        return self.undo.get(port, _as_it_is)(values_NF)

    def number(self, name: str, default: float = 0.0) -> float:
        """Return a number among the parameters."""
        value = self.params.get(name)
        return float(value) if isinstance(value, int | float) else default

    def shown(self, num_samples: int) -> Ints:
        """Return which samples are shown: `count` of them, evenly spread."""
        return spread(num_samples, int(self.number("count", 1000)))


def spread(num_samples: int, count: int) -> Ints:
    """Return at most `count` indices, evenly spread over all samples."""
    wanted = min(num_samples, count)
    return np.arange(wanted, dtype=np.int64) * num_samples // max(wanted, 1)


def host(tensor: Tensor) -> Array:
    """Return a tensor as an array of its own.

    Shape:
        any → the same
    """
    tensor = tensor.detach()
    if tensor.dtype in {torch.bfloat16, torch.float16}:
        tensor = tensor.float()
    array: Array = tensor.cpu().numpy()
    return array


def flat(tensor: Tensor) -> Floats:
    """Return a tensor as float64 N×F.

    Shape:
        N×… → N×F
    """
    rows = len(tensor)
    return host(tensor).astype(np.float64).reshape(rows, -1 if rows else 0)
