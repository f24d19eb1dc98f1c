"""Where attention looks: how spread out, and how large its logits have become.

Axes: N samples, H heads, T queries, S keys, D features of a head.
"""

import math

import torch
from torch import Tensor

from engine.protocol.arrays import Floats


def looked_at(
    query_NHTD: Tensor, key_NHSD: Tensor, *, causal: bool
) -> tuple[Floats, Floats, float]:
    """Return entropy and largest |logit| of each head, and the most entropy there is.

    p = softmax(QKᵀ/√d) and the entropy −Σ p·ln p is the mean over samples and queries,
    in nats; the most is the mean of ln(keys that a query may see).

    Args:
        query_NHTD: Queries.
        key_NHSD: Keys.
        causal: A query sees itself and what is before it.

    Shape:
        N×H×T×D, N×H×S×D → H, H, one number

    Source: Zhai et al. 2023, Stabilizing Transformer Training by Preventing Attention
    Entropy Collapse; Dehghani et al. 2023, Scaling Vision Transformers to 22 Billion
    Parameters, for the logits
    """
    size = query_NHTD.shape[-1]
    logits = query_NHTD.float() @ key_NHSD.float().transpose(-1, -2) / math.sqrt(size)
    queries, keys = logits.shape[-2:]
    allowed = torch.ones(queries, keys, dtype=torch.bool, device=logits.device)
    if causal:
        allowed = allowed.tril()
    hidden = ~allowed
    largest = logits.masked_fill(hidden, 0.0).abs().amax((0, 2, 3))
    logs = logits.masked_fill(hidden, -torch.inf).log_softmax(-1)
    terms = (logs.exp() * logs).masked_fill(hidden, 0.0)
    entropy = -terms.sum(-1).mean((0, 2))
    most = float(allowed.sum(-1).double().log().mean())
    return entropy.double().cpu().numpy(), largest.double().cpu().numpy(), most
