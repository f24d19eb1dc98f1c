"""Modules for generating, adapting and translating.

Axes: N batch, T time, D features of a head, F features.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F

from engine.layers.diffusion import remaining


class LoRALinear(nn.Module):
    """A frozen linear layer with a trained correction of low rank.

    The frozen weights are buffers, so nothing can train them; they have the names
    of torch.nn.Linear's, so its weights load. The correction starts at zero.

    Source: Hu et al. 2021
    """

    def __init__(
        self, inputs: int, outputs: int, rank: int, alpha: float, *, bias: bool
    ) -> None:
        super().__init__()
        frozen = nn.Linear(inputs, outputs, bias=bias)
        self.register_buffer("weight", frozen.weight.detach())
        self.register_buffer("bias", frozen.bias.detach() if bias else None)
        self.weight: Tensor
        self.bias: Tensor | None
        self.down = nn.Parameter(torch.empty(rank, inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        """Return the frozen result plus the correction.

        Shape:
            N×…×F → N×…×K
        """
        correction = F.linear(F.linear(x, self.down), self.up)
        return F.linear(x, self.weight, self.bias) + self.scale * correction


class LowRank(nn.Module):
    """The correction of `LoRALinear` alone, to be added to a layer beside it.

    Source: Hu et al. 2021
    """

    def __init__(self, inputs: int, outputs: int, rank: int, alpha: float) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        """Return the correction; zero before it was trained.

        Shape:
            N×…×F → N×…×K
        """
        return self.scale * F.linear(F.linear(x, self.down), self.up)


class _Reversed(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, factor: float) -> Tensor:  # noqa: ANN401
        """Return x itself.

        Shape:
            any → the same
        """
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        return -ctx.factor * upstream, None


class GradientReversal(nn.Module):
    """Identity forward, −λ times the gradient backward.

    Source: Ganin & Lempitsky 2015
    """

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Return x.

        Shape:
            any → the same
        """
        result: Tensor = _Reversed.apply(x, self.factor)  # type: ignore[no-untyped-call]
        return result


def turned(x: Tensor, base: float = 10_000.0) -> Tensor:
    """Return N×…×T×D with features i and i + D/2 of place t turned by t·ωᵢ.

    Source: Su et al. 2021, in the order of features of GPT-NeoX

    Shape:
        N×…×T×D → N×…×T×D
    """
    half = x.shape[-1] // 2
    steps = torch.arange(x.shape[-2], device=x.device, dtype=torch.float32)
    rates = torch.arange(half, device=x.device, dtype=torch.float32) / half
    angle_TD = steps.unsqueeze(1) * base**-rates
    cos, sin = angle_TD.cos().to(x.dtype), angle_TD.sin().to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cos - second * sin, first * sin + second * cos], -1)


class TokenShift(nn.Module):
    """y₀ = start, yₜ = xₜ₋₁."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start

    def forward(self, x: Tensor) -> Tensor:
        """Return the same shape.

        Shape:
            N×T×F → N×T×F
        """
        return torch.cat([torch.full_like(x[:, :1], self.start), x[:, :-1]], dim=1)


def reparameterise(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Return μ + σ·ε.

    Source: Kingma & Welling 2013

    Shape:
        three alike → the same
    """
    return mean + (0.5 * log_variance).exp() * noise


class NoiseSchedule(nn.Module):
    """Mixes samples with noise at random times.

    Source: Ho et al. 2020; velocity: Salimans & Ho 2022
    """

    def __init__(self, steps: int, schedule: str, predict: str) -> None:
        super().__init__()
        self.steps, self.predict = steps, predict
        table = torch.tensor(remaining(steps, schedule), device="cpu")
        self.register_buffer("remaining", table, persistent=False)
        self.remaining: Tensor

    def forward(
        self, x: Tensor, noise: Tensor, time_N1: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the mixture, the time step N×1 and what is to be found.

        Shape:
            x and noise N×…, time N×1 → N×…, N×1, N×…
        """
        step_N1 = (time_N1 * self.steps).floor().clamp(0, self.steps - 1)
        table = self.remaining.to(x.device)
        left = F.embedding(step_N1.long().reshape(-1), table.unsqueeze(1))
        left = left.reshape(-1, *[1] * (x.dim() - 1)).to(x.dtype)
        signal, spoilt = left.sqrt(), (1 - left).sqrt()
        noisy = signal * x + spoilt * noise
        if self.predict == "noise":
            return noisy, step_N1, noise + 0
        if self.predict == "sample":
            return noisy, step_N1, x + 0
        return noisy, step_N1, signal * noise - spoilt * x
