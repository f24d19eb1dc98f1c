"""What may happen to gradients between backward and update."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_


@torch.no_grad()
def add_l1(parameters: Sequence[Tensor], l1: float) -> None:
    """Add the gradient of l1·Σ|w|, which is l1·sign(w).

    Source: Tibshirani 1996, Lasso; at w = 0 the gradient is taken as 0, as torch does.
    """
    for weights in parameters:
        if weights.grad is not None:
            weights.grad.add_(weights.sign(), alpha=l1)


def clip(parameters: Sequence[Tensor], norm: float | None, value: float | None) -> None:
    """Scale all gradients down to a norm, then cut each number to ± a value.

    Source: Pascanu, Mikolov & Bengio 2013; as torch.nn.utils.clip_grad_norm_.
    """
    if norm is not None:
        clip_grad_norm_(parameters, norm)
    if value is not None:
        clip_grad_value_(parameters, value)
