"""Exact log2 histograms from the bits of floating-point numbers.

The upper nine bits of a float32 are its sign and its exponent, so one shift sorts a
number into `sign * EXPONENTS + exponent`: no logarithm, no range to choose, and bins
that can be compared over layers, steps and runs.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.protocol.histogram import (
    BIAS,
    EXPONENTS,
    HISTOGRAM_BINS,
    NOT_FINITE,
    ZEROS,
)

SAMPLE_LIMIT = 65_536
"""Layers with more numbers than this are looked at in even strides."""


def exponent_codes(values: Tensor) -> Tensor:
    """Return the bin of every number, int32.

    float64 keeps its own exponent: what float32 can't hold lands in the bins of
    zero and of infinity instead of being rounded into a neighbour.

    Shape:
        any → the same
    """
    if values.dtype == torch.float64:
        return _wide_codes(values)
    bits = values.to(torch.float32).view(torch.int32)
    return (bits >> 23) & (HISTOGRAM_BINS - 1)


def _wide_codes(values: Tensor) -> Tensor:
    bits = values.contiguous().view(torch.int64)
    exponent = ((bits >> 52) & 0x7FF) - 1023 + BIAS
    sign = (bits < 0).to(torch.int32)
    return exponent.clamp(ZEROS, NOT_FINITE).to(torch.int32) + sign * EXPONENTS


def stride_for(sizes: Sequence[int], limit: int = SAMPLE_LIMIT) -> int:
    """Return the stride that looks at no more than about `limit` of all numbers.

    It shares no factor with any of the sizes, so that it does not visit the same
    column of a matrix again and again.
    """
    stride = max(1, -(-sum(sizes) // limit))
    while stride > 1 and any(math.gcd(stride, size) > 1 for size in sizes if size > 1):
        stride += 1
    return stride


def strided(tensor: Tensor, stride: int) -> Tensor:
    """Return every `stride`-th number of a tensor, flat.

    The order is that of the memory, so that dense tensors of any layout are not
    copied as a whole.

    Shape:
        any → K: every stride-th of all its numbers
    """
    if not tensor.is_contiguous():
        order = sorted(range(tensor.dim()), key=tensor.stride, reverse=True)
        tensor = tensor.permute(order)
    return tensor.reshape(-1)[::stride]


def layer_histograms(values: Tensor, owners: Tensor, num_layers: int) -> Tensor:
    """Count the numbers of several layers at once.

    Args:
        values: The numbers of all layers, flat.
        owners: Index of the layer of each of them, int64.
        num_layers: L, how many layers there are.

    Shape:
        (n,), (n,) → (L, HISTOGRAM_BINS), int64
    """
    codes = owners * HISTOGRAM_BINS + exponent_codes(values)
    size = num_layers * HISTOGRAM_BINS
    if codes.device.type == "cpu":
        counts = torch.bincount(codes, minlength=size)
    else:  # bincount would wait for the device to learn the largest code
        counts = torch.zeros(size, dtype=torch.int64, device=codes.device)
        counts.index_add_(0, codes, torch.ones_like(codes))
    return counts.view(num_layers, HISTOGRAM_BINS)


def histogram(values: Tensor) -> Tensor:
    """Return the histogram of all numbers of one tensor, int64.

    Shape:
        any → (HISTOGRAM_BINS,)
    """
    flat = values.detach().reshape(-1)
    owners = torch.zeros(flat.numel(), dtype=torch.int64, device=flat.device)
    return layer_histograms(flat, owners, 1)[0]
