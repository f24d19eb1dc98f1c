"""Small modules of our own: what torch.nn does not have as a layer.

Axes: N batch, C channels, T time, F features.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TensorFunction = Callable[..., Tensor]


class Function(nn.Module):
    """A torch function with fixed settings.

    Args:
        function: Called with the inputs.
        settings: Keyword arguments of every call.
    """

    def __init__(self, function: TensorFunction, **settings: object) -> None:
        super().__init__()
        self.function = function
        self.settings = settings

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the function of the inputs.

        Shape:
            as of the function
        """
        return self.function(*inputs, **self.settings)

    def extra_repr(self) -> str:
        """Name the function."""
        return getattr(self.function, "__name__", "function")


class Gather(nn.Module):
    """Returns its inputs as a tuple."""

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Return the inputs.

        Shape:
            any → the same
        """
        return inputs


class Fold(nn.Module):
    """A function of two inputs, applied from left to right to any number."""

    def __init__(self, function: TensorFunction) -> None:
        super().__init__()
        self.function = function

    def forward(self, first: Tensor, *others: Tensor) -> Tensor:
        """Return ((first ∘ second) ∘ third), and so on.

        Shape:
            shapes that broadcast → their common one
        """
        for other in others:
            first = self.function(first, other)
        return first


class Average(nn.Module):
    """Mean of any number of inputs."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the sum divided by the number of inputs.

        Shape:
            shapes that broadcast → their common one
        """
        total = inputs[0]
        for other in inputs[1:]:
            total = total + other
        return total / len(inputs)


class Joined(nn.Module):
    """torch.cat or torch.stack along a dimension."""

    def __init__(self, function: TensorFunction, dim: int) -> None:
        super().__init__()
        self.function, self.dim = function, dim

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return all inputs in one tensor; batches of 1 are repeated.

        Shape:
            alike but in one dimension → there the sum of all
        """
        if len({x.shape[0] for x in inputs}) > 1:
            size = max(x.shape[0] for x in inputs)
            inputs = tuple(x.expand(size, *x.shape[1:]) for x in inputs)
        return self.function(inputs, dim=self.dim)


class LearnedScale(nn.Module):
    """γ·x + β with one γ and β per feature."""

    def __init__(self, features: int, initial: float, *, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((features,), initial))
        self.bias = nn.Parameter(torch.zeros(features)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Scale and shift the last dimension.

        Shape:
            N×…×F → N×…×F
        """
        scaled = x * self.weight
        return scaled if self.bias is None else scaled + self.bias


class GaussianNoise(nn.Module):
    """x + σ·ε while training."""

    def __init__(self, std: float) -> None:
        super().__init__()
        self.std = std

    def forward(self, x: Tensor) -> Tensor:
        """Add noise in training mode.

        Shape:
            any → the same
        """
        return x + self.std * torch.randn_like(x) if self.training else x


class TiedEmbedding(nn.Module):
    """One table that looks tokens up and scores them.

    Source: Press & Wolf 2017
    """

    def __init__(self, entries: int, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(entries, size))
        nn.init.normal_(self.weight, std=0.02)  # as scores, larger ones would shout

    def forward(self, x: Tensor) -> Tensor:
        """Return vectors of whole numbers, and scores of vectors.

        Shape:
            N×… whole numbers → N×…×F; N×…×F → N×…×C
        """
        if x.is_floating_point():
            return F.linear(x, self.weight)
        return F.embedding(x, self.weight)


class OneHot(nn.Module):
    """Whole numbers → vectors with a single 1."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.register_buffer("eye", torch.eye(num_classes), persistent=False)
        self.eye: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Return N×… → N×…×classes, as float.

        Shape:
            N×… → N×…×C
        """
        return F.embedding(x, self.eye)


class Constant(nn.Module):
    """One value for every sample; the batch has size 1 and broadcasts."""

    def __init__(self, shape: tuple[int, ...], value: float, *, learned: bool) -> None:
        super().__init__()
        content = torch.full((1, *shape), value)
        self.value: Tensor
        if learned:
            self.value = nn.Parameter(content)
        else:
            self.register_buffer("value", content, persistent=False)

    def forward(self) -> Tensor:
        """Return the value.

        Shape:
            nothing → 1×shape: the same for every sample
        """
        return self.value


class Slice(nn.Module):
    """A range of one dimension."""

    def __init__(self, dim: int, span: slice) -> None:
        super().__init__()
        self.index = (slice(None),) * dim + (span,)

    def forward(self, x: Tensor) -> Tensor:
        """Return x[start:stop:step] of the dimension.

        Shape:
            N×… → N×…, less of one dimension
        """
        return x[self.index]


class Reshape(nn.Module):
    """Another shape for every sample."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        """Return N×… → N×shape.

        Shape:
            N×… → N×shape
        """
        return x.reshape(x.shape[0], *self.shape)


class ClampedLog(nn.Module):
    """ln max(x, ε)."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Return the logarithm.

        Shape:
            any → the same
        """
        return x.clamp(min=self.eps).log() if self.eps else x.log()


class PositionEmbedding(nn.Module):
    """A learned vector for every place in a sequence.

    Source: Radford et al. 2018; initialised as there, normal with σ = 0.02.
    """

    def __init__(self, max_length: int, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(max_length, features).normal_(std=0.02))

    def forward(self, x: Tensor) -> Tensor:
        """Add P to N×T×F.

        Shape:
            N×T×F → N×T×F
        """
        return x + self.weight[: x.shape[1]]


class SinusoidalPosition(nn.Module):
    """Fixed waves for every place in a sequence.

    Source: Vaswani et al. 2017, section 3.5.
    """

    def __init__(self, length: int, features: int) -> None:
        super().__init__()
        self.register_buffer("waves", _waves(length, features), persistent=False)
        self.waves: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Add the waves to N×T×F.

        Shape:
            N×T×F → N×T×F
        """
        if x.shape[1] > self.waves.shape[0]:
            self.waves = _waves(x.shape[1], x.shape[2]).to(x)
        return x + self.waves[: x.shape[1]]


def _waves(length: int, features: int) -> Tensor:
    place_T1 = torch.arange(length).unsqueeze(1)
    half = (features + 1) // 2
    speed_H = torch.exp(torch.arange(half) * (-2 * math.log(10_000.0) / features))
    angle_TH = place_T1 * speed_H
    waves_TF = torch.stack([angle_TH.sin(), angle_TH.cos()], dim=2).flatten(1)
    return waves_TF[:, :features]


class TimeEmbedding(nn.Module):
    """One number per sample → waves of geometrically spaced speeds.

    Source: Ho et al. 2020, Denoising Diffusion Probabilistic Models.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        half = features // 2
        speed = torch.exp(torch.arange(half) * (-math.log(10_000.0) / max(half - 1, 1)))
        self.register_buffer("speed", speed, persistent=False)
        self.speed: Tensor

    def forward(self, t: Tensor) -> Tensor:
        """Return N or N×1 → N×F.

        Shape:
            N or N×1 → N×F
        """
        angle_NH = t.reshape(-1, 1).to(self.speed.dtype) * self.speed
        return torch.cat([angle_NH.sin(), angle_NH.cos()], dim=1)
