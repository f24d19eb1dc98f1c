"""What may happen to gradients between backward and update."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

_CHECK: Callable[..., None] | None = getattr(
    torch, "_amp_foreach_non_finite_check_and_unscale_", None
)
"""One pass over all gradients, 3 µs for a small network; four times that without."""


class NonFiniteError(Exception):
    """A gradient is infinite or not a number; never leaves the trainer."""


class FiniteCheck:
    """Looks whether the gradients of some weights are finite, in every step.

    Args:
        parameters: The weights; on the processor.
    """

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self._parameters = parameters
        self._is_plain = all(w.dtype == torch.float32 for w in parameters)
        self._bad, self._one = torch.zeros(1), torch.ones(1)

    def passes(self) -> bool:
        """Return whether all are finite; they stay as they are."""
        found = [w.grad for w in self._parameters if w.grad is not None]
        if not found:
            return True
        if _CHECK is None or not self._is_plain:
            # NaN and infinity go through a norm and a sum: one pass, no mask.
            norms = torch._foreach_norm(found)  # noqa: SLF001
            return math.isfinite(float(torch.stack(norms).sum()))
        # The kernel of GradScaler, scaled by one: it sets a flag and changes nothing.
        _CHECK(found, self._bad, self._one)
        if not self._bad.item():
            return True
        self._bad.zero_()
        return False


@torch.no_grad()
def add_l1(parameters: Sequence[Tensor], l1: float) -> None:
    """Add the gradient of l1·Σ|w|, which is l1·sign(w).

    Source: Tibshirani 1996, Lasso; at w = 0 the gradient is taken as 0, as torch does.
    """
    for weights in parameters:
        if weights.grad is not None:
            weights.grad.add_(weights.sign(), alpha=l1)


class ClipCount:
    """Counts the updates whose gradient was longer than its limit.

    Args:
        device: Where the norms are: off the processor none is waited for.
    """

    def __init__(self, device: torch.device) -> None:
        self._is_here = device.type == "cpu"
        self._there = torch.zeros((), dtype=torch.int64, device=device)
        self._here = self._updates = 0

    def add(self, norm: Tensor, limit: float) -> None:
        """Take in the norm of an update before it was cut.

        Shape:
            one number
        """
        self._updates += 1
        if self._is_here:
            self._here += norm.item() > limit
        else:
            self._there += norm > limit

    def share(self, *, wait: bool) -> float:
        """Return the share of the updates that were cut, 0-1; NaN without a limit.

        Args:
            wait: For a device; otherwise what is there is not told.
        """
        if not self._updates or not (self._is_here or wait):
            return math.nan
        return (self._here + int(self._there)) / self._updates


def clip(
    parameters: Sequence[Tensor], norm: float | None, value: float | None
) -> Tensor | None:
    """Scale all gradients down to a norm, then cut each number to ± a value.

    Shape:
        any → one number, the norm before, where there is a limit for it

    Source: Pascanu, Mikolov & Bengio 2013; as torch.nn.utils.clip_grad_norm_.
    """
    before = clip_grad_norm_(parameters, norm) if norm is not None else None
    if value is not None:
        clip_grad_value_(parameters, value)
    return before
