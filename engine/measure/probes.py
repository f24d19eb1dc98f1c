"""Measures the weights and gradients of all layers at one step.

Gradients are read between backward and update, on the device; one vector goes to the
host at the end, and no step waits for it. Nothing here writes to a weight or a
gradient, so a run is bit-identical with and without measuring.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.measure.histogram import layer_histograms, stride_for, strided
from engine.measure.readback import DeviceClock, Readback
from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import HISTOGRAM_BINS
from engine.protocol.messages import LayerSample


@dataclass
class Layers:
    """Arrays of a `LayerSample`, a row a layer; NaN where nothing was measured."""

    grad_histogram: Ints
    weight_histogram: Ints
    grad_norm: Floats
    weight_norm: Floats
    update_ratio: Floats
    grad_zeros: Floats
    grad_nonfinite: Floats

    @classmethod
    def unknown(cls, num_layers: int) -> "Layers":
        """Return arrays for layers of which nothing is known yet."""

        def counts() -> Ints:
            return np.zeros((num_layers, HISTOGRAM_BINS), dtype=np.int64)

        def numbers() -> Floats:
            return np.full(num_layers, np.nan)

        return cls(
            counts(), counts(), numbers(), numbers(), numbers(), numbers(), numbers()
        )

    def put(self, rows: Sequence[int], part: "Layers") -> None:
        """Overwrite some rows by those of `part`."""
        for name, array in vars(self).items():
            array[rows] = vars(part)[name]

    def sample(self, step: int, phase: int) -> LayerSample:
        """Return a frozen copy."""
        copies = {name: array.copy() for name, array in vars(self).items()}
        return LayerSample(step=step, phase=phase, **copies)


class Reading:
    """What a probe has measured, perhaps still on its way to the host.

    Args:
        numbers: All of it.
        make: Turns it into arrays.
        clock: Knows what the device spent on it.
    """

    def __init__(
        self,
        numbers: Tensor,
        make: Callable[[np.ndarray], Layers],
        clock: DeviceClock,
    ) -> None:
        self._numbers, self._make, self._clock = Readback(numbers), make, clock

    @property
    def is_there(self) -> bool:
        """Whether `layers` has nothing to wait for."""
        return self._numbers.is_there

    def layers(self) -> tuple[Layers, float]:
        """Return the arrays, and the seconds that the device spent on them."""
        numbers = self._numbers.read()
        return self._make(numbers), self._clock.seconds()


class Probe:
    """Measures some layers at a step: `before_update`, then `after_update`.

    Args:
        layers: Per layer its parameters; L layers, P parameters in all.

    Threads: the training thread alone.
    """

    def __init__(self, layers: Sequence[Sequence[Tensor]]) -> None:
        self._parameters = [tensor for layer in layers for tensor in layer]
        self._weights = [tensor.detach() for tensor in self._parameters]
        self._layer_of = np.repeat(
            np.arange(len(layers)), [len(layer) for layer in layers]
        )
        self._num_layers = len(layers)
        self._strides = self._plan_strides(layers)
        self._owners, self._looked_at = self._plan_owners()
        self._before = [torch.empty_like(tensor) for tensor in self._weights]
        self._pieces: list[Tensor] = []
        self._clock: DeviceClock

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self._weights[0].device

    @torch.no_grad()
    def before_update(self) -> None:
        """Read gradients and keep the weights; call between backward and update."""
        self._clock = DeviceClock(self.device)
        self._clock.start()
        gradients = [
            torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
            for tensor in self._parameters
        ]
        looked_at = self._look(gradients)
        self._pieces = [
            self._norms(gradients),
            self._norms(self._weights),
            self._count(looked_at == 0),
            self._count(~torch.isfinite(looked_at)),
            self._histogram(looked_at),
        ]
        torch._foreach_copy_(self._before, self._weights)
        self._clock.stop()

    @torch.no_grad()
    def after_update(self) -> Reading:
        """Read the weights after the update and send everything to the host."""
        self._clock.start()
        torch._foreach_sub_(self._before, self._weights)
        self._pieces += [
            self._norms(self._before),
            self._histogram(self._look(self._weights)),
        ]
        ends = np.cumsum([piece.numel() for piece in self._pieces])[:-1]
        everything, self._pieces = torch.cat(self._pieces), []
        self._clock.stop()
        return Reading(
            everything,
            lambda numbers: self._layers(np.split(numbers, ends)),
            self._clock,
        )

    def _layers(self, parts: Sequence[np.ndarray]) -> Layers:
        """Combine the host's copy; counts below 2²⁴ are exact in float32."""
        grads, weights, zeros, nonfinite, grad_counts, deltas, weight_counts = parts
        weight_norm = self._per_layer(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self._per_layer(deltas) / weight_norm
        shape = (self._num_layers, HISTOGRAM_BINS)
        return Layers(
            grad_histogram=grad_counts.astype(np.int64).reshape(shape),
            weight_histogram=weight_counts.astype(np.int64).reshape(shape),
            grad_norm=self._per_layer(grads),
            weight_norm=weight_norm,
            update_ratio=np.where(weight_norm > 0, ratio, np.nan),
            grad_zeros=zeros / self._looked_at,
            grad_nonfinite=nonfinite / self._looked_at,
        )

    def _per_layer(self, norms: np.ndarray) -> Floats:
        """Return ‖·‖ of each layer from those of its parameters."""
        squares = np.zeros(self._num_layers)
        np.add.at(squares, self._layer_of, norms.astype(np.float64) ** 2)
        return np.sqrt(squares)

    def _norms(self, tensors: list[Tensor]) -> Tensor:
        norms = torch._foreach_norm(tensors, 2, dtype=torch.float32)  # noqa: SLF001
        return torch.stack(norms)

    def _look(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.cat(
            [
                strided(tensor, stride)
                for tensor, stride in zip(tensors, self._strides, strict=True)
            ]
        )

    def _count(self, mask: Tensor) -> Tensor:
        counts = torch.zeros(self._num_layers, device=mask.device)
        return counts.index_add_(0, self._owners, mask.to(torch.float32))

    def _histogram(self, values: Tensor) -> Tensor:
        counts = layer_histograms(values, self._owners, self._num_layers)
        return counts.view(-1).to(torch.float32)

    def _plan_strides(self, layers: Sequence[Sequence[Tensor]]) -> list[int]:
        """Return a stride per parameter, the same for those of one layer."""
        return [
            stride_for([tensor.numel() for tensor in layer])
            for layer in layers
            for _ in layer
        ]

    def _plan_owners(self) -> tuple[Tensor, Floats]:
        """Return the layer of every number looked at, and how many each has."""
        counts = [
            -(-tensor.numel() // stride)
            for tensor, stride in zip(self._weights, self._strides, strict=True)
        ]
        owners = np.repeat(self._layer_of, counts)
        device = self._weights[0].device if self._weights else "cpu"
        looked_at = np.bincount(owners, minlength=self._num_layers).astype(np.float64)
        return torch.from_numpy(owners).to(device), looked_at
